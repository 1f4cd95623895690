import KBotEngine
import KBotIndicators
import KBotModel

@testable import KBotRuntime

/// The rule that the bar file's README states, natively: a body outside the bands of 25 closes is faded at the next open,
/// stop and target one and two ranges of the bar from the fill.
final class BarBands: Strategy {
    let name: StrategyName = "bar_bands"
    let version = "1.0.0"
    var callbacks: StrategyCallbacks { [] }
    var needs: StrategyNeeds {
        StrategyNeeds(
            interval: .fixed(.minutes(1)),
            indicators: [("bands", .bollinger(period: 25, deviations: 20_000))]
        )
    }

    func onCandle(_ candle: Candle, _ context: borrowing StrategyContext) -> Decision {
        guard let bands = context.indicators.bollinger(at: 0) else { return .none(.warmingUp) }
        let direction: Direction
        if bands.isBelowLower(Int64(candle.bodyHigh.units)) {
            direction = .long
        } else if bands.isAboveUpper(Int64(candle.bodyLow.units)) {
            direction = .short
        } else {
            return .none(.insideBands)
        }
        let range = max(candle.range, PriceDelta(cents: 1))
        return .signal(
            Signal(
                direction: direction,
                entry: candle.close,
                stop: .offset(range),
                target: .offset(range * 2),
                entryType: .market
            )
        )
    }

    /// The same as a script.
    static let script = """
        -- Fades a bar whose body lies outside its Bollinger bands, at the next bar's open.
        local rule = { api = 1, kind = "strategy", name = "bar_bands", version = "1.0.0",
          description = "Fades a bar whose body lies outside its bands.",
          params = {
            period = { type = "integer", default = 25, min = 2, max = 500, help = "closes in the bands" },
            stddev = { type = "number", default = 2.0, min = 0.1, max = 10, help = "standard deviations" },
            interval = { type = "duration", default = "1m", help = "length of the bars" },
          } }
        function rule.needs(params)
          return { candles = { source = "market", interval = params.interval },
            indicators = { bands = { "bollinger", period = params.period, stddev = params.stddev } } }
        end
        function rule.on_candle(ctx, candle)
          local bands, side = ctx.indicators.bands, nil
          if candle.open < bands.lower and candle.close < bands.lower then side = "long"
          elseif candle.open > bands.upper and candle.close > bands.upper then side = "short"
          else return nil, "INSIDE_BANDS" end
          local r = math.max(1, kbot.snap(candle.high - candle.low))
          return { side = side, entry_type = "market", stop_offset = r, target_offset = 2 * r }
        end
        return rule

        """
}
