/// Statements and blocks.
extension LuaParser {
    /// Statements up to a token that ends a block.
    mutating func statements(at offset: Int) throws(LuaSyntaxError) -> LuaSyntax.NodeID {
        var list: [LuaSyntax.NodeID] = []
        while !endsBlock(withUntil: true) {
            let isReturn = token.kind == .return
            try statement(into: &list)
            if isReturn { break }
        }
        return add(.block(list), at: offset)
    }

    /// Whether the token ends a block; `until` does so only where the scope ends, too.
    private func endsBlock(withUntil: Bool) -> Bool {
        switch token.kind {
        case .else, .elseif, .end, .endOfFile: true
        case .until: withUntil
        default: false
        }
    }

    /// A block with a scope of its own.
    private mutating func block() throws(LuaSyntaxError) -> LuaSyntax.NodeID {
        scopes.openBlock()
        let body = try statements(at: token.start)
        closeBlock()
        return body
    }

    /// A statement; an empty one adds nothing, and a label may add those after it.
    private mutating func statement(into list: inout [LuaSyntax.NodeID]) throws(LuaSyntaxError) {
        let line = lexer.line
        let start = token.start
        try enter()
        defer { leave() }
        switch token.kind {
        case .semicolon: try next()
        case .if: list.append(try conditional(line: line))
        case .while:
            try next()
            let condition = try expression()
            scopes.openBlock(isLoop: true)
            try require(.do)
            let body = try block()
            try close(.end, .while, line: line)
            closeBlock()
            list.append(add(.whileLoop(condition, body), at: start))
        case .do:
            try next()
            let body = try block()
            try close(.end, .do, line: line)
            list.append(add(.doBlock(body), at: start))
        case .for: list.append(try forLoop(line: line))
        case .repeat: list.append(try repeatLoop(line: line))
        case .function: list.append(try functionStatement(line: line))
        case .local:
            try next()
            list.append(try skip(.function) ? localFunction(at: start) : localDeclaration(at: start))
        case .doubleColon: try label(line: line, into: &list)
        case .return:
            try next()
            let values = endsBlock(withUntil: true) || token.kind == .semicolon ? [] : try expressions()
            _ = try skip(.semicolon)
            let node = add(.return(values), at: start)
            syntax.functions[scopes.function.id.index].returns.append(node)
            list.append(node)
        case .break:
            try next()
            scopes.addJump(to: "break", line: line, offset: start)
            list.append(add(.break, at: start))
        case .goto:
            try next()
            let label = try name()
            // A label already in force is a jump back, which is always right.
            if scopes.function.labels[label] == nil { scopes.addJump(to: label, line: line, offset: start) }
            list.append(add(.goto(label), at: start))
        default: list.append(try expressionStatement())
        }
    }

    private mutating func conditional(line: Int) throws(LuaSyntaxError) -> LuaSyntax.NodeID {
        let start = token.start
        var branches: [LuaSyntax.Branch] = []
        repeat {
            try next()
            let condition = try expression()
            try require(.then)
            branches.append(LuaSyntax.Branch(condition: condition, block: try block()))
        } while token.kind == .elseif
        let otherwise = try skip(.else) ? try block() : nil
        try close(.end, .if, line: line)
        return add(.conditional(branches, otherwise: otherwise), at: start)
    }

    private mutating func repeatLoop(line: Int) throws(LuaSyntaxError) -> LuaSyntax.NodeID {
        let start = token.start
        scopes.openBlock(isLoop: true)
        scopes.openBlock()
        try next()
        let body = try statements(at: token.start)
        try close(.until, .repeat, line: line)
        let condition = try expression()  // sees the locals of the body
        closeBlock()
        closeBlock()
        return add(.repeatLoop(body, condition), at: start)
    }

    private mutating func forLoop(line: Int) throws(LuaSyntaxError) -> LuaSyntax.NodeID {
        let start = token.start
        scopes.openBlock(isLoop: true)
        try next()
        let offset = token.start
        let first = try name()
        let node: LuaSyntax.Node
        switch token.kind {
        case .assign:
            try reserve(3)
            let variable = try declare(first, at: offset, role: .loop)
            try next()
            let from = try expression()
            try require(.comma)
            let to = try expression()
            let step = try skip(.comma) ? try expression() : nil
            activateHidden(3)
            node = .numericFor(variable, from, to, step, try forBody([variable]))
        case .comma, .in:
            try reserve(4)
            var variables = [try declare(first, at: offset, role: .loop)]
            while try skip(.comma) {
                let offset = token.start
                let name = try name()
                variables.append(try declare(name, at: offset, role: .loop))
            }
            try require(.in)
            let values = try expressions()
            for (position, variable) in variables.enumerated() {
                syntax.variables[variable.index].source = LuaSyntax.Source(value: values[0], position: position)
            }
            activateHidden(4)
            node = .genericFor(variables, values, try forBody(variables))
        default: throw unexpected("'=' or 'in' expected")
        }
        try close(.end, .for, line: line)
        closeBlock()
        return add(node, at: start)
    }

    private mutating func forBody(_ variables: [LuaSyntax.VariableID]) throws(LuaSyntaxError) -> LuaSyntax.NodeID {
        try require(.do)
        scopes.openBlock()
        activate(variables)
        let body = try block()
        closeBlock()
        return body
    }

