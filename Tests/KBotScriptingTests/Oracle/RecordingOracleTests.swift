import Foundation
import KBotEngine
import KBotModel
import KBotTestSupport
import Testing

/// What an independent program counts on a recording.
struct RecordedTriggers: Sendable, Hashable, CustomTestStringConvertible {
    var coin: String
    var interval: TimeSpan
    var markets = 0
    var candles = 0
    var judged = 0
    /// Triggers with at least eight minutes left, then those too late.
    var long = 0
    var short = 0
    var lateLong = 0
    var lateShort = 0

    var testDescription: String { "\(coin) at \(interval)" }
}

private let known = [
    RecordedTriggers(
        coin: "BTC",
        interval: .seconds(5),
        markets: 60,
        candles: 10_800,
        judged: 9_360,
        long: 101,
        short: 94,
        lateLong: 133,
        lateShort: 141
    ),
    RecordedTriggers(
        coin: "ETH",
        interval: .seconds(5),
        markets: 60,
        candles: 10_690,
        judged: 9_250,
        long: 130,
        short: 107,
        lateLong: 177,
        lateShort: 208
    ),
    RecordedTriggers(
        coin: "BTC",
        interval: .seconds(15),
        markets: 60,
        candles: 3_600,
        judged: 2_160,
        long: 0,
        short: 4,
        lateLong: 23,
        lateShort: 53
    ),
]

@Suite(.enabled(if: SharedData.isAvailable, Comment(rawValue: SharedData.absence)))
struct `Recorded days` {
    @Test(arguments: known)
    func `give script and native rules the same notes, and the triggers an independent program counts`(
        _ known: RecordedTriggers
    ) throws {
        var parameters = BollingerScalper.Parameters()
        parameters.interval = .fixed(known.interval)
        let duel = try Duel(parameters)
        let markets = try Self.play("trades/KX\(known.coin)15M_2026-04-27_28", duel)

        var counts = RecordedTriggers(coin: known.coin, interval: known.interval, markets: markets.count)
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
                counts[keyPath: isInTime ? \RecordedTriggers.long : \RecordedTriggers.lateLong] += 1
            case .trigger(_, .short):
                counts[keyPath: isInTime ? \RecordedTriggers.short : \RecordedTriggers.lateShort] += 1
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
        for line in try unzipped(SharedData.data(name + "_trades.csv.gz")).split(separator: "\n").dropFirst() {
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

    private static func unzipped(_ file: URL) throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", file.path]
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "gzip cannot read \(file.path)")
        return String(decoding: data, as: UTF8.self)
    }
}
