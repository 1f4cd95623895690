/// A recursive-descent parser for Lua 5.4 that makes a `LuaSyntax`.
///
/// It refuses what Lua's compiler refuses, at the same token and with the same message: a script that parses here also
/// compiles, and what it says of an error is what loading the script would have said.
struct LuaParser {
    /// The deepest nesting of statements and expressions: what is left of the 200 levels of Lua's compiler after those
    /// that loading a chunk takes.
    static let mostLevels = 198
    /// The most local variables of a function, hidden ones of `for` loops included.
    private static let mostLocals = 200
    /// The most outer variables a function may use.
    private static let mostUpvalues = 255

    var lexer: LuaLexer
    /// The token that is looked at.
    var token = LuaToken(kind: .endOfFile, start: 0)
    /// The one after it, when it had to be read already.
    private var lookahead: LuaToken?
    var syntax = LuaSyntax()
    var scopes = LuaScopes()
    private var level = 0
    private var tokens = 0

    init(_ text: String) {
        lexer = LuaLexer(text)
    }

    /// Parses the whole text.
    mutating func parse() throws(LuaSyntaxError) -> LuaSyntax {
        let chunk = openFunction(line: 0)
        syntax.functions[chunk.index].isVariadic = true
        try next()
        syntax.root = try statements(at: 0)
        guard token.kind == .endOfFile else { throw expected(.endOfFile) }
        try closeFunction(chunk, body: syntax.root)
        syntax.lines = LuaLineTable(bytes: lexer.bytes, starts: lexer.lineStarts)
        syntax.steps = lexer.steps + tokens + scopes.steps + syntax.nodes.count
        return syntax
    }

    // MARK: Tokens

    /// Goes to the next token.
    mutating func next() throws(LuaSyntaxError) {
        if let ahead = lookahead {
            token = ahead
            lookahead = nil
        } else {
            tokens += 1
            token = try lexer.next()
        }
    }

    /// The kind of the token after the one that is looked at.
    mutating func peek() throws(LuaSyntaxError) -> LuaTokenKind {
        if let ahead = lookahead { return ahead.kind }
        tokens += 1
        let ahead = try lexer.next()
        lookahead = ahead
        return ahead.kind
    }

    /// Goes on if the token is of this kind.
    mutating func skip(_ kind: LuaTokenKind) throws(LuaSyntaxError) -> Bool {
        guard token.kind == kind else { return false }
        try next()
        return true
    }

    /// Goes over a token of this kind.
    mutating func require(_ kind: LuaTokenKind) throws(LuaSyntaxError) {
        guard token.kind == kind else { throw expected(kind) }
        try next()
    }

    /// Goes over the token that closes what was opened on a line.
    mutating func close(_ kind: LuaTokenKind, _ opener: LuaTokenKind, line: Int) throws(LuaSyntaxError) {
        guard token.kind != kind else { return try next() }
        guard line != lexer.line else { throw expected(kind) }
        throw unexpected("\(kind.quoted) expected (to close \(opener.quoted) at line \(line))")
    }

    /// Goes over a name and returns it.
    mutating func name() throws(LuaSyntaxError) -> String {
        guard token.kind == .name else { throw expected(.name) }
        let name = token.text
        try next()
        return name
    }

    // MARK: Errors

    /// An error that shows the token that is looked at.
    func unexpected(_ message: String) -> LuaSyntaxError {
        // Lua marks errors without a token by a zero, and so takes a NUL byte for one.
        let isZero = token.kind == .unknown && token.integer == 0
        return LuaSyntaxError(
            message: isZero ? message : "\(message) near \(lexer.text(of: token))",
            line: lexer.line,
            offset: token.start
        )
    }

    /// An error that shows no token: what is wrong is at an earlier place.
    func misplaced(_ message: String, at offset: Int) -> LuaSyntaxError {
        LuaSyntaxError(message: message, line: lexer.line, offset: offset)
    }

    private func expected(_ kind: LuaTokenKind) -> LuaSyntaxError { unexpected("\(kind.quoted) expected") }

    private func tooMany(_ what: String, limit: Int, line: Int) -> LuaSyntaxError {
        let place = line == 0 ? "main function" : "function at line \(line)"
        return unexpected("too many \(what) (limit is \(limit)) in \(place)")
    }

