import Foundation
import KBotModel
import Testing

@testable import KBotEngine
@testable import KBotRuntime

/// The lines of the event stream, to the letter.
@Suite struct EventStreamTests {
    private let end = Timestamp(seconds: 1_777_314_605)
    private let strategy: StrategyName = "bollinger_scalper"
    private let plan = TradePlan(entry: Price(cents: 44), stop: Price(cents: 43), target: Price(cents: 46))

    /// What a note looks like, after the market was told; without its head (type, time, market) when that is as it must be.
    private func rest(_ kind: Note.Kind, _ type: String) throws -> String {
        let line = try line(kind)
        let head = #"{"type":"\#(type)","ts":"2026-04-27T18:30:05.000000Z","market":"KXBTC15M-26APR271445-45","#
        #expect(line.hasPrefix(head), "\(line)")
        return String(line.dropFirst(head.count))
    }

    private func line(_ kind: Note.Kind, market: MarketID? = MarketID(0)) throws -> String {
        try lines([Note(time: end, market: market, kind)]).dropFirst().joined(separator: "\n")
    }

    private func lines(_ notes: [Note]) throws -> [String] {
        try withFolder { folder in
            var stream = try EventStream(path: folder + "/e.jsonl")
            let facts = Market(
                id: MarketID(0),
                ticker: "KXBTC15M-26APR271445-45",
                series: "KXBTC15M",
                openTime: Timestamp(seconds: 1_777_314_600),
                closeTime: Timestamp(seconds: 1_777_315_500)
            )
            try stream.write(Note(time: facts.openTime, market: facts.id, .market(facts)))
            for note in notes { try stream.write(note) }
            try stream.flush()
            let text = try String(contentsOfFile: folder + "/e.jsonl", encoding: .utf8)
            #expect(text.hasSuffix("}\n"))
            return text.split(separator: "\n").map(String.init)
        }
    }

    @Test func `a market is told with its times`() throws {
        let line = #"{"type":"market","ts":"2026-04-27T18:30:00.000000Z","market":"KXBTC15M-26APR271445-45","#
        let times = #""open":"2026-04-27T18:30:00.000000Z","close":"2026-04-27T18:45:00.000000Z"}"#
        #expect(try lines([]) == [line + times])
    }

    @Test func `a candle carries its end, whenever it was told`() throws {
        let candle = Candle(
            start: end - .seconds(5),
            interval: .seconds(5),
            open: Price(cents: 49),
            high: Price(cents: 50),
            low: Price(units: 4_850),
            close: Price(cents: 49),
            volume: Quantity(contracts: 12),
            trades: 3
        )
        let prices = #""interval_s":5,"open":"0.4900","high":"0.5000","low":"0.4850","close":"0.4900","#
        let line = try #require(lines([Note(time: end + .seconds(2), market: MarketID(0), .candle(candle))]).last)
        #expect(try line == self.line(.candle(candle)))
        #expect(try rest(.candle(candle), "candle") == prices + #""volume":"12.00","trades":3}"#)
    }

    @Test func `a trigger and a signal carry strategy and side, a signal its three prices`() throws {
        let who = #""strategy":"bollinger_scalper","side":"long""#
        #expect(try rest(.trigger(strategy, .long), "trigger") == who + "}")
        var signal = Signal(direction: .long, entry: plan.entry, stop: plan.stop, target: plan.target)
        let prices = who + #","entry":"0.4400","stop":"0.4300","target":"0.4600","entry_type":"limit""#
        #expect(try rest(.signal(strategy, signal, plan), "signal") == prices + "}")
        signal.reason = "low"
        #expect(try rest(.signal(strategy, signal, plan), "signal") == prices + #","reason":"low"}"#)
    }

