import Foundation
import KBotEngine
import KBotKalshi
import KBotModel
import Synchronization
import Testing

@testable import KBotRuntime

/// Keeps what is reported.
private final class Reports: Sendable {
    private let kept = Mutex<[String]>([])

    var all: [String] { kept.withLock { $0 } }

    func add(_ text: String) { kept.withLock { $0.append(text) } }
}

@Suite struct NotifyWorkerTests {
    private let reports = Reports()

    private func worker(_ sink: SinkDouble) -> NotifyWorker {
        NotifyWorker(sink, sender: .sample, pauses: Array(repeating: .milliseconds(1), count: 3)) { [reports] in
            reports.add($0)
        }
    }

    @Test func `whoever tells does not wait, and everything is told in order`() {
        let sink = SinkDouble(isHeld: true)
        let worker = worker(sink)
        for number in 1...5 { worker.add(.fill(number)) }
        #expect(waits { sink.messages.count == 1 })
        sink.letGo()
        #expect(waits { worker.soFar.sent == 5 })
        #expect(sink.messages.flatMap(\.events) == (1...5).map { NotifyEvent.fill($0) } && reports.all.isEmpty)
        worker.close(by: .now + .seconds(5))
        #expect(worker.waitForEnd(by: .now + .seconds(5)) && sink.isClosed)
    }

    @Test func `what fails is tried three times more, then counted and told once until it works again`() {
        let failure = NotifyOutcome.again("the host answers 503")
        let sink = SinkDouble([failure, failure, .done] + Array(repeating: failure, count: 8))
        let worker = worker(sink)
        worker.add(.fill(1))
        #expect(waits { worker.soFar.sent == 1 })
        #expect(sink.messages.count == 3)
        for number in 2...3 {
            worker.add(.fill(number))
            #expect(waits { worker.soFar.failed == number - 1 })
        }
        #expect(sink.messages.count == 11 && reports.all == ["notifications by double fail: the host answers 503"])
        worker.add(.fill(4))
        #expect(waits { worker.soFar.sent == 2 })
        worker.close(by: .now)
    }

    @Test func `what is refused is not tried again`() {
        let sink = SinkDouble([.refused("the host answers 404")])
        let worker = worker(sink)
        worker.add(.halt)
        #expect(waits { worker.soFar.failed == 1 })
        #expect(sink.messages.count == 1 && reports.all.count == 1)
        worker.close(by: .now)
    }

    @Test func `at the end what waits is told as one message, and nothing is taken in any more`() {
        let sink = SinkDouble(isHeld: true)
        let worker = worker(sink)
        worker.add(.fill(1))
        #expect(waits { sink.messages.count == 1 })
        for number in 2...4 { worker.add(.fill(number)) }
        worker.close(by: .now + .seconds(5))
        worker.add(.fill(5))
        sink.letGo()
        #expect(worker.waitForEnd(by: .now + .seconds(5)))
        #expect(sink.messages.map { $0.events.count } == [1, 3])
    }

    @Test func `an end waits no longer than it was told to`() {
        let sink = SinkDouble(isHeld: true)
        let worker = worker(sink)
        worker.add(.halt)
        #expect(waits { sink.messages.count == 1 })
        worker.close(by: .now + .milliseconds(20))
        #expect(!worker.waitForEnd(by: .now + .milliseconds(20)))
        sink.letGo()
    }
}

@Suite struct NotifierTests {
    @Test func `market data that stay away are told after 30 seconds, and that they are back`() {
        let sink = SinkDouble()
        let worker = NotifyWorker(sink, sender: .sample) { _ in }
        let notifier = Notifier(kinds: [.disconnect], workers: [worker])
        let start = ContinuousClock().now
        func poll(_ seconds: Int) { notifier.poll(now: start + .seconds(seconds), at: NotifyEvent.when) }
        func hear(_ health: FeedHealth, _ seconds: Int) {
            notifier.hear(health, now: start + .seconds(seconds), at: NotifyEvent.when)
        }
        // A short one is nobody's business.
        hear(.stale, 0)
        poll(29)
        hear(.live, 30)
        poll(60)
        hear(.stale, 100)
        poll(120)
        hear(.stale, 125)
        for second in 130...140 { poll(second) }
        hear(.live, 170)
        notifier.close()
        #expect(
            sink.messages.flatMap(\.events).map(\.text) == [
                "no market data for 31 s; no entries until they are back", "market data are back after 70 s",
            ]
        )
    }

    @Test func `a refused script is told with its first line`() {
        let sink = SinkDouble()
        let notifier = Notifier(kinds: [.reload], workers: [NotifyWorker(sink, sender: .sample) { _ in }])
        notifier.hear(
            [
                ReloadResult(script: "a", outcome: .reloaded, message: []),
                ReloadResult(script: "b", outcome: .refused, message: ["b.lua:3: unexpected symbol", "more"]),
            ],
            at: NotifyEvent.when
        )
        notifier.close()
        #expect(
            sink.messages.flatMap(\.events).map(\.text) == [
                "b was refused, the version before stays in force: b.lua:3: unexpected symbol"
            ]
        )
    }

    @Test func `without a command and an address nobody is told`() throws {
        let notifier = try Notifier(NotifySettings(), sender: .sample, environment: [:], trust: .system) { _ in }
        #expect(notifier == nil)
    }

    @Test func `a webhook on this machine gets every message, over the network`() throws {
        let listener = LoopbackListener(["503 Busy\r\nretry-after: 0", "204 No Content"])
        defer { listener.stop() }
        let webhook = try #require(Webhook("http://127.0.0.1:\(listener.port)/hook/SECRET?thread=1"))
        let sink = try WebhookSink(webhook, shape: nil, trust: .system)
        let reports = Reports()
        let worker = NotifyWorker(sink, sender: .sample, pauses: [.milliseconds(1)]) { reports.add($0) }
        worker.add(.halt)
        #expect(waits { worker.soFar.sent == 1 }, "\(reports.all)")
        let requests = listener.requests
        try #require(requests.count == 2)
        #expect(requests.allSatisfy { $0.line == "POST /hook/SECRET?thread=1 HTTP/1.1" })
        #expect(requests.last?.headers.lowercased().contains("content-type: application/json") == true)
        let message = NotifyMessage(sender: .sample, events: [.halt], more: 0)
        #expect(requests.last?.body == String(decoding: message.json, as: UTF8.self) && reports.all.isEmpty)
        worker.close(by: .now + .seconds(5))
        #expect(worker.waitForEnd(by: .now + .seconds(5)))
    }

    @Test func `where nobody listens the complaint names the host and nothing secret`() throws {
        let listener = LoopbackListener()
        listener.stop()
        let webhook = try #require(Webhook("http://127.0.0.1:\(listener.port)/SECRET"))
        let reports = Reports()
        let sink = try WebhookSink(webhook, shape: nil, trust: .system)
        let worker = NotifyWorker(sink, sender: .sample, pauses: []) { reports.add($0) }
        worker.add(.halt)
        #expect(waits { worker.soFar.failed == 1 && !reports.all.isEmpty })
        let report = try #require(reports.all.first)
        #expect(reports.all.count == 1 && report.hasPrefix("notifications by webhook (127.0.0.1) fail: "))
        #expect(!report.contains("SECRET"))
        worker.close(by: .now + .seconds(5))
        _ = worker.waitForEnd(by: .now + .seconds(5))
    }
}

