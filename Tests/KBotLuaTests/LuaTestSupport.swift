import KBotLua

/// Runs a chunk in a machine and returns its converted result.
func run(_ text: String, in vm: LuaVM = LuaVM()) throws -> LuaValue {
    try vm.value(of: vm.load(LuaSource(name: "test.lua", text: text)))
}

/// Runs a chunk that must fail and returns the error, or nil when it did not.
func failure(_ text: String, in vm: LuaVM = LuaVM()) -> LuaError? {
    do throws(LuaError) {
        _ = try vm.load(LuaSource(name: "test.lua", text: text))
        return nil
    } catch {
        return error
    }
}

/// A machine with small budgets, for scripts that never end.
func smallVM() -> LuaVM {
    LuaVM(limits: LuaLimits(callInstructions: 200_000, loadInstructions: 200_000, memoryBytes: 4 << 20))
}
