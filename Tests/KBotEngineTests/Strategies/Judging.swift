import KBotModel

@testable import KBotEngine

/// One candle judged by the native rules after a history of closes, without an engine.
struct Judging {
    var parameters = BollingerScalper.Parameters()
    /// Closes before the candle; 24 around 50 by default, so that a body at 40 or 60 is far outside.
    var history: [Int32] = (0..<24).map { $0 % 2 == 0 ? 4_900 : 5_100 }
    var grid = PriceGrid.linearCent
    var touch = Touch()
    var timeLeft = TimeSpan.minutes(30)
    var trades: Int32 = 5

    /// Prices in 1/10,000 dollar.
    func judge(open: Int32, high: Int32, low: Int32, close: Int32) -> Decision {
        let scalper = BollingerScalper(parameters)
        let indicators = IndicatorSet(scalper.needs)
        let interval = TimeSpan.seconds(5)
        var time = Timestamp(seconds: 1_000_000)
        for price in history {
            indicators.add(Candle(flatAt: Price(units: price), start: time, interval: interval))
            time = time + interval
        }
        let candle = Candle(
            start: time,
            interval: interval,
            open: Price(units: open),
            high: Price(units: high),
            low: Price(units: low),
            close: Price(units: close),
            volume: Quantity(contracts: Int64(trades)),
            trades: trades
        )
        indicators.add(candle)
        return Judging.ask(scalper, candle, indicators, grid: grid, touch: touch, closes: candle.end + timeLeft)
    }

    static func ask(
        _ scalper: BollingerScalper,
        _ candle: Candle,
        _ indicators: IndicatorSet,
        grid: PriceGrid,
        touch: Touch,
        closes: Timestamp
    ) -> Decision {
        let account = AccountView(
            equity: Money(dollars: 1_000),
            capital: Money(dollars: 1_000),
            cash: Money(dollars: 1_000),
            exposure: .zero,
            dayPnL: .zero,
            losingStreak: 0,
            openPositions: 0
        )
        return scalper.onCandle(
            candle,
            StrategyContext(
                now: candle.end,
                view: MarketView(
                    facts: Market(
                        id: MarketID(0),
                        ticker: "M0",
                        series: "SERIES",
                        openTime: candle.end - .hours(1),
                        closeTime: closes,
                        grid: grid
                    ),
                    touch: touch,
                    lastPrice: candle.close,
                    lastHeard: candle.end
                ),
                indicators: indicators,
                position: nil,
                account: account
            )
        )
    }
}

extension Decision {
    var code: ReasonCode? { if case .none(let code, _) = self { code } else { nil } }
    var trigger: Direction? { if case .none(_, let trigger) = self { trigger } else { nil } }
    var signal: Signal? { if case .signal(let signal) = self { signal } else { nil } }
}

extension Signal {
    /// Entry, stop and target in 1/10,000 dollar.
    var units: [Int32] {
        guard case .price(let stop) = stop, case .price(let target) = target else { return [entry.units] }
        return [entry.units, stop.units, target.units]
    }
}
