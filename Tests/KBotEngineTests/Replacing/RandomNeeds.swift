import KBotEngine
import KBotModel
import KBotTestSupport

extension StrategyNeeds {
    /// Random needs over short candles, as often of an underlying as of the markets.
    static func random(_ random: inout SeededGenerator) -> StrategyNeeds {
        let seconds: [Int64] = [5, 7, 10, 15, 30]
        let fixed = CandleInterval.fixed(.seconds(seconds[Int.random(in: 0..<seconds.count, using: &random)]))
        let source: CandleSource =
            switch Int.random(in: 0..<5, using: &random) {
            case 0, 1, 2: .market
            case 3: .spot("BTC-USD")
            default: .spot("ETH-USD")
            }
        let isAuto = source == .market && Int.random(in: 0..<6, using: &random) == 0
        var indicators: [(name: String, spec: IndicatorSpec)] = []
        for index in 0..<Int.random(in: 0...3, using: &random) { indicators.append(("i\(index)", .random(&random))) }
        let timers: [TimeSpan?] = [nil, nil, .seconds(1), .seconds(7), .seconds(10)]
        return StrategyNeeds(
            source: source,
            interval: isAuto ? .auto : fixed,
            indicators: indicators,
            history: Int.random(in: 0...4, using: &random),
            timer: timers[Int.random(in: 0..<timers.count, using: &random)]
        )
    }
}

extension IndicatorSpec {
    fileprivate static func random(_ random: inout SeededGenerator) -> IndicatorSpec {
        let period = Int.random(in: 2...6, using: &random)
        let all: [IndicatorSpec] = [
            .bollinger(period: period, deviations: 20_000), .sma(period: period), .ema(period: period),
            .wma(period: period), .vwap(period: period), .atr(period: period), .stddev(period: period),
            .highest(period: period), .lowest(period: period), .rsi(period: period), .zscore(period: period),
            .roc(period: period),
        ]
        return all[Int.random(in: 0..<all.count, using: &random)]
    }
}
