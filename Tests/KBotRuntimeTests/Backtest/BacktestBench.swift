import Foundation
import KBotEngine
import KBotModel
import KBotReports
import KBotSimulation
import Logging

@testable import KBotRuntime

/// A backtest as the command line would make it.
struct BacktestBench {
    var plan = BacktestPlan()
    var options: [String: String] = [:]
    /// Fill models, the first one reported.
    var fills = ["realistic"]

    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    init(_ strategy: String, _ data: [String]) {
        plan.run.strategies = [strategy]
        plan.run.isQuiet = true
        plan.data = data
    }

    func settings() throws -> [RunSettings] {
        try fills.map { name in
            var options = options
            options["fills"] = name
            return try RunSettings.load(options: options, environment: [:], envFile: .none)
        }
    }

    /// What came of a backtest.
    struct Outcome {
        let report: RunReport
        let all: [RunReport]
        let events: String
    }

    func run() throws -> Outcome {
        try withFolder { folder in
            var plan = plan
            plan.run.eventsPath = folder + "/events.jsonl"
            let backtest = try Backtest(
                plan,
                settings: settings(),
                library: ScriptLibrary(home: RunBench.root),
                logger: Self.quiet
            )
            guard case .finished = try backtest.run(), let report = backtest.report(id: "test", version: "0") else {
                throw RunFailure(.other, "the backtest did not finish")
            }
            let events = try String(contentsOfFile: folder + "/events.jsonl", encoding: .utf8)
            return Outcome(report: report, all: backtest.reports(id: "test", version: "0"), events: events)
        }
    }

    func verify(cuts: Int = 5) throws -> LookAheadCheck.Outcome {
        try Backtest.verify(
            plan,
            settings: settings()[0],
            library: ScriptLibrary(home: RunBench.root),
            logger: Self.quiet,
            cuts: cuts
        )
    }

    func failure() -> RunFailure? {
        do {
            _ = try run()
            return nil
        } catch {
            return error as? RunFailure
        }
    }

    /// A native strategy on bars in memory, without limits, ten contracts a signal; gives the closed trades.
    static func play(_ strategy: any Strategy, _ feed: any BarFeed) throws -> [ClosedTrade] {
        var trades: [ClosedTrade] = []
        let player = player(strategies: [strategy]) { note in
            if case .closed(let trade) = note.kind { trades.append(trade) }
        }
        var bars: [MarketBar] = []
        while try feed.next(into: &bars) {
            var left = bars[...]
            while let first = left.first {
                let run = left.prefix { $0.market == first.market }
                try player.take(run, of: feed.market(first.market), feed.settlement(of: first.market))
                left = left[run.endIndex...]
            }
            bars.removeAll(keepingCapacity: true)
        }
        try player.finish()
        return trades
    }

    /// A player of a native strategy.
    static func player(
        strategies: [any Strategy],
        rules: [any RiskRule] = [],
        journal: (any SessionJournal)? = nil,
        fills: BarRules = .realistic,
        dailyLoss: RiskLimits.Amount? = nil,
        breaker: Int? = nil,
        listen: @escaping (Note) -> Void = { _ in },
        quiet: ((borrowing QuietCandle) -> Void)? = nil
    ) -> BarPlayer {
        var configuration = EngineConfiguration()
        configuration.stopTrigger = .last
        configuration.sizing = .fixed(Quantity(contracts: 10))
        configuration.limits.riskPerTrade = nil
        configuration.limits.dailyLoss = dailyLoss
        configuration.limits.maxExposure = nil
        configuration.limits.maxPositions = nil
        configuration.limits.circuitBreakerLosses = breaker
        configuration.limits.circuitBreakerPause = .span(.minutes(7))
        configuration.limits.minRewardRisk = nil
        configuration.limits.minTimeToClose = nil
        configuration.limits.priceCollar = nil
        configuration.limits.ordersPerMinute = nil
        let venue = BarVenue(BarExchange(cash: configuration.initialCapital, rules: fills))
        let session = TradingSession(
            engine: Engine(configuration, strategies: strategies, rules: rules),
            venue: .carrier(venue),
            speed: .max,
            journal: journal,
            quiet: quiet,
            listen: { note, _ in listen(note) }
        )
        return BarPlayer(session, venue)
    }
}

extension [ClosedTrade] {
    /// Net profit in cents.
    var netCents: Int64 { reduce(Money.zero) { $0 + $1.netPnL }.units / 10_000 }
}

/// Rows of bars a minute apart, in cents.
func barsText(_ rows: [[Int]], ticker: String? = nil, start: Int = 1_704_067_200_000) -> String {
    let header = "ts_ms,open,high,low,close,volume" + (ticker == nil ? "" : ",ticker")
    let lines = rows.enumerated().map { index, row in
        "\(start + index * 60_000)," + row.map(String.init).joined(separator: ",") + ",100"
            + (ticker.map { ",\($0)" } ?? "")
    }
    return ([header] + lines).joined(separator: "\n") + "\n"
}

/// A strategy on a market's own candles that wants no indicators; the body is that of its `on_candle(ctx, candle)`.
func ruleText(_ name: String, interval: String = "1m", _ body: String) -> String {
    """
    local rule = { api = 1, kind = "strategy", name = "\(name)", version = "1.0.0", description = "For a test." }
    function rule.needs(params)
      return { candles = { source = "market", interval = "\(interval)" }, indicators = {} }
    end
    function rule.on_candle(ctx, candle)
    \(body)
    end
    return rule

    """
}
