import KBotEngine
import KBotLua
import KBotModel

/// A script under test as test files see it: what benches of strategies and of rules have in common.
///
/// The script is the real one in its own machine; what it sees is the test's. Its errors are raised in the test.
class Bench {
    /// The script in its machine.
    let machine: ScriptMachine
    /// What it sees.
    var scene = BenchScene()
    private let meter: TestMeter
    /// Lines it logged.
    private var logs: [String] = []
    /// Errors it was heard to fail with; its machine tells each of them once in full.
    private var failures: [String] = []

    private static let mostLogs = 10_000

    init(_ machine: ScriptMachine, _ meter: TestMeter) {
        self.machine = machine
        self.meter = meter
    }

    /// The strategy that fills and positions are of unless the test says otherwise.
    var strategyName: StrategyName { "test" }

    /// The fields of the object that stands for the bench.
    var fields: [String: LuaHostField] {
        [
            "market": method("market") { [self] call throws(LuaHostError) in
                let names = [
                    "ticker", "series", "bid", "ask", "last", "open_time", "close_time", "minutes_left", "strike",
                    "grid",
                    "status", "exposure",
                ]
                var changed = scene
                try changed.set(try table(call, "market", names))
                scene = changed
            },
            "book": method("book") { [self] call throws(LuaHostError) in
                scene.set(call.kind(2) == .nil ? nil : try OrderBook(try table(call, "book", ["bids", "asks"])))
            },
            "at": method("at") { [self] call throws(LuaHostError) in
                guard let seconds = call.number(2), abs(seconds) <= 1e9 else {
                    throw LuaHostError("bench:at takes seconds since the market's open")
                }
                scene.setClock(TimeSpan(microseconds: Int64((seconds * 1_000_000).rounded())))
            },
            "position": method("position") { [self] call throws(LuaHostError) in
                guard call.kind(2) != .nil else { return scene.position = nil }
                let names = ["side", "count", "entry", "stop", "target", "strategy"]
                let table = try table(call, "position", names)
                scene.position = try PositionView(table, in: scene.market.grid, strategyName)
            },
            "account": method("account") { [self] call throws(LuaHostError) in
                let names = ["equity", "capital", "cash", "exposure", "day_pnl", "losing_streak", "open_positions"]
                try scene.setAccount(try table(call, "account", names))
            },
            "state": .property { [self] call throws(LuaHostError) in try call.reply(try state()) },
            "logs": .property { [self] call throws(LuaHostError) in
                try call.reply(logs.isEmpty ? LuaValue.table([]) : .array(logs.map { .string($0) }))
            },
        ]
    }

    // MARK: Calling the script

    /// Makes a call of the script's, and raises what it fails with; `failed` tells a failure by the answer.
    func ask<Answer>(
        _ callback: String,
        failed: (Answer) -> Bool = { _ in false },
        _ call: () -> Answer
    ) throws(LuaHostError) -> Answer {
        try meter.check()
        guard !machine.isQuarantined else {
            throw LuaHostError(
                "\(machine.file.name) failed \(ScriptMachine.quarantineAfter) times in a row and is asked no more"
            )
        }
        let errors = machine.vm.statistics.errors
        let known = failures.count
        let answer = call()
        meter.count(machine.vm)
        for message in machine.takeMessages() {
            switch message {
            case .log(let line): if logs.count < Self.mostLogs { logs.append(line) }
            case .failure(let text): failures.append(text)
            }
        }
        if failures.count > known { throw LuaHostError(failures[known]) }
        if machine.vm.statistics.errors > errors || failed(answer) {
            let again = failures.count == 1 ? ": \(failures[0])" : ""
            throw LuaHostError("\(machine.file.name) failed in \(callback) with an error it had before\(again)")
        }
        return answer
    }

    /// Refuses to go on without a callback: a test that calls what is not there tests nothing.
    func require(_ callback: String) throws(LuaHostError) {
        guard machine.manifest.callbacks[callback] != nil else {
            throw LuaHostError("\(machine.file.name) has no \(callback)")
        }
    }

    /// A copy of `ctx.state`.
    private func state() throws(LuaHostError) -> LuaValue {
        do throws(LuaError) {
            let text = "return function(ctx) return ctx.state end"
            let function = try machine.vm.load(LuaSource(name: "kbot.state", text: text))
            defer { machine.vm.release(function) }
            let context = LuaValue.function(machine.contextObject)
            return try machine.vm.call(function, [context], limits: ScriptMachine.stateLimits).first ?? .nil
        } catch {
            throw LuaHostError("ctx.state of \(machine.file.name): \(error.message)")
        }
    }

    // MARK: Being called

    /// A method of the bench. The machine of the test holds it, and the bench with it.
    func method(
        _ name: String,
        _ body: @escaping (borrowing LuaHostCall) throws(LuaHostError) -> Void
    ) -> LuaHostField {
        .function { call throws(LuaHostError) in
            guard call.kind(1) == .object else { throw LuaHostError("write bench:\(name)(…), with a colon") }
            try body(call)
        }
    }

    /// The table a method was called with; `names` are the fields it may have.
    func table(
        _ call: borrowing LuaHostCall,
        _ method: String,
        _ names: [String]
    ) throws(LuaHostError) -> TestTable {
        try TestTable(try call.value(2), "bench:\(method)", names)
    }
}
