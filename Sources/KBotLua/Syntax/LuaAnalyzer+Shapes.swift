/// What expressions are: one pass over the nodes, parts before wholes.
extension LuaAnalyzer {
    /// Finds the shape of every node, and reports what reads, writes and calls do wrong.
    func inferShapes() {
        for index in syntax.nodes.indices {
            steps += 1
            shapes[index] = resolved(infer(LuaSyntax.NodeID(index: index)))
        }
    }

    private func infer(_ id: LuaSyntax.NodeID) -> HostShape {
        switch syntax.node(id) {
        case .integer, .number: return .number
        case .bool: return .boolean
        case .string: return .text
        case .local(let variable): return shape(of: variable)
        case .global(let name): return uses.role(of: id) == .target ? .any : global(name, at: id)
        case .field, .index: return uses.role(of: id) == .target ? .any : read(id)
        case .call(let callee, _): return call(callee, at: id)
        case .methodCall(let object, let name, _): return callMethod(name, of: object, at: id)
        case .parenthesized(let inner): return shapes[inner.index]
        case .unary(.not, _): return .boolean
        case .binary(let sign, let left, let right): return binary(sign, left, right)
        case .assignment(let targets, _): for target in targets { write(target) }
        case .functionStatement(let target, _, _): write(target, isFunction: true)
        default: break
        }
        return .any
    }

    private func binary(_ sign: LuaSyntax.BinaryOperator, _ left: LuaSyntax.NodeID, _ right: LuaSyntax.NodeID)
        -> HostShape
    {
        switch sign {
        case .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual: return .boolean
        case .and: return shapes[right.index]
        case .or:
            if shapes[left.index] == shapes[right.index] { return shapes[left.index] }
            switch syntax.node(right) {
            // What stands in for a missing value is not what fields are read from.
            case .nil, .bool(false): return shapes[left.index]
            default: return .any
            }
        default: return .any
        }
    }

    // MARK: Variables

    /// What a local variable is: what it is given, if it is given something only once.
    private func shape(of id: LuaSyntax.VariableID) -> HostShape {
        if let known = parameters[id] { return known }
        let variable = syntax.variable(id)
        if variable.role == .loop { return loopShape(of: variable) }
        let given: LuaSyntax.Source?
        switch (variable.source, variable.assignments) {
        case (let source, 0): given = source
        case (nil, 1) where variable.role == .local: given = variable.assigned
        default: given = nil
        }
        guard let given, given.position == 0 else { return .any }
        return shapes[given.value.index]
    }

    /// The second variable of `for i, v in ipairs(list)` is an element of the list; the same with `pairs`.
    private func loopShape(of variable: LuaSyntax.Variable) -> HostShape {
        guard variable.assignments == 0, let source = variable.source, source.position == 1 else { return .any }
        guard case .call(let callee, let arguments) = syntax.node(source.value), let list = arguments.first,
            case .global(let name) = syntax.node(callee), name == "ipairs" || name == "pairs",
            case .array(let element) = shapes[list.index]
        else { return .any }
        return element
    }

    private func global(_ name: String, at id: LuaSyntax.NodeID) -> HostShape {
        if let known = rules.globals[name] { return known }
        if let advice = rules.advice[name] {
            report(at: offset(id), .unknownGlobal, "unknown global '\(name)': \(advice)")
        } else if reports {
            let names = Array(rules.globals.keys) + visibleLocals(at: offset(id))
            report(at: offset(id), .unknownGlobal, "unknown global '\(name)'\(hint(name, names))")
        }
        return .any
    }

    /// The names of the local variables in force at a byte.
    private func visibleLocals(at offset: Int) -> [String] {
        guard !isFull else { return [] }
        steps += syntax.variables.count
        return syntax.variables.filter { $0.scope.contains(offset) }.map(\.name)
    }

    // MARK: Fields

    /// The value of `object.key`, `object["key"]` or `object[key]`.
    private func read(_ id: LuaSyntax.NodeID) -> HostShape {
        guard let (object, key) = syntax.member(id) else {
            guard case .index(let object, _) = syntax.node(id), case .array(let element) = shapes[object.index] else {
                return .any
            }
            return element
        }
        switch shapes[object.index] {
        case .any, .declared, .unavailable: return .any
        case .object(let host): return field(key, of: host, at: id)
        case .text: return textField(key, at: id)
        case .array(let element):
            if case .object(let host) = element, host.fields[key] != nil {
                report(
                    at: offset(id),
                    .wrongUse,
                    "\(words(object)) is a list: take one of it, as in \(words(object))[1].\(key)"
                )
            }
            return .any
        case .number, .boolean, .function:
            reportNoFields(object, at: id)
            return .any
        }
    }

    /// A field of a host object.
    private func field(_ key: String, of host: HostObject, at id: LuaSyntax.NodeID) -> HostShape {
        guard let shape = host.fields[key] else {
            if !host.isWritable {
                report(
                    at: offset(id),
                    .unknownField,
                    "\(host.name) has no field '\(key)'\(hint(key, host.fields.keys))"
                )
            }
            return .any
        }
        switch shape {
        case .unavailable(let reason):
            report(at: offset(id), .unavailable, "\(host.name).\(key) is not available here: \(reason)")
            return .any
        default: return shape
        }
    }

