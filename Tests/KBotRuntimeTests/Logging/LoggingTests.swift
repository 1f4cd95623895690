import Foundation
import KBotModel
import Logging
import Synchronization
import Testing

@testable import KBotRuntime

/// Keeps the lines it is given.
private final class LinesInMemory: LogSink {
    private let kept = Mutex<[String]>([])

    var lines: [String] { kept.withLock { $0 } }

    func write(_ line: String) { kept.withLock { $0.append(line) } }
}

private let noon = Timestamp(milliseconds: 1_777_314_605_250)

@Suite struct LoggingTests {
    private let sink = LinesInMemory()

    private func logger(_ format: LogFormat, level: Logger.Level = .info, colour: Bool = false) -> Logger {
        let style = LineLogHandler.Style(format: format, colour: colour, sink: sink, now: { noon })
        return RunLogging(level: level, style: style, run: "r1", mode: "paper").logger()
    }

    @Test func `a console line has time, level, message and sorted metadata`() {
        logger(.console).info(
            "entry sent",
            metadata: ["order.side": "yes", "market": "KXBTC15M-45", "note": "two words"]
        )
        #expect(
            sink.lines == [
                "2026-04-27 18:30:05.250 INFO   entry sent  "
                    + #"market=KXBTC15M-45 note="two words" order.side=yes run.id=r1 run.mode=paper"#
            ]
        )
    }

    @Test func `a JSON line is one object with sorted metadata`() {
        logger(.json).warning("stop \"late\"", metadata: ["z": "1", "a": ["y", "x"], "m": ["b": "2", "a": "1"]])
        #expect(
            sink.lines == [
                #"{"ts":"2026-04-27T18:30:05.250000Z","level":"warning","message":"stop \"late\"","#
                    + #""metadata":{"a":["y","x"],"m":{"a":"1","b":"2"},"run.id":"r1","run.mode":"paper","z":"1"},"label":"kbot"}"#
            ]
        )
    }

    @Test func `nested metadata is readable on the console`() {
        logger(.console).info("m", metadata: ["a": ["1", "b c"], "d": ["y": "2", "x": ""]])
        #expect(sink.lines.first?.hasSuffix(#"m  a=[1,"b c"] d={x="" y=2} run.id=r1 run.mode=paper"#) == true)
    }

    @Test(arguments: Logger.Level.allCases)
    func `lines below the level are not written`(level: Logger.Level) {
        let logger = logger(.console, level: level)
        for each in Logger.Level.allCases { logger.log(level: each, "m") }
        #expect(sink.lines.count == Logger.Level.allCases.filter { $0 >= level }.count)
    }

    @Test func `levels stand in one column`() {
        let logger = logger(.console, level: .trace)
        for level in Logger.Level.allCases { logger.log(level: level, "m") }
        let words = sink.lines.map { $0.dropFirst(24).prefix(8) }
        #expect(words == ["TRACE  m", "DEBUG  m", "INFO   m", "NOTICE m", "WARN   m", "ERROR  m", "CRIT   m"])
    }

    @Test func `colour is around the level alone`() {
        logger(.console, colour: true).error("bad")
        #expect(
            sink.lines == ["2026-04-27 18:30:05.250 \u{1B}[31mERROR \u{1B}[0m bad  run.id=r1 run.mode=paper"]
        )
    }

    @Test(
        arguments: [
            ([:], true, true), ([:], false, false), (["NO_COLOR": "1"], true, false), (["NO_COLOR": ""], true, true),
            (["TERM": "dumb"], true, false),
        ] as [([String: String], Bool, Bool)]
    )
    func `colour needs a terminal and no NO_COLOR`(environment: [String: String], isTerminal: Bool, colour: Bool) {
        #expect(RunLogging.wantsColour(environment: environment, isTerminal: isTerminal) == colour)
    }

    @Test(arguments: [LogFormat.console, .json])
    func `no text can break a line or steer the terminal`(format: LogFormat) throws {
        logger(format).info("a\nb\u{1B}[2J\u{0}", metadata: ["k\nk": "v\r\n\"v", "u": "\u{9B}31m"])
        let line = try #require(sink.lines.first)
        #expect(sink.lines.count == 1)
        #expect(!line.unicodeScalars.contains { $0.value < 0x20 })
        if format == .console { #expect(!line.unicodeScalars.contains("\u{9B}")) }
    }

    @Test func `every JSON line can be read back`() throws {
        logger(.json).info("tab\t quote\" back\\slash é 🎲", metadata: ["k\"": "\u{1}"])
        let line = try #require(sink.lines.first)
        let object = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(object["message"] as? String == "tab\t quote\" back\\slash é 🎲")
        #expect((object["metadata"] as? [String: String])?["k\""] == "\u{1}")
    }

    @Test(arguments: [LogFormat.console, .json])
    func `a secret is never in a line`(format: LogFormat) throws {
        struct Failure: Error { let key = Secret("topsecret") }
        let secret = Secret("topsecret")
        var logger = logger(format)
        logger[metadataKey: "bound"] = .stringConvertible(secret)
        logger.info("key \(secret)", metadata: ["a": "\(secret)", "b": .array([.stringConvertible(secret)])])
        logger.error("failed", error: Failure())
        #expect(sink.lines.count == 2)
        for line in sink.lines {
            #expect(!line.contains("topsecret"))
            #expect(line.contains("<redacted>"))
        }
    }

    @Test(arguments: [LogFormat.console, .json])
    func `a private key in plain text is cut out as a last guard`(format: LogFormat) {
        let pem = "-----BEGIN PRIVATE KEY-----\nMIItopsecret\n-----END PRIVATE KEY-----"
        logger(format).info(
            "read \(pem)",
            metadata: ["key": "\(pem)", "\(pem)": "x", "list": ["\(pem)"], "m": ["k": "\(pem)"]]
        )
        #expect(sink.lines.count == 1)
        for line in sink.lines { #expect(!line.contains("topsecret") && !line.contains("BEGIN")) }
    }

    @Test func `an error stands in the metadata`() {
        logger(.console).error("cannot start", error: KeyFault())
        #expect(sink.lines.first?.hasSuffix("cannot start  error=\"no key\" run.id=r1 run.mode=paper") == true)
    }

    @Test func `handlers are values: copies of a logger do not share level or metadata`() {
        var first = logger(.console)
        first.logLevel = .debug
        first[metadataKey: "only"] = "first"
        var second = first
        second.logLevel = .error
        second[metadataKey: "only"] = "second"
        #expect(first.logLevel == .debug && second.logLevel == .error)
        #expect(first[metadataKey: "only"] == "first" && second[metadataKey: "only"] == "second")
    }

    @Test func `the whole process logs to standard error once it is told to`() async throws {
        let result = try await #require(
            processExitsWith: .success,
            observing: [\.standardErrorContent, \.standardOutputContent]
        ) {
            let settings = try RunSettings.load(
                options: ["log-format": "json", "log-level": "warning"],
                environment: [:],
                envFile: .none
            )
            RunLogging.standardError(settings, environment: [:], run: "r7", mode: "paper").bootstrap()
            let logger = Logger(label: "feed")
            logger.info("unheard")
            DispatchQueue.concurrentPerform(iterations: 4) { thread in
                for number in 0..<50 { logger.warning("gap", metadata: ["n": "\(thread)-\(number)"]) }
            }
        }
        let lines = String(decoding: result.standardErrorContent, as: UTF8.self).split(separator: "\n")
            .filter { $0.contains("gap") }
        #expect(!String(decoding: result.standardOutputContent, as: UTF8.self).contains("gap"))
        #expect(Set(lines).count == 200)
        for line in lines {
            let object = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            #expect(object["label"] as? String == "feed")
            #expect((object["metadata"] as? [String: String])?["run.id"] == "r7")
        }
    }

    @Test func `lines of many threads stay whole`() throws {
        let logger = logger(.json)
        DispatchQueue.concurrentPerform(iterations: 8) { thread in
            for number in 0..<200 { logger.info("line", metadata: ["n": "\(thread)-\(number)"]) }
        }
        #expect(sink.lines.count == 1_600)
        #expect(Set(sink.lines).count == 1_600)
    }
}

private struct KeyFault: Error, CustomStringConvertible {
    var description: String { "no key" }
}