    /// Enters a level of nesting; `leave` ends it.
    mutating func enter() throws(LuaSyntaxError) {
        level += 1
        guard level <= Self.mostLevels else {
            throw LuaSyntaxError(
                message: "C stack overflow",
                line: lexer.line,
                offset: token.start,
                isTooDeep: true
            )
        }
    }

    /// Leaves levels of nesting.
    mutating func leave(_ levels: Int = 1) { level -= levels }

    // MARK: Tree

    /// Adds a node, which is shown at a byte.
    mutating func add(_ node: LuaSyntax.Node, at offset: Int) -> LuaSyntax.NodeID {
        syntax.nodes.append(node)
        syntax.offsets.append(offset)
        return LuaSyntax.NodeID(index: syntax.nodes.count - 1)
    }

    // MARK: Scopes

    /// Opens a function whose head is on a line.
    mutating func openFunction(line: Int) -> LuaSyntax.FunctionID {
        let id = LuaSyntax.FunctionID(index: syntax.functions.count)
        syntax.functions.append(LuaSyntax.Function())
        scopes.openFunction(id, line: line)
        scopes.openBlock()
        return id
    }

    /// Closes the innermost function, when all its jumps have found their labels.
    mutating func closeFunction(_ id: LuaSyntax.FunctionID, body: LuaSyntax.NodeID) throws(LuaSyntaxError) {
        closeBlock()
        syntax.functions[id.index].body = body
        guard let (label, jump) = scopes.closeFunction() else { return }
        throw misplaced(
            label == "break"
                ? "break outside loop at line \(jump.line)"
                : "no visible label '\(label)' for <goto> at line \(jump.line)",
            at: jump.offset
        )
    }

    /// Closes the innermost block.
    mutating func closeBlock() {
        let end = token.start
        scopes.closeBlock { syntax.variables[$0.index].scope = syntax.variables[$0.index].scope.lowerBound..<end }
    }

    /// Declares a variable that comes into force later.
    mutating func declare(
        _ name: String,
        at offset: Int,
        role: LuaSyntax.Variable.Role
    ) throws(LuaSyntaxError) -> LuaSyntax.VariableID {
        try reserve(1)
        syntax.variables.append(
            LuaSyntax.Variable(name: name, role: role, offset: offset, owner: scopes.function.id)
        )
        return LuaSyntax.VariableID(index: syntax.variables.count - 1)
    }

    /// Counts variables that will come into force.
    mutating func reserve(_ count: Int) throws(LuaSyntaxError) {
        for _ in 0..<count {
            let function = scopes.function
            guard scopes.active.count - function.firstActive + function.declared < Self.mostLocals else {
                throw tooMany("local variables", limit: Self.mostLocals, line: function.line)
            }
            scopes.function.declared += 1
        }
    }

    /// Brings declared variables into force, in the order of their declarations.
    mutating func activate(_ variables: [LuaSyntax.VariableID]) {
        for variable in variables {
            syntax.variables[variable.index].scope = token.start..<token.start
            scopes.activate(variable, syntax.variables[variable.index].name)
        }
    }

    /// Brings the variables into force that a `for` loop keeps for itself.
    mutating func activateHidden(_ count: Int) {
        for _ in 0..<count { scopes.activate(nil, "(for state)") }
    }

    /// The node of a name that was just gone over: a local variable, or a global.
    mutating func resolve(_ name: String, at offset: Int) throws(LuaSyntaxError) -> LuaSyntax.NodeID {
        let variable = scopes.resolve(name)
        var owner = -1  // globals live in a variable outside the chunk
        if let variable {
            syntax.variables[variable.index].reads += 1
            let id = syntax.variables[variable.index].owner
            owner = scopes.functions.count - 1
            while owner >= 0, scopes.functions[owner].id != id { owner -= 1 }
        }
        // Constants are often no variables at all to Lua's compiler.
        let isConstant = variable.map { syntax.variables[$0.index].attribute == .const } ?? false
        if !isConstant, let line = scopes.capture(variable, from: owner, limit: Self.mostUpvalues) {
            throw tooMany("upvalues", limit: Self.mostUpvalues, line: line)
        }
        return add(variable.map { .local($0) } ?? .global(name), at: offset)
    }
}
