internal import CLuaBridge

// Deep conversion both ways. Everything here uses raw access with the limits off, so no script code runs and nothing
// can raise.

extension LuaCore {
    /// The type of the value at a stack index.
    func kind(at index: Int32) -> LuaKind {
        var value = unsafe kb_value()
        unsafe kb_read(handle, index, &value)
        return LuaKind(rawValue: unsafe value.type) ?? .nil
    }

    /// A scalar at a stack index; nil for tables, functions and the like, and `.nil` for nil.
    ///
    /// Text that is not UTF-8 is repaired.
    func scalar(at index: Int32) -> LuaValue? {
        var value = unsafe kb_value()
        unsafe kb_read(handle, index, &value)
        switch Int(unsafe value.type) {
        case KB_NIL: return .nil
        case KB_BOOLEAN: return .bool(unsafe value.integer != 0)
        case KB_INTEGER: return .integer(unsafe value.integer)
        case KB_NUMBER: return .number(unsafe value.number)
        case KB_STRING:
            return .string(unsafe makeString(value.pointer?.assumingMemoryBound(to: CChar.self), value.length))
        default: return nil
        }
    }

    /// Converts the value at a stack index.
    func value(at index: Int32, limits: LuaConversionLimits) throws(LuaError) -> LuaValue {
        var reader = LuaReader(core: self, limits: limits)
        return try reader.read(at: index, depth: 0)
    }

    /// Pushes a string.
    func push(string: String) {
        var string = string
        string.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                unsafe kb_reserve(handle, 4)
                unsafe kb_push_string(handle, characters.baseAddress, characters.count)
            }
        }
    }

    /// Pushes a scalar, or the value of a reference.
    func push(_ scalar: LuaValue) {
        if case .string(let string) = scalar { return push(string: string) }
        var value = unsafe kb_value()
        switch scalar {
        case .bool(let bool):
            unsafe value.type = Int32(KB_BOOLEAN)
            unsafe value.integer = bool ? 1 : 0
        case .integer(let integer):
            unsafe value.type = Int32(KB_INTEGER)
            unsafe value.integer = integer
        case .number(let number):
            unsafe value.type = Int32(KB_NUMBER)
            unsafe value.number = number
        case .function(let reference):
            unsafe value.type = Int32(KB_REFERENCE)
            unsafe value.id = reference.id
        case .nil, .string, .array, .table:
            unsafe value.type = Int32(KB_NIL)
        }
        unsafe kb_push(handle, &value)
    }

    /// Pushes a value deeply; on an error nothing is left on the stack.
    func push(_ value: LuaValue, limits: LuaConversionLimits, path: String) throws(LuaError) {
        var remaining = limits.values
        let top = unsafe kb_top(handle)
        do throws(LuaError) {
            try push(value, depth: 0, limits: limits, remaining: &remaining, path: path)
        } catch {
            unsafe kb_pop(handle, kb_top(handle) - top)
            throw error
        }
    }

    private func push(
        _ value: LuaValue,
        depth: Int,
        limits: LuaConversionLimits,
        remaining: inout Int,
        path: String
    ) throws(LuaError) {
        remaining -= 1
        guard remaining >= 0 else { throw .contract("\(path): more than \(limits.values) values") }
        guard depth <= limits.depth, unsafe kb_reserve(handle, 8) else {
            throw .contract("\(path): nested deeper than \(limits.depth) tables")
        }
        switch value {
        case .array(let elements):
            unsafe kb_push_table(handle, Int32(clamping: elements.count), 0)
            let table = unsafe kb_top(handle)
            for (offset, element) in elements.enumerated() {
                try push(element, depth: depth + 1, limits: limits, remaining: &remaining, path: path)
                unsafe kb_raw_set_index(handle, table, Int64(offset + 1))
            }
        case .table(let fields):
            unsafe kb_push_table(handle, 0, Int32(clamping: fields.count))
            let table = unsafe kb_top(handle)
            for field in fields {
                if case .number(let number) = field.key, number.isNaN {
                    throw .contract("\(path): NaN cannot be a key")
                }
                push(field.key.asValue)
                try push(field.value, depth: depth + 1, limits: limits, remaining: &remaining, path: path)
                unsafe kb_raw_set(handle, table)
            }
        default:
            push(value)
        }
    }
}

