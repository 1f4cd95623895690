internal import CLuaBridge

/// The text of a script or module.
package struct LuaSource: Sendable, Hashable {
    /// The name in messages, such as `scalper.lua`; at most 50 bytes stay whole in messages.
    package var name: String
    /// The Lua text.
    package var text: String

    package init(name: String, text: String) {
        self.name = name
        self.text = text
    }
}

/// A value kept alive on the script's side: a function, a table or a host object.
///
/// It is valid only with the machine that made it, and until that machine is closed or the reference released.
package struct LuaReference: Sendable, Hashable {
    let id: Int32
}

/// A sandboxed Lua 5.4 machine: one script with its modules, its limits and its statistics.
///
/// Scripts see an allow-list: base functions, `string`, `table`, `math`, `utf8`, `coroutine` and `require`. They cannot
/// write globals, read unknown ones, reach the system, or see anything that differs from run to run: `pairs` goes in
/// key order (numbers ascending, strings bytewise, false, true; other keys are an error), `math.random` starts from the
/// given seed, and addresses are never printed. A string may have at most 65,536 bytes.
///
/// Every entry is protected and has an instruction budget. Work inside C is charged to it, and a spent budget cannot be
/// caught by a script. A machine belongs to one task at a time.
///
/// ## Topics
/// - Loading: ``load(_:)``, ``field(_:of:)``, ``value(of:limits:)``
/// - Calling: ``prepare(_:arguments:results:fields:)``, ``call(_:_:instructions:)``
/// - Offering things to scripts: ``object(named:_:)``, ``function(_:)``, ``define(_:_:)``, ``onPrint(_:)``,
///   ``onRequire(_:)``
package final class LuaVM {
    /// What scripts of this machine may use.
    package let limits: LuaLimits
    let core: LuaCore

    /// Opens a machine.
    ///
    /// - Parameters:
    ///   - limits: What the script may use.
    ///   - seed: The seed of `math.random`.
    package init(limits: LuaLimits = LuaLimits(), seed: UInt64 = 0) {
        self.limits = limits
        self.core = LuaCore(limits: limits, seed: seed)
    }

    deinit {
        _ = core.close()
    }

    /// Closes the machine now and returns the bytes it still owed, which is 0; nothing made from it may be used after.
    package func close() -> Int {
        core.close()
    }

    /// Restarts `math.random` from a seed.
    package func seed(_ seed: UInt64) {
        unsafe kb_seed(core.handle, seed)
    }

    /// Counters since the machine was made.
    package var statistics: LuaStatistics {
        let counters = unsafe kb_get_statistics(core.handle)
        return LuaStatistics(
            calls: Int(counters.calls),
            errors: Int(counters.errors),
            memoryBytes: counters.memory,
            peakMemoryBytes: counters.peak_memory,
            lastInstructions: Int(counters.last_instructions)
        )
    }

    /// Collects garbage now, so that ``statistics`` shows what the script really holds.
    package func collectGarbage() {
        unsafe kb_collect(core.handle)
    }

    // MARK: Loading

    /// Compiles a script and runs its top level.
    ///
    /// - Parameter source: The text; bytecode is refused, and so is any use of the name `_ENV`.
    /// - Returns: What the chunk returned, nil included.
    /// - Throws: A `LuaError` of any kind.
    package func load(_ source: LuaSource) throws(LuaError) -> LuaReference {
        core.chunks.insert(source.name)
        var text = source.text
        let status = text.withUTF8 { bytes in
            unsafe ("@" + source.name).withCString { name in
                unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                    unsafe kb_load(
                        core.handle,
                        characters.baseAddress,
                        characters.count,
                        name,
                        Int64(limits.loadInstructions)
                    )
                }
            }
        }
        guard status == KB_OK else { throw core.failure(status) }
        defer { unsafe kb_begin(core.handle) }
        return LuaReference(id: unsafe kb_reference(core.handle, kb_result_index(core.handle)))
    }

    /// A field of a referenced table, without metamethods; nil when it is absent or `reference` is no table.
    package func field(_ name: String, of reference: LuaReference) -> LuaReference? {
        withPushed(reference) { index in
            guard core.kind(at: index) == .table else { return nil }
            var key = name
            key.withUTF8 { bytes in
                unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                    unsafe kb_raw_get(core.handle, index, characters.baseAddress, characters.count)
                }
            }
            defer { unsafe kb_pop(core.handle, 1) }
            guard core.kind(at: index + 1) != .nil else { return nil }
            return LuaReference(id: unsafe kb_reference(core.handle, index + 1))
        }
    }

    /// The type of a referenced value.
    package func kind(of reference: LuaReference) -> LuaKind {
        withPushed(reference) { index in core.kind(at: index) }
    }

    /// Converts a referenced value, deeply.
    ///
    /// - Throws: A `LuaError` of kind `contract` that names the path when something cannot be converted.
    package func value(
        of reference: LuaReference,
        limits: LuaConversionLimits = LuaConversionLimits()
    ) throws(LuaError) -> LuaValue {
        let result = withPushed(reference) { index in
            Result { () throws(LuaError) -> LuaValue in
                try core.value(at: index, limits: limits)
            }
        }
        return try result.get()
    }

    /// Frees a reference; the value dies when the script no longer holds it.
    package func release(_ reference: LuaReference) {
        unsafe kb_release(core.handle, reference.id)
    }

    // MARK: Calling

    /// Prepares a call that is made often, with fixed slots for arguments and results.
    ///
    /// - Parameters:
    ///   - function: The function to call.
    ///   - arguments: The number of arguments.
    ///   - results: The number of results to read.
    ///   - fields: The fields to read when the first result is a table.
    /// - Returns: The prepared call.
    package func prepare(
        _ function: LuaReference,
        arguments: Int,
        results: Int = 1,
        fields: LuaShape? = nil
    ) -> LuaCallSite {
        LuaCallSite(vm: self, function: function, arguments: arguments, results: results, fields: fields)
    }

    /// Calls a function with converted values; for calls that are made seldom.
    ///
    /// - Parameters:
    ///   - function: The function to call.
    ///   - arguments: Values; functions and objects by their references.
    ///   - instructions: The budget; nil for the machine's ``LuaLimits/callInstructions``.
    ///   - conversion: Bounds of arguments and results.
    /// - Returns: All results.
    /// - Throws: A `LuaError` of any kind but `syntax`.
    package func call(
        _ function: LuaReference,
        _ arguments: [LuaValue] = [],
        instructions: Int? = nil,
        limits conversion: LuaConversionLimits = LuaConversionLimits()
    ) throws(LuaError) -> [LuaValue] {
        guard unsafe !kb_is_busy(core.handle) else {
            throw LuaError(kind: .contract, message: "a host function may not call into the script")
        }
        unsafe kb_begin(core.handle)
        defer { unsafe kb_begin(core.handle) }
        guard arguments.count < 200, unsafe kb_reserve(core.handle, 220) else {
            throw LuaError(kind: .contract, message: "too many arguments")
        }
        core.push(.function(function))
        for (position, argument) in arguments.enumerated() {
            try core.push(argument, limits: conversion, path: "argument \(position + 1)")
        }
        let status = unsafe kb_invoke(
            core.handle,
            Int32(arguments.count),
            Int64(instructions ?? limits.callInstructions)
        )
        guard status == KB_OK else { throw core.failure(status) }
        var results: [LuaValue] = []
        let first = unsafe kb_result_index(core.handle)
        for position in 0..<(unsafe kb_result_count(core.handle)) {
            results.append(try core.value(at: first + position, limits: conversion))
        }
        return results
    }

    /// Makes a shape: the names of fields that are written or read together.
    package func shape(_ names: [String]) -> LuaShape {
        LuaShape(core: core, names: names)
    }

    /// Makes a record: values for the fields of a shape, which become a table at each use.
    ///
    /// - Parameters:
    ///   - shape: The names of the fields.
    ///   - reusesTable: False for a fresh table at each use, which a script may keep; true to fill one table again,
    ///     which is faster, but a script that keeps it sees it change. Its other fields are the script's own.
    /// - Returns: The record, all values nil.
    package func record(_ shape: LuaShape, reusesTable: Bool = false) -> LuaRecord {
        LuaRecord(core: core, shape: shape, reusesTable: reusesTable)
    }

    /// Keeps a converted value on the script's side.
    ///
    /// - Throws: A `LuaError` of kind `contract` when the value is too deep or too large.
    package func keep(
        _ value: LuaValue,
        limits: LuaConversionLimits = LuaConversionLimits()
    ) throws(LuaError) -> LuaReference {
        unsafe kb_reserve(core.handle, 8)
        try core.push(value, limits: limits, path: "value")
        defer { unsafe kb_pop(core.handle, 1) }
        return LuaReference(id: unsafe kb_reference(core.handle, kb_top(core.handle)))
    }

    /// Pushes a reference for the time of a closure that gets its index.
    private func withPushed<Result>(_ reference: LuaReference, _ body: (Int32) -> Result) -> Result {
        unsafe kb_reserve(core.handle, 8)
        core.push(.function(reference))
        let index = unsafe kb_top(core.handle)
        defer { unsafe kb_pop(core.handle, 1) }
        return body(index)
    }
}