@Suite struct CommandSinkTests {
    private let home: FeedFolder
    private let message = NotifyMessage(sender: .sample, events: [.fill()], more: 0)

    init() throws { home = try FeedFolder() }

    private func run(_ script: String, atMost span: Duration = .seconds(10)) throws -> NotifyOutcome {
        let path = try home.write("tell", "#!/bin/sh\ncd '\(home.path)'\n" + script)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        var environment = ProcessInfo.processInfo.environment
        environment["KALSHI_API_KEY_ID"] = "SECRET"
        environment["NOTIFY_WEBHOOK"] = "SECRET"
        return CommandSink([path, "two words", "$HOME"], environment: environment).deliver(message, atMost: span)
    }

    private func text(_ name: String) throws -> String {
        try String(contentsOfFile: home.path + "/" + name, encoding: .utf8)
    }

    @Test func `a program gets the message on its standard input and its arguments as they were written`() throws {
        #expect(try run("cat > in\nprintf '%s|' \"$@\" > arguments\nenv > environment\n") == .done)
        #expect(try text("in") == String(decoding: message.json, as: UTF8.self) + "\n")
        #expect(try text("arguments") == "two words|$HOME|")
        #expect(try !text("environment").contains("SECRET") && text("environment").contains("PATH="))
    }

    @Test func `a program that does not read what it is told is fine`() throws {
        #expect(try run("exit 0\n") == .done)
    }

    #if os(Linux)
        @Test func `nothing that kbot has open is open in it`() throws {
            let open = unsafe open(home.path, O_RDONLY)
            let high = fcntl(open, F_DUPFD, 200)
            defer { for number in [open, high] { close(number) } }
            #expect(high >= 200)
            #expect(try run("for f in /proc/$$/fd/*; do echo ${f##*/}; done > fds\n") == .done)
            // The shell has a few of its own, all of low numbers.
            let numbers = try text("fds").split(separator: "\n").compactMap { Int32($0) }
            #expect(!numbers.isEmpty && numbers.allSatisfy { $0 < 100 }, "\(numbers)")
        }
    #endif

    @Test func `a program that fails is tried again later, one that is not there never`() throws {
        #expect(try run("exit 3\n") == .again("it left with exit code 3"))
        #expect(try run("kill -9 $$\n") == .again("it was ended by signal 9"))
        let missing = CommandSink([home.path + "/none"], environment: [:]).deliver(message, atMost: .seconds(1))
        #expect(missing == .refused("cannot be started: No such file or directory"))
    }

    @Test func `a program that hangs is killed with everything it started`() throws {
        #expect(
            try run("sleep 100 & echo $! > child\nwait\n", atMost: .milliseconds(300))
                == .again("it did not end within 0.3 seconds and was killed")
        )
        let child = try #require(Int32(try text("child").split(separator: "\n").first ?? ""))
        #expect(waits { kill(child, 0) != 0 || Self.isZombie(child) })
    }

    private static func isZombie(_ process: Int32) -> Bool {
        let status = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
        return status.isEmpty || status.contains(") Z ")
    }
}

@Suite struct CommandWordsTests {
    @Test(arguments: [
        ("notify-send", ["notify-send"]), ("a  b\tc ", ["a", "b", "c"]), ("a 'b c' \"d e\"", ["a", "b c", "d e"]),
        ("a'b'\"c\"", ["abc"]), (#"a\ b \' '\'"#, ["a b", "'", "\\"]), ("a ''", ["a", ""]),
        ("$HOME | `x`", ["$HOME", "|", "`x`"]),
        ("", []), (#""a\"b""#, ["a\"b"]),
    ])
    func `words are split as a shell does, and nothing is expanded`(text: String, words: [String]) {
        #expect(CommandWords.split(text) == words)
    }

    @Test(arguments: ["'a", "\"a", "a\\"])
    func `a quotation mark that is not closed is an error`(text: String) {
        #expect(CommandWords.split(text) == nil)
    }
}