    private mutating func functionStatement(line: Int) throws(LuaSyntaxError) -> LuaSyntax.NodeID {
        let start = token.start
        try next()
        let offset = token.start
        let name = try name()
        var target = try resolve(name, at: offset)
        while token.kind == .dot { target = try field(of: target) }
        let isMethod = token.kind == .colon
        if isMethod { target = try field(of: target) }
        let function = try functionBody(at: start, line: line, isMethod: isMethod)
        try markAssigned(target, from: LuaSyntax.Source(value: function, position: 0))
        return add(.functionStatement(target, function, isMethod: isMethod), at: start)
    }

    private mutating func localFunction(at start: Int) throws(LuaSyntaxError) -> LuaSyntax.NodeID {
        let offset = token.start
        let name = try name()
        let variable = try declare(name, at: offset, role: .function)
        activate([variable])
        let function = try functionBody(at: start, line: lexer.line)
        syntax.variables[variable.index].source = LuaSyntax.Source(value: function, position: 0)
        return add(.localFunction(variable, function), at: start)
    }

    private mutating func localDeclaration(at start: Int) throws(LuaSyntaxError) -> LuaSyntax.NodeID {
        var variables: [LuaSyntax.VariableID] = []
        var closes = false
        repeat {
            let offset = token.start
            let name = try name()
            let variable = try declare(name, at: offset, role: .local)
            variables.append(variable)
            let attribute = try attribute()
            if attribute == .close {
                if closes { throw misplaced("multiple to-be-closed variables in local list", at: offset) }
                closes = true
            }
            syntax.variables[variable.index].attribute = attribute
        } while try skip(.comma)
        let values = try skip(.assign) ? try expressions() : []
        for (position, variable) in variables.enumerated() {
            syntax.variables[variable.index].source = source(of: position, in: values)
        }
        activate(variables)
        return add(.localDeclaration(variables, values), at: start)
    }

    /// `<const>`, `<close>` or nothing.
    private mutating func attribute() throws(LuaSyntaxError) -> LuaSyntax.Attribute? {
        guard try skip(.less) else { return nil }
        let offset = token.start
        let name = try name()
        try require(.greater)
        guard let attribute = LuaSyntax.Attribute(rawValue: name) else {
            throw misplaced("unknown attribute '\(name)'", at: offset)
        }
        return attribute
    }

    /// `::name::` with the empty statements and labels after it.
    private mutating func label(line: Int, into list: inout [LuaSyntax.NodeID]) throws(LuaSyntaxError) {
        let start = token.start
        try next()
        let name = try name()
        try require(.doubleColon)
        let position = list.count
        var after: [LuaSyntax.NodeID] = []
        while token.kind == .semicolon || token.kind == .doubleColon { try statement(into: &after) }
        if let other = scopes.function.labels[name] {
            throw misplaced("label '\(name)' already defined on line \(other)", at: start)
        }
        if let (jump, variable) = scopes.declareLabel(name, line: line, isLast: endsBlock(withUntil: false)) {
            throw misplaced(
                "<goto \(name)> at line \(jump.line) jumps into the scope of local '\(variable)'",
                at: jump.offset
            )
        }
        list.insert(add(.label(name), at: start), at: position)
        list += after
    }

    /// A call, or an assignment to one or more places.
    private mutating func expressionStatement() throws(LuaSyntaxError) -> LuaSyntax.NodeID {
        let start = token.start
        let first = try suffixedExpression()
        guard token.kind == .assign || token.kind == .comma else {
            switch syntax.node(first) {
            case .call, .methodCall: return add(.callStatement(first), at: start)
            default: throw unexpected("syntax error")
            }
        }
        var targets = [first]
        try checkTarget(first)
        while try skip(.comma) {
            let target = try suffixedExpression()
            try enter()
            targets.append(target)
            try checkTarget(target)
        }
        try require(.assign)
        let values = try expressions()
        leave(targets.count - 1)
        for (position, target) in targets.enumerated() { note(target, source: source(of: position, in: values)) }
        return add(.assignment(targets, values), at: start)
    }

    /// Complains of what cannot be assigned to.
    private func checkTarget(_ target: LuaSyntax.NodeID) throws(LuaSyntaxError) {
        switch syntax.node(target) {
        case .global, .field, .index: break
        case .local(let id):
            let variable = syntax.variable(id)
            guard variable.attribute == nil else {
                throw misplaced(
                    "attempt to assign to const variable '\(variable.name)'",
                    at: syntax.offsets[target.index]
                )
            }
        default: throw unexpected("syntax error")
        }
    }

    /// Checks a target and notes the assignment.
    private mutating func markAssigned(
        _ target: LuaSyntax.NodeID,
        from source: LuaSyntax.Source
    ) throws(LuaSyntaxError) {
        try checkTarget(target)
        note(target, source: source)
    }

    /// Notes that a local variable is written here, not read.
    private mutating func note(_ target: LuaSyntax.NodeID, source: LuaSyntax.Source?) {
        guard case .local(let variable) = syntax.node(target) else { return }
        syntax.variables[variable.index].reads -= 1
        syntax.variables[variable.index].assignments += 1
        syntax.variables[variable.index].assigned = source
    }

    /// Where the variable at a position of a list gets its value from; nil for none.
    private func source(of position: Int, in values: [LuaSyntax.NodeID]) -> LuaSyntax.Source? {
        if position < values.count { return LuaSyntax.Source(value: values[position], position: 0) }
        guard let last = values.last else { return nil }
        switch syntax.node(last) {
        case .call, .methodCall, .varargs:
            return LuaSyntax.Source(value: last, position: position - values.count + 1)
        default: return nil
        }
    }
}
