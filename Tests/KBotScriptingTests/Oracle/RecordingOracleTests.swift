import Foundation
import KBotEngine
import KBotModel
import KBotTestSupport
import Testing

@Suite(.enabled(if: SharedData.isAvailable, Comment(rawValue: SharedData.absence)))
struct `Recorded days` {
    @Test(arguments: RecordedCounts.known)
    func `give script and native rules the same notes, and the triggers an independent program counts`(
        _ known: RecordedCounts
    ) throws {
        var parameters = BollingerScalper.Parameters()
        parameters.interval = .fixed(known.interval)
        let duel = try Duel(parameters)
        let markets = try Self.play("trades/KX\(known.coin)15M_2026-04-27_28", duel)

        var counts = RecordedCounts(coin: known.coin, interval: known.interval, markets: markets.count)
        var isInTime = false
        for note in duel.notes {
            switch note.kind {
            case .candle(let candle):
                counts.candles += 1
                counts.judged += 1
                let market = try #require(note.market)
                isInTime = markets[Int(market.index)].closeTime - candle.end >= .minutes(8)
            case .noSignal(_, .warmingUp, _): counts.judged -= 1
            case .trigger(_, .long):
                counts[keyPath: isInTime ? \RecordedCounts.eligibleLong : \RecordedCounts.lateLong] += 1
            case .trigger(_, .short):
                counts[keyPath: isInTime ? \RecordedCounts.eligibleShort : \RecordedCounts.lateShort] += 1
            default: break
            }
        }
        #expect(counts == known)
    }

    /// Plays a recording to both and returns its markets.
    private static func play(_ name: String, _ duel: Duel) throws -> [Market] {
        let facts = try facts(SharedData.data(name + "_markets.csv"))
        var markets: [Market] = []
        var ids: [Substring: MarketID] = [:]
        for line in try SharedData.unzipped(name + "_trades.csv.gz").split(separator: "\n").dropFirst() {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            let time = Timestamp(milliseconds: try #require(Int64(fields[0])))
            if ids[fields[1]] == nil {
                let (opens, closes) = try #require(facts[fields[1]])
                let id = MarketID(Int32(markets.count))
                ids[fields[1]] = id
                markets.append(
                    Market(
                        id: id,
                        ticker: Ticker(String(fields[1])),
                        series: "SERIES",
                        openTime: opens,
                        closeTime: closes
                    )
                )
                try duel.see(time, .listed(markets[markets.count - 1]))
            }
            let trade = Trade(
                market: try #require(ids[fields[1]]),
                price: try #require(Price(fields[2])),
                count: try #require(Quantity(fields[3])),
                taker: fields[4] == "yes" ? .bid : fields[4] == "no" ? .ask : nil
            )
            try duel.see(time, .trade(trade))
        }
        let last = try #require(markets.map(\.closeTime).max())
        try duel.process(.timer(last))
        return markets
    }

    private static func facts(_ file: URL) throws -> [Substring: (Timestamp, Timestamp)] {
        var facts: [Substring: (Timestamp, Timestamp)] = [:]
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n").dropFirst() {
            let fields = line.split(separator: ",")
            let opens = Timestamp(milliseconds: try #require(Int64(fields[1])))
            facts[fields[0]] = (opens, Timestamp(milliseconds: try #require(Int64(fields[2]))))
        }
        return facts
    }
}
