import KBotIndicators
public import KBotModel

/// The reference rules, natively: the fallback and the oracle of `strategies/bollinger_scalper.lua`.
///
/// On each closed candle, with bands over the last closes including this one: a body strictly below the lower band is a
/// LONG trigger, strictly above the upper a SHORT. R is the candle's range. A long enters at the low with the target 2R
/// above, a short at the high with the target 2R below; the geometry says where the stop lies.
public final class BollingerScalper: Strategy {
    /// Where the stop lies.
    public enum Geometry: String, Hashable, Sendable, CaseIterable {
        /// Entry at the candle's outer end, stop one R beyond it.
        case mirror
        /// Stop entry at the candle's inner end, stop at the outer one.
        case reversal
    }

    /// The strategy's parameters, with the defaults of the reference script.
    public struct Parameters: Hashable, Sendable {
        /// Candles in the bands.
        public var period = 25
        /// Population standard deviations, in 1/10,000.
        public var deviations: Int64 = 20_000
        /// Candle length.
        public var interval = CandleInterval.auto
        /// Where the stop lies.
        public var geometry = Geometry.mirror
        /// Least time to the close, in minutes.
        public var minMinutesLeft: Int64 = 8
        /// Least R, in grid steps at the entry.
        public var minStopTicks: Int32 = 3
        /// Least reward divided by risk, in 1/10,000.
        public var minRewardRisk: Int64 = 20_000
        /// Distance of the target in multiples of R, in 1/10,000.
        public var targetMultiple: Int64 = 20_000

        /// Makes the defaults.
        public init() {}
    }

    /// The rules' name, shared with the script.
    public let name: StrategyName = "bollinger_scalper"
    /// Version of the rules.
    public let version = "1.0.0"
    /// What the run set.
    public let parameters: Parameters

    /// Makes the strategy.
    public init(_ parameters: Parameters = Parameters()) { self.parameters = parameters }

    /// The bands, over candles of the chosen length.
    public var needs: StrategyNeeds {
        StrategyNeeds(
            interval: parameters.interval,
            indicators: [
                ("bands", .bollinger(period: parameters.period, deviations: parameters.deviations))
            ]
        )
    }

    /// Candles are enough.
    public var callbacks: StrategyCallbacks { [] }

    /// Judges a closed candle.
    public func onCandle(_ candle: Candle, _ context: borrowing StrategyContext) -> Decision {
        guard let bands = context.indicators.bollinger(at: 0) else { return .none(.warmingUp) }
        let direction: Direction
        if bands.isBelowLower(Int64(candle.bodyHigh.units)) {
            direction = .long
        } else if bands.isAboveUpper(Int64(candle.bodyLow.units)) {
            direction = .short
        } else {
            return .none(.insideBands)
        }
        func filtered(_ code: ReasonCode) -> Decision { .none(code, trigger: direction) }

        if context.market.closeTime - candle.end < .minutes(parameters.minMinutesLeft) {
            return filtered(.tooCloseToExpiry)
        }
        if candle.trades == 0 { return filtered(.noTradesInCandle) }

        let grid = context.market.grid
        let outer = direction == .long ? candle.low : candle.high
        let inner = direction == .long ? candle.high : candle.low
        let range = max(candle.range, grid.step(at: outer))
        let away = direction == .long ? range : -range
        let entry: Price
        var stop: Price
        switch parameters.geometry {
        case .mirror:
            entry = outer
            stop = outer - away
        case .reversal:
            entry = inner == outer ? outer + away : inner
            stop = outer
        }
        stop = min(max(stop, grid.lowest), grid.highest)
        let target = Self.moved(entry, by: away, times: parameters.targetMultiple)
        guard grid.lowest <= target, target <= grid.highest else { return filtered(.targetOutOfRange) }

        if Int64(range.units) < Int64(grid.step(at: entry).units) * Int64(parameters.minStopTicks) {
            return filtered(.stopTooTight)
        }
        if let spread = context.touch.spread, range <= spread { return filtered(.stopTooTight) }
        if let exit = context.touch.exit(direction), direction.isAtOrBeyondStop(exit, stop) {
            return filtered(.stopAlreadyTouched)
        }
        let plan = TradePlan(entry: entry, stop: stop, target: target)
        guard plan.isOrdered(for: direction) else { return filtered(.invalidGeometry) }
        if Int64(plan.reward.units) * 10_000 < Int64(plan.risk.units) * parameters.minRewardRisk {
            return filtered(.rewardRisk)
        }
        return .signal(
            Signal(
                direction: direction,
                entry: .init(units: entry.units),
                stop: .price(stop),
                target: .price(target),
                entryType: parameters.geometry == .mirror ? .limit : .stop,
                reason: direction == .long ? "body below the lower band" : "body above the upper band"
            )
        )
    }

    /// A price moved by a multiple (in 1/10,000) of a distance; far outside 0…1 dollar it stays at a price no grid has.
    private static func moved(_ price: Price, by distance: PriceDelta, times multiple: Int64) -> Price {
        let units = Int64(price.units) + Int64(distance.units) * multiple / 10_000
        return Price(units: Int32(clamping: units))
    }
}
