import KBotEngine
import KBotIndicators
import KBotModel
import KBotReports
import PaperLoop

// A strategy of one's own in Swift, run by the engine against the paper exchange on the SIMULATED market.

/// Fades a close that lies far from its average: shows the port, promises nothing.
final class AverageFader: Strategy {
    let name: StrategyName = "average_fader"
    let version = "1.0.0"
    let needs = StrategyNeeds(interval: .fixed(.seconds(5)), indicators: [("mean", .sma(period: 20))])
    let callbacks: StrategyCallbacks = [.fill]
    private(set) var fills = 0

    func onCandle(_ candle: Candle, _ context: borrowing StrategyContext) -> Decision {
        // Plain indicators come in 1/1,000,000 of a price unit.
        guard let mean = context.indicators.value(at: 0) else { return .none(.warmingUp) }
        guard candle.trades > 0 else { return .none(.noTradesInCandle) }
        let distance = Int64(candle.close.units) - mean / 1_000_000
        guard abs(distance) >= 800 else { return .none("NEAR_THE_MEAN") }  // 8 cents
        return .signal(
            Signal(
                direction: distance < 0 ? .long : .short,
                entry: candle.close,
                stop: .offset(PriceDelta(cents: 4)),
                target: .offset(PriceDelta(cents: 8)),
                reason: "8 cents or more from the mean"
            )
        )
    }

    func onFill(_ news: FillNews, _ context: borrowing StrategyContext) { fills += 1 }
}

let strategy = AverageFader()
var loop = PaperLoop([strategy], seed: 1, duration: .hours(4))
let metrics = loop.run()

print("SIMULATED market, seed 1, 4 hours: says nothing about real profits.")
print("\(metrics.totalTrades) trades from \(strategy.fills) fills")
for exit in ClosedTrade.Exit.allCases {
    if let count = metrics.exits[exit] { print("  closed by \(exit.rawValue): \(count)") }
}
print("net \(metrics.netProfit), fees \(metrics.totalFees), deepest fall \(metrics.maxDrawdown) dollars")
