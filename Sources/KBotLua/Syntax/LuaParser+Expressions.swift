/// Expressions.
extension LuaParser {
    private typealias Node = LuaSyntax.NodeID

    /// An expression.
    mutating func expression() throws(LuaSyntaxError) -> LuaSyntax.NodeID { try expression(above: 0) }

    /// One or more expressions, separated by commas.
    mutating func expressions() throws(LuaSyntaxError) -> [LuaSyntax.NodeID] {
        var list = [try expression()]
        while try skip(.comma) { list.append(try expression()) }
        return list
    }

    /// An expression whose operators bind tighter than a limit.
    private mutating func expression(above limit: Int) throws(LuaSyntaxError) -> LuaSyntax.NodeID {
        try enter()
        defer { leave() }
        var left: Node
        if let unary = token.kind.unaryOperator {
            let offset = token.start
            try next()
            let operand = try expression(above: 12)
            left = add(.unary(unary, operand), at: offset)
        } else {
            left = try simpleExpression()
        }
        while let binary = token.kind.binaryOperator, binary.priority.left > limit {
            let offset = token.start
            try next()
            let right = try expression(above: binary.priority.right)
            left = add(.binary(binary, left, right), at: offset)
        }
        return left
    }

    /// A literal, a function, a table, or what starts with a name or a parenthesis.
    private mutating func simpleExpression() throws(LuaSyntaxError) -> LuaSyntax.NodeID {
        let start = token.start
        let literal: LuaSyntax.Node
        switch token.kind {
        case .nil: literal = .nil
        case .true: literal = .bool(true)
        case .false: literal = .bool(false)
        case .integer: literal = .integer(token.integer)
        case .float: literal = .number(token.number)
        case .string: literal = .string(token.text)
        case .dots:
            guard syntax.function(scopes.function.id).isVariadic else {
                throw unexpected("cannot use '...' outside a vararg function")
            }
            literal = .varargs
        case .leftBrace: return try table()
        case .function:
            try next()
            return try functionBody(at: start, line: lexer.line)
        default: return try suffixedExpression()
        }
        try next()
        return add(literal, at: start)
    }

    /// A name or an expression in parentheses.
    private mutating func primaryExpression() throws(LuaSyntaxError) -> LuaSyntax.NodeID {
        let start = token.start
        switch token.kind {
        case .name:
            let name = try name()
            return try resolve(name, at: start)
        case .leftParenthesis:
            let line = lexer.line
            try next()
            let inner = try expression()
            try close(.rightParenthesis, .leftParenthesis, line: line)
            return add(.parenthesized(inner), at: start)
        default: throw unexpected("unexpected symbol")
        }
    }

    /// A primary expression with the fields, indices and calls that follow it.
    mutating func suffixedExpression() throws(LuaSyntaxError) -> LuaSyntax.NodeID {
        let line = lexer.line
        var left = try primaryExpression()
        while true {
            switch token.kind {
            case .dot: left = try field(of: left)
            case .leftBracket:
                let offset = token.start
                let key = try bracketedKey()
                left = add(.index(left, key), at: offset)
            case .colon:
                try next()
                let offset = token.start
                let name = try name()
                let arguments = try arguments(line: line)
                left = add(.methodCall(left, name, arguments), at: offset)
            case .leftParenthesis, .string, .leftBrace:
                let arguments = try arguments(line: line)
                left = add(.call(left, arguments), at: syntax.offsets[left.index])
            default: return left
            }
        }
    }

    /// `.name` or the `:name` of a function statement.
    mutating func field(of object: LuaSyntax.NodeID) throws(LuaSyntaxError) -> LuaSyntax.NodeID {
        try next()
        let offset = token.start
        let name = try name()
        return add(.field(object, name), at: offset)
    }

    /// `[key]`
    private mutating func bracketedKey() throws(LuaSyntaxError) -> LuaSyntax.NodeID {
        try next()
        let key = try expression()
        try require(.rightBracket)
        return key
    }

