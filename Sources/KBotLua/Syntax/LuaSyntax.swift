/// The syntax tree of a Lua 5.4 text, with its names resolved.
///
/// Nodes lie in one array, children before their parents, so that a pass over the array sees every part of an expression
/// before the whole, needs no recursion, and a tree of any depth can be dropped. The parser accepts what the compiler of
/// Lua 5.4 accepts, and refuses what it refuses in the same words; only limits of its code generator (255 registers in
/// one expression) are not checked. `_ENV` is a name like any other here.
///
/// ## Topics
/// - Making: ``init(_:)``
/// - Reading: ``root``, ``node(_:)``, ``variable(_:)``, ``function(_:)``, ``place(of:)``
package struct LuaSyntax: Sendable {
    /// The number of a node.
    package struct NodeID: Sendable, Hashable {
        let index: Int
    }

    /// The number of a local variable.
    package struct VariableID: Sendable, Hashable {
        let index: Int
    }

    /// The number of a function; 0 is the chunk.
    package struct FunctionID: Sendable, Hashable {
        let index: Int
        static let chunk = FunctionID(index: 0)
    }

    /// An expression, a statement or a block.
    package enum Node: Sendable, Hashable {
        case `nil`
        case bool(Bool)
        case integer(Int64)
        case number(Double)
        /// A literal text; bytes that are no UTF-8 are repaired.
        case string(String)
        /// `...`
        case varargs
        case local(VariableID)
        case global(String)
        /// `object.name`
        case field(NodeID, String)
        /// `object[key]`
        case index(NodeID, NodeID)
        case call(NodeID, [NodeID])
        /// `object:name(…)`
        case methodCall(NodeID, String, [NodeID])
        case function(FunctionID)
        case table([TableItem])
        /// `(expression)`: one value, and nothing to assign to.
        case parenthesized(NodeID)
        case unary(UnaryOperator, NodeID)
        case binary(BinaryOperator, NodeID, NodeID)

        case block([NodeID])
        case localDeclaration([VariableID], [NodeID])
        /// `local function`: the variable and the node of its function.
        case localFunction(VariableID, NodeID)
        case assignment([NodeID], [NodeID])
        /// `function a.b.c()`, `function a:b()`: the target and the node of the function.
        case functionStatement(NodeID, NodeID, isMethod: Bool)
        case callStatement(NodeID)
        case doBlock(NodeID)
        case whileLoop(NodeID, NodeID)
        /// The body and the condition that ends it.
        case repeatLoop(NodeID, NodeID)
        /// Variable, first, last, step and body.
        case numericFor(VariableID, NodeID, NodeID, NodeID?, NodeID)
        case genericFor([VariableID], [NodeID], NodeID)
        case conditional([Branch], otherwise: NodeID?)
        case goto(String)
        case label(String)
        case `break`
        case `return`([NodeID])
    }

    /// A part of a table constructor.
    package enum TableItem: Sendable, Hashable {
        case positional(NodeID)
        /// `name = value`; the offset is that of the name.
        case named(String, offset: Int, NodeID)
        /// `[key] = value`
        case keyed(NodeID, NodeID)
    }

    /// A condition and its block.
    package struct Branch: Sendable, Hashable {
        package let condition: NodeID
        package let block: NodeID
    }

    /// Operators with one operand; the raw value is their spelling.
    package enum UnaryOperator: String, Sendable {
        case minus = "-"
        case not
        case length = "#"
        case bitNot = "~"
    }

    /// Operators with two operands; the raw value is their spelling.
    package enum BinaryOperator: String, Sendable, CaseIterable {
        case add = "+"
        case subtract = "-"
        case multiply = "*"
        case divide = "/"
        case floorDivide = "//"
        case modulo = "%"
        case power = "^"
        case concat = ".."
        case bitAnd = "&"
        case bitOr = "|"
        case bitXor = "~"
        case shiftLeft = "<<"
        case shiftRight = ">>"
        case equal = "=="
        case notEqual = "~="
        case less = "<"
        case lessEqual = "<="
        case greater = ">"
        case greaterEqual = ">="
        case and
        case or
    }

    /// Where a variable gets a value: the expression, and which of its results, from 0.
    package struct Source: Sendable, Hashable {
        let value: NodeID
        let position: Int
    }

    /// A local variable, a parameter or the variable of a loop.
    package struct Variable: Sendable {
        /// How it is declared.
        package enum Role: Sendable {
            case local, function, parameter, loop
        }

        /// Its name.
        package let name: String
        /// How it is declared.
        package let role: Role
        /// The byte of its name in the declaration.
        let offset: Int
        /// The function it belongs to.
        let owner: FunctionID
        /// Its attribute, if it has one.
        package var attribute: Attribute?
        /// Its first value; of a generic loop the first expression after `in`, with the variable's place in the list.
        var source: Source?
        /// The value it was assigned last, after the declaration.
        var assigned: Source?
        /// How often it is assigned after the declaration.
        package var assignments = 0
        /// How often it is read.
        package var reads = 0
        /// The bytes in which the name means this variable, but for inner ones of the same name.
        var scope = 0..<0
    }

    /// What stands in angle brackets after the name of a local variable.
    package enum Attribute: String, Sendable {
        case const, close
    }

    /// A function, or the chunk as a whole.
    package struct Function: Sendable {
        /// Its parameters, `self` of a method included.
        package var parameters: [VariableID] = []
        /// Whether it takes `...`.
        package var isVariadic = false
        /// Its `return` statements, without those of inner functions.
        package var returns: [NodeID] = []
        /// Its body; nil while it is being parsed.
        package var body: NodeID?
    }

    /// A place for people: line and column from 1. A column is a Unicode scalar, a tab is one.
    package struct Place: Sendable, Hashable, Comparable {
        /// The line, from 1.
        package var line: Int
        /// The column, from 1.
        package var column: Int

        package static func < (left: Place, right: Place) -> Bool {
            (left.line, left.column) < (right.line, right.column)
        }
    }

    /// The nodes, children first.
    var nodes: [Node] = []
    /// The byte each node is shown at: of a field its name, of an operation its operator, of a call what is called.
    var offsets: [Int] = []
    /// Local variables in the order of their declarations.
    package internal(set) var variables: [Variable] = []
    /// Functions in the order in which they begin.
    package internal(set) var functions: [Function] = []
    /// The block of the chunk.
    package internal(set) var root = NodeID(index: 0)
    /// Bytes, tokens and look-ups of names that parsing took: a measure of its work, linear in the length of the text.
    package internal(set) var steps = 0
    /// Offsets and lines.
    var lines = LuaLineTable()

    /// Parses a text.
    ///
    /// Fails with Lua's own message at the first error, as the compiler of Lua does.
    package init(_ text: String) throws(LuaSyntaxError) {
        var parser = LuaParser(text)
        self = try parser.parse()
    }

    /// An empty tree for the parser to fill.
    init() {}

    /// A node by its number.
    package func node(_ id: NodeID) -> Node { nodes[id.index] }

    /// A variable by its number.
    package func variable(_ id: VariableID) -> Variable { variables[id.index] }

    /// A function by its number.
    package func function(_ id: FunctionID) -> Function { functions[id.index] }

    /// Where a node is shown.
    package func place(of id: NodeID) -> Place { lines.place(of: offsets[id.index]) }

    /// The node without the parentheses around it.
    func strippingParentheses(_ id: NodeID) -> NodeID {
        var result = id
        while case .parenthesized(let inner) = node(result) { result = inner }
        return result
    }
}

