import KBotEngine
import KBotIndicators
import KBotLua

extension HostObject {
    /// `ctx.indicators`: one field per indicator asked for, bands as an object, others as a number (nil until there is one).
    static func indicators(_ needs: StrategyNeeds) -> HostObject {
        var hot = true
        return HostObject(
            type: "kbot.Indicators",
            path: "ctx.indicators",
            help: "The indicators of `needs`, by their names there.",
            members: needs.indicators.enumerated().map { index, indicator -> Member in
                guard case .bollinger = indicator.spec else { return number(indicator.name, at: index, needs) }
                defer { hot = false }  // the first bands are what most scripts read on every candle
                return .object(
                    HostField(indicator.name, "kbot.Bands", "Bollinger bands."),
                    bands("ctx.indicators.\(indicator.name)", at: index, needs.source, hot: hot)
                )
            }
        )
    }

    private static func number(_ name: String, at index: Int, _ needs: StrategyNeeds) -> Member {
        let spec = needs.indicators[index].spec
        // Prices of an underlying are told in dollars.
        let scale = Double(spec.scale) * (spec.isPrice && needs.source != .market ? 100 : 1)
        return .values([HostField(name, "number?", "An indicator.")], .market) { context, slots in
            if let value = context.indicators?.value(at: index) {
                slots.set(0, Double(value) / scale)
            } else {
                slots.setNil(0)
            }
        }
    }

    /// Bands in cents (of an underlying: dollars), the lower rounded up, the upper down, so that comparing a price with them
    /// decides exactly.
    static func bands(_ path: String, at index: Int, _ source: CandleSource, hot: Bool) -> HostObject {
        let scale: Double = source == .market ? 1_000_000 : 100_000_000
        return HostObject(
            type: "kbot.Bands",
            path: path,
            help: "Bollinger bands, in the unit of the candles' prices.",
            members: [
                .values(
                    [
                        HostField("lower", "number", "The lower band, rounded up."),
                        HostField("middle", "number", "The mean."),
                        HostField("upper", "number", "The upper band, rounded down."),
                    ],
                    .market,
                    hot: hot
                ) { context, slots in
                    guard let values = context.indicators?.bands(at: index) else {
                        for slot in 0..<3 { slots.setNil(slot) }
                        return
                    }
                    slots.set(0, Double(values.lower) / scale)
                    slots.set(1, Double(values.middle) / scale)
                    slots.set(2, Double(values.upper) / scale)
                }
            ]
        )
    }
}
