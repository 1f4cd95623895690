import KBotLua

/// What the scripts under test may use in one test, and have used.
final class TestMeter {
    /// Instructions of all scripts together.
    private static let mostInstructions = 500_000_000
    /// What a call counts at least: getting there costs, too.
    private static let leastPerCall = 1_000
    private static let mostBytes = 256 << 20
    private static let mostScripts = 1_000

    private(set) var spent = 0
    private let most: Int
    /// Every script under test, with the bytes it held when it was looked at last.
    private var scripts: [(vm: LuaVM, bytes: Int)] = []
    private var bytes = 0

    init(instructions: Int) { most = min(Self.mostInstructions, instructions) }

    /// Counts a script that was loaded.
    func add(_ vm: LuaVM) throws(LuaHostError) {
        guard scripts.count < Self.mostScripts else {
            throw LuaHostError("a test may make \(Self.mostScripts) benches")
        }
        scripts.append((vm, 0))
        count(vm)
        try check()
    }

    /// Counts a call that was made.
    func count(_ vm: LuaVM) {
        let statistics = vm.statistics
        spent += max(statistics.lastInstructions, Self.leastPerCall)
        guard let index = scripts.lastIndex(where: { $0.vm === vm }) else { return }
        bytes += statistics.memoryBytes - scripts[index].bytes
        scripts[index].bytes = statistics.memoryBytes
    }

    /// Refuses to go on when the scripts have used too much.
    func check() throws(LuaHostError) {
        guard spent < most else { throw LuaHostError("the scripts under test have used up \(most) instructions") }
        guard bytes < Self.mostBytes else {
            throw LuaHostError("the scripts under test hold more than \(Self.mostBytes >> 20) MiB")
        }
    }
}
