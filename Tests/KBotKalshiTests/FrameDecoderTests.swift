import KBotKalshi
import KBotModel
import Testing

struct FrameDecoderTests {
    private let time = Timestamp(milliseconds: 1_795_375_992_125)

    @Test func `a subscription reply names its channel and number`() throws {
        let frame = try FrameSamples.decode(FrameSamples.subscribed)
        #expect(frame.body == .subscribed(.orderbook, sid: 1))
        #expect(frame.id == 1)
    }

    @Test func `a snapshot holds both sides as they were sent`() throws {
        let frame = try FrameSamples.decode(FrameSamples.snapshot)
        let yes = [
            BookLevel(price: Price(cents: 55), count: Quantity(contracts: 80)),
            BookLevel(price: Price(cents: 56), count: Quantity(contracts: 120)),
        ]
        let no = [
            BookLevel(price: Price(cents: 41), count: Quantity(contracts: 40)),
            BookLevel(price: Price(cents: 42), count: Quantity(units: 7_550)),
        ]
        #expect(frame.body == .snapshot(BookSnapshot(yes: yes, no: no)))
        #expect(frame.sid == 1 && frame.seq == 1 && frame.time == nil)
        #expect(frame.sentAt == Timestamp(milliseconds: 1_795_375_920_004))
    }

    @Test func `a side without orders may be absent or null`() throws {
        let text = #"{"type":"orderbook_snapshot","sid":1,"seq":1,"msg":{"market_ticker":"A","no_dollars_fp":null}}"#
        #expect(try FrameSamples.decode(text).body == .snapshot(BookSnapshot(yes: [], no: [])))
    }

    @Test func `a delta is an outcome, a price and a signed count`() throws {
        let frame = try FrameSamples.decode(FrameSamples.delta)
        #expect(frame.body == .delta(.no, Price(cents: 42), Quantity(contracts: -10)))
        #expect(frame.seq == 2)
        #expect(frame.time == time)
    }

    @Test func `NO prices sent as YES prices are turned around`() throws {
        let delta = try FrameSamples.decode(FrameSamples.delta, usesYesPrice: true)
        #expect(delta.body == .delta(.no, Price(cents: 58), Quantity(contracts: -10)))
        let snapshot = try FrameSamples.decode(FrameSamples.snapshot(1), usesYesPrice: true)
        guard case .snapshot(let book) = snapshot.body else { return #expect(Bool(false)) }
        #expect(book.no.map(\.price) == [Price(cents: 58)])
        #expect(book.yes.map(\.price) == [Price(cents: 56)])
    }

    @Test func `a ticker holds price, touch and volume`() throws {
        let frame = try FrameSamples.decode(FrameSamples.ticker)
        let touch = Touch(bid: Price(cents: 56), ask: Price(cents: 58))
        #expect(
            frame.body
                == .ticker(TickerState(price: Price(cents: 58), touch: touch, volume: Quantity(units: 1_524_025)))
        )
        #expect(frame.time == time && frame.seq == nil)
    }

