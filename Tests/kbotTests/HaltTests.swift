import Foundation
import KBotEngine
import KBotModel
import KBotRuntime
import Synchronization
import Testing

/// `kbot halt` and `kbot resume` against runs that the tests play, and where nothing runs.
@Suite struct HaltCommandTests {
    private let folder = TestFolder()
    private var state: String { folder.path("state") }
    private var accounts: AccountFolder { AccountFolder(stateDirectory: state) }

    private func run(_ arguments: String...) throws -> Kbot.Result {
        try Kbot.start(arguments + ["--state-dir", "state"], in: folder.url).wait()
    }

    private func document(_ result: Kbot.Result) throws -> [String: [[String: Any]]] {
        try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: [[String: Any]]])
    }

    private static func status(_ process: Int32, _ halts: EngineHalts, account: String?) -> RunStatus {
        RunStatus(
            pid: process,
            run: "run-\(process)",
            version: "0.1.0",
            mode: "paper",
            feed: "sim",
            simulated: true,
            started: Timestamp(seconds: 1_795_389_300),
            marketTime: nil,
            speed: "60",
            state: halts.state,
            reasons: halts.reasons,
            equity: Money(dollars: 1_000),
            openPositions: 0,
            scripts: [],
            account: account
        )
    }

    /// A run that halts and resumes as the real ones do, with an engine that is what it was told last.
    private func start(_ process: Int32, account: String? = nil, obeys: Bool = true) -> LiveRun {
        let engine = PlayedEngine()
        let state = state
        return LiveRun(state, process: process) { request in
            // One control for each request: what outlives it is on the disk.
            let control = HaltControl(stateDirectory: state, account: account)
            return engine.reasons.withLock { reasons in
                let halts = EngineHalts(state: reasons.isEmpty ? .active : .halted, reasons: reasons)
                var commands: [Command] = []
                guard let answer = control.answer(request, halts, &commands) else {
                    return .status(Self.status(process, halts, account: account))
                }
                for command in commands where obeys {
                    switch command {
                    case .halt(_, let code, let reason, _):
                        reasons = [RunStatus.Reason(code: "HALTED", text: "\(code): \(reason)", until: nil)]
                    case .resume: reasons = []
                    default: break
                    }
                }
                return answer
            }
        }
    }

    @Test func `every run is halted, shown why, and resumed with a word`() throws {
        let runs = [start(20), start(3, account: "main")]
        defer { for run in runs { run.stop() } }
        let halt = try run("halt", "--reason", "news at 14:30")
        #expect(halt.status == 0 && halt.errors.isEmpty, "\(halt.errors)")
        #expect(halt.output == "run 3, account main  HALTED; it stays so across runs\nrun 20  HALTED\n")
        #expect(accounts.latch("main")?.reason == "news at 14:30")
        #expect(try run("status").status == 6)

        let look = try run("resume")
        #expect(look.status == 2 && look.errors == "kbot: nothing was resumed; say --yes to trade again\n")
        let why = "  HALTED: OPERATOR_HALT: news at 14:30 (kbot halt)\n"
        #expect(look.output == "run 3, account main  HALTED\n\(why)run 20  HALTED\n\(why)")

        let resume = try run("resume", "--yes")
        #expect(resume.status == 0 && resume.errors.isEmpty, "\(resume.errors)")
        #expect(resume.output.contains("run 20  HALTED\n\(why)  resumed\n"))
        #expect(accounts.latch("main") == nil)
        #expect(try run("status").status == 0)
        #expect(try run("resume", "--yes").output == "run 3, account main  ACTIVE\nrun 20  ACTIVE\n")
    }

    @Test(arguments: [["--run", "20"], ["--run", "run-20"], ["--account", "two"]])
    func `one run can be chosen`(choice: [String]) throws {
        let runs = [start(20, account: "two"), start(3, account: "main")]
        defer { for run in runs { run.stop() } }
        let result = try Kbot.start(["halt", "--state-dir", "state", "--json"] + choice, in: folder.url).wait()
        let halted = try document(result)
        #expect(result.status == 0 && halted["runs"]?.map { $0["run"] as? String } == ["20"], "\(result.errors)")
        #expect(accounts.latch("two") != nil && accounts.latch("main") == nil)
        let shown = try Kbot.start(["status", "--state-dir", "state", "--json"] + choice, in: folder.url).wait()
        #expect(shown.status == 6)
        #expect(try document(shown)["runs"]?.map { $0["pid"] as? Int } == [20])
    }

    @Test func `a run that is none is wrong usage`() throws {
        let live = start(20)
        defer { live.stop() }
        let result = try run("halt", "--run", "21")
        #expect(result.status == 2 && result.errors.contains("no run '21' is going here"))
    }

    @Test func `a run that says it halts and does not is told of`() throws {
        let live = start(20, obeys: false)
        defer { live.stop() }
        let result = try run("halt")
        #expect(result.status == 1 && result.errors.contains("run 20: said that it halts, but it does not show it yet"))
    }

    @Test func `while the HALT file is there nothing is resumed`() throws {
        let live = start(20)
        defer { live.stop() }
        _ = try run("halt")
        try folder.write("state/HALT", "")
        let refused = try run("resume", "--yes")
        #expect(
            refused.status == 6
                && refused.output.contains("  not resumed: \(state)/HALT is still there: remove it first\n")
        )
        #expect(try run("status").status == 6)
    }

    @Test func `accounts are halted and resumed while nothing runs`() throws {
        try folder.write("state/accounts/main.lock", "")
        try folder.write("state/accounts/other.lock", "")
        let halt = try run("halt", "--account", "main", "--reason", "away", "--flatten")
        #expect(halt.status == 0 && halt.output == "account main  HALTED; no run of it answers\n")
        #expect(halt.errors.contains("nothing was cancelled or sold"))
        #expect(accounts.latch("main")?.isHalted == true && accounts.latch("other") == nil)

        let status = try run("status")
        #expect(
            status.status == 1 && status.output.contains("account main\n  HALTED since ")
                && status.errors.contains("no kbot is running here")
        )
        #expect(status.output.contains(", by kbot halt: away\n"))
        let shown = try document(try run("status", "--json"))
        #expect(shown["halted_accounts"]?.first?["account"] as? String == "main")

        let look = try run("resume")
        #expect(look.status == 2 && look.output.contains("away") && accounts.latch("main")?.isHalted == true)
        let resume = try run("resume", "--yes")
        #expect(
            resume.status == 0 && resume.output.contains("  resumed: its next run trades again\n"),
            "\(resume.errors)"
        )
        #expect(accounts.latch("main")?.isHalted == false)
        #expect(try run("resume", "--account", "main").output == "account main  is not halted\n")
    }

    @Test func `where nothing runs every account is halted, and one that is halted keeps its reason`() throws {
        try folder.write("state/accounts/a.lock", "")
        _ = try run("halt", "--account", "a", "--reason", "first")
        try folder.write("state/accounts/b.lock", "")
        let halt = try run("halt", "--reason", "second")
        #expect(halt.status == 0 && halt.output.split(separator: "\n").count == 2)
        #expect(accounts.latch("a")?.reason == "first" && accounts.latch("b")?.reason == "second")
    }

    @Test func `an account nobody knows is wrong usage, with the one that was meant`() throws {
        try folder.write("state/accounts/main.lock", "")
        for command in ["halt", "resume"] {
            let result = try run(command, "--account", "mian")
            #expect(result.status == 2 && result.output.isEmpty)
            #expect(result.errors == "kbot: no account 'mian' here, there is main; did you mean main?\n")
        }
        #expect(accounts.names == ["main"])
    }

    @Test(arguments: ["halt", "resume"])
    func `where there is nothing at all, one sentence says so and nothing is made`(command: String) throws {
        let result = try run(command)
        #expect(result.status == 1 && result.output.isEmpty && result.errors.contains("no kbot is running here"))
        #expect(!FileManager.default.fileExists(atPath: state))
    }

    @Test(arguments: ["halt", "resume", "status"])
    func `no line of the help is wider than a terminal`(command: String) throws {
        let result = try run(command, "--help")
        #expect(result.status == 0 && result.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }
}

