package import KBotEngine
import KBotIndicators
import KBotModel
package import KBotReports

/// Keeps the candles of markets while they live, and afterwards of those that were traded in: what a report draws.
///
/// Memory is bounded: candles of a market that ends without an entry are forgotten, charts are kept of the first 200
/// markets with an entry, and each has an end. What was left out is counted.
package struct MarketTape {
    /// Markets whose charts are kept.
    package static let mostCharts = 200
    /// Candles of one interval kept of a market.
    package static let mostCandles = 2_000
    /// Fills kept of a market.
    package static let mostFills = 500

    /// What is kept of one market.
    private struct Strip {
        let market: Ticker
        let opens: Timestamp
        var closes: Timestamp
        var strike: SpotPrice?
        /// Candles of each interval some strategy trades by, in the order in which the intervals came up.
        var candles: [(interval: TimeSpan, kept: [Candle], leftOut: Int)] = []
        var fills: [ChartFill] = []
        var fillsLeftOut = 0
        var isTraded = false
        /// Whether there is to be a chart of it.
        var isKept = false
        var isOver = false

        mutating func add(_ candle: Candle) {
            guard isKept || !(isOver || isTraded) else { return }
            for place in candles.indices where candles[place].interval == candle.interval {
                if candles[place].kept.count < MarketTape.mostCandles {
                    candles[place].kept.append(candle)
                } else {
                    candles[place].leftOut += 1
                }
                return
            }
            candles.append((candle.interval, [candle], 0))
        }
    }

    /// By market number.
    private var strips: [Strip?] = []
    /// Markets whose candles may still be forgotten.
    private var live: [Int] = []
    private var outcomes: [MarketOutcome] = []
    private var kept = 0
    private var leftOut = 0
    private let mostCharts: Int

    /// Makes an empty tape.
    package init(mostCharts: Int = mostCharts) { self.mostCharts = mostCharts }

    /// Takes in one note.
    package mutating func record(_ note: Note) {
        guard let index = note.market.map({ Int($0.index) }) else { return }
        switch note.kind {
        case .market(let market): see(market, index, at: note.time)
        case .candle(let candle): add(candle, index)
        case .fill(let fill, let role): add(fill, role, index, at: note.time)
        case .settled(let settlement): settle(settlement, index, at: note.time)
        default: break
        }
    }

    private mutating func see(_ market: Market, _ index: Int, at time: Timestamp) {
        while strips.count <= index { strips.append(nil) }
        if strips[index] == nil {
            strips[index] = Strip(market: market.ticker, opens: market.openTime, closes: market.closeTime)
            live.append(index)
            forgetOver(by: time)
        }
        strips[index]?.strike = market.strike
        strips[index]?.closes = market.closeTime
        if market.status == .closed || market.status == .settled { end(index) }
    }

    /// Takes in a candle of the market of a number.
    mutating func add(_ candle: Candle, _ index: Int) {
        guard index < strips.count else { return }
        strips[index]?.add(candle)
    }

    private mutating func add(_ fill: Fill, _ role: OrderRole, _ index: Int, at time: Timestamp) {
        guard index < strips.count, strips[index] != nil else { return }
        if role == .entry, strips[index]?.isTraded == false {
            strips[index]?.isTraded = true
            if kept < mostCharts {
                kept += 1
                strips[index]?.isKept = true
            } else {
                leftOut += 1
                strips[index]?.candles = []
            }
        }
        guard strips[index]?.isKept == true else { return }
        guard (strips[index]?.fills.count ?? 0) < Self.mostFills else {
            strips[index]?.fillsLeftOut += 1
            return
        }
        strips[index]?.fills.append(
            ChartFill(
                time: time,
                side: fill.side,
                price: fill.price,
                count: fill.count,
                role: role.rawValue,
                liquidity: fill.liquidity,
                fee: fill.fee
            )
        )
    }

    private mutating func settle(_ settlement: Settlement, _ index: Int, at time: Timestamp) {
        guard index < strips.count, let strip = strips[index] else { return }
        if strip.isTraded {
            outcomes.append(MarketOutcome(market: strip.market, settlement: settlement, time: time))
        }
        end(index)
    }

    /// After its end a market without an entry needs no candles.
    private mutating func end(_ index: Int) {
        strips[index]?.isOver = true
        if strips[index]?.isTraded == false { strips[index]?.candles = [] }
    }

    /// Ends markets that nobody said had ended, an hour after their close.
    private mutating func forgetOver(by time: Timestamp) {
        var stillLive: [Int] = []
        for index in live {
            guard let strip = strips[index], !strip.isOver, !strip.isTraded else { continue }
            if strip.closes + .hours(1) < time { end(index) } else { stillLive.append(index) }
        }
        live = stillLive
    }

    // MARK: Charts

    /// The charts, with the bands of the first strategy that trades by each market's own candles and wants bands.
    ///
    /// The bands are calculated anew from all closes, as the strategy's own were.
    package func charts(for needs: [StrategyNeeds]) -> MarketCharts {
        let own = needs.filter { $0.source == .market }
        var charts = MarketCharts(leftOut: leftOut, outcomes: outcomes)
        for case let strip? in strips where strip.isKept {
            var chart = MarketChart(market: strip.market, opens: strip.opens, closes: strip.closes)
            chart.strike = strip.strike
            chart.fills = strip.fills
            chart.fillsLeftOut = strip.fillsLeftOut
            let life = strip.closes - strip.opens
            let banded = own.first { $0.bands != nil }
            let interval = (banded ?? own.first)?.interval.resolved(life: life)
            if let series = strip.candles.first(where: { $0.interval == interval }) ?? strip.candles.first {
                chart.candlesLeftOut = series.leftOut
                let bands = series.interval == interval ? banded?.bands : nil
                chart.period = bands?.period
                chart.deviations = bands.map { Ratio(units: $0.deviations * 100) }
                chart.candles = Self.rows(series.kept, bands)
            }
            charts.kept.append(chart)
        }
        return charts
    }

    private static func rows(_ candles: [Candle], _ needed: (period: Int, deviations: Int64)?) -> [ChartCandle] {
        guard let needed else { return candles.map { ChartCandle($0) } }
        var bands = BollingerBands(period: needed.period, deviations: needed.deviations)
        return candles.map { candle in
            bands.add(Int64(candle.close.units))
            return ChartCandle(candle, bands: bands.values.map(ChartBands.init))
        }
    }
}

extension StrategyNeeds {
    /// The first Bollinger bands wanted.
    fileprivate var bands: (period: Int, deviations: Int64)? {
        for (_, spec) in indicators {
            if case .bollinger(let period, let deviations) = spec { return (period, deviations) }
        }
        return nil
    }
}

extension ChartBands {
    /// Bands of an indicator, rounded from 10⁻⁸ dollar.
    fileprivate init(_ values: BandValues) {
        func rounded(_ value: Int64) -> PriceDelta {
            PriceDelta(units: Int32(clamping: floorDivide(value + 5_000, by: 10_000)))
        }
        self.init(lower: rounded(values.lower), middle: rounded(values.middle), upper: rounded(values.upper))
    }
}
