import KBotEngine
import KBotModel
import KBotReports
import PaperLoop

// A backtest loop: the native scalper with several band lengths, each over the same seeds of the SIMULATED market.

let seeds: ClosedRange<UInt64> = 1...2

/// Pads on the left.
func column(_ text: some CustomStringConvertible, _ width: Int) -> String {
    let text = text.description
    return String(repeating: " ", count: max(0, width - text.count)) + text
}

print("SIMULATED market, 2 hours for each of seeds \(seeds): says nothing about real profits.")
print(column("period", 6) + column("trades", 8) + column("wins", 6) + column("net dollars", 14) + column("fees", 12))
for period in [15, 25, 35] {
    var parameters = BollingerScalper.Parameters()
    parameters.period = period
    var trades = 0
    var wins = 0
    var net = Money.zero
    var fees = Money.zero
    for seed in seeds {
        // A fresh engine, exchange and account for every run: nothing carries over.
        var loop = PaperLoop([BollingerScalper(parameters)], seed: seed, duration: .hours(2))
        let metrics = loop.run()
        trades += metrics.totalTrades
        wins += metrics.winningTrades
        net = net + metrics.netProfit
        fees = fees + metrics.totalFees
    }
    print(column(period, 6) + column(trades, 8) + column(wins, 6) + column(net, 14) + column(fees, 12))
}
