import KBotLua

/// Writes a syntax tree as Lua on one line, with parentheses around every operation and brackets around every key.
///
/// What it writes means the same as the tree, so running it tells whether the tree was right.
struct LuaPrinter {
    let syntax: LuaSyntax

    /// The whole text.
    var text: String { block(syntax.root) }

    private func block(_ id: LuaSyntax.NodeID) -> String {
        guard case .block(let statements) = syntax.node(id) else { return "<no block>" }
        return statements.map(statement).joined(separator: "; ")
    }

    /// A block between a space and `end`.
    private func body(_ id: LuaSyntax.NodeID) -> String {
        let text = block(id)
        return text.isEmpty ? " end" : " \(text) end"
    }

    private func statement(_ id: LuaSyntax.NodeID) -> String {
        switch syntax.node(id) {
        case .localDeclaration(let variables, let values):
            let names = variables.map { id in
                syntax.variable(id).name + (syntax.variable(id).attribute.map { " <\($0.rawValue)>" } ?? "")
            }
            let declared = "local \(names.joined(separator: ", "))"
            return values.isEmpty ? declared : "\(declared) = \(list(values))"
        case .localFunction(let variable, let function):
            return "local function \(syntax.variable(variable).name)\(self.function(function))"
        case .assignment(let targets, let values): return "\(list(targets)) = \(list(values))"
        case .functionStatement(let target, let function, let isMethod):
            let name = expression(target)
            return isMethod
                ? "\(name) = function\(self.function(function))" : "function \(name)\(self.function(function))"
        case .callStatement(let call): return expression(call)
        case .doBlock(let inner): return "do\(body(inner))"
        case .whileLoop(let condition, let inner): return "while \(expression(condition)) do\(body(inner))"
        case .repeatLoop(let inner, let condition): return "repeat \(block(inner)) until \(expression(condition))"
        case .numericFor(let variable, let from, let to, let step, let inner):
            let range = [from, to, step].compactMap(\.self).map(expression).joined(separator: ", ")
            return "for \(syntax.variable(variable).name) = \(range) do\(body(inner))"
        case .genericFor(let variables, let values, let inner):
            let names = variables.map { syntax.variable($0).name }.joined(separator: ", ")
            return "for \(names) in \(list(values)) do\(body(inner))"
        case .conditional(let branches, let otherwise):
            let tests = branches.map { "if \(expression($0.condition)) then \(block($0.block))" }
            return tests.joined(separator: " else") + (otherwise.map { " else \(block($0))" } ?? "") + " end"
        case .goto(let label): return "goto \(label)"
        case .label(let label): return "::\(label)::"
        case .break: return "break"
        case .return(let values): return values.isEmpty ? "return" : "return \(list(values))"
        default: return "<no statement>"
        }
    }

    private func list(_ ids: [LuaSyntax.NodeID]) -> String { ids.map(expression).joined(separator: ", ") }

    /// Parameters and body.
    private func function(_ id: LuaSyntax.NodeID) -> String {
        guard case .function(let number) = syntax.node(id) else { return "<no function>" }
        let function = syntax.function(number)
        let names = function.parameters.map { syntax.variable($0).name } + (function.isVariadic ? ["..."] : [])
        return "(\(names.joined(separator: ", ")))" + (function.body.map(body) ?? "<no body>")
    }

    private func expression(_ id: LuaSyntax.NodeID) -> String {
        switch syntax.node(id) {
        case .nil: "nil"
        case .bool(let value): "\(value)"
        case .integer(let value): value == .min ? "math.mininteger" : "\(value)"
        case .number(let value): value.isInfinite ? "math.huge" : "\(value)"
        case .string(let text): Self.quoted(text)
        case .varargs: "..."
        case .local(let variable): syntax.variable(variable).name
        case .global(let name): name
        case .field(let object, let name): "\(prefix(object)).\(name)"
        case .index(let object, let key): "\(prefix(object))[\(expression(key))]"
        case .call(let callee, let arguments): "\(prefix(callee))(\(list(arguments)))"
        case .methodCall(let object, let name, let arguments): "\(prefix(object)):\(name)(\(list(arguments)))"
        case .function: "function\(function(id))"
        case .table(let items): "{\(items.map(item).joined(separator: ", "))}"
        case .parenthesized(let inner): "(\(expression(inner)))"
        case .unary(let sign, let operand): "(\(sign.rawValue) \(expression(operand)))"
        case .binary(let sign, let left, let right): "(\(expression(left)) \(sign.rawValue) \(expression(right)))"
        default: "<no expression>"
        }
    }

    /// What stands before a dot, a bracket or a call: a literal needs parentheses there, and has them in the source.
    private func prefix(_ id: LuaSyntax.NodeID) -> String { expression(id) }

    private func item(_ item: LuaSyntax.TableItem) -> String {
        switch item {
        case .positional(let value): expression(value)
        case .named(let name, _, let value): "\(name) = \(expression(value))"
        case .keyed(let key, let value): "[\(expression(key))] = \(expression(value))"
        }
    }

    /// A text with every byte as an escape but for what needs none.
    static func quoted(_ text: String) -> String {
        let bytes = text.utf8.map { byte in
            (32..<127).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
                ? String(decoding: [byte], as: UTF8.self)
                : "\\" + String(repeating: "0", count: byte < 10 ? 2 : byte < 100 ? 1 : 0) + "\(byte)"
        }
        return "\"\(bytes.joined())\""
    }
}
