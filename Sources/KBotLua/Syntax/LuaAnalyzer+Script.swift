/// The script's table: its keys, its callbacks, and what is known of the arguments of functions.
extension LuaAnalyzer {
    /// Finds the functions whose calls are all known: callbacks, and local functions that are only called.
    func collectCalls() {
        var registered: [LuaSyntax.VariableID: [ArgumentSource]] = [:]
        if let script = rules.script, let table {
            for entry in table.entries where !entry.isMethod {
                guard let value = entry.value, let callback = script.callbacks[entry.key] else { continue }
                let source = ArgumentSource.callback(callback.parameters.map(\.shape))
                switch syntax.node(value) {
                case .function(let id): calls.append((id, [source]))
                case .local(let variable): registered[variable, default: []].append(source)
                default: break
                }
            }
        }
        for index in syntax.variables.indices {
            steps += 1
            let id = LuaSyntax.VariableID(index: index)
            let calls = uses.calls[id] ?? []
            let callbacks = registered[id] ?? []
            guard syntax.variables[index].reads == calls.count + callbacks.count, !(calls.isEmpty && callbacks.isEmpty)
            else { continue }
            guard let value = syntax.constant(id), case .function(let function) = syntax.node(value) else { continue }
            let sources: [ArgumentSource] = calls.compactMap {
                guard case .call(_, let arguments) = syntax.node($0) else { return nil }
                return .call(arguments)
            }
            self.calls.append((function, callbacks + sources))
        }
    }

    /// Gives parameters the shapes of their arguments, where all calls agree; returns whether that changed anything.
    func updateParameters() -> Bool {
        var changed = false
        for (function, sources) in calls {
            for (position, parameter) in syntax.function(function).parameters.enumerated() {
                guard syntax.variable(parameter).assignments == 0 else { continue }
                var joined: HostShape?
                for source in sources {
                    steps += 1
                    let shape = resolved(argument(position, of: source))
                    joined = joined.map { $0 == shape ? shape : .any } ?? shape
                }
                let shape = joined ?? .any
                if parameters[parameter] ?? .any != shape {
                    parameters[parameter] = shape
                    changed = true
                }
            }
        }
        return changed
    }

    private func argument(_ position: Int, of source: ArgumentSource) -> HostShape {
        switch source {
        case .callback(let shapes): position < shapes.count ? shapes[position] : .any
        case .call(let arguments): position < arguments.count ? shapes[arguments[position].index] : .any
        }
    }

    // MARK: Checks

    /// Checks what the script's table holds and what its callbacks take and answer.
    func checkScript() {
        guard let script = rules.script else { return }
        guard !syntax.function(.chunk).returns.isEmpty else {
            report(
                at: syntax.lines.end,
                .noTable,
                "\(script.noun) must end with 'return' and its table"
            )
            return
        }
        guard let table else { return }
        let known = Array(script.keys.keys) + Array(script.callbacks.keys)
        for entry in table.entries {
            steps += 1
            if let callback = script.callbacks[entry.key] {
                checkCallback(callback, entry)
            } else if let literal = script.keys[entry.key] {
                if let value = entry.value { check(value, literal) }
            } else {
                report(
                    at: entry.offset,
                    .unknownKey,
                    "\(script.noun) has no '\(entry.key)'\(hint(entry.key, known))"
                )
            }
        }
    }

    private func checkCallback(_ callback: LuaAnalysis.Callback, _ entry: LuaScriptTable.Entry) {
        let names = callback.parameters.map(\.name)
        guard !entry.isMethod else {
            let name = table?.variable.map { syntax.variable($0).name } ?? "script"
            report(
                at: entry.offset,
                .methodCallback,
                "define it with a dot, 'function \(name).\(entry.key)(\(names.joined(separator: ", ")))': "
                    + "no self is given"
            )
            return
        }
        guard let value = entry.value, let id = syntax.function(of: value) else { return }
        let function = syntax.function(id)
        for parameter in function.parameters.dropFirst(names.count) {
            let given = names.isEmpty ? "nothing" : "only \(names.joined(separator: ", "))"
            let variable = syntax.variable(parameter)
            report(
                at: variable.offset,
                .extraParameter,
                "\(entry.key) is given \(given): '\(variable.name)' is always nil"
            )
        }
        for node in function.returns {
            guard case .return(let values) = syntax.node(node) else { continue }
            for (value, literal) in zip(values, callback.results) { check(value, literal) }
        }
    }

