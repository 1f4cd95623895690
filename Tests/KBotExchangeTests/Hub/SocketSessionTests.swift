import KBotKalshi
import KBotModel
import KBotTestSupport
import Testing

@testable import KBotExchange

/// A source whose books and tickers are made up.
struct MadeUpHubSource: HubSource {
    var openTickers: [Ticker] = ["KXBTC15M-A", "KXBTC15M-B"]
    var indexNames = ["BRTI", "ETHUSD_RTI"]

    func bookMessage(of ticker: Ticker, for account: AccountKey) -> ExchangeMessage? {
        guard openTickers.contains(ticker) else { return nil }
        let body = #"{"market_ticker":"\#(ticker)","yes_dollars_fp":[["0.5600","1.00"]],"no_dollars_fp":[]}"#
        return message(.orderbook, "orderbook_snapshot", ticker, body, turned: body + " ")
    }

    func tickerMessage(of ticker: Ticker) -> ExchangeMessage? {
        openTickers.contains(ticker) ? message(.ticker, "ticker", ticker, #"{"market_ticker":"\#(ticker)"}"#) : nil
    }

    func message(
        _ channel: ExchangeChannel,
        _ type: String,
        _ ticker: Ticker?,
        _ body: String = "{}",
        index: String? = nil,
        account: AccountKey? = nil,
        turned: String? = nil
    ) -> ExchangeMessage {
        ExchangeMessage(
            channel: channel,
            type: type,
            market: ticker,
            index: index,
            account: account,
            bytes: Array(body.utf8),
            yesPriceBytes: turned.map { Array($0.utf8) }
        )
    }
}

/// A session under test, with replies as text without the time of sending.
struct SessionProbe {
    var session = SocketSession(account: AccountKey(0))
    var source = MadeUpHubSource()
    let now = Timestamp(milliseconds: 1_795_375_920_004)

    mutating func say(_ command: String) -> [String] {
        session.receive(Array(command.utf8), at: now, uptime: Timestamp(seconds: 0), source: source).map(text)
    }

    mutating func hear(_ message: ExchangeMessage, isFull: Bool = false) -> [String] {
        var frames: [HubFrame] = []
        session.deliver(message, at: now, isFull: isFull, into: &frames)
        return frames.map(text)
    }

    private func text(_ frame: HubFrame) -> String {
        String(decoding: frame.bytes, as: UTF8.self).replacing(#","sending_ts_ms":1795375920004"#, with: "")
    }
}

@Suite struct SocketSessionTests {
    @Test func aSubscriptionIsConfirmedForEachChannelAndABookComesFirst() {
        var probe = SessionProbe()
        let frames = probe.say(
            #"{"id":1,"cmd":"subscribe","params":{"channels":["orderbook_delta","trade"],"market_tickers":["KXBTC15M-A"]}}"#
        )
        #expect(
            frames == [
                #"{"id":1,"type":"subscribed","msg":{"channel":"orderbook_delta","sid":1}}"#,
                #"{"type":"orderbook_snapshot","sid":1,"seq":1,"msg":{"market_ticker":"KXBTC15M-A","#
                    + #""yes_dollars_fp":[["0.5600","1.00"]],"no_dollars_fp":[]}}"#,
                #"{"id":1,"type":"subscribed","msg":{"channel":"trade","sid":2}}"#,
            ]
        )
        let delta = probe.source.message(.orderbook, "orderbook_delta", "KXBTC15M-A")
        #expect(probe.hear(delta) == [#"{"type":"orderbook_delta","sid":1,"seq":2,"msg":{}}"#])
    }

