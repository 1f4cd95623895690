internal import CLuaBridge

/// A host function: reads arguments from the call and replies to it; what it throws becomes an error of the script.
///
/// It must not call back into the script. To avoid a cycle it should not hold the machine strongly.
package typealias LuaHostFunction = (borrowing LuaHostCall) throws(LuaHostError) -> Void

/// A field of a host object.
package enum LuaHostField {
    /// Computed on each read; the closure replies once.
    case property(LuaHostFunction)
    /// One of the values of a group, by its place; read without a call to the host.
    case live(LuaLive, Int)
    /// A function.
    case function(LuaHostFunction)
    /// A fixed value.
    case constant(LuaValue)
    /// A value kept on the script's side, such as a state table or another object.
    case reference(LuaReference)
}

extension LuaVM {
    /// Makes an object that scripts can read but not write; an unknown field is an error with a suggestion.
    ///
    /// - Parameters:
    ///   - name: The name in messages, such as `ctx.market`.
    ///   - fields: The fields by name.
    /// - Returns: A reference to the object.
    /// - Throws: A `LuaError` of kind `contract` when a constant is too deep or too large.
    package func object(named name: String, _ fields: [String: LuaHostField]) throws(LuaError) -> LuaReference {
        let handle = unsafe core.handle
        // Sorted, so that function ids and with them everything else are the same on every run.
        let sorted = fields.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        unsafe kb_object_begin(handle)
        for (field, content) in sorted {
            switch content {
            case .property(let body):
                unsafe kb_object_property(handle, field, core.register(body))
                continue
            case .live(let group, let index):
                unsafe kb_object_live(handle, field, group.field(index))
                continue
            case .function(let body):
                unsafe kb_push_host_function(handle, core.register(body))
            case .constant(let value):
                do throws(LuaError) {
                    try core.push(value, limits: LuaConversionLimits(), path: "\(name).\(field)")
                } catch {
                    unsafe kb_pop(handle, 1)
                    throw error
                }
            case .reference(let reference):
                core.push(.function(reference))
            }
            unsafe kb_object_constant(handle, field)
        }
        unsafe kb_object_end(handle, name)
        defer { unsafe kb_pop(handle, 1) }
        return LuaReference(id: unsafe kb_reference(handle, kb_top(handle)))
    }

    /// Makes a group of values that fields of objects read without a call to the host.
    ///
    /// - Parameters:
    ///   - count: How many values there are.
    ///   - fill: Sets them; called at the first read in an entry. What it throws the script sees.
    /// - Returns: The group, to be filled at its first read; the machine keeps it.
    package func live(count: Int, fill: @escaping (LuaSlots) throws(LuaHostError) -> Void) -> LuaLive {
        let values = LuaSlots(core: core, count: count)
        let id = core.register { [unowned values] _ throws(LuaHostError) in try fill(values) }
        let group = LuaLive(core: core, values: values, id: id, fill: fill)
        core.groups.append(group)
        return group
    }

    /// Makes a function that scripts can call.
    package func function(_ body: @escaping LuaHostFunction) -> LuaReference {
        unsafe kb_push_host_function(core.handle, core.register(body))
        defer { unsafe kb_pop(core.handle, 1) }
        return LuaReference(id: unsafe kb_reference(core.handle, kb_top(core.handle)))
    }

    /// Defines a read-only global for all chunks of the machine.
    package func define(_ name: String, _ reference: LuaReference) {
        core.push(.function(reference))
        unsafe kb_define_global(core.handle, name)
    }

    /// Sets what receives the lines of `print`; without it they are dropped.
    package func onPrint(_ body: @escaping (String) -> Void) {
        core.log = body
    }

    /// Sets what finds the text of `require(name)`; without it no module is found.
    ///
    /// Each module runs once, in the same sandbox; later calls get the same value.
    package func onRequire(_ body: @escaping (String) throws(LuaHostError) -> LuaSource) {
        core.resolver = body
    }
}

/// Values the host keeps ready for fields of objects: filled at most once in each entry.
@safe
package final class LuaLive {
    private let core: LuaCore
    private let values: LuaSlots
    private let group: UnsafeMutablePointer<kb_live>
    private let fields: UnsafeMutablePointer<kb_live_field>
    private let fill: (LuaSlots) throws(LuaHostError) -> Void

    init(core: LuaCore, values: LuaSlots, id: Int32, fill: @escaping (LuaSlots) throws(LuaHostError) -> Void) {
        self.core = core
        self.values = values
        self.fill = fill
        unsafe group = .allocate(capacity: 1)
        unsafe group.initialize(to: kb_live(fill: id, read: false, entry: 0))
        unsafe fields = .allocate(capacity: max(values.count, 1))
        for index in 0..<values.count {
            unsafe (fields + index).initialize(to: kb_live_field(group: group, value: values.base + index))
        }
    }

    deinit {
        unsafe fields.deallocate()
        unsafe group.deallocate()
    }

    /// Fills the values for the next entry at once when a script read them in the last one: cheaper than being asked.
    package func prepare() {
        let wanted = unsafe group.pointee.read
        unsafe group.pointee.entry = 0
        guard wanted else { return }
        do throws(LuaHostError) {
            try fill(values)
            unsafe kb_live_ready(core.handle, group)
        } catch {
            // The script hears it when it reads.
        }
    }

    func field(_ index: Int) -> UnsafePointer<kb_live_field> {
        precondition(index >= 0 && index < values.count, "Condition failed: the value must exist")
        return unsafe UnsafePointer(fields + index)
    }
}