    // MARK: What the script declares

    /// The object whose fields the script declares; `any` when it does not do so literally.
    func shape(of declaration: HostDeclaration) -> HostShape {
        if let known = declarations[declaration.name] { return known }
        let shape = fields(of: declaration).map { HostShape.object(HostObject(declaration.name, $0)) } ?? .any
        declarations[declaration.name] = shape
        return shape
    }

    private func fields(of declaration: HostDeclaration) -> [String: HostShape]? {
        guard let table else { return nil }
        var fields: [String: HostShape] = [:]
        for constructor in constructors(of: declaration.origin, in: table) ?? [nil] {
            guard let constructor, case .table(let items) = syntax.node(constructor) else { return nil }
            let entries = syntax.entries(items)
            guard entries.count == items.count else { return nil }
            steps += entries.count
            for entry in entries {
                let shape = entry.value.flatMap { tagText(declaration.tag, of: $0) }.flatMap { declaration.shapes[$0] }
                fields[entry.key] = fields[entry.key].map { $0 == shape ?? .any ? $0 : .any } ?? shape ?? .any
            }
        }
        return fields
    }

    /// The tables in which an origin is written, none when it is left out; nil when something else could be there.
    private func constructors(of origin: HostDeclaration.Origin, in table: LuaScriptTable) -> [LuaSyntax.NodeID?]? {
        switch origin {
        case .key(let key):
            guard isOnlyRead(key, of: table) else { return nil }
            let entries = table.entries(of: key)
            guard entries.count <= 1 else { return nil }
            return entries.map { $0.value.map(syntax.strippingParentheses) }
        case .result(let callback, let key):
            let entries = table.entries(of: callback)
            guard entries.count == 1, let value = entries[0].value, let id = syntax.function(of: value) else {
                return nil
            }
            let returns = syntax.function(id).returns
            guard !returns.isEmpty else { return nil }
            var result: [LuaSyntax.NodeID?] = []
            for node in returns {
                guard case .return(let values) = syntax.node(node), let first = values.first else { return nil }
                guard case .table(let items) = syntax.node(syntax.strippingParentheses(first)) else { return nil }
                let entries = syntax.entries(items)
                // A key that is computed could be this one.
                guard entries.count == items.count else { return nil }
                result += entries.filter { $0.key == key }.map { $0.value.map(syntax.strippingParentheses) }
            }
            return result
        }
    }

    /// Whether nothing but the table's entries can change what lies under a key: the table and the value are not handed
    /// on, and nothing is written into the value.
    private func isOnlyRead(_ key: String, of table: LuaScriptTable) -> Bool {
        guard let variable = table.variable else { return true }
        let members = uses.members[variable] ?? []
        // Besides its members it is read once: where it is returned.
        guard syntax.variable(variable).reads == members.count + 1 else { return false }
        return members.allSatisfy { member in
            guard syntax.member(member)?.key == key else { return true }
            let role = uses.role(of: member)
            return role == .target || role == .object
        }
    }

    /// The literal text of a table's tag.
    func tagText(_ tag: LuaTag, of constructor: LuaSyntax.NodeID) -> String? {
        tagNode(tag, of: constructor).flatMap(syntax.literalText)
    }

    /// The node of a table's tag.
    func tagNode(_ tag: LuaTag, of constructor: LuaSyntax.NodeID) -> LuaSyntax.NodeID? {
        guard case .table(let items) = syntax.node(syntax.strippingParentheses(constructor)) else { return nil }
        switch tag {
        case .first:
            return items.lazy.compactMap { if case .positional(let value) = $0 { value } else { nil } }.first
        case .field(let name):
            return syntax.entries(items).first { $0.key == name }?.value
        }
    }
}