/// Reads one value deeply, within limits.
private struct LuaReader {
    let core: LuaCore
    let limits: LuaConversionLimits
    private var values = 0
    private var bytes = 0
    /// The tables on the way from the root, to find cycles.
    private var ancestors: [UInt] = []
    /// The names on the way from the root, for messages.
    private var path: [String] = []

    init(core: LuaCore, limits: LuaConversionLimits) {
        self.core = core
        self.limits = limits
    }

    mutating func read(at index: Int32, depth: Int) throws(LuaError) -> LuaValue {
        values += 1
        guard values <= limits.values else { throw refusal("more than \(limits.values) values") }
        var value = unsafe kb_value()
        unsafe kb_read(core.handle, index, &value)
        switch Int(unsafe value.type) {
        case KB_NIL: return .nil
        case KB_BOOLEAN: return .bool(unsafe value.integer != 0)
        case KB_INTEGER: return .integer(unsafe value.integer)
        case KB_NUMBER: return .number(unsafe value.number)
        case KB_STRING: return .string(unsafe try text(value))
        case KB_TABLE: return try table(at: index, depth: depth)
        case KB_FUNCTION where limits.allowsFunctions:
            return .function(LuaReference(id: unsafe kb_reference(core.handle, index)))
        case KB_FUNCTION: throw refusal("a function is no data")
        case KB_OBJECT: throw refusal("an object of the host is no data")
        default: throw refusal("a coroutine is no data")
        }
    }

    private mutating func text(_ value: kb_value) throws(LuaError) -> String {
        bytes += unsafe value.length
        guard bytes <= limits.bytes else { throw refusal("more than \(limits.bytes) bytes of text") }
        let buffer = unsafe UnsafeRawBufferPointer(start: value.pointer, count: value.length)
        guard let string = unsafe String(validating: buffer, as: UTF8.self) else {
            throw refusal("the text is not UTF-8")
        }
        return string
    }

    private mutating func table(at index: Int32, depth: Int) throws(LuaError) -> LuaValue {
        guard depth < limits.depth, unsafe kb_reserve(core.handle, 8) else {
            throw refusal("nested deeper than \(limits.depth) tables")
        }
        let identity = unsafe UInt(bitPattern: kb_identity(core.handle, index))
        guard !ancestors.contains(identity) else { throw refusal("the table contains itself") }
        ancestors.append(identity)
        defer { ancestors.removeLast() }

        let top = unsafe kb_top(core.handle)
        // On an error the key and value under way are still on the stack.
        defer { unsafe kb_pop(core.handle, kb_top(core.handle) - top) }
        var fields: [LuaField] = []
        core.push(.nil)
        while unsafe kb_next(core.handle, index) {
            let key = try readKey(at: top + 1)
            path.append(key.pathText)
            fields.append(LuaField(key: key, value: try read(at: top + 2, depth: depth + 1)))
            path.removeLast()
            unsafe kb_pop(core.handle, 1)
        }
        fields.sort { $0.key < $1.key }
        let isArray = !fields.isEmpty && fields.enumerated().allSatisfy { $1.key == .integer(Int64($0 + 1)) }
        return isArray ? .array(fields.map(\.value)) : .table(fields)
    }

    private mutating func readKey(at index: Int32) throws(LuaError) -> LuaKey {
        var value = unsafe kb_value()
        unsafe kb_read(core.handle, index, &value)
        switch Int(unsafe value.type) {
        case KB_INTEGER: return .integer(unsafe value.integer)
        case KB_NUMBER: return .number(unsafe value.number)
        case KB_BOOLEAN: return .bool(unsafe value.integer != 0)
        case KB_STRING: return .string(unsafe try text(value))
        default: throw refusal("a key must be a number, a string or a boolean")
        }
    }

    private func refusal(_ message: String) -> LuaError {
        .contract(path.isEmpty ? message : "\(path.joined(separator: ".")): \(message)")
    }
}

extension LuaKey {
    fileprivate var asValue: LuaValue {
        switch self {
        case .integer(let integer): .integer(integer)
        case .number(let number): .number(number)
        case .string(let string): .string(string)
        case .bool(let bool): .bool(bool)
        }
    }

    fileprivate var pathText: String {
        switch self {
        case .integer(let integer): "[\(integer)]"
        case .number(let number): "[\(number)]"
        case .string(let string): string
        case .bool(let bool): "[\(bool)]"
        }
    }
}

extension LuaError {
    fileprivate static func contract(_ message: String) -> LuaError {
        LuaError(kind: .contract, message: message)
    }
}
