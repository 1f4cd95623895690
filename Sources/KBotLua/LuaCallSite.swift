internal import CLuaBridge

/// A call that is made often: fill ``arguments``, ``run(instructions:)``, read ``results`` and ``fields``.
///
/// Nothing is allocated on the way unless a result is a long string.
@safe
package final class LuaCallSite {
    /// The arguments of the next call; they keep their values.
    package let arguments: LuaSlots
    /// The results of the last call; missing ones are nil.
    package let results: LuaSlots
    /// The fields of the first result when it is a table, read without metamethods; else unspecified.
    package let fields: LuaSlots?
    private let core: LuaCore
    private let function: LuaReference
    private let shape: LuaShape?
    private let budget: Int64

    init(vm: LuaVM, function: LuaReference, arguments: Int, results: Int, fields: LuaShape?) {
        self.core = vm.core
        self.function = function
        self.arguments = LuaSlots(core: vm.core, count: arguments)
        self.results = LuaSlots(core: vm.core, count: results)
        self.fields = fields.map { LuaSlots(core: vm.core, count: $0.names.count) }
        self.shape = fields
        self.budget = Int64(vm.limits.callInstructions)
    }

    /// Makes the call.
    ///
    /// - Parameter instructions: The budget; nil for the machine's ``LuaLimits/callInstructions``.
    /// - Throws: A `LuaError` of any kind but `syntax`.
    package func run(instructions: Int? = nil) throws(LuaError) {
        let status = unsafe kb_call(
            core.handle,
            function.id,
            arguments.base,
            Int32(arguments.count),
            results.base,
            Int32(results.count),
            shape?.pointer,
            fields?.base,
            instructions.map(Int64.init) ?? budget
        )
        guard status == KB_OK else { throw core.failure(status) }
    }

    /// The first key of the table at result 1 that the shape lacks, as text; nil when all are known.
    ///
    /// Ask before the next call of the same machine.
    package func unknownField() -> String? {
        guard let shape else { return nil }
        let index = unsafe kb_result_index(core.handle)
        guard core.kind(at: index) == .table else { return nil }
        var key = unsafe kb_value()
        guard unsafe kb_unknown_field(core.handle, index, shape.pointer, &key) else { return nil }
        switch Int(unsafe key.type) {
        case KB_STRING: return unsafe makeString(key.pointer?.assumingMemoryBound(to: CChar.self), key.length)
        case KB_INTEGER: return unsafe "[\(key.integer)]"
        case KB_NUMBER: return unsafe "[\(key.number)]"
        default: return "[a key that is neither text nor number]"
        }
    }

    /// Converts a result deeply; ask before the next call of the same machine.
    ///
    /// - Throws: A `LuaError` of kind `contract`.
    package func value(
        _ result: Int,
        limits: LuaConversionLimits = LuaConversionLimits()
    ) throws(LuaError) -> LuaValue {
        precondition(result >= 0 && result < results.count, "Condition failed: the result must exist")
        let index = unsafe kb_result_index(core.handle) + Int32(result)
        return try core.value(at: index, limits: limits)
    }
}
