package import KBotModel

/// What an independent program counts on a recording: candles, judged ones, triggers with time left and too late.
package struct RecordedCounts: Sendable, Hashable, CustomStringConvertible {
    /// The coin: `BTC`.
    package var coin: String
    /// Candle length.
    package var interval: TimeSpan
    /// Markets with trades.
    package var markets: Int
    /// Candles closed.
    package var candles: Int
    /// Candles with full bands.
    package var judged: Int
    /// LONG triggers with at least eight minutes left.
    package var eligibleLong: Int
    /// SHORT triggers with at least eight minutes left.
    package var eligibleShort: Int
    /// LONG triggers with less.
    package var lateLong: Int
    /// SHORT triggers with less.
    package var lateShort: Int

    /// Makes counts, at zero unless given.
    package init(
        coin: String,
        interval: TimeSpan,
        markets: Int = 0,
        candles: Int = 0,
        judged: Int = 0,
        eligibleLong: Int = 0,
        eligibleShort: Int = 0,
        lateLong: Int = 0,
        lateShort: Int = 0
    ) {
        self.coin = coin
        self.interval = interval
        self.markets = markets
        self.candles = candles
        self.judged = judged
        self.eligibleLong = eligibleLong
        self.eligibleShort = eligibleShort
        self.lateLong = lateLong
        self.lateShort = lateShort
    }

    /// Coin and candle length.
    package var description: String { "\(coin) at \(interval)" }

    /// What was counted on the recordings of 27 April 2026.
    package static let known = [
        RecordedCounts(
            coin: "BTC",
            interval: .seconds(5),
            markets: 60,
            candles: 10_800,
            judged: 9_360,
            eligibleLong: 101,
            eligibleShort: 94,
            lateLong: 133,
            lateShort: 141
        ),
        RecordedCounts(
            coin: "ETH",
            interval: .seconds(5),
            markets: 60,
            candles: 10_690,
            judged: 9_250,
            eligibleLong: 130,
            eligibleShort: 107,
            lateLong: 177,
            lateShort: 208
        ),
        RecordedCounts(
            coin: "BTC",
            interval: .seconds(15),
            markets: 60,
            candles: 3_600,
            judged: 2_160,
            eligibleLong: 0,
            eligibleShort: 4,
            lateLong: 23,
            lateShort: 53
        ),
    ]
}
