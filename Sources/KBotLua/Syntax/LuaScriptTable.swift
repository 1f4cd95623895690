/// The table a script returns, as far as it is written down.
struct LuaScriptTable {
    /// A key that is given a value: in the constructor, by an assignment or by a function statement.
    struct Entry {
        let key: String
        /// The byte of the key.
        let offset: Int
        /// The value; nil when it is a further result of a call.
        let value: LuaSyntax.NodeID?
        /// Whether it is a function defined with a colon.
        let isMethod: Bool
    }

    /// The local variable that holds it; nil when the constructor is returned itself.
    let variable: LuaSyntax.VariableID?
    /// Its constructor.
    let constructor: LuaSyntax.NodeID
    /// Its keys in the order of the text.
    let entries: [Entry]

    /// The entries of a key.
    func entries(of key: String) -> [Entry] { entries.filter { $0.key == key } }
}

extension LuaSyntax {
    /// The literal text under a key of the table the script returns, such as its `kind`; nil when there is none.
    package func tableText(_ key: String) -> String? {
        guard let entry = scriptTable()?.entries(of: key).last, let value = entry.value else { return nil }
        guard case .string(let text) = node(value) else { return nil }
        return text
    }

    /// The table the chunk returns: a constructor, or a local variable that is given one and never another value.
    func scriptTable() -> LuaScriptTable? {
        let returns = function(.chunk).returns
        guard returns.count == 1, case .return(let values) = node(returns[0]), let first = values.first else {
            return nil
        }
        let value = strippingParentheses(first)
        switch node(value) {
        case .table(let items):
            return LuaScriptTable(variable: nil, constructor: value, entries: entries(items))
        case .local(let id):
            guard let constructor = constant(id), case .table(let items) = node(constructor) else { return nil }
            return LuaScriptTable(
                variable: id,
                constructor: constructor,
                entries: entries(items) + assignedEntries(of: id)
            )
        default: return nil
        }
    }

    /// The expression a local variable stands for in all of its life; nil when it can have other values.
    func constant(_ id: VariableID) -> NodeID? {
        let variable = variable(id)
        guard variable.role != .loop, variable.assignments == 0 else { return nil }
        guard let source = variable.source, source.position == 0 else { return nil }
        return strippingParentheses(source.value)
    }

    /// The function an expression is: written there, or a local that is never anything else.
    func function(of value: NodeID) -> FunctionID? {
        switch node(value) {
        case .function(let id): return id
        case .local(let variable):
            guard let constant = constant(variable), case .function(let id) = node(constant) else { return nil }
            return id
        default: return nil
        }
    }

    /// The keys of a constructor that are literal, with their values.
    func entries(_ items: [TableItem]) -> [LuaScriptTable.Entry] {
        items.compactMap { item in
            switch item {
            case .named(let key, let offset, let value):
                LuaScriptTable.Entry(key: key, offset: offset, value: value, isMethod: false)
            case .keyed(let key, let value):
                literalText(key).map {
                    LuaScriptTable.Entry(key: $0, offset: offsets[key.index], value: value, isMethod: false)
                }
            case .positional: nil
            }
        }
    }

    /// The text of a literal.
    func literalText(_ id: NodeID) -> String? {
        if case .string(let text) = node(id) { text } else { nil }
    }

    /// The object and the literal key of `object.key` or `object["key"]`.
    func member(_ id: NodeID) -> (object: NodeID, key: String)? {
        switch node(id) {
        case .field(let object, let key): (object, key)
        case .index(let object, let key): literalText(key).map { (object, $0) }
        default: nil
        }
    }

    /// The keys that statements give to the table in a variable.
    private func assignedEntries(of variable: VariableID) -> [LuaScriptTable.Entry] {
        var result: [LuaScriptTable.Entry] = []
        func add(_ target: NodeID, _ value: NodeID?, isMethod: Bool) {
            guard let (object, key) = member(target), node(object) == .local(variable) else { return }
            result.append(
                LuaScriptTable.Entry(key: key, offset: offsets[target.index], value: value, isMethod: isMethod)
            )
        }
        for node in nodes {
            switch node {
            case .assignment(let targets, let values):
                for (position, target) in targets.enumerated() {
                    add(target, position < values.count ? values[position] : nil, isMethod: false)
                }
            case .functionStatement(let target, let function, let isMethod):
                add(target, function, isMethod: isMethod)
            default: break
            }
        }
        return result
    }
}
