import KBotModel

/// The results of all trials in one period, observation beside observation, in the order of time.
package struct Observations {
    /// What is drawn as a whole, so that what happens together stays together.
    package enum Unit: String, Hashable, Sendable, Codable {
        /// One market: each closes at a time of its own.
        case market
        /// All markets that close at one time: strikes of one event, coins at the same quarter of an hour.
        case closingTime = "closing_time"
        /// All markets of a UTC day.
        case day
    }

    /// Days from which on a day with several markets is drawn as a whole; fewer are too few to draw from, and blocks of
    /// closing times, which follow one another, take their place.
    static let fewestDays = 30

    /// Markets.
    let markets: Int
    /// UTC days on which they closed.
    let days: Int
    /// What an observation is.
    let unit: Unit
    /// Observations.
    let count: Int
    /// Trials.
    let trials: Int
    /// Net P&L in microdollars: the trials of the first observation, then those of the second.
    ///
    /// Sums of whole numbers below 2^53 are exact in a double in any order.
    let nets: [Double]

    /// The observation of each market.
    private let places: [Ticker: Int]

    /// Lays out what each trial made.
    init(of samples: [[MarketResult]]) {
        var closes: [Ticker: Timestamp] = [:]
        for sample in samples {
            for result in sample where closes[result.market] == nil { closes[result.market] = result.close }
        }
        let times = Set(closes.values)
        let days = Set(times.map(Self.day))
        if days.count >= Self.fewestDays, closes.count > days.count {
            unit = .day
        } else {
            unit = times.count < closes.count ? .closingTime : .market
        }
        let isDay = unit == .day
        let starts = (isDay ? Set(days.map(\.start)) : times).sorted()
        let order = Dictionary(uniqueKeysWithValues: starts.enumerated().map { ($1, $0) })
        places = closes.mapValues { order[isDay ? Self.day(of: $0).start : $0] ?? 0 }
        markets = closes.count
        self.days = days.count
        count = starts.count
        trials = samples.count
        var nets = Array(repeating: 0.0, count: count * trials)
        for (trial, sample) in samples.enumerated() {
            for result in sample {
                nets[(places[result.market] ?? 0) * trials + trial] += Double(result.net.units)
            }
        }
        self.nets = nets
    }

    /// The day a market belongs to: one that closes at 00:00 traded on the day that ends there.
    private static func day(of close: Timestamp) -> UTCDay { (close - TimeSpan(microseconds: 1)).utcDay }

    /// What one trial made of each observation, in microdollars.
    func column(_ trial: Int) -> [Double] {
        stride(from: trial, to: nets.count, by: max(trials, 1)).map { nets[$0] }
    }

    /// In how many markets of each observation a trial traded.
    func tradedMarkets(_ sample: [MarketResult]) -> [Int] {
        var counts = Array(repeating: 0, count: count)
        for market in Set(sample.lazy.filter { $0.trades > 0 }.map(\.market)) {
            if let place = places[market] { counts[place] += 1 }
        }
        return counts
    }
}
