import Foundation
import KBotEngine
import KBotKalshi
import KBotModel
import Testing

@testable import KBotRuntime

@Suite struct NotifyMessageTests {
    private let one = NotifyMessage(sender: .sample, events: [.fill()], more: 0)
    private let several = NotifyMessage(
        sender: NotifySender(run: "r1", account: "main", mode: "live", isSimulated: false),
        events: [.halt, .fill(2)],
        more: 3
    )

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func `a message says who speaks, and a simulated run says so`() {
        #expect(
            one.text == "kbot SIMULATED paper run r1\nFILL KXBTC15M-26APR271445-45: entry bought 1.00 at 43¢"
        )
        #expect(
            several.text == """
                kbot LIVE account main
                HALT: HALTED: news
                FILL KXBTC15M-26APR271445-45: entry bought 2.00 at 43¢
                and 3 more
                """
        )
    }

    @Test func `programs get one object`() throws {
        #expect(
            text(one.json) == """
                {"event":"fill","time":"2026-11-22T23:16:42.000000Z","run":"r1","account":null,"mode":"paper","simulated":true,\
                "market":"KXBTC15M-26APR271445-45","code":null,"text":"entry bought 1.00 at 43¢"}
                """
        )
        let object = try #require(try JSONSerialization.jsonObject(with: Data(several.json)) as? [String: Any])
        #expect(object["event"] as? String == "several" && object["more"] as? Int == 3)
        #expect(object["text"] as? String == several.text && object["account"] as? String == "main")
        let events = try #require(object["events"] as? [[String: Any]])
        #expect(events.map { $0["event"] as? String } == ["halt", "fill"] && events[0]["code"] as? String == "HALTED")
    }

    @Test func `no message is longer than a pipe, whatever scripts say`() {
        let long = NotifyEvent(.fill, time: NotifyEvent.when, String(repeating: "\"\u{1}é", count: 10_000))
        let message = NotifyMessage(sender: .sample, events: Array(repeating: long, count: 10), more: 9)
        #expect(long.text.count == 500 && message.json.count < 60_000)
    }

    @Test func `what looks like a private key is not told`() {
        let event = NotifyEvent(.block, time: NotifyEvent.when, "x -----BEGIN PRIVATE KEY----- abc")
        #expect(event.text == "x <redacted>")
    }
}

@Suite struct WebhookTests {
    private func request(_ address: String, _ shape: WebhookShape? = nil, text: String = "a <b> & @everyone") throws
        -> (path: String, body: String)
    {
        let webhook = try #require(Webhook(address))
        let sink = try WebhookSink(webhook, shape: shape, trust: .system)
        defer { sink.close() }
        let event = NotifyEvent(.halt, time: NotifyEvent.when, text)
        let request = try #require(sink.request(NotifyMessage(sender: .sample, events: [event], more: 0)))
        return (request.target, String(decoding: request.body, as: UTF8.self))
    }

    @Test func `Discord gets content, and nobody is called by it`() throws {
        let (path, body) = try request("https://discord.com/api/webhooks/1/tok-en?wait=true")
        #expect(path == "/api/webhooks/1/tok-en?wait=true")
        #expect(
            body
                == #"{"content":"kbot SIMULATED paper run r1\nHALT: a <b> & @everyone","allowed_mentions":{"parse":[]}}"#
        )
    }

    @Test func `Slack gets text with its own signs escaped`() throws {
        let (path, body) = try request("https://hooks.slack.com/services/T/B/x")
        #expect(path == "/services/T/B/x")
        #expect(body == #"{"text":"kbot SIMULATED paper run r1\nHALT: a &lt;b&gt; &amp; @everyone"}"#)
    }

    @Test func `Telegram gets the chat of the address's query`() throws {
        let (path, body) = try request("https://api.telegram.org/bot1:AA/sendMessage?chat_id=%40me&x=1")
        #expect(path == "/bot1:AA/sendMessage?x=1")
        #expect(body == #"{"chat_id":"@me","text":"kbot SIMULATED paper run r1\nHALT: a <b> & @everyone"}"#)
        let webhook = try #require(Webhook("https://api.telegram.org/bot1:AA/sendMessage"))
        let sink = try WebhookSink(webhook, shape: nil, trust: .system)
        defer { sink.close() }
        let message = NotifyMessage(sender: .sample, events: [.halt], more: 0)
        #expect(
            sink.deliver(message, atMost: .seconds(1))
                == .refused("the address has no chat_id: …/sendMessage?chat_id=NUMBER")
        )
    }

    @Test func `any other host gets the message as programs do, and the kind can be said`() throws {
        #expect(try request("https://example.org").body.hasPrefix(#"{"event":"halt","time":"#))
        #expect(try request("https://example.org/x", .slack).body.hasPrefix(#"{"text":"#))
        #expect(try request("https://notdiscord.com/x").body.hasPrefix(#"{"event":"#))
    }

    @Test func `a long text is cut to what chats take`() throws {
        let message = NotifyMessage(
            sender: .sample,
            events: (0..<10).map { number in
                NotifyEvent(.halt, time: NotifyEvent.when, "\(number)" + String(repeating: "w", count: 499))
            },
            more: 0
        )
        let sink = try WebhookSink(try #require(Webhook("https://discord.com/x")), shape: nil, trust: .system)
        defer { sink.close() }
        let body = try #require(sink.request(message)?.body)
        let object = try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
        #expect((object?["content"] as? String)?.count == 1_900)
    }

    @Test(arguments: [
        "http://example.org/x", "ftp://example.org", "example.org", "https://", "https://u@example.org/x",
        "https://example.org/a b", "https://example.org/a#b", "https://example.org:0/",
        "https://example.org/" + String(repeating: "a", count: 2_048),
    ])
    func `what is no address over https is refused`(text: String) {
        #expect(Webhook(text) == nil)
    }

    @Test func `of an address only the host is ever shown`() throws {
        let webhook = try #require(Webhook("https://hooks.slack.com/services/SECRET?token=SECRET"))
        var dumped = ""
        dump(webhook, to: &dumped)
        for text in ["\(webhook)", String(reflecting: webhook), dumped, "\(NotifySettings(webhook: webhook))"] {
            #expect(!text.contains("SECRET"), "\(text)")
        }
        #expect("\(webhook)" == "hooks.slack.com")
        #expect(Webhook("http://127.0.0.1:8080/x") != nil && Webhook("http://localhost/x") != nil)
        #expect(webhook != Webhook("https://hooks.slack.com/other"))
    }
}