    @Test func `no signal tells its reason, a denial its code and words`() throws {
        #expect(
            try rest(.noSignal(strategy, .tooCloseToExpiry, filtered: true), "no_signal")
                == #""strategy":"bollinger_scalper","reason":"TOO_CLOSE_TO_EXPIRY"}"#
        )
        #expect(
            try rest(.denied(strategy, .maxExposure, "say \"no\"\n"), "denied")
                == #""strategy":"bollinger_scalper","code":"MAX_EXPOSURE","text":"say \"no\"\n"}"#
        )
    }

    @Test func `an order gets one line for each state, with what is filled, what remains, and why`() throws {
        let request = NewOrder(
            id: ClientOrderID(7),
            market: MarketID(0),
            side: .bid,
            price: Price(cents: 44),
            count: Quantity(contracts: 10),
            timeInForce: .goodTillCancelled(expires: nil)
        )
        func text(_ order: Order, why: String? = nil) throws -> String {
            let line = try rest(.order(OrderUpdate(order, role: .entry, why: why)), "order")
            let head = #""id":"o7","role":"entry","side":"bid","price":"0.4400","count":"10.00","state":"#
            #expect(line.hasPrefix(head))
            return String(line.dropFirst(head.count))
        }
        var order = Order(request)
        #expect(try text(order, why: "low") == #""sent","filled":"0.00","remaining":"10.00","why":"low"}"#)
        _ = order.apply(.accept)
        #expect(try text(order) == #""resting","filled":"0.00","remaining":"10.00"}"#)
        _ = order.apply(fill(1, count: 4))
        #expect(try text(order) == #""partly_filled","filled":"4.00","remaining":"6.00"}"#)
        var expired = order
        _ = expired.apply(.cancel(.expired))
        #expect(try text(expired) == #""expired","filled":"4.00","remaining":"0.00"}"#)
        var cancelled = order
        _ = cancelled.apply(.cancel(.requested))
        #expect(try text(cancelled) == #""cancelled","filled":"4.00","remaining":"0.00"}"#)
        _ = order.apply(fill(2, count: 6))
        #expect(try text(order) == #""filled","filled":"10.00","remaining":"0.00"}"#)
        var rejected = Order(request)
        _ = rejected.apply(.reject(.invalidPrice))
        #expect(try text(rejected) == #""rejected","filled":"0.00","remaining":"0.00"}"#)
    }

    private func fill(_ trade: Int64, count: Int64) -> Fill {
        Fill(
            trade: trade,
            order: ClientOrderID(7),
            market: MarketID(0),
            side: .bid,
            price: Price(cents: 44),
            count: Quantity(contracts: count),
            liquidity: .taker,
            fee: Money(units: 69_000)
        )
    }

    @Test func `a fill tells price, count, maker or taker, and fee`() throws {
        let order = #""order":"o7","role":"entry","side":"bid","price":"0.4400","count":"4.00","#
        #expect(try rest(.fill(fill(1, count: 4), .entry), "fill") == order + #""liquidity":"taker","fee":"0.069000"}"#)
    }

    @Test func `exits, results and closed trades have their lines`() throws {
        #expect(try rest(.exit(strategy, .stop), "exit") == #""strategy":"bollinger_scalper","reason":"stop"}"#)
        #expect(
            try rest(.settled(Settlement(value: .one, isInferred: true)), "settlement")
                == #""result":"yes","value":"1.0000","inferred":true}"#
        )
        let trade = ClosedTrade(
            strategy: strategy,
            market: "KXBTC15M-26APR271445-45",
            direction: .long,
            count: Quantity(contracts: 10),
            entryValue: Money(units: 4_400_000),
            exitValue: Money(units: 4_600_000),
            fees: Money(units: 172_500),
            opened: end,
            closed: end,
            exit: .target,
            plan: plan
        )
        let closed =
            #""strategy":"bollinger_scalper","side":"long","count":"10.00","opened":"2026-04-27T18:30:05.000000Z","#
            + #""exit":"target","gross_pnl":"0.200000","fees":"0.172500","net_pnl":"0.027500"}"#
        #expect(try rest(.closed(trade), "closed") == closed)
        #expect(try rest(.corrected(old: trade, new: trade), "corrected") == closed)
    }

    @Test func `what concerns the account has no market`() throws {
        let tail = #","ts":"2026-04-27T18:30:05.000000Z","code":"CIRCUIT_BREAKER"}"#
        #expect(try line(.blocked(.circuitBreaker), market: nil) == #"{"type":"blocked""# + tail)
        #expect(try line(.unblocked(.circuitBreaker), market: nil) == #"{"type":"unblocked""# + tail)
        #expect(try line(.equity(Money(dollars: 1)), market: nil) == "")
    }

    @Test func `every verdict of a rule is told, with what it wants`() throws {
        func verdict(_ verdict: Verdict) throws -> String {
            let line = try rest(.verdict(rule: "r", verdict, reducing: false), "verdict")
            let head = #""rule":"r","reducing":false,"verdict":"#
            #expect(line.hasPrefix(head))
            return String(line.dropFirst(head.count))
        }
        #expect(try verdict(.allow) == #""allow"}"#)
        #expect(try verdict(.deny("NO", "t")) == #""deny","code":"NO","text":"t"}"#)
        #expect(
            try verdict(.reduce(to: Quantity(contracts: 2), "LESS", "t"))
                == #""reduce","count":"2.00","code":"LESS","text":"t"}"#
        )
        #expect(try verdict(.halt(until: nil, "STOP", "t")) == #""halt","code":"STOP","text":"t"}"#)
        #expect(
            try verdict(.halt(until: end, "STOP", "t"))
                == #""halt","until":"2026-04-27T18:30:05.000000Z","code":"STOP","text":"t"}"#
        )
    }

    @Test func `a script's text cannot break a line, whatever is in it`() throws {
        let text = "\u{0}\u{1F}\"\\\u{7F}\u{2028}é🙂\r\n\t"
        let line = try line(.script(strategy, text))
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        #expect(object?["text"] as? String == text && !line.contains("\n"))
        #expect(try self.line(.warning(.scriptFailed, text)).contains(#""code":"SCRIPT_FAILED","text":"#))
    }
}
