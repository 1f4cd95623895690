import Foundation
import KBotModel
import KBotRuntime
import Testing

/// `kbot status` and `kbot reload` where nothing runs, and used wrongly.
@Suite struct ControlCommandTests {
    private let folder = TestFolder()

    private func run(_ arguments: [String], _ environment: [String: String] = [:]) throws -> Kbot.Result {
        try Kbot.start(arguments, in: folder.url, environment: environment).wait()
    }

    @Test(arguments: [["status"], ["reload"], ["reload", "bollinger_scalper"]])
    func `where nothing runs, one sentence says so, with the folder looked at`(arguments: [String]) throws {
        let result = try run(arguments)
        let place = folder.url.resolvingSymlinksInPath().path + "/.kbot"
        #expect(result.status == 1 && result.output.isEmpty)
        #expect(result.errors == "kbot: no kbot is running here (state directory \(place))\n")
        #expect(!FileManager.default.fileExists(atPath: folder.path(".kbot")))
    }

    @Test func `the state directory comes from option, environment and file, as for a run`() throws {
        try folder.write(".env", "STATE_DIR=/from/dotenv\nFILLS=lucky\n")
        try folder.write("other", "STATE_DIR=/from/file\n")
        for command in ["status", "reload"] {
            for (options, environment, place) in [
                ([], [:], "/from/dotenv"),
                (["--env-file", "other"], [:], "/from/file"),
                ([], ["STATE_DIR": "/from/environment"], "/from/environment"),
                (["--state-dir", "/from/option"], ["STATE_DIR": "/from/environment"], "/from/option"),
            ] as [([String], [String: String], String)] {
                let result = try run([command] + options, environment)
                #expect(result.status == 1 && result.errors.contains("(state directory \(place))\n"))
            }
        }
    }

    @Test func `JSON stays a document when nothing runs`() throws {
        let result = try run(["status", "--json"])
        let document = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: [String]]
        #expect(result.status == 1 && document == ["runs": [], "errors": [], "halted_accounts": []])
        #expect(result.errors.contains("no kbot is running here"))
    }

    @Test(arguments: [
        (["status", "--jsn"], "Unknown option '--jsn'"),
        (["status", "everything"], "Unexpected argument 'everything'"),
        (["reload", "a", "b"], "Unexpected argument 'b'"),
        (["status", "--state-dir"], "--state-dir"),
        (["status", "--state-dir", ""], "--state-dir"),
        (["reload", "--env-file", "/nowhere/env"], "/nowhere/env"),
    ])
    func `wrong usage leaves with exit code 2 and nothing on standard output`(arguments: [String], text: String) throws
    {
        let result = try run(arguments)
        #expect(result.status == 2 && result.output.isEmpty && result.errors.contains(text), "\(result.errors)")
    }

    @Test(arguments: ["status", "reload"])
    func `no line of the help is wider than a terminal`(command: String) throws {
        let result = try run([command, "--help"])
        #expect(result.status == 0 && result.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
        #expect(result.output.contains("kbot \(command)\n"))
    }

    @Test func `the socket of a run that died is no run`() throws {
        let live = LiveRun(folder.path("s"), process: 1)
        // A second name for the socket stays behind, as the only one does when a run is killed.
        try FileManager.default.linkItem(atPath: folder.path("s/run/1.sock"), toPath: folder.path("s/run/2.sock"))
        live.stop()
        #expect(FileManager.default.fileExists(atPath: folder.path("s/run/2.sock")))
        let result = try run(["status", "--state-dir", "s"])
        #expect(result.status == 1 && result.errors.contains("no kbot is running here"))
        #expect(!FileManager.default.fileExists(atPath: folder.path("s/run/2.sock")))
    }
}

/// The commands against runs, played by the tests.
@Suite struct ControlAnswerTests {
    private let folder = TestFolder()
    private var state: String { folder.path("state") }

    private func run(_ arguments: String...) throws -> Kbot.Result {
        try Kbot.start(arguments + ["--state-dir", "state"], in: folder.url).wait()
    }

    private func status(_ process: Int32, _ state: RunStatus.State = .active, scripts: [String]) -> RunStatus {
        RunStatus(
            pid: process,
            run: "run-\(process)",
            version: "0.1.0",
            mode: "paper",
            feed: "sim",
            simulated: true,
            started: Timestamp(seconds: 1_795_389_300),
            marketTime: nil,
            speed: "max",
            state: state,
            reasons: state == .active ? [] : [RunStatus.Reason(code: "DAILY_LOSS", text: "it is gone", until: nil)],
            equity: Money(dollars: 1_000),
            openPositions: 0,
            scripts: scripts.map {
                ScriptStatus(name: $0, kind: .strategy, path: "strategies/\($0)_file.lua", version: "1", hash: "00ff")
            }
        )
    }

    /// A run whose scripts are all reloaded, but for those that are to be refused.
    private func start(
        _ process: Int32,
        _ state: RunStatus.State = .active,
        scripts: [String],
        refused: [String] = []
    ) -> LiveRun {
        let status = status(process, state, scripts: scripts)
        return LiveRun(self.state, process: process) { request in
            guard case .reload(let script) = request else { return .status(status) }
            return .reload(
                scripts.filter { script == nil || $0 == script }.map { name in
                    let isRefused = refused.contains(name)
                    return ReloadResult(
                        script: name,
                        outcome: isRefused ? .refused : .reloaded,
                        message: isRefused ? ["\(name).lua:3: unexpected symbol"] : []
                    )
                }
            )
        }
    }

