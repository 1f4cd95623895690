import KBotEngine
import KBotIndicators
import KBotModel

/// The indicators of one strategy in one market, made again from the candles that were told.
struct SeenIndicators {
    private let needs: StrategyNeeds
    private let set: IndicatorSet
    private let interval: TimeSpan
    /// The place of the bands among them.
    private let bands: Int?

    /// Makes them for a market of this life; nil when the strategy's candles are not the market's.
    init?(_ needs: StrategyNeeds, life: TimeSpan) {
        guard needs.source == .market else { return nil }
        self.needs = needs
        interval = needs.interval.resolved(life: life)
        set = IndicatorSet(needs)
        bands = needs.indicators.firstIndex { if case .bollinger = $0.spec { true } else { false } }
    }

    /// Takes in a candle if it is one of the strategy's; whether it is.
    func add(_ candle: Candle) -> Bool {
        guard candle.interval == interval else { return false }
        set.add(candle)
        return true
    }

    /// How far a candle's body lies inside the nearer band, in 1/1,000,000 dollar, and which way it would have gone;
    /// negative outside. Nil without bands.
    func distance(of candle: Candle) -> (side: String, amount: Int64)? {
        guard let bands, set.isReady, let values = set.bands(at: bands) else { return nil }
        // Bands are 10⁻⁴ of a price's unit, which is 10⁻⁴ dollar.
        let below = Int64(candle.bodyHigh.units) * 10_000 - values.lower
        let above = values.upper - Int64(candle.bodyLow.units) * 10_000
        return below <= above ? ("long", ceilDivide(below, by: 100)) : ("short", ceilDivide(above, by: 100))
    }

    /// What the strategy saw after a candle, one indicator a line.
    func words(_ candle: Candle) -> [String] {
        guard set.isReady else {
            return ["indicators are not ready: \(needs.warmUp) candles of \(interval) are needed"]
        }
        var lines: [String] = []
        for (index, indicator) in needs.indicators.enumerated() {
            if let bands = set.bands(at: index) {
                func cents(_ value: Int64) -> String { WhyNumbers.cents(micro: roundDivide(value, by: 100)) }
                lines.append(
                    "\(indicator.name): lower \(cents(bands.lower)), middle \(cents(bands.middle)), upper "
                        + cents(bands.upper)
                )
            } else if let value = set.value(at: index) {
                let isPrice = indicator.spec.isPrice
                let text =
                    isPrice
                    ? WhyNumbers.cents(micro: roundDivide(value, by: 10_000))
                    : formatDecimal(roundDivide(value * 100, by: indicator.spec.scale), fractionDigits: 2)
                lines.append("\(indicator.name): \(text)")
            } else {
                lines.append("\(indicator.name): no value")
            }
        }
        if let (side, amount) = distance(of: candle) {
            let body = "body \(WhyNumbers.cents(candle.bodyLow)) to \(WhyNumbers.cents(candle.bodyHigh))"
            let band = side == "long" ? "lower" : "upper"
            lines.append(
                amount >= 0
                    ? "\(body): \(WhyNumbers.cents(micro: amount)) inside the \(band) band"
                    : "\(body): \(WhyNumbers.cents(micro: -amount)) outside the \(band) band"
            )
        }
        return lines
    }
}