    /// What a call gives: a list in parentheses, a text or a table.
    private mutating func arguments(line: Int) throws(LuaSyntaxError) -> [LuaSyntax.NodeID] {
        switch token.kind {
        case .leftParenthesis:
            try next()
            let list = token.kind == .rightParenthesis ? [] : try expressions()
            try close(.rightParenthesis, .leftParenthesis, line: line)
            return list
        case .leftBrace: return [try table()]
        case .string:
            let text = add(.string(token.text), at: token.start)
            try next()
            return [text]
        default: throw unexpected("function arguments expected")
        }
    }

    /// `{ … }`
    private mutating func table() throws(LuaSyntaxError) -> LuaSyntax.NodeID {
        let start = token.start
        let line = lexer.line
        try next()
        var items: [LuaSyntax.TableItem] = []
        while token.kind != .rightBrace {
            items.append(try tableItem())
            if try skip(.comma) { continue }
            guard try skip(.semicolon) else { break }
        }
        try close(.rightBrace, .leftBrace, line: line)
        return add(.table(items), at: start)
    }

    private mutating func tableItem() throws(LuaSyntaxError) -> LuaSyntax.TableItem {
        if token.kind == .leftBracket {
            let key = try bracketedKey()
            try require(.assign)
            return .keyed(key, try expression())
        }
        guard token.kind == .name, try peek() == .assign else { return .positional(try expression()) }
        let offset = token.start
        let name = try name()
        try next()
        return .named(name, offset: offset, try expression())
    }

    /// Parameters and body of a function, from the opening parenthesis; `line` is what messages call its line.
    mutating func functionBody(
        at offset: Int,
        line: Int,
        isMethod: Bool = false
    ) throws(LuaSyntaxError) -> LuaSyntax.NodeID {
        let id = openFunction(line: line)
        try require(.leftParenthesis)
        var parameters: [LuaSyntax.VariableID] = []
        if isMethod {
            parameters.append(try declare("self", at: offset, role: .parameter))
            activate(parameters)
        }
        var named: [LuaSyntax.VariableID] = []
        var expectsMore = token.kind != .rightParenthesis
        while expectsMore {
            switch token.kind {
            case .name:
                let start = token.start
                let name = try name()
                named.append(try declare(name, at: start, role: .parameter))
                expectsMore = try skip(.comma)
            case .dots:
                try next()
                syntax.functions[id.index].isVariadic = true
                expectsMore = false
            default: throw unexpected("<name> or '...' expected")
            }
        }
        activate(named)
        syntax.functions[id.index].parameters = parameters + named
        let start = token.start
        try require(.rightParenthesis)
        let body = try statements(at: start)
        try close(.end, .function, line: line)
        try closeFunction(id, body: body)
        return add(.function(id), at: offset)
    }
}

extension LuaTokenKind {
    var unaryOperator: LuaSyntax.UnaryOperator? {
        switch self {
        case .minus: .minus
        case .not: .not
        case .hash: .length
        case .tilde: .bitNot
        default: nil
        }
    }

    var binaryOperator: LuaSyntax.BinaryOperator? {
        switch self {
        case .plus: .add
        case .minus: .subtract
        case .star: .multiply
        case .slash: .divide
        case .floorDivide: .floorDivide
        case .percent: .modulo
        case .caret: .power
        case .concat: .concat
        case .ampersand: .bitAnd
        case .pipe: .bitOr
        case .tilde: .bitXor
        case .shiftLeft: .shiftLeft
        case .shiftRight: .shiftRight
        case .equal: .equal
        case .notEqual: .notEqual
        case .less: .less
        case .lessEqual: .lessEqual
        case .greater: .greater
        case .greaterEqual: .greaterEqual
        case .and: .and
        case .or: .or
        default: nil
        }
    }
}

extension LuaSyntax.BinaryOperator {
    /// How tightly it binds to its left and to its right operand; right-associative where the right one is lower.
    var priority: (left: Int, right: Int) {
        switch self {
        case .or: (1, 1)
        case .and: (2, 2)
        case .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual: (3, 3)
        case .bitOr: (4, 4)
        case .bitXor: (5, 5)
        case .bitAnd: (6, 6)
        case .shiftLeft, .shiftRight: (7, 7)
        case .concat: (9, 8)
        case .add, .subtract: (10, 10)
        case .multiply, .divide, .floorDivide, .modulo: (11, 11)
        case .power: (14, 13)
        }
    }
}
