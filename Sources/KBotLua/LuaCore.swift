internal import CLuaBridge

/// The open state behind a `LuaVM`, shared with the slots, shapes and call sites made from it.
///
/// The machine closes it; whoever uses it afterwards has outlived the machine, which is a programmer's error.
@safe
final class LuaCore {
    private var state: OpaquePointer?
    /// Host functions by their id.
    var functions: [LuaHostFunction] = []
    /// Groups of values that fields of objects point into.
    var groups: [LuaLive] = []
    /// The names of the chunks loaded, to recognise places in messages.
    var chunks: Set<String> = []
    /// Receives the lines of `print`.
    var log: ((String) -> Void)?
    /// Answers `require`.
    var resolver: ((String) throws(LuaHostError) -> LuaSource)?
    /// Strings by their interned id, filled on demand.
    private var symbols: [String] = []

    init(limits: LuaLimits, seed: UInt64) {
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe state = kb_open(limits.memoryBytes, seed, answerHost, context)
    }

    /// The bridge's state.
    var handle: OpaquePointer {
        guard let state = unsafe state else {
            fatalError("Condition failed: a Lua value must not be used after its machine was closed")
        }
        return unsafe state
    }

    /// Closes the state, drops the host's closures, and returns the bytes still owed.
    func close() -> Int {
        guard let open = unsafe state else { return 0 }
        unsafe state = nil
        let owed = unsafe kb_close(open)
        functions = []
        groups = []
        log = nil
        resolver = nil
        return owed
    }

    /// The string of an interned id, made once.
    func symbol(_ id: Int32) -> String {
        while symbols.count <= Int(id) {
            var length = 0
            let bytes = unsafe kb_interned(handle, Int32(symbols.count), &length)
            symbols.append(unsafe makeString(bytes, length))
        }
        return symbols[Int(id)]
    }

    /// The error of the entry that just failed with this status.
    func failure(_ status: Int32) -> LuaError {
        if status == KB_CONTRACT {
            return LuaError(kind: .contract, message: "a host function may not call into the script")
        }
        let error = unsafe kb_describe_error(handle)
        let message = unsafe makeString(error.message, error.message_length)
        let kind = LuaError.Kind(status: status)
        var result = LuaError(kind: kind, message: message)
        if unsafe error.line > 0 {
            result.script = unsafe error.source.map { unsafe String(cString: $0) }
            result.line = unsafe Int(error.line)
        }
        if let bytes = unsafe error.traceback {
            result.traceback = unsafe makeString(bytes, error.traceback_length)
        }
        if let place = splitPlace(of: message, chunks: chunks) {
            (result.script, result.line, result.message) = place
        }
        unsafe kb_begin(handle)
        return result
    }

    /// Serves a call from a script: the number of results, or -1 after pushing a message.
    func answer(_ id: Int32) -> Int32 {
        let call = LuaHostCall(core: self)
        do throws(LuaHostError) {
            switch id {
            case Int32(KB_HOST_PRINT):
                log?(call.string(1) ?? "")
            case Int32(KB_HOST_REQUIRE):
                try answerRequire(call)
            default:
                try functions[Int(id)](call)
            }
            return call.replies
        } catch {
            call.push(string: error.message)
            return -1
        }
    }

    private func answerRequire(_ call: borrowing LuaHostCall) throws(LuaHostError) {
        let name = call.string(1) ?? ""
        guard let resolver else { throw LuaHostError("module '\(name)' not found") }
        let source = try resolver(name)
        chunks.insert(source.name)
        call.reply(source.text)
        call.reply("@" + source.name)
    }
}

/// The C side's way into `LuaCore.answer`.
private func answerHost(_ context: UnsafeMutableRawPointer?, _ id: Int32) -> Int32 {
    guard let context = unsafe context else { return 0 }
    return unsafe Unmanaged<LuaCore>.fromOpaque(context).takeUnretainedValue().answer(id)
}

/// Makes a string of bytes; what is not UTF-8 is repaired.
@unsafe
func makeString(_ bytes: UnsafePointer<CChar>?, _ length: Int) -> String {
    guard let bytes = unsafe bytes else { return "" }
    return unsafe String(
        decoding: UnsafeRawBufferPointer(start: bytes, count: length),
        as: UTF8.self
    )
}