/// What holds a played engine back.
private final class PlayedEngine: Sendable {
    let reasons = Mutex<[RunStatus.Reason]>([])
}

/// Halts of a run of the real program.
@Suite struct HaltRunTests {
    private let folder = TestFolder()

    private func start(_ options: [String] = [], environment: [String: String] = [:]) throws -> Kbot.Running {
        try Kbot.start(
            [
                "run", "--strategy", "bollinger_scalper.lua", "--feed", "sim", "--duration", "24h", "--speed", "60",
                "--state-dir", folder.path("state"), "--events", folder.path("ev.jsonl"),
            ] + options,
            environment: environment
        )
    }

    private func kbot(_ arguments: String...) throws -> Kbot.Result {
        try Kbot.start(arguments + ["--state-dir", "state"], in: folder.url).wait()
    }

    private func waits(_ isSo: () throws -> Bool) rethrows -> Bool {
        let end = ContinuousClock.now + .seconds(20)
        while try !isSo() {
            guard ContinuousClock.now < end else { return false }
            usleep(50_000)
        }
        return true
    }

    private func expectHalted(_ running: Kbot.Running, _ why: String) throws {
        let isHalted = try waits { try kbot("status").status == 6 }
        let status = try kbot("status")
        #expect(isHalted && status.output.contains(why), "\(status.output)\(running.errors)")
        #expect(waits { folder.read("ev.jsonl").contains(#""type":"blocked""#) })
    }

