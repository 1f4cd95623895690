import KBotModel
import KBotTestSupport
import Testing

@testable import KBotEngine

/// The rules of the design written down a second time, from whole windows and without a running sum.
private struct Oracle {
    let parameters: BollingerScalper.Parameters
    let grid: PriceGrid
    var closes: [Int64] = []

    func decide(_ candle: Candle, touch: Touch, left: TimeSpan) -> Decision {
        let window = closes.suffix(parameters.period)
        let n = Int128(parameters.period)
        let sum = Int128(window.reduce(0, +))
        let squares = window.reduce(Int128(0)) { $0 + Int128($1) * Int128($1) }
        let variance = n * squares - sum * sum
        let k = Int128(parameters.deviations)
        func outside(_ distance: Int128) -> Bool {
            distance > 0 && distance * distance * 100_000_000 > k * k * variance
        }
        let below = outside(sum - n * Int128(max(candle.open, candle.close).units))
        let above = outside(n * Int128(min(candle.open, candle.close).units) - sum)
        guard below || above else { return .none(.insideBands) }
        let sign: Int32 = below ? 1 : -1
        let direction: Direction = below ? .long : .short
        func no(_ code: ReasonCode) -> Decision { .none(code, trigger: direction) }
        if left.microseconds < parameters.minMinutesLeft * 60_000_000 { return no(.tooCloseToExpiry) }
        if candle.trades == 0 { return no(.noTradesInCandle) }
        let outer = below ? candle.low.units : candle.high.units
        let inner = below ? candle.high.units : candle.low.units
        let r = max(candle.high.units - candle.low.units, grid.step(at: Price(units: outer)).units)
        let entry: Int32
        var stop: Int32
        if parameters.geometry == .mirror {
            (entry, stop) = (outer, outer - sign * r)
        } else {
            (entry, stop) = (inner == outer ? outer + sign * r : inner, outer)
        }
        stop = max(grid.lowest.units, min(grid.highest.units, stop))
        let target = entry + sign * 2 * r
        if target < grid.lowest.units || target > grid.highest.units { return no(.targetOutOfRange) }
        if r < parameters.minStopTicks * grid.step(at: Price(units: entry)).units { return no(.stopTooTight) }
        if let bid = touch.bid, let ask = touch.ask, r <= ask.units - bid.units { return no(.stopTooTight) }
        if below, let bid = touch.bid, bid.units <= stop { return no(.stopAlreadyTouched) }
        if above, let ask = touch.ask, ask.units >= stop { return no(.stopAlreadyTouched) }
        guard (entry - stop) * sign > 0 else { return no(.invalidGeometry) }
        if abs(target - entry) < 2 * abs(entry - stop) { return no(.rewardRisk) }
        return .signal(
            Signal(
                direction: direction,
                entry: Price(units: entry),
                stop: Price(units: stop),
                target: Price(units: target),
                entryType: parameters.geometry == .mirror ? .limit : .stop
            )
        )
    }
}

@Test(arguments: BollingerScalper.Geometry.allCases)
func `the native rules agree with an independent reading of them`(_ geometry: BollingerScalper.Geometry) throws {
    var seen: [ReasonCode?: Int] = [:]
    try forSeeds(0..<1_500) { random in
        var parameters = BollingerScalper.Parameters()
        parameters.geometry = geometry
        parameters.period = [5, 25].randomElement(using: &random) ?? 25
        parameters.deviations = [10_000, 15_000, 20_000].randomElement(using: &random) ?? 20_000
        parameters.minStopTicks = Int32.random(in: 1...3, using: &random)
        let grid: PriceGrid = Bool.random(using: &random) ? .taperedDeciCent : .linearCent
        let scalper = BollingerScalper(parameters)
        let indicators = IndicatorSet(scalper.needs)
        var oracle = Oracle(parameters: parameters, grid: grid)
        let base = Int32.random(in: 1...97, using: &random) * 100
        for index in 0..<60 {
            // Few distinct prices, so that ties and flat windows come up; a jump now and then.
            func price() -> Price {
                let wild = Int.random(in: 0..<12, using: &random) == 0
                let steps = Int32.random(in: wild ? -12...12 : -2...2, using: &random)
                return grid.moved(grid.roundedDown(Price(units: base)) ?? grid.lowest, steps: Int(steps))
            }
            let prices = Bool.random(using: &random) ? [price()] : [price(), price(), price(), price()]
            let candle = Candle(
                start: Timestamp(seconds: Int64(1_000_000 + 5 * index)),
                interval: .seconds(5),
                open: prices[0],
                high: prices.max() ?? prices[0],
                low: prices.min() ?? prices[0],
                close: prices[prices.count - 1],
                volume: Quantity(contracts: 1),
                trades: Int.random(in: 0..<8, using: &random) == 0 ? 0 : 4
            )
            indicators.add(candle)
            oracle.closes.append(Int64(candle.close.units))
            guard indicators.isReady else { continue }
            var touch = Touch()
            if Bool.random(using: &random) { touch.bid = candle.low }
            if Bool.random(using: &random) {
                touch.ask = grid.moved(candle.low, steps: Int.random(in: 0...6, using: &random))
            }
            let left = TimeSpan.seconds(Int64.random(in: 460...900, using: &random))
            var decision = Judging.ask(
                scalper,
                candle,
                indicators,
                grid: grid,
                touch: touch,
                closes: candle.end + left
            )
            if case .signal(var signal) = decision {
                signal.reason = nil
                decision = .signal(signal)
            }
            let expected = oracle.decide(candle, touch: touch, left: left)
            seen[expected.code, default: 0] += 1
            try hold(decision == expected, "\(decision), not \(expected), on \(candle) at \(touch)")
        }
    }
    let codes: [ReasonCode] = [
        .insideBands, .tooCloseToExpiry, .noTradesInCandle, .stopTooTight, .stopAlreadyTouched, .targetOutOfRange,
    ]
    for code in codes { #expect(seen[code, default: 0] > 10, "\(code) hardly came up") }
    #expect(seen[nil, default: 0] > 100, "signals hardly came up")
}
