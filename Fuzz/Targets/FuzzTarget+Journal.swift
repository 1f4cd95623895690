import Foundation
import KBotEngine
import KBotJournal
import KBotModel
import KBotTestSupport

extension FuzzTarget {
    /// The readers of the journal's chunks: inputs that were recorded, and effect lines.
    ///
    /// The first byte says what the rest is: `c` a whole chunk of inputs, `e` events as they lie in a chunk, to be sealed
    /// here so that they get past its checksum, `l` the compressed lines of a chunk of effects.
    static func journal() -> FuzzTarget {
        FuzzTarget("journal", seeds: journalSeeds, words: ["c", "e", "l", "\u{0}", "\u{1}", "\u{7f}", "KXBTC15M"]) {
            input in
            guard let first = input.first else { return }
            let rest = Array(input.dropFirst())
            switch first {
            case UInt8(ascii: "c"): try holdChunk(rest)
            case UInt8(ascii: "e"):
                // How many events the bytes are said to be must not matter to anything but whether they are refused.
                for count in [rest.count / 8, Int(rest.first ?? 0)] {
                    guard let chunk = try? EventChunk.seal(Array(rest.dropFirst()), events: count) else { continue }
                    try holdChunk(chunk)
                }
            default:
                for size in [0, 1, 100, 4_096] {
                    guard let lines = Chunk.inflated(Data(rest), size: size) else { continue }
                    try hold(lines.count == size, "\(lines.count) bytes of \(size)")
                }
            }
        }
    }

    /// A chunk is refused, or gives as many events as it says; written again they are read as the same.
    private static func holdChunk(_ chunk: [UInt8]) throws {
        guard let events = try? EventDecoder.events(of: chunk) else { return }
        try hold(EventChunk.eventCount(of: chunk) == events.count, "\(events.count) events, said to be others")
        var coder = EventCoder()
        for event in events { coder.append(event) }
        let again = try EventDecoder.events(of: try coder.seal())
        try hold(again == events, "written again, the events are others")
    }

    private static let journalSeeds: [[UInt8]] = {
        var seeds: [[UInt8]] = []
        let all = journalEvents
        for events in [all] + all.map({ [$0] }) {
            var coder = EventCoder()
            for event in events { coder.append(event) }
            guard let chunk = try? coder.seal(), let (raw, count) = try? EventChunk.open(chunk) else { continue }
            seeds.append([UInt8(ascii: "c")] + chunk)
            seeds.append([UInt8(ascii: "e"), UInt8(truncatingIfNeeded: count)] + raw)
        }
        let lines = Array(#"{"type":"candle","ts":"2026-11-22T19:33:12.000000Z"}"#.utf8) + [0x0A]
        seeds.append([UInt8(ascii: "l")] + Array(Chunk.deflated(lines)))
        return seeds
    }()

    /// An event of each kind.
    private static var journalEvents: [Event] {
        let time = AnswerCorpus.time
        let id = MarketID(0)
        let order = ClientOrderID(epoch: 1, number: 17)
        let level = BookLevel(price: Price(cents: 56), count: Quantity(contracts: 10))
        let market = Market(
            id: id,
            ticker: AnswerCorpus.ticker,
            series: "KXBTC15M",
            openTime: time,
            closeTime: time + .minutes(15)
        )
        let trade = Trade(market: id, price: Price(cents: 57), count: Quantity(contracts: 3), taker: .bid)
        let kinds: [MarketEvent.Kind] = [
            .listed(market), .snapshot(id, BookSnapshot(yes: [level], no: [level])),
            .delta(id, .yes, Price(cents: 56), Quantity(contracts: -1)), .delta(id, .no, Price(cents: 44), level.count),
            .trade(trade), .status(id, .closed), .settled(id, .yes), .gap(id),
            .history(id, [PastTrade(time: time - .seconds(5), trade: trade)]),
            .spot("BTC-USD", SpotPrice(units: 861_203_700)),
            .spotCandle(
                "BTC-USD",
                SpotCandle(flatAt: SpotPrice(units: 861_203_700), start: time, interval: .seconds(5))
            ),
        ]
        let fill = Fill(
            trade: 5,
            order: order,
            market: id,
            side: .bid,
            price: Price(cents: 56),
            count: Quantity(contracts: 3),
            liquidity: .maker,
            fee: Money(units: 170_600)
        )
        let venue: [VenueEvent] = [
            .accepted(order, resting: level.count), .rejected(order, .insufficientBalance), .filled(fill),
            .cancelled(order, unfilled: level.count, .expired), .cancelRefused(order),
            .amended(order, price: Price(cents: 55), resting: level.count), .amendRefused(order, .other),
            .outcomeUnknown(order), .found(order, OrderSnapshot(status: .resting, filled: level.count)),
        ]
        let commands: [Command] = [
            .stopEntries, .resume, .flatten, .halt(until: time, code: "OPERATOR_HALT", reason: "a test"),
            .journal(isWritable: false, "full"), .foreignPosition(id, true),
        ]
        return kinds.map { .market(MarketEvent(time: time, $0)) } + venue.map { .venue(time, $0) }
            + [.timer(time), .feed(time, .live), .feed(time, .stale)] + commands.map { .command(time, $0) }
    }
}