    @Test func everyFrameSaysWhenItWasSent() {
        var session = SocketSession(account: AccountKey(0))
        let frames = session.receive(
            Array(#"{"id":1,"cmd":"list_subscriptions"}"#.utf8),
            at: Timestamp(milliseconds: 5),
            uptime: Timestamp(seconds: 0),
            source: MadeUpHubSource()
        )
        let texts = frames.map { String(decoding: $0.bytes, as: UTF8.self) }
        #expect(texts == [#"{"id":1,"type":"ok","sending_ts_ms":5,"msg":[]}"#])
    }

    @Test func severalMarketsShareOneNumbering() {
        var probe = SessionProbe()
        _ = probe.say(
            #"{"id":1,"cmd":"subscribe","params":{"channels":["orderbook_delta"],"market_tickers":["KXBTC15M-A","KXBTC15M-B"]}}"#
        )
        let first = probe.hear(probe.source.message(.orderbook, "orderbook_delta", "KXBTC15M-B"))
        #expect(first == [#"{"type":"orderbook_delta","sid":1,"seq":3,"msg":{}}"#])
    }

    @Test func aMarketThatIsNotThereYetHasAnEmptyBook() {
        var probe = SessionProbe()
        let frames = probe.say(
            #"{"id":1,"cmd":"subscribe","params":{"channels":["orderbook_delta"],"market_ticker":"KXBTC15M-Z"}}"#
        )
        #expect(frames.last?.contains(#""yes_dollars_fp":[],"no_dollars_fp":[]"#) == true)
    }

    @Test func updatesAreAnsweredWithAllMarketsAndTakeANumber() {
        var probe = SessionProbe()
        _ = probe.say(
            #"{"id":1,"cmd":"subscribe","params":{"channels":["orderbook_delta"],"market_tickers":["KXBTC15M-A"]}}"#
        )
        let added = probe.say(
            #"{"id":3,"cmd":"update_subscription","params":{"sid":1,"action":"add_markets","market_tickers":["KXBTC15M-B"]}}"#
        )
        #expect(
            added.first == #"{"id":3,"type":"ok","sid":1,"seq":2,"msg":{"market_tickers":["KXBTC15M-A","KXBTC15M-B"]}}"#
        )
        #expect(added.last?.hasPrefix(#"{"type":"orderbook_snapshot","sid":1,"seq":3,"#) == true)
        let taken = probe.say(
            #"{"id":4,"cmd":"update_subscription","params":{"sids":[1],"action":"delete_markets","market_ticker":"KXBTC15M-A"}}"#
        )
        #expect(taken == [#"{"id":4,"type":"ok","sid":1,"seq":4,"msg":{"market_tickers":["KXBTC15M-B"]}}"#])
        #expect(probe.hear(probe.source.message(.orderbook, "orderbook_delta", "KXBTC15M-A")) == [])
        let again = probe.say(#"{"id":5,"cmd":"update_subscription","params":{"sid":1,"action":"get_snapshot"}}"#)
        #expect(again.count == 1)
        #expect(again.first?.hasPrefix(#"{"type":"orderbook_snapshot","id":5,"sid":1,"seq":5,"#) == true)
    }

    @Test func unsubscribingAnswersForEachAndEndsTheStream() {
        var probe = SessionProbe()
        _ = probe.say(#"{"id":1,"cmd":"subscribe","params":{"channels":["trade","fill"]}}"#)
        let frames = probe.say(#"{"id":5,"cmd":"unsubscribe","params":{"sids":[1,9,2]}}"#)
        #expect(frames.first == #"{"id":5,"type":"unsubscribed","sid":1,"seq":1}"#)
        #expect(frames[1].contains(#""code":7"#))
        #expect(frames.last == #"{"id":5,"type":"unsubscribed","sid":2,"seq":1}"#)
        #expect(probe.hear(probe.source.message(.trade, "trade", "KXBTC15M-A")) == [])
    }

    @Test func theSameChannelAgainIsAnotherSubscription() {
        var probe = SessionProbe()
        let command = #"{"id":1,"cmd":"subscribe","params":{"channels":["trade"]}}"#
        #expect((probe.say(command)).first?.contains(#""sid":1"#) == true)
        #expect((probe.say(command)).first?.contains(#""sid":2"#) == true)
        let list = probe.say(#"{"id":6,"cmd":"list_subscriptions"}"#)
        #expect(list == [#"{"id":6,"type":"ok","msg":[{"channel":"trade","sid":1},{"channel":"trade","sid":2}]}"#])
        let heard = probe.hear(probe.source.message(.trade, "trade", "KXBTC15M-A"))
        #expect(heard.count == 2)
    }

    @Test func tickersComeAtOnceWhenAskedFor() {
        var probe = SessionProbe()
        let all = probe.say(
            #"{"id":1,"cmd":"subscribe","params":{"channels":["ticker"],"send_initial_snapshot":true,"skip_ticker_ack":true}}"#
        )
        #expect(all.count == 3)
        #expect(all.last == #"{"type":"ticker","sid":1,"msg":{"market_ticker":"KXBTC15M-B"}}"#)
    }

    @Test func indicesAreNarrowedByName() {
        var probe = SessionProbe()
        _ = probe.say(#"{"id":1,"cmd":"subscribe","params":{"channels":["cfbenchmarks_value"],"index_ids":["BRTI"]}}"#)
        let source = probe.source
        let heardFirst = probe.hear(source.message(.index, "cfbenchmarks_value", nil, index: "BRTI"))
        #expect(heardFirst.count == 1)
        #expect(probe.hear(source.message(.index, "cfbenchmarks_value", nil, index: "ETHUSD_RTI")) == [])
        let update =
            #"{"id":2,"cmd":"update_subscription","params":{"sid":1,"action":"subscribe_indices","index_ids":["all"]}}"#
        #expect(
            probe.say(update) == [#"{"id":2,"type":"ok","sid":1,"seq":2,"msg":{"index_ids":["BRTI","ETHUSD_RTI"]}}"#]
        )
        let heardNow = probe.hear(source.message(.index, "cfbenchmarks_value", nil, index: "ETHUSD_RTI"))
        #expect(heardNow.count == 1)
        let list = probe.say(#"{"id":3,"cmd":"update_subscription","params":{"sid":1,"action":"indexlist"}}"#)
        #expect(list == [#"{"id":3,"type":"ok","sid":1,"seq":4,"msg":{"index_ids":["BRTI","ETHUSD_RTI"]}}"#])
    }

    @Test func theNoSideComesInYesPricesWhereAskedFor() {
        var probe = SessionProbe()
        _ = probe.say(
            #"{"id":1,"cmd":"subscribe","params":{"channels":["orderbook_delta"],"market_ticker":"KXBTC15M-A","use_yes_price":true}}"#
        )
        let delta = probe.source.message(.orderbook, "orderbook_delta", "KXBTC15M-A", "1", turned: "2")
        #expect(probe.hear(delta) == [#"{"type":"orderbook_delta","sid":1,"seq":2,"msg":2}"#])
    }

    @Test func whatAMessageHasBesidesItsBodyStandsAtTheEndOfIt() {
        var probe = SessionProbe()
        _ = probe.say(#"{"id":1,"cmd":"subscribe","params":{"channels":["market_lifecycle_v2"]}}"#)
        let message = ExchangeMessage(
            channel: .lifecycle,
            type: "market_lifecycle_v2",
            market: nil,
            bytes: Array(#"{"a":{"b":1}}"#.utf8),
            extra: [("price_ranges", .array([]))]
        )
        #expect(
            probe.hear(message) == [
                #"{"type":"market_lifecycle_v2","sid":1,"seq":1,"msg":{"a":{"b":1},"price_ranges":[]}}"#
            ]
        )
    }

    @Test func aSlowReaderLosesTheSubscriptionAndNotTheConnection() {
        var probe = SessionProbe()
        _ = probe.say(#"{"id":1,"cmd":"subscribe","params":{"channels":["trade","fill"]}}"#)
        let trade = probe.source.message(.trade, "trade", "KXBTC15M-A")
        #expect(
            probe.hear(trade, isFull: true) == [
                #"{"type":"error","sid":1,"msg":{"code":25,"msg":"Subscription buffer overflow"}}"#
            ]
        )
        #expect(probe.hear(trade, isFull: true) == [])
        #expect(probe.session.sids == [2])
    }

    @Test(arguments: [
        ("nonsense", 1), ("[1]", 1), (#"{"id":7}"#, 5), (#"{"id":7,"cmd":"dance","params":{}}"#, 5),
        (#"{"id":7,"cmd":"subscribe"}"#, 2), (#"{"id":7,"cmd":"subscribe","params":{}}"#, 3),
        (#"{"id":7,"cmd":"subscribe","params":{"channels":[]}}"#, 3),
        (#"{"id":7,"cmd":"subscribe","params":{"channels":["ticker_v2"]}}"#, 8),
        (#"{"id":7,"cmd":"subscribe","params":{"channels":[3]}}"#, 11),
        (#"{"id":7,"cmd":"subscribe","params":{"channels":["trade"],"market_tickers":[3]}}"#, 11),
        (#"{"id":7,"cmd":"subscribe","params":{"channels":["orderbook_delta"]}}"#, 14),
        (#"{"id":7,"cmd":"subscribe","params":{"channels":["cfbenchmarks_value"]}}"#, 24),
        (#"{"id":7,"cmd":"subscribe","params":{"channels":["pyth_value"]}}"#, 28),
        (#"{"id":7,"cmd":"unsubscribe"}"#, 2), (#"{"id":7,"cmd":"unsubscribe","params":{}}"#, 4),
        (#"{"id":7,"cmd":"unsubscribe","params":{"sids":[1]}}"#, 7),
        (#"{"id":7,"cmd":"update_subscription"}"#, 2), (#"{"id":7,"cmd":"update_subscription","params":{}}"#, 12),
        (#"{"id":7,"cmd":"update_subscription","params":{"sids":[1,2]}}"#, 12),
        (#"{"id":7,"cmd":"update_subscription","params":{"sid":1,"action":"add_markets"}}"#, 7),
    ])
    func aMistakeHasTheVenuesNumber(_ command: String, _ code: Int) {
        var probe = SessionProbe()
        let frames = probe.say(command)
        #expect(frames.count == 1)
        #expect(frames.first?.contains(#""type":"error""#) == true)
        #expect(frames.first?.contains(#""code":\#(code),"#) == true)
        #expect(frames.first?.hasPrefix(#"{"id":7,"#) == command.contains(#""id":7"#))
        #expect(probe.session.sids.isEmpty)
    }

    @Test(arguments: [
        (#"{"sid":1}"#, 15), (#"{"sid":1,"action":"dance"}"#, 13), (#"{"sid":1,"action":"add_markets"}"#, 14),
        (#"{"sid":1,"action":"indexlist"}"#, 13),
        (#"{"sid":1,"action":"get_snapshot","market_tickers":["KXBTC15M-Q"]}"#, 11),
        (#"{"sid":2,"action":"add_markets","market_tickers":["A"]}"#, 13),
        (#"{"sid":2,"action":"get_snapshot"}"#, 13),
        (#"{"sid":3,"action":"delete_markets","market_tickers":["A"]}"#, 11),
        (#"{"sid":4,"action":"subscribe_indices"}"#, 24),
    ])
    func aMistakenUpdateHasTheVenuesNumber(_ params: String, _ code: Int) {
        var probe = SessionProbe()
        for channel in ["orderbook_delta", "market_lifecycle_v2", "trade", "cfbenchmarks_value"] {
            let markets = channel == "orderbook_delta" ? #","market_tickers":["KXBTC15M-A"]"# : ""
            _ = probe.say(
                #"{"id":1,"cmd":"subscribe","params":{"channels":["\#(channel)"],"index_ids":["all"]\#(markets)}}"#
            )
        }
        let frames = probe.say(#"{"id":7,"cmd":"update_subscription","params":\#(params)}"#)
        #expect(frames.count == 1)
        #expect(frames.first?.contains(#""code":\#(code),"#) == true)
    }

    @Test func tooManyCommandsOfASecondAreRefused() {
        var probe = SessionProbe()
        for _ in 0..<SocketSession.commandsPerSecond { _ = probe.say(#"{"id":1,"cmd":"list_subscriptions"}"#) }
        #expect((probe.say(#"{"id":1,"cmd":"list_subscriptions"}"#)).first?.contains(#""code":27"#) == true)
    }
}