/// One call from a script to the host: the arguments, and the place for replies.
///
/// It is valid only inside the host function it was given to.
package struct LuaHostCall: ~Copyable {
    private let core: LuaCore
    private let start: Int32
    /// The number of arguments; 2 (object and key) for a property.
    package let count: Int

    init(core: LuaCore) {
        self.core = core
        self.start = unsafe kb_top(core.handle)
        self.count = Int(start)
    }

    /// The number of replies so far.
    var replies: Int32 {
        unsafe kb_top(core.handle) - start
    }

    // MARK: Arguments, from 1

    /// The type of an argument; nil when it is missing.
    package func kind(_ position: Int) -> LuaKind {
        position >= 1 && position <= count ? core.kind(at: Int32(position)) : .nil
    }

    /// A number argument; nil for other types.
    package func number(_ position: Int) -> Double? {
        guard position >= 1, position <= count else { return nil }
        switch core.scalar(at: Int32(position)) {
        case .integer(let integer): return Double(integer)
        case .number(let number): return number
        default: return nil
        }
    }

    /// A string argument; nil for other types.
    package func string(_ position: Int) -> String? {
        guard position >= 1, position <= count else { return nil }
        guard case .string(let string) = core.scalar(at: Int32(position)) else { return nil }
        charge(bytes: string.utf8.count)
        return string
    }

    /// An argument converted deeply.
    ///
    /// - Throws: A `LuaHostError` that names the path when something cannot be converted.
    package func value(
        _ position: Int,
        limits: LuaConversionLimits = LuaConversionLimits()
    ) throws(LuaHostError) -> LuaValue {
        guard position >= 1, position <= count else { return .nil }
        do throws(LuaError) {
            return try core.value(at: Int32(position), limits: limits)
        } catch {
            throw LuaHostError(error.message)
        }
    }

    /// Takes work off the script's instructions that its limits cannot see: as much as reading so many bytes.
    package func charge(bytes: Int) {
        unsafe kb_charge_host(core.handle, bytes)
    }

    // MARK: Replies, in order

    /// Replies nil.
    package func replyNil() {
        unsafe push { unsafe $0.type = Int32(KB_NIL) }
    }

    /// Replies a float.
    package func reply(_ number: Double) {
        unsafe push {
            unsafe $0.type = Int32(KB_NUMBER)
            unsafe $0.number = number
        }
    }

    /// Replies an integer.
    package func reply(_ integer: Int64) {
        unsafe push {
            unsafe $0.type = Int32(KB_INTEGER)
            unsafe $0.integer = integer
        }
    }

    /// Replies a boolean.
    package func reply(_ boolean: Bool) {
        unsafe push {
            unsafe $0.type = Int32(KB_BOOLEAN)
            unsafe $0.integer = boolean ? 1 : 0
        }
    }

    /// Replies a string.
    package func reply(_ string: String) {
        push(string: string)
    }

    /// Replies what a reference holds.
    package func reply(_ reference: LuaReference) {
        unsafe push {
            unsafe $0.type = Int32(KB_REFERENCE)
            unsafe $0.id = reference.id
        }
    }

    /// Replies a fresh table with the fields of a record.
    package func reply(_ record: LuaRecord) {
        unsafe push {
            unsafe $0.type = Int32(KB_RECORD)
            unsafe $0.pointer = UnsafeRawPointer(record.pointer)
        }
    }

    /// Replies a converted value.
    ///
    /// - Throws: A `LuaHostError` when the value is too deep or too large.
    package func reply(_ value: LuaValue) throws(LuaHostError) {
        do throws(LuaError) {
            try core.push(value, limits: LuaConversionLimits(), path: "reply")
        } catch {
            throw LuaHostError(error.message)
        }
    }

    func push(string: String) {
        core.push(string: string)
    }

    private func push(_ fill: (inout kb_value) -> Void) {
        var value = unsafe kb_value()
        unsafe fill(&value)
        unsafe kb_reserve(core.handle, 4)
        unsafe kb_push(core.handle, &value)
    }
}

extension LuaCore {
    /// Keeps a host function and returns its id.
    func register(_ body: @escaping LuaHostFunction) -> Int32 {
        functions.append(body)
        return Int32(functions.count - 1)
    }
}