/// Where the lines of a text start.
struct LuaLineTable: Sendable {
    private let bytes: [UInt8]
    private let starts: [Int]

    init() {
        bytes = []
        starts = [0]
    }

    /// Makes the table of a text whose lines start at these bytes; 0 is the first.
    init(bytes: [UInt8], starts: [Int]) {
        self.bytes = bytes
        self.starts = starts
    }

    /// The length of the text in bytes.
    var end: Int { bytes.count }

    /// Line and column of a byte.
    func place(of offset: Int) -> LuaSyntax.Place { places(of: [offset])[0] }

    /// Lines and columns of bytes in ascending order, in one pass over the lines they lie in.
    func places(of offsets: [Int]) -> [LuaSyntax.Place] {
        var result: [LuaSyntax.Place] = []
        var line = 0
        var reached = 0
        var column = 1
        for offset in offsets {
            let found = index(ofLineWith: offset)
            if found != line {
                line = found
                reached = starts[found]
                column = 1
            }
            // All bytes of a scalar but its first are 10xxxxxx.
            for byte in bytes[reached..<max(reached, min(offset, bytes.count))] where byte & 0xC0 != 0x80 {
                column += 1
            }
            reached = max(reached, min(offset, bytes.count))
            result.append(LuaSyntax.Place(line: line + 1, column: column))
        }
        return result
    }

    private func index(ofLineWith offset: Int) -> Int {
        var low = 0
        var high = starts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= offset { low = middle } else { high = middle }
        }
        return low
    }
}