    @Test func `every run is shown`() throws {
        let runs = [start(20, scripts: ["alpha"]), start(3, .reduceOnly, scripts: ["beta"])]
        defer { for run in runs { run.stop() } }
        let result = try run("status")
        #expect(result.status == 10 && result.errors.isEmpty, "\(result.errors)")
        #expect(
            result.output.hasPrefix(
                "kbot 3\n  State         REDUCE_ONLY\n                DAILY_LOSS: it is gone\n  Run  "
            )
        )
        #expect(result.output.contains("\n\nkbot 20\n  State         ACTIVE\n"))
        #expect(result.output.contains("\n  alpha   strategy  1        00ff"))
    }

    @Test func `a halted run leaves with exit code 6, also as JSON`() throws {
        let runs = [start(20, scripts: ["alpha"]), start(30, .halted, scripts: [])]
        defer { for run in runs { run.stop() } }
        let result = try run("status")
        #expect(
            result.status == 6 && result.output.contains("State         HALTED\n                DAILY_LOSS: it is gone")
        )
        let json = try run("status", "--json")
        let document = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: [[String: Any]]]
        #expect(json.status == 6 && document?["runs"]?.map { $0["pid"] as? Int } == [20, 30])
        #expect(document?["runs"]?.last?["state"] as? String == "HALTED" && document?["errors"]?.isEmpty == true)
    }

    @Test func `a run that does not answer is named, beside one that does`() throws {
        let run20 = start(20, scripts: ["alpha"])
        let deaf = LiveRun(state, process: 30, handle: nil)
        defer {
            run20.stop()
            deaf.stop()
        }
        let result = try run("status")
        #expect(result.status == 1 && result.output.contains("kbot 20\n"))
        #expect(result.errors == "kbot: run 30 did not answer within 2.0 seconds\n")
    }

    @Test func `every script of every run is reloaded`() throws {
        let runs = [start(20, scripts: ["alpha", "beta"]), start(3, scripts: ["alpha"]), start(4, scripts: [])]
        defer { for run in runs { run.stop() } }
        let result = try run("reload")
        #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
        #expect(
            result.output == """
                run 3  alpha reloaded
                run 4  has no script
                run 20  alpha reloaded
                run 20  beta reloaded

                """
        )
    }

    @Test(arguments: ["beta", "beta_file", "beta_file.lua", "strategies/beta_file.lua"])
    func `one script is reloaded where it runs, by its name or its file`(name: String) throws {
        let runs = [start(20, scripts: ["alpha", "beta"]), start(3, scripts: ["alpha"])]
        defer { for run in runs { run.stop() } }
        let result = try run("reload", name)
        #expect(result.status == 0 && result.output == "run 20  beta reloaded\n", "\(result.errors)")
    }

    @Test func `a script that is refused leaves with exit code 3 and says why`() throws {
        let runs = [start(20, scripts: ["alpha", "beta"], refused: ["beta"])]
        defer { for run in runs { run.stop() } }
        let result = try run("reload")
        #expect(result.status == 3)
        #expect(result.output == "run 20  alpha reloaded\nrun 20  beta refused\n  beta.lua:3: unexpected symbol\n")
        let json = try run("reload", "beta", "--json")
        let document = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: [[String: Any]]]
        let scripts = document?["runs"]?.first?["scripts"] as? [[String: Any]]
        #expect(json.status == 3 && document?["runs"]?.first?["run"] as? String == "20")
        #expect(scripts?.first?["outcome"] as? String == "refused" && scripts?.count == 1)
    }

    @Test func `a name no run has leaves with exit code 2, with those there are and the one that was meant`() throws {
        let runs = [start(20, scripts: ["alpha", "beta"]), start(3, scripts: ["alpha"])]
        defer { for run in runs { run.stop() } }
        let result = try run("reload", "alhpa")
        #expect(result.status == 2 && result.output.isEmpty)
        #expect(result.errors == "kbot: no run has a script 'alhpa'; did you mean alpha?\nthere is alpha, beta\n")
        let far = try run("reload", "something_else")
        #expect(far.errors == "kbot: no run has a script 'something_else'\nthere is alpha, beta\n")
    }

    @Test func `a run that does not know what it is asked is named`() throws {
        let live = LiveRun(state, process: 20) { _ in .failure("not now") }
        defer { live.stop() }
        let result = try run("reload")
        #expect(result.status == 1 && result.errors == "kbot: run 20 refused: not now\n")
    }
}

/// A server on a thread of its own, as a run in another process would be.
final class LiveRun: Sendable {
    private let isDone = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    /// Starts to answer; without `handle` it listens and never does.
    init(
        _ state: String,
        process: Int32,
        handle: (@Sendable (ControlRequest) -> ControlResponse)? = { _ in .failure("nothing to say") }
    ) {
        let ready = DispatchSemaphore(value: 0)
        let (isDone, ended) = (isDone, ended)
        Thread.detachNewThread {
            let server = try? ControlServer(stateDirectory: state, process: process)
            ready.signal()
            while isDone.wait(timeout: .now() + .milliseconds(2)) == .timedOut {
                if let handle { server?.poll(now: ContinuousClock().now, handle: handle) }
            }
            server?.close()
            ended.signal()
        }
        ready.wait()
    }

    /// Ends it; its socket is gone afterwards.
    func stop() {
        isDone.signal()
        ended.wait()
    }
}
