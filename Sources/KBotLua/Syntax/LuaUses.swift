/// How the nodes of a tree are used by those around them, from one pass over it.
struct LuaUses {
    /// What a node is to the one around it.
    enum Role: UInt8 {
        /// A value.
        case value
        /// What is assigned to.
        case target
        /// The object of a field or an index, which is read.
        case object
        /// The object of a field or an index, which is written.
        case written
    }

    private var roles: [Role]
    /// The calls of each local variable, in order.
    private(set) var calls: [LuaSyntax.VariableID: [LuaSyntax.NodeID]] = [:]
    /// The members of each local variable, `v.name` and `v["name"]`, in order.
    private(set) var members: [LuaSyntax.VariableID: [LuaSyntax.NodeID]] = [:]

    init(_ syntax: LuaSyntax) {
        roles = Array(repeating: .value, count: syntax.nodes.count)
        // Parents after children: first who is written, then through what.
        for node in syntax.nodes {
            switch node {
            case .assignment(let targets, _): for target in targets { roles[target.index] = .target }
            case .functionStatement(let target, _, _): roles[target.index] = .target
            default: break
            }
        }
        for (index, node) in syntax.nodes.enumerated() {
            let id = LuaSyntax.NodeID(index: index)
            switch node {
            case .field(let object, _), .index(let object, _):
                roles[object.index] = roles[index] == .target ? .written : .object
                if case .local(let variable) = syntax.node(object), syntax.member(id) != nil {
                    members[variable, default: []].append(id)
                }
            case .call(let callee, _):
                if case .local(let variable) = syntax.node(callee) { calls[variable, default: []].append(id) }
            default: break
            }
        }
    }

    /// What a node is to the one around it.
    func role(of id: LuaSyntax.NodeID) -> Role { roles[id.index] }
}
