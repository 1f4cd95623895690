import Foundation
import KBotIndicators
import KBotModel
import KBotTestSupport
import Testing

@Suite(.enabled(if: SharedData.isAvailable, Comment(rawValue: SharedData.absence)))
struct `Recorded trades` {
    @Test(arguments: RecordedCounts.known)
    func `give the candles and triggers an independent program counts`(known: RecordedCounts) throws {
        var counts = RecordedCounts(coin: known.coin, interval: known.interval)
        let name = "trades/KX\(known.coin)15M_2026-04-27_28"
        let closeTimes = try Self.closeTimes(SharedData.data(name + "_markets.csv"))
        var markets: [Substring: MarketRun] = [:]
        for line in try SharedData.unzipped(name + "_trades.csv.gz").split(separator: "\n").dropFirst() {
            let fields = line.split(separator: ",")
            let time = Timestamp(milliseconds: try #require(Int64(fields[0])))
            let close = try #require(closeTimes[fields[1]])
            var market = markets.removeValue(forKey: fields[1]) ?? MarketRun(closeTime: close, interval: known.interval)
            market.close(asOf: time, &counts)
            market.candles.add(
                price: try #require(Price(fields[2])),
                count: try #require(Quantity(fields[3])),
                at: time
            )
            markets[fields[1]] = market
        }
        counts.markets = markets.count
        for ticker in markets.keys.sorted() {
            guard var market = markets[ticker] else { continue }
            market.close(asOf: market.closeTime, &counts)
            #expect(market.candles.lateTrades == 0)
            #expect(market.candles.nextEnd == nil)
        }
        #expect(counts == known)
    }

    private static func closeTimes(_ file: URL) throws -> [Substring: Timestamp] {
        var times: [Substring: Timestamp] = [:]
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n").dropFirst() {
            let fields = line.split(separator: ",")
            times[fields[0]] = Timestamp(milliseconds: try #require(Int64(fields[2])))
        }
        return times
    }
}

/// One market of the recording with its candles and bands.
private struct MarketRun {
    let closeTime: Timestamp
    var candles: CandleAggregator
    var bands = BollingerBands(period: 25, deviations: 20_000)

    init(closeTime: Timestamp, interval: TimeSpan) {
        self.closeTime = closeTime
        candles = CandleAggregator(
            interval: interval,
            grace: .zero,
            openTime: closeTime - .minutes(15),
            closeTime: closeTime
        )
    }

    mutating func close(asOf now: Timestamp, _ counts: inout RecordedCounts) {
        while let candle = candles.closeNext(asOf: now) {
            counts.candles += 1
            bands.add(Int64(candle.close.units))
            guard bands.isFull else { continue }
            counts.judged += 1
            let isInTime = closeTime - candle.end >= .minutes(8)
            if bands.isBelowLower(Int64(candle.bodyHigh.units)) {
                counts[keyPath: isInTime ? \RecordedCounts.eligibleLong : \RecordedCounts.lateLong] += 1
            } else if bands.isAboveUpper(Int64(candle.bodyLow.units)) {
                counts[keyPath: isInTime ? \RecordedCounts.eligibleShort : \RecordedCounts.lateShort] += 1
            }
        }
    }
}