    @Test func `a bid of zero and an ask of a dollar are empty sides`() throws {
        let text = FrameSamples.ticker("0.9900", volume: "1.00", bid: "0.0000", ask: "1.0000")
        guard case .ticker(let state) = try FrameSamples.decode(text).body else { return #expect(Bool(false)) }
        #expect(state.touch == Touch())
    }

    @Test func `a trade tells who took`() throws {
        let frame = try FrameSamples.decode(FrameSamples.trade)
        #expect(frame.body == .trade(Price(cents: 58), Quantity(contracts: 10), taker: .bid))
        #expect(frame.time == time)
    }

    @Test(arguments: [
        (#""taker_book_side":"ask","taker_side":"yes""#, BookSide.ask), (#""taker_side":"no""#, .ask),
        (#""taker_outcome_side":"yes""#, .bid), (#""other":1"#, nil),
    ])
    func `the taker comes from the newest field there is`(fields: String, taker: BookSide?) throws {
        let text = #"{"type":"trade","msg":{"market_ticker":"A","yes_price_dollars":"0.5","count_fp":"1",\#(fields)}}"#
        #expect(try FrameSamples.decode(text).body == .trade(Price(cents: 50), Quantity(contracts: 1), taker: taker))
    }

    @Test func `a created market comes with times, grid and shard`() throws {
        guard case .lifecycle(let life) = try FrameSamples.decode(FrameSamples.created).body else {
            return #expect(Bool(false))
        }
        #expect(life.event == .created)
        #expect(life.openTime == Timestamp(seconds: 1_795_375_800))
        #expect(life.closeTime == Timestamp(seconds: 1_795_376_700))
        #expect(life.grid == .taperedDeciCent)
        #expect(life.shard == 2 && life.strike == nil)
    }

    @Test func `a strike, a result and a payment are read from lifecycle frames`() throws {
        guard case .lifecycle(let metadata) = try FrameSamples.decode(FrameSamples.metadata).body,
            case .lifecycle(let determined) = try FrameSamples.decode(FrameSamples.determined).body,
            case .lifecycle(let settled) = try FrameSamples.decode(FrameSamples.settled).body
        else { return #expect(Bool(false)) }
        #expect(metadata.strike == SpotPrice("86120.37"))
        #expect(determined.settlement == .yes)
        #expect(try FrameSamples.decode(FrameSamples.determined).time == Timestamp(seconds: 1_795_376_705))
        #expect(settled.event == .settled)
    }

    @Test(arguments: Lifecycle.Event.allCases.filter { $0 != .unknown })
    func `every kind of lifecycle frame is known`(event: Lifecycle.Event) throws {
        let text = #"{"type":"market_lifecycle_v2","msg":{"market_ticker":"A","event_type":"\#(event.rawValue)"}}"#
        #expect(try FrameSamples.decode(text).body == .lifecycle(Lifecycle(event: event)))
    }

    @Test func `replies to commands keep their numbers`() throws {
        let ok = try FrameSamples.decode(FrameSamples.ok)
        #expect(ok.body == .ok && ok.sid == 1 && ok.seq == 57 && ok.id == 3)
        #expect(try FrameSamples.decode(FrameSamples.list).body == .ok)
        let unsubscribed = try FrameSamples.decode(FrameSamples.unsubscribed)
        #expect(unsubscribed.body == .unsubscribed && unsubscribed.seq == 58)
    }

    @Test func `an error keeps its code and words`() throws {
        #expect(try FrameSamples.decode(FrameSamples.error).body == .error(code: 8, message: "Unknown channel name"))
        let bare = #"{"type":"error","msg":"caf\u00e9 \"closed\""}"#
        #expect(try FrameSamples.decode(bare).body == .error(code: nil, message: #"café "closed""#))
    }

    @Test func `a type that no feed reads is passed over whatever it holds`() throws {
        #expect(try FrameSamples.decode(FrameSamples.unread).body == .other(type: "event_lifecycle"))
        let late = #"{"msg":{"side":7,"price_dollars":{"a":[]},"market_ticker":"A"},"type":"quote_created"}"#
        #expect(try FrameSamples.decode(late).body == .other(type: "quote_created"))
    }

    @Test func `the recorder's envelope gives its own time`() throws {
        let frame = try FrameSamples.decode(#"{"recv_ms":1776490453460,"frame":\#(FrameSamples.delta)}"#)
        #expect(frame.receivedAt == Timestamp(milliseconds: 1_776_490_453_460))
        #expect(frame.body == .delta(.no, Price(cents: 42), Quantity(contracts: -10)))
        let late = try FrameSamples.decode(#"{"frame":\#(FrameSamples.ok),"recv_ms":1776490453460}"#)
        #expect(late.receivedAt != nil && late.body == .ok)
    }

    @Test func `keys may come in any order, with blanks, escapes and unknown neighbours`() throws {
        let text =
            "\t{ \"x\" : [1, {\"y\": [true, null, -1.5e9, \"]}\"]}] ,\r\n \"msg\" :{\"side\":\"yes\", \"z\":{\"side\":\"no\"},"
            + "\"delta_fp\":\"1\",\"price\\u005fdollars\":\"0.07\",\"market_ticker\":\"A\\u0042\"}, \"type\":\"orderbook_delta\" } "
        let frame = try FrameSamples.decode(text)
        #expect(frame.body == .delta(.yes, Price(cents: 7), Quantity(contracts: 1)))
        #expect(frame.market?.isEscaped == true)
        var bench = MapperBench()
        _ = try bench.events(text)
        #expect(bench.board.markets.map(\.ticker) == ["AB"])
    }

    @Test func `a time is ts_ms, or else the same instant from ts`() throws {
        let head =
            #"{"type":"orderbook_delta","msg":{"market_ticker":"A","side":"yes","price_dollars":"0.1","delta_fp":"1""#
        let both = try FrameSamples.decode(head + #","ts":"2026-05-12T01:00:41.159324Z","ts_ms":1778547641159}}"#)
        let old = try FrameSamples.decode(head + #","ts":"2026-05-12T01:00:41.159324Z"}}"#)
        #expect(both.time == Timestamp(milliseconds: 1_778_547_641_159))
        #expect(old.time == both.time)
        #expect(try FrameSamples.decode(head + #","ts":1778547641}}"#).time == Timestamp(seconds: 1_778_547_641))
        #expect(try FrameSamples.decode(head + "}}").time == nil)
    }

    @Test(arguments: [
        ("0.4200", 4_200), ("0.42000000", 4_200), (".42", nil), ("0.42001", nil), ("1.0001", nil), ("-0.1", nil),
    ])
    func `a price has four digits, then only zeros`(text: String, units: Int32?) {
        let frame = try? FrameSamples.decode(FrameSamples.delta(2, "yes", text, "1.00"))
        #expect(frame?.body == units.map { .delta(.yes, Price(units: $0), Quantity(contracts: 1)) })
    }
}
