import KBotLua

/// A test file in a machine of its own: what it prints, the benches it makes, what it has used.
final class TestMachine {
    /// The lines of `print`; more than a hundred are dropped.
    private(set) var output: [String] = []

    private let file: ScriptFile
    private let surroundings: TestSurroundings
    private let vm: LuaVM
    private let meter: TestMeter
    private let runs: RunCache
    /// What the library offers the host; nil when the file skipped itself as a whole.
    private var library: (list: LuaReference, run: LuaReference)?
    /// The reason of a `skip(reason)` under way.
    private var skipReason: String?
    private var runsMade = 0
    /// Instructions used by the test file itself.
    private var own = 0

    private static let mostLines = 100
    private static let mostRuns = 100

    /// Loads a test file; it and the scripts it drives may use so many instructions, or what is usual if that is less.
    init(
        _ file: ScriptFile,
        _ surroundings: TestSurroundings,
        runs: RunCache,
        instructions: Int
    ) throws(ScriptFailure) {
        self.file = file
        self.surroundings = surroundings
        self.runs = runs
        meter = TestMeter(instructions: instructions)
        // The same random numbers in each machine: the file must describe the same tests each time.
        vm = LuaVM(limits: LuaLimits(), seed: 1)
        do throws(LuaError) {
            let library = try offer()
            _ = try vm.load(LuaSource(name: file.name, text: file.text))
            own += vm.statistics.lastInstructions
            self.library = library
        } catch {
            own += vm.statistics.lastInstructions
            guard skipReason == nil else { return }
            let isPlaced = error.script.map { !TestLibrary.isPart($0) } ?? false
            throw ScriptFailure(isPlaced ? error.description : "\(file.name):1: \(error.message)")
        }
    }

    /// Instructions used so far, those of the scripts under test included.
    var spent: Int { own + meter.spent }

    // MARK: The tests

    /// The tests the file describes.
    func list() throws(ScriptFailure) -> [ScriptTest] {
        guard let library else {
            return [ScriptTest(index: 0, path: [], name: "(the whole file)", line: 1, skipReason: skipReason)]
        }
        let answer: LuaValue
        do throws(LuaError) {
            answer = try vm.call(library.list).first ?? .nil
        } catch {
            throw ScriptFailure("\(file.name):1: \(error.message)")
        }
        return (answer.elements ?? []).enumerated().map { index, test in
            ScriptTest(
                index: index,
                path: (test["path"]?.elements ?? []).compactMap(\.asString),
                name: test["name"]?.asString ?? "",
                line: Int(test["line"]?.asInteger ?? 0),
                skipReason: test["reason"]?.asString
            )
        }
    }

    /// Runs a test.
    func run(_ test: ScriptTest, instructions: Int) -> TestOutcome {
        guard let library else { return .skipped(skipReason ?? "") }
        defer { own += vm.statistics.lastInstructions }
        do throws(LuaError) {
            _ = try vm.call(library.run, [.integer(Int64(test.index + 1))], instructions: instructions)
            return skipReason.map { .skipped($0) } ?? .passed
        } catch {
            return skipReason.map { .skipped($0) } ?? .failed(TestFailure(error, in: test, of: file))
        }
    }

    // MARK: What test files see

    private func offer() throws(LuaError) -> (list: LuaReference, run: LuaReference) {
        vm.onPrint { [unowned self] line in
            guard output.count < Self.mostLines else { return }
            output.append(String(line.prefix(1_000)))
        }
        let modules = surroundings.modules(file)
        vm.onRequire { name throws(LuaHostError) in
            switch modules(name) {
            case .success(let module): return LuaSource(name: module.name, text: module.text)
            case .failure(let failure): throw LuaHostError(failure.description)
            }
        }
        let skip = vm.function { [unowned self] call throws(LuaHostError) in
            try self.skip(call.string(1) ?? "no reason was given")
        }
        let takeSkip = vm.function { [unowned self] call in
            if let skipReason { call.reply(skipReason) } else { call.replyNil() }
            skipReason = nil
        }
        vm.define("kbot", try KbotLibrary.make(vm))
        vm.define("skip", skip)
        vm.define(
            "test",
            try vm.object(
                named: "test",
                [
                    "strategy": function("strategy") { machine, call throws(LuaHostError) in
                        try machine.makeBench(call, "strategy", StrategyBench.init)
                    },
                    "rule": function("rule") { machine, call throws(LuaHostError) in
                        try machine.makeBench(call, "rule", RuleBench.init)
                    },
                    "run": function("run") { machine, call throws(LuaHostError) in try machine.makeRun(call) },
                ]
            )
        )
        return try TestLibrary.offer(in: vm, takeSkip: takeSkip)
    }

    private func function(
        _ name: String,
        _ body: @escaping (TestMachine, borrowing LuaHostCall) throws(LuaHostError) -> Void
    ) -> LuaHostField {
        .function { [unowned self] call throws(LuaHostError) in
            guard call.kind(1) != .object else { throw LuaHostError("write test.\(name)(…), with a dot") }
            try body(self, call)
        }
    }

    /// Ends the test under way, or the part of the file that is being read.
    private func skip(_ reason: String) throws(LuaHostError) {
        skipReason = reason
        throw LuaHostError("skipped: \(reason)")
    }

    /// Answers `test.strategy(file, params)` and `test.rule(file, params)`.
    private func makeBench(
        _ call: borrowing LuaHostCall,
        _ kind: String,
        _ make: (ScriptFile, [String: String], @escaping ModuleFinder, TestMeter) throws(ScriptFailure) -> Bench
    ) throws(LuaHostError) {
        guard let given = call.string(1), !given.isEmpty else {
            throw LuaHostError("test.\(kind) takes the name of a script beside the test, such as \"my_script.lua\"")
        }
        let name = given.hasSuffix(".lua") ? given : given + ".lua"
        let parameters = try TestTable.texts(try call.value(2), "the parameters of test.\(kind)")
        let bench: Bench
        do throws(ScriptFailure) {
            guard let script = try surroundings.script(name).get() else {
                throw ScriptFailure("test.\(kind): there is no script '\(name)' beside \(file.name)")
            }
            bench = try make(script, parameters, surroundings.modules(script), meter)
        } catch {
            throw LuaHostError(String(error.description.trimmingPrefix("--param ")))
        }
        try meter.add(bench.machine.vm)
        do throws(LuaError) {
            call.reply(try vm.object(named: "bench", bench.fields))
        } catch {
            throw LuaHostError(error.message)
        }
    }

    /// Answers `test.run{…}`. The same run is made once for all tests of the file: its result cannot differ.
    private func makeRun(_ call: borrowing LuaHostCall) throws(LuaHostError) {
        let request = try RunRequest(try call.value(1))
        let make: (RunRequest) -> Result<TestValue, ScriptFailure>
        switch surroundings.run {
        case .none: throw LuaHostError("test.run is not available here")
        case .skipping(let reason): return try skip(reason)
        case .making(let runner): make = runner
        }
        runsMade += 1
        guard runsMade <= Self.mostRuns else { throw LuaHostError("test.run: a test may make \(Self.mostRuns) runs") }
        let result = runs.results[request] ?? make(request)
        runs.results[request] = result
        switch result {
        case .success(let value): try call.reply(value.luaValue)
        case .failure(let failure): throw LuaHostError("test.run: \(failure)")
        }
    }
}

/// The results of the runs that the tests of a file made.
final class RunCache {
    var results: [RunRequest: Result<TestValue, ScriptFailure>] = [:]
}
