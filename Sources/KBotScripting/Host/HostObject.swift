import KBotLua

/// One thing scripts can read or call, as it is bound and as the editor's definitions tell it.
struct HostField: Sendable {
    let name: String
    /// The type in LuaLS notation, such as `number?`.
    let type: String
    /// One sentence.
    let help: String

    init(_ name: String, _ type: String, _ help: String) {
        self.name = name
        self.type = type
        self.help = help
    }
}

/// A function scripts can call, as it is bound and told.
struct HostFunction: Sendable {
    let name: String
    /// Names and types of the arguments, in order; a name that ends in `?` may be left out.
    let arguments: [(name: String, type: String)]
    /// The type of the result; nil for none.
    let result: String?
    let help: String

    init(_ name: String, _ arguments: [(name: String, type: String)], _ result: String?, _ help: String) {
        self.name = name
        self.arguments = arguments
        self.result = result
        self.help = help
    }
}

/// What must be at hand for a field to have a value.
enum HostNeed {
    case nothing
    case account
    case market
}

/// An object scripts read through `ctx`: the one list from which it is bound, checked and documented.
struct HostObject {
    /// One or more fields of an object, and where their values come from.
    enum Member {
        /// Values that are set together at the first read of any of them.
        case values([HostField], HostNeed, hot: Bool = false, (ScriptContext, LuaSlots) -> Void)
        /// A value made anew at each read.
        case property(HostField, HostNeed, (ScriptContext, borrowing LuaHostCall) throws(LuaHostError) -> Void)
        /// A function.
        case function(HostFunction, HostNeed, (ScriptContext, borrowing LuaHostCall) throws(LuaHostError) -> Void)
        /// Another object.
        case object(HostField, HostObject)
        /// A fixed value.
        case constant(HostField, LuaValue)
        /// A table of the script's own.
        case table(HostField, LuaValue)
    }

    /// Name of its class in the editor's definitions.
    let type: String
    /// How scripts reach it.
    let path: String
    let help: String
    let members: [Member]

    /// Makes the object in a machine; a table of the script's own is handed to `keep`.
    func make(
        in vm: LuaVM,
        _ context: ScriptContext,
        keep: (LuaReference) -> Void = { _ in }
    ) throws(LuaError) -> LuaReference {
        var fields: [String: LuaHostField] = [:]
        for member in members {
            switch member {
            case .values(let list, let need, let hot, let fill):
                let group = vm.live(count: list.count) { [unowned context, path] slots throws(LuaHostError) in
                    try context.require(need, path)
                    fill(context, slots)
                }
                if hot { context.prepared.append(group) }
                for (index, field) in list.enumerated() { fields[field.name] = .live(group, index) }
            case .property(let field, let need, let read):
                fields[field.name] = .property { [unowned context, path] call throws(LuaHostError) in
                    try context.require(need, "\(path).\(field.name)")
                    try read(context, call)
                }
            case .function(let function, let need, let run):
                fields[function.name] = .function { [unowned context, path] call throws(LuaHostError) in
                    try context.require(need, "\(path).\(function.name)")
                    try run(context, call)
                }
            case .object(let field, let object):
                fields[field.name] = .reference(try object.make(in: vm, context, keep: keep))
            case .constant(let field, let value): fields[field.name] = .constant(value)
            case .table(let field, let value):
                let reference = try vm.keep(value)
                keep(reference)
                fields[field.name] = .reference(reference)
            }
        }
        return try vm.object(named: path, fields)
    }

    /// Every field that is no function or object.
    var plainFields: [HostField] {
        members.flatMap { member -> [HostField] in
            switch member {
            case .values(let list, _, _, _): list
            case .property(let field, _, _), .constant(let field, _), .table(let field, _): [field]
            case .function, .object: []
            }
        }
    }

    /// Every function.
    var functions: [HostFunction] {
        members.compactMap { if case .function(let function, _, _) = $0 { function } else { nil } }
    }

    /// Every object inside.
    var objects: [(field: HostField, object: HostObject)] {
        members.compactMap { if case .object(let field, let object) = $0 { (field, object) } else { nil } }
    }
}

/// A table the host hands to a callback: its fields in the order of the slots.
struct HostRecord: Sendable {
    /// Name of its class in the editor's definitions.
    let type: String
    let help: String
    let fields: [HostField]

    /// The names of the fields.
    var names: [String] { fields.map(\.name) }
}
