import KBotModel
import KBotReports

// Records three round trips in the tracker and prints the report of the run, as text.

let start = Timestamp(seconds: 1_780_272_000)
var equity = Money(dollars: 1_000)
var tracker = PerformanceTracker(startEquity: equity, started: start)

/// A long of 20 contracts, planned with one unit of risk and two of reward.
func long(after minutes: Int64, from entry: Int32, to exit: Int32, _ how: ClosedTrade.Exit) -> ClosedTrade {
    let count = Quantity(contracts: 20)
    let fee = FeeSchedule.quadratic.fee(count: count, price: Price(cents: entry), liquidity: .taker)
    let opened = start + .minutes(minutes)
    return ClosedTrade(
        strategy: "by_hand",
        market: Ticker("DEMO-\(minutes)"),
        direction: .long,
        count: count,
        entryValue: Money.value(of: count, at: Price(cents: entry)),
        exitValue: Money.value(of: count, at: Price(cents: exit)),
        fees: fee,
        opened: opened,
        closed: opened + .seconds(90),
        exit: how,
        plan: TradePlan(
            entry: Price(cents: entry),
            stop: Price(cents: entry - 4),
            target: Price(cents: entry + 8)
        )
    )
}

for trade in [
    long(after: 5, from: 40, to: 48, .target), long(after: 20, from: 55, to: 50, .stop),
    long(after: 40, from: 30, to: 100, .settlement),
] {
    tracker.record(trade)
    equity = equity + trade.netPnL
    tracker.mark(equity: equity, at: trade.closed)
}

var funnel = Funnel()
(funnel.marketsSeen, funnel.marketsWarmedUp, funnel.candlesClosed, funnel.candlesJudged) = (3, 3, 540, 465)
(funnel.triggers, funnel.signals, funnel.orders, funnel.filled, funnel.closed, funnel.settled) = (3, 3, 3, 3, 2, 1)

let end = start + .hours(1)
let report = RunReport(
    facts: RunFacts(
        id: "example",
        version: "0.1.0",
        mode: "paper",
        feed: "by hand",
        isSimulated: true,
        from: start,
        to: end,
        fillModel: FillModelFacts(name: "none")
    ),
    tracker: tracker,
    endEquity: equity,
    funnel: funnel
)
print(report.text(width: 80))
print("Start + gross − fees + unrealised = end: \(report.identityHolds)")
