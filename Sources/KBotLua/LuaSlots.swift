internal import CLuaBridge

/// The type of a value.
package enum LuaKind: Int32, Sendable, Hashable {
    case `nil` = 0
    case boolean, integer, number, string, table, function, object, thread
}

/// A row of values that cross the border without allocating: arguments, results, or the fields of a record.
@safe
package final class LuaSlots {
    /// How many values there are.
    package let count: Int
    let base: UnsafeMutablePointer<kb_value>
    private let core: LuaCore
    /// Records and strings the slots point to.
    private var held: [AnyObject?]

    init(core: LuaCore, count: Int) {
        self.core = core
        self.count = count
        self.held = Array(repeating: nil, count: count)
        unsafe self.base = .allocate(capacity: max(count, 1))
        unsafe base.initialize(repeating: kb_value(), count: max(count, 1))
    }

    deinit {
        unsafe base.deallocate()
    }

    // MARK: Writing

    /// Sets a value to nil; in a record the field is left out.
    package func setNil(_ index: Int) {
        unsafe slot(index).pointee.type = Int32(KB_NIL)
    }

    /// Sets a value to a float.
    package func set(_ index: Int, _ number: Double) {
        let slot = unsafe slot(index)
        unsafe slot.pointee.type = Int32(KB_NUMBER)
        unsafe slot.pointee.number = number
    }

    /// Sets a value to an integer.
    package func set(_ index: Int, _ integer: Int64) {
        let slot = unsafe slot(index)
        unsafe slot.pointee.type = Int32(KB_INTEGER)
        unsafe slot.pointee.integer = integer
    }

    /// Sets a value to a boolean.
    package func set(_ index: Int, _ boolean: Bool) {
        let slot = unsafe slot(index)
        unsafe slot.pointee.type = Int32(KB_BOOLEAN)
        unsafe slot.pointee.integer = boolean ? 1 : 0
    }

    /// Sets a value to a string, which is copied; for strings that repeat, keep a reference instead.
    package func set(_ index: Int, _ string: String) {
        let bytes = HeldBytes(string)
        held[index] = bytes
        let slot = unsafe slot(index)
        unsafe slot.pointee.type = Int32(KB_STRING)
        unsafe slot.pointee.pointer = UnsafeRawPointer(bytes.start)
        unsafe slot.pointee.length = bytes.count
    }

    /// Sets a value to what a reference holds.
    package func set(_ index: Int, _ reference: LuaReference) {
        let slot = unsafe slot(index)
        unsafe slot.pointee.type = Int32(KB_REFERENCE)
        unsafe slot.pointee.id = reference.id
    }

    /// Sets a value to a table with the fields the record has when the call is made.
    package func set(_ index: Int, _ record: LuaRecord) {
        held[index] = record
        let slot = unsafe slot(index)
        unsafe slot.pointee.type = Int32(KB_RECORD)
        unsafe slot.pointee.pointer = UnsafeRawPointer(record.pointer)
    }

    // MARK: Reading

    /// The type of a value.
    package func kind(_ index: Int) -> LuaKind {
        unsafe LuaKind(rawValue: slot(index).pointee.type) ?? .nil
    }

    /// A number, be it an integer or a float; nil for other types.
    package func number(_ index: Int) -> Double? {
        let slot = unsafe slot(index)
        switch Int(unsafe slot.pointee.type) {
        case KB_NUMBER: return unsafe slot.pointee.number
        case KB_INTEGER: return unsafe Double(slot.pointee.integer)
        default: return nil
        }
    }

    /// An integer, or a float without a fraction; nil for other values.
    package func integer(_ index: Int) -> Int64? {
        let slot = unsafe slot(index)
        switch Int(unsafe slot.pointee.type) {
        case KB_INTEGER: return unsafe slot.pointee.integer
        case KB_NUMBER: return unsafe exactInteger(slot.pointee.number)
        default: return nil
        }
    }

    /// A boolean; nil for other types.
    package func boolean(_ index: Int) -> Bool? {
        let slot = unsafe slot(index)
        return unsafe Int(slot.pointee.type) == KB_BOOLEAN ? slot.pointee.integer != 0 : nil
    }

    /// A string; nil for other types. Short strings are made once and then shared. Valid until the next call.
    package func string(_ index: Int) -> String? {
        let slot = unsafe slot(index)
        guard unsafe Int(slot.pointee.type) == KB_STRING else { return nil }
        if unsafe slot.pointee.id >= 0 {
            return core.symbol(unsafe slot.pointee.id)
        }
        return unsafe makeString(slot.pointee.pointer?.assumingMemoryBound(to: CChar.self), slot.pointee.length)
    }

    private func slot(_ index: Int) -> UnsafeMutablePointer<kb_value> {
        precondition(index >= 0 && index < count, "Condition failed: the slot must exist")
        return unsafe base + index
    }
}

/// The names of fields that are written or read together, interned in one machine.
@safe
package final class LuaShape {
    /// The names, in the order of the slots.
    package let names: [String]
    let pointer: UnsafeMutablePointer<kb_shape>
    private let keys: UnsafeMutablePointer<Int32>

    init(core: LuaCore, names: [String]) {
        self.names = names
        unsafe keys = .allocate(capacity: max(names.count, 1))
        unsafe pointer = .allocate(capacity: 1)
        for (index, name) in names.enumerated() {
            core.push(string: name)
            unsafe keys[index] = kb_reference(core.handle, kb_top(core.handle))
            unsafe kb_pop(core.handle, 1)
        }
        unsafe pointer.initialize(to: kb_shape(keys: keys, count: Int32(names.count)))
    }

    deinit {
        unsafe keys.deallocate()
        unsafe pointer.deallocate()
    }
}

/// Values for the fields of a shape; each use makes a table of them.
@safe
package final class LuaRecord {
    /// The names.
    package let shape: LuaShape
    /// The values, in the order of the shape.
    package let values: LuaSlots
    let pointer: UnsafeMutablePointer<kb_record>

    init(core: LuaCore, shape: LuaShape, reusesTable: Bool) {
        self.shape = shape
        self.values = LuaSlots(core: core, count: shape.names.count)
        unsafe pointer = .allocate(capacity: 1)
        var table: Int32 = 0
        if reusesTable {
            unsafe kb_push_table(core.handle, 0, Int32(shape.names.count))
            unsafe table = kb_reference(core.handle, kb_top(core.handle))
            unsafe kb_pop(core.handle, 1)
        }
        let record = unsafe kb_record(
            shape: UnsafePointer(shape.pointer),
            values: UnsafePointer(values.base),
            table: table
        )
        unsafe pointer.initialize(to: record)
    }

    deinit {
        unsafe pointer.deallocate()
    }
}

/// Bytes of a string at a fixed address.
@safe
private final class HeldBytes {
    let start: UnsafeMutablePointer<UInt8>
    let count: Int

    init(_ string: String) {
        count = string.utf8.count
        unsafe start = .allocate(capacity: max(count, 1))
        _ = unsafe UnsafeMutableBufferPointer(start: start, count: count).initialize(from: string.utf8)
    }

    deinit {
        unsafe start.deallocate()
    }
}
