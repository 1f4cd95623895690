import Foundation
import KBotEngine
import KBotModel
import Testing

@testable import KBotRuntime

@Suite struct ControlProtocolTests {
    private func text(_ line: [UInt8]) -> String { String(decoding: line, as: UTF8.self) }

    @Test(arguments: [
        (ControlRequest.status, #"{"command":"status"}"#),
        (.reload(script: nil), #"{"command":"reload","script":null}"#),
        (.reload(script: "a\"b"), #"{"command":"reload","script":"a\"b"}"#),
        (
            .halt(HaltOrder(reason: "news", cancel: true)),
            #"{"cancel":true,"command":"halt","flatten":false,"reason":"news"}"#
        ),
        (.resume(ResumeOrder(confirmed: true)), #"{"command":"resume","confirmed":true}"#),
    ])
    func `a request is one object on one line`(request: ControlRequest, line: String) throws {
        #expect(text(request.line) == line + "\n")
        #expect(try ControlRequest(line: request.line) == request)
        #expect(try ControlRequest(line: Array(line.utf8)) == request)
    }

    @Test func `a reload without a script means all, and fields nobody knows are passed over`() throws {
        #expect(try ControlRequest(line: Array(#"{"command":"reload"}"#.utf8)) == .reload(script: nil))
        #expect(try ControlRequest(line: Array(#"{"command":"status","why":[1,{}]}"#.utf8)) == .status)
    }

    @Test func `a halt without words wants nothing besides, and a resume without words is not confirmed`() throws {
        #expect(try ControlRequest(line: Array(#"{"command":"halt"}"#.utf8)) == .halt(HaltOrder()))
        #expect(
            try ControlRequest(line: Array(#"{"command":"resume"}"#.utf8)) == .resume(ResumeOrder(confirmed: false))
        )
    }

    @Test(arguments: [
        (
            ControlResponse.halt(HaltAnswer(account: "main", isLatched: true)),
            #"{"ok":true,"result":{"halt":{"account":"main","latched":true,"problem":null}}}"#
        ),
        (
            .resume(
                ResumeAnswer(
                    account: nil,
                    state: .halted,
                    reasons: [RunStatus.Reason(code: "HALTED", text: "news", until: nil)],
                    refusal: "no"
                )
            ),
            #"{"ok":true,"result":{"resume":{"account":null,"reasons":[{"code":"HALTED","text":"news","until":null}],"#
                + #""refusal":"no","resumed":false,"state":"HALTED"}}}"#
        ),
    ])
    func `an answer to halt and resume has the agreed fields`(response: ControlResponse, line: String) throws {
        #expect(text(response.line) == line + "\n")
        #expect(try ControlResponse(line: response.line) == response)
    }

    @Test func `a status comes through whole`() throws {
        let response = ControlResponse.status(.sample)
        #expect(try ControlResponse(line: response.line) == response)
        #expect(response.line.filter { $0 == UInt8(ascii: "\n") }.count == 1)
    }

    @Test func `a status has the agreed fields, amounts as text and null for what is not known`() throws {
        let object =
            try JSONSerialization.jsonObject(with: Data(ControlResponse.status(.sample).line)) as? [String: Any]
        let result = try #require(object?["result"] as? [String: Any])
        let status = try #require(result["status"] as? [String: Any])
        let keys: Set = [
            "pid", "run", "version", "mode", "feed", "simulated", "started", "market_time", "speed", "state", "reasons",
            "equity", "open_positions", "scripts", "account", "resumed_from", "last_event", "feed_health", "journal",
            "notifications",
        ]
        #expect(object?["ok"] as? Bool == true && Set(status.keys) == keys)
        #expect(status["equity"] as? String == "1012.345678")
        #expect(status["started"] as? String == "2026-11-22T23:15:00.000000Z")
        #expect(status["market_time"] as? String == "2026-06-01T03:12:40.250000Z")
        let scripts = try #require(status["scripts"] as? [[String: Any]])
        let names: Set = [
            "name", "kind", "path", "version", "sha256", "generation", "calls", "errors", "quarantined", "ns_per_call",
            "last_reload",
        ]
        #expect(scripts.allSatisfy { Set($0.keys) == names })
        #expect(scripts[1]["kind"] as? String == "risk-rule" && scripts[1]["last_reload"] is NSNull)
        #expect(scripts[2]["path"] is NSNull && scripts[2]["sha256"] is NSNull && scripts[2]["ns_per_call"] is NSNull)
        let reload = try #require(scripts[0]["last_reload"] as? [String: Any])
        #expect(Set(reload.keys) == ["time", "outcome", "message"] && reload["outcome"] as? String == "refused")
    }

    @Test func `a market that has not begun has no time`() throws {
        var status = RunStatus.sample
        status.marketTime = nil
        let line = ControlResponse.status(status).line
        #expect(text(line).contains(#""market_time":null"#))
        #expect(try ControlResponse(line: line) == .status(status))
    }

    @Test func `a figure JSON has no word for makes the answer a failure`() throws {
        var status = RunStatus.sample
        status.scripts[0].nanosecondsPerCall = .nan
        let line = ControlResponse.status(status).line
        #expect(try ControlResponse(line: line) == .failure("the answer cannot be put into JSON"))
    }

    @Test(arguments: ["2026-11-22", "", "yesterday"])
    func `a time that is none is refused`(time: String) throws {
        let line = text(ControlResponse.status(.sample).line)
            .replacingOccurrences(of: "2026-11-22T23:15:00.000000Z", with: time)
        #expect(throws: ControlError.self) { try ControlResponse(line: Array(line.utf8)) }
    }
}

@Suite struct RunStatusTextTests {
    @Test func `a run is shown with its facts and a table of its scripts, and no escape reaches the terminal`() {
        #expect(
            RunStatus.sample.text == """
                kbot 4711
                  State         ACTIVE
                  Run           20261122-231500, version 0.1.0
                  Trading       paper, feed sim (SIMULATED)
                  Started       2026-11-22 23:15:00 UTC
                  Market time   2026-06-01 03:12:40 UTC, speed 60
                  Equity        $1,012.35
                  Positions     1 open

                  script             kind      version  sha256        gen  calls  errors  µs/call
                  bollinger_scalper  strategy  1.0.0    ba7816bf8f01    2  10800       1     12.3
                    refused 2026-11-22 23:16:42 UTC
                      bollinger_scalper.lua:4: unexpected symbol
                      ?[2Jthe one before stays in force
                  max_spread         rule      1.0      e3b0c44298fc    1      0       0        –
                    QUARANTINED: it is asked no more
                  native_one         strategy  2        native          1      0       0        –

                """
        )
    }

    @Test func `what blocks or halts a run is said first`() {
        var status = RunStatus.sample
        status.state = .reduceOnly
        status.reasons = [
            RunStatus.Reason(
                code: "CIRCUIT_BREAKER",
                text: "3 losing trades in a row",
                until: Timestamp(seconds: 1_795_389_402)
            ),
            RunStatus.Reason(code: "FEED_STALE", text: "", until: nil),
        ]
        status.marketTime = nil
        #expect(
            status.text.contains(
                """
                  State         REDUCE_ONLY
                                CIRCUIT_BREAKER: 3 losing trades in a row, until 2026-11-22 23:16:42 UTC
                                FEED_STALE
                  Run

                """.dropLast()
            )
        )
        #expect(status.text.contains("Market time   not yet known, speed 60\n"))
        status.state = .halted
        status.reasons = []
        #expect(status.text.contains("State         HALTED\n"))
    }

    @Test func `account, data, journal and notifications are shown where there are any`() {
        var status = RunStatus.sample
        status.account = "main"
        status.resumedFrom = "20261121-080000"
        status.feedHealth = .stale
        status.lastEvent = Timestamp(seconds: 1_795_389_402)
        status.journal = RunStatus.JournalStatus(path: ".kbot/journal.sqlite", problem: "the disk is full")
        var counts = NotifyCounts()
        counts.sent = 3
        counts.failed = 1
        status.notifications = counts
        for line in [
            "Account       main, taken up from run 20261121-080000", "Market data   stale",
            "Last event    2026-11-22 23:16:42 UTC", "Journal       CANNOT BE WRITTEN: the disk is full",
            "Notifications 3 sent, 1 FAILED",
        ] {
            #expect(status.text.contains("  " + line + "\n"), "\(line)")
        }
    }
}

@Suite struct StateDirectoryTests {
    private let folder: FeedFolder

    init() throws { folder = try FeedFolder() }

    private func read(
        _ option: String? = nil,
        _ environment: [String: String] = [:],
        file: String? = nil
    ) throws -> String {
        let path = try file.map { try folder.write(".env", $0) }
        return try StateDirectory.read(
            option: option,
            environment: environment,
            envFile: path.map { .required($0) } ?? .none
        )
    }

    @Test func `the option goes before the environment, that before the file, that before .kbot`() throws {
        #expect(try read() == ".kbot")
        #expect(try read(file: "STATE_DIR=/from/file\n") == "/from/file")
        #expect(try read(nil, ["STATE_DIR": "/from/environment"], file: "STATE_DIR=/f\n") == "/from/environment")
        #expect(try read("/from/option", ["STATE_DIR": "/e"], file: "STATE_DIR=/f\n") == "/from/option")
    }

    @Test func `other settings may be wrong, but not the file`() throws {
        #expect(try read(nil, ["MAX_EXPOSURE": "lots"], file: "FILLS=lucky\nSTATE_DIR=/s\n") == "/s")
        #expect(throws: ConfigurationErrors.self) { try read(file: "STATE_DIR\n") }
        #expect(try read("/s", file: "STATE_DIR\n") == "/s")
        #expect(throws: ConfigurationErrors.self) {
            try StateDirectory.read(option: nil, environment: [:], envFile: .required("/nowhere/env"))
        }
        #expect(try StateDirectory.read(option: nil, environment: [:], envFile: .ifPresent("/nowhere/env")) == ".kbot")
    }

    @Test func `an empty option is an error`() {
        #expect(throws: ConfigurationErrors.self) { try read("") }
    }
}
