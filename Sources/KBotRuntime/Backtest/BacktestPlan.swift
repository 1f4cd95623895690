package import KBotModel

/// What `kbot backtest` was asked to do.
package struct BacktestPlan: Sendable {
    /// Strategies, rules, parameters, markets, time and results, as of any run; its feed is not looked at.
    package var run = RunPlan()
    /// Files or folders, recordings as `run --feed replay` reads them or bars; `catalogue` alone, or nothing, for what the
    /// catalogue has of the plan's markets.
    package var data: [String] = []
    /// Where the catalogue is.
    package var dataDirectory = ".kbot/data"
    /// What prices of bars mean.
    package var priceUnit = PriceUnit.cents
    /// What fills on bars cost; nil for Kalshi's fees in its own markets and none in others.
    package var fees: BarFees?

    /// Nothing before this time is known to the run; nil for all there is.
    package var from: Timestamp? {
        get { run.from }
        set { run.from = newValue }
    }
    /// The run ends before this time; nil for the data's end.
    package var to: Timestamp? {
        get { run.to }
        set { run.to = newValue }
    }

    /// Whether the catalogue was named.
    package var usesCatalogue: Bool { data == ["catalogue"] }

    /// Makes a plan that asks for nothing yet.
    package init() {}

    /// Reads a time as traders type it: `2026-04-27`, `2026-04-27T18:30:00Z`, or milliseconds since 1970.
    package static func time(_ text: String) -> Timestamp? {
        if let time = Timestamp(rfc3339: text) { return time }
        if text.utf8.count == 10, let day = Timestamp(rfc3339: text + "T00:00:00Z") { return day }
        guard text.utf8.count >= 12, let ms = Int64(text), ms < 100_000_000_000_000 else { return nil }
        return Timestamp(milliseconds: ms)
    }
}