@Suite struct NotifySentenceTests {
    private let time = NotifyEvent.when

    private func told(_ notes: [(Note.Kind, EngineHalts?)], kinds: Set<NotifyKind> = Set(NotifyKind.allCases))
        -> [String]
    {
        let sink = SinkDouble()
        let worker = NotifyWorker(sink, sender: .sample) { _ in }
        let notifier = Notifier(kinds: kinds, workers: [worker])
        for (kind, halts) in notes { notifier.hear(Note(time: time, market: nil, kind), halts) }
        notifier.close()
        return sink.messages.flatMap(\.events).map { "\($0.kind.rawValue) \($0.code ?? "-"): \($0.text)" }
    }

    private func halts(_ state: RunStatus.State, _ code: String, _ text: String = "", until: Timestamp? = nil)
        -> EngineHalts
    {
        EngineHalts(state: state, reasons: [RunStatus.Reason(code: code, text: text, until: until)])
    }

    @Test func `what a trader must know is told, the rest is not`() {
        let told = told([
            (.warning(.stopNotFilled, "five exit orders did not close it"), nil),
            (.warning(.noAnswer, "the venue has not answered"), nil),
            (.warning(.cannotWarmUp, "too short"), nil),
            (.blocked(.halted), halts(.halted, "HALTED", "OPERATOR_HALT: news")),
            (.unblocked(.halted), EngineHalts(state: .active, reasons: [])),
            (.blocked(.halted), halts(.reduceOnly, "HALTED", "MY_RULE: wait", until: time)),
            (.blocked(.circuitBreaker), halts(.reduceOnly, "CIRCUIT_BREAKER", "3 losing trades in a row", until: time)),
            (.unblocked(.circuitBreaker), halts(.reduceOnly, "DAILY_LOSS_LIMIT")),
            (.blocked("JOURNAL_FAILED"), halts(.reduceOnly, "JOURNAL_FAILED", "the disk is full")),
            (.blocked(.feedStale), halts(.reduceOnly, "FEED_STALE")),
            (.unblocked(.feedStale), nil),
            (.blocked(.entriesStopped), nil),
            (.equity(Money(dollars: 1)), nil),
            (.script("s", "hello"), nil),
        ])
        #expect(
            told == [
                "stop STOP_NOT_FILLED: five exit orders did not close it",
                "stop NO_ANSWER: the venue has not answered",
                "halt HALTED: HALTED: OPERATOR_HALT: news; no entries until kbot resume, what is open is managed on",
                "halt HALTED: the halt has ended; entries are allowed again",
                "block HALTED: no entries, HALTED: MY_RULE: wait, until 2026-11-22 23:16:42 UTC",
                "block CIRCUIT_BREAKER: no entries, CIRCUIT_BREAKER: 3 losing trades in a row, until 2026-11-22 23:16:42 UTC",
                "block CIRCUIT_BREAKER: CIRCUIT_BREAKER has ended; entries are still held back by DAILY_LOSS_LIMIT",
                "journal JOURNAL_FAILED: the journal cannot be written: the disk is full; no entries until it can",
            ]
        )
    }

    @Test func `only what was asked for is told`() {
        let notes: [(Note.Kind, EngineHalts?)] = [
            (.warning(.noAnswer, "x"), nil), (.blocked(.circuitBreaker), nil),
        ]
        #expect(told(notes, kinds: [.block]) == ["block CIRCUIT_BREAKER: no entries, CIRCUIT_BREAKER"])
        #expect(told(notes, kinds: []).isEmpty)
    }
}