    private func expectResumed() throws {
        let resume = try kbot("resume", "--yes")
        #expect(resume.status == 0, "\(resume.errors)\(resume.output)")
        #expect(try waits { try [0, 10].contains(kbot("status").status) })
    }

    @Test func `kbot halt halts a run, kbot resume ends it, and the end of a halted run leaves with 6`() throws {
        let running = try start()
        #expect(try waits { try kbot("status").status == 0 }, "\(running.errors)")
        let halt = try kbot("halt", "--reason", "news")
        #expect(halt.status == 0 && halt.output.hasSuffix("  HALTED\n"), "\(halt.errors)")
        try expectHalted(running, "HALTED: OPERATOR_HALT: news (kbot halt)")
        #expect(try kbot("resume").status == 2)
        try expectResumed()
        running.interrupt()
        #expect(running.wait().status == 130)
    }

    @Test func `a HALT file and SIGUSR1 halt a run`() throws {
        let running = try start()
        #expect(try waits { try kbot("status").status == 0 }, "\(running.errors)")
        try folder.write("state/HALT", "the exchange is down\n")
        try expectHalted(running, "OPERATOR_HALT: the exchange is down (HALT file)")
        #expect(try kbot("resume", "--yes").status == 6)
        try FileManager.default.removeItem(atPath: folder.path("state/HALT"))
        #expect(try kbot("status").status == 6)
        try expectResumed()
        running.signal(SIGUSR1)
        try expectHalted(running, "(SIGUSR1)")
        running.interrupt()
        _ = running.wait()
        #expect(((try? FileManager.default.contentsOfDirectory(atPath: folder.path("state/run"))) ?? []).isEmpty)
    }

    @Test func `a run tells a program what it does, and shows a watchdog that it goes on`() throws {
        let tell = try folder.write("tell", "#!/bin/sh\ncat >> '\(folder.path("told"))'\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: tell.path)
        let running = try start([
            "--notify-command", tell.path, "--heartbeat-file", folder.path("beat"), "--log-file",
            folder.path("kbot.log"),
        ])
        #expect(try waits { try kbot("status").status == 0 }, "\(running.errors)")
        #expect(waits { folder.read("beat").contains(#""state":"ACTIVE""#) })
        _ = try kbot("halt", "--reason", "told to")
        let told = waits { folder.read("told").contains(#""event":"halt""#) }
        #expect(told && folder.read("told").contains(#""simulated":true"#), "\(folder.read("told"))\(running.errors)")
        #expect(folder.read("told").contains("told to (kbot halt)"))
        running.interrupt()
        _ = running.wait()
        #expect(!FileManager.default.fileExists(atPath: folder.path("beat")))
    }
}