    /// A field of a text is one of the library `string`.
    private func textField(_ key: String, at id: LuaSyntax.NodeID) -> HostShape {
        guard case .object(let library) = rules.globals["string"] else { return .any }
        return field(key, of: library, at: id)
    }

    private func reportNoFields(_ object: LuaSyntax.NodeID, at id: LuaSyntax.NodeID) {
        guard let noun = shapes[object.index].noun else { return }
        report(at: offset(id), .wrongUse, "\(words(object)) is \(noun) and has no fields")
    }

    // MARK: Calls

    private func call(_ callee: LuaSyntax.NodeID, at id: LuaSyntax.NodeID) -> HostShape {
        switch shapes[callee.index] {
        case .function(let result):
            if let (object, key) = syntax.member(callee), case .object(let host) = shapes[object.index], host.takesColon
            {
                report(at: offset(callee), .methodCall, "use \(words(object)):\(key)(…) with a colon")
            }
            return result
        case .number, .boolean, .text, .array, .object:
            if let noun = shapes[callee.index].noun {
                report(at: offset(callee), .wrongUse, "\(words(callee)) is \(noun), not a function")
            }
            return .any
        case .any, .declared, .unavailable: return .any
        }
    }

    private func callMethod(
        _ name: String,
        of object: LuaSyntax.NodeID,
        at id: LuaSyntax.NodeID
    ) -> HostShape {
        var method = HostShape.any
        switch shapes[object.index] {
        case .text: method = textField(name, at: id)
        case .object(let host) where host.takesColon: method = field(name, of: host, at: id)
        case .object(let host):
            guard !host.isWritable else { return .any }
            let meant = host.fields[name] == nil ? nearestName(to: name, in: host.fields.keys) ?? name : name
            report(at: offset(id), .methodCall, "use \(words(object)).\(meant)(…) with a dot")
        case .number, .boolean, .function: reportNoFields(object, at: id)
        case .any, .array, .declared, .unavailable: break
        }
        if case .function(let result) = method { return result }
        return .any
    }

    // MARK: Writes

    private func write(_ target: LuaSyntax.NodeID, isFunction: Bool = false) {
        if case .global(let name) = syntax.node(target) {
            reportGlobalWrite(name, at: target, isFunction: isFunction)
            return
        }
        guard let (object, key) = syntax.member(target) else {
            if case .index(let object, _) = syntax.node(target), case .object(let host) = shapes[object.index],
                !host.isWritable
            {
                report(at: offset(target), .readOnly, "\(host.name) is read-only")
            }
            return
        }
        switch shapes[object.index] {
        case .object(let host):
            if !host.isWritable { report(at: offset(target), .readOnly, "\(host.name).\(key) is read-only") }
        case .number, .boolean, .text, .function: reportNoFields(object, at: target)
        case .any, .array, .declared, .unavailable: checkRecord(object, key, at: target)
        }
    }

    private func reportGlobalWrite(_ name: String, at target: LuaSyntax.NodeID, isFunction: Bool) {
        guard reports else { return }
        let advice: String
        if rules.script?.callbacks[name] != nil {
            let table = table?.variable.map { syntax.variable($0).name } ?? "NAME"
            advice = "callbacks belong to the script's table, as in 'function \(table).\(name)(…)'"
        } else if isFunction {
            advice = "write 'local function \(name)'"
        } else {
            advice = "assign to a local instead" + hint(name, visibleLocals(at: offset(target)))
        }
        report(at: offset(target), .globalWrite, "assignment to global '\(name)': \(advice)")
    }

    /// A field written to a local table that a callback returns must be one the host reads.
    private func checkRecord(_ object: LuaSyntax.NodeID, _ key: String, at target: LuaSyntax.NodeID) {
        guard case .local(let variable) = syntax.node(object), let record = records[variable] else { return }
        guard record.parts[key] == nil else { return }
        report(
            at: offset(target),
            .unknownKey,
            "\(record.noun) has no field '\(key)'\(hint(key, record.parts.keys))"
        )
    }

    // MARK: Words

    /// The byte at which a node is shown.
    private func offset(_ id: LuaSyntax.NodeID) -> Int { syntax.offsets[id.index] }

    /// An expression in the script's own words, as in `ctx.market.bid`.
    private func words(_ id: LuaSyntax.NodeID) -> String {
        var tail = ""
        var rest = id
        for _ in 0..<8 {
            switch syntax.node(rest) {
            case .local(let variable): return syntax.variable(variable).name + tail
            case .global(let name): return name + tail
            case .field(let object, let name):
                tail = ".\(name)\(tail)"
                rest = object
            case .index(let object, _):
                tail = "[…]\(tail)"
                rest = object
            case .call(let callee, _):
                tail = "(…)\(tail)"
                rest = callee
            case .methodCall(let object, let name, _):
                tail = ":\(name)(…)\(tail)"
                rest = object
            case .string: return "the text" + tail
            case .integer, .number: return "the number" + tail
            case .parenthesized(let inner): rest = inner
            default: return "this" + tail
            }
        }
        return "…" + tail
    }
}
