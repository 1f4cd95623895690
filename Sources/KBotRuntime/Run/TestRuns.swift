import Foundation
import KBotModel
import KBotReports
import KBotScripting
import Logging

/// Makes the whole runs that tests ask for: on paper, at full speed, and without a file, an interrupt or a setting of
/// the process's.
struct TestRuns {
    let library: ScriptLibrary
    /// Folder of the test file.
    let folder: String

    /// Makes a run.
    func make(_ request: RunRequest) -> Result<TestValue, ScriptFailure> {
        do throws(RunFailure) {
            let run = try TradingRun(
                plan(request),
                settings: try settings(request.settings),
                library: library,
                logger: Logger(label: "kbot.test") { _ in SwiftLogNoOpLogHandler() }
            )
            guard case .finished = try run.run(), let report = run.report(id: "test", version: "") else {
                throw RunFailure(.other, "the run did not come to its end")
            }
            guard report.identityHolds else {
                throw RunFailure(
                    .other,
                    "the books differ by \(report.identityDifference): please report this as a bug"
                )
            }
            return .success(report.testValue)
        } catch {
            return .failure(ScriptFailure(error.message))
        }
    }

    private func plan(_ request: RunRequest) -> RunPlan {
        var plan = RunPlan()
        plan.isQuiet = true
        plan.strategies = [path(request.strategy)]
        plan.rules = request.rules.map(path)
        plan.parameters = request.parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        switch request.feed {
        case .simulated: plan.feed = .simulated
        case .replay(let path): plan.feed = .replay(paths: [path.hasPrefix("/") ? path : joined(folder, path)])
        }
        plan.duration = request.duration
        plan.seed = request.seed
        return plan
    }

    /// The path of a script beside the test; any other name is looked for as a run does it.
    private func path(_ name: String) -> String {
        let beside = joined(folder, name.hasSuffix(".lua") ? name : name + ".lua")
        return FileManager.default.fileExists(atPath: beside) ? beside : name
    }

    private func settings(_ given: [String: String]) throws(RunFailure) -> RunSettings {
        let limits = RunSettings.limitsOption.uppercased()
        let known = SettingCatalogue.all.map(\.name).filter { !$0.hasPrefix("KALSHI_") } + [limits]
        for name in given.keys.sorted() where !known.contains(name) {
            let hint = nearest(to: name, in: known).map { "; did you mean \($0)?" } ?? ""
            throw RunFailure(.usage, "settings: there is no \(name)\(hint)")
        }
        do throws(ConfigurationErrors) {
            return try RunSettings.load(
                options: given[limits].map { [RunSettings.limitsOption: $0] } ?? [:],
                environment: given,
                envFile: .none
            )
        } catch {
            // The settings are the test's, and no variable of the environment's.
            throw RunFailure(.usage, "settings: " + error.description.replacing("environment ", with: ""))
        }
    }
}

/// The path of a name in a folder; the name itself in the folder one is in.
func joined(_ folder: String, _ name: String) -> String {
    folder.isEmpty || folder == "." ? name : folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
}

extension RunReport {
    /// What a test gets to read of a run, by the names of the report's JSON; amounts are dollars, prices cents.
    fileprivate var testValue: TestValue {
        .table([
            "trades": .list(trades.map(\.testValue)),
            "metrics": metrics.testValue,
            "funnel": funnel.testValue,
            "denials": counts(funnel.denied),
        ])
    }
}

extension ClosedTrade {
    fileprivate var testValue: TestValue {
        .table([
            "strategy": .text(strategy.text),
            "market": .text(market.text),
            "side": .text(direction.rawValue),
            "count": .decimal(count.units, per: 100),
            // Microdollars divided by 1/100 contracts are 1/10,000 dollars, rounded to that.
            "entry": .decimal((entryValue.units + count.units / 2) / max(count.units, 1), per: 100),
            "exit_reason": .text(exit.rawValue),
            "opened": .decimal(opened.microseconds, per: 1_000_000),
            "closed": .decimal(closed.microseconds, per: 1_000_000),
            "gross_pnl": grossPnL.testValue,
            "fees": fees.testValue,
            "net_pnl": netPnL.testValue,
        ])
    }
}

extension Metrics {
    fileprivate var testValue: TestValue {
        var fields: [String: TestValue] = [
            "total_trades": .integer(Int64(totalTrades)), "winning_trades": .integer(Int64(winningTrades)),
            "losing_trades": .integer(Int64(losingTrades)), "break_even_trades": .integer(Int64(breakEvenTrades)),
            "long_trades": .integer(Int64(longTrades)), "short_trades": .integer(Int64(shortTrades)),
            "net_profit": netProfit.testValue, "gross_profit": grossProfit.testValue,
            "gross_loss": grossLoss.testValue, "total_fees": totalFees.testValue,
            "max_drawdown": maxDrawdown.testValue, "peak_exposure": peakExposure.testValue,
            "max_consecutive_wins": .integer(Int64(maxConsecutiveWins)),
            "max_consecutive_losses": .integer(Int64(maxConsecutiveLosses)),
            "exits": counts(
                Dictionary(uniqueKeysWithValues: ClosedTrade.Exit.allCases.map { ($0.rawValue, exits[$0] ?? 0) })
            ),
        ]
        let amounts: KeyValuePairs<String, Money?> = [
            "average_win": averageWin, "average_loss": averageLoss, "largest_win": largestWin,
            "largest_loss": largestLoss, "expectancy": expectancy,
        ]
        for (name, amount) in amounts { fields[name] = amount?.testValue }
        let ratios: KeyValuePairs<String, Ratio?> = [
            "win_rate": winRate, "profit_factor": profitFactor, "payoff_ratio": payoffRatio,
            "sharpe_ratio": sharpeRatio, "per_trade_sharpe": perTradeSharpe, "average_r": averageR,
            "max_drawdown_pct": maxDrawdownPercent, "time_in_market": timeInMarket,
        ]
        for (name, ratio) in ratios { fields[name] = ratio.map { .decimal($0.units, per: 1_000_000) } }
        fields["average_holding_s"] = averageHolding.map { .decimal($0.microseconds, per: 1_000_000) }
        return .table(fields)
    }
}

extension Funnel {
    fileprivate var testValue: TestValue {
        .table([
            "markets_seen": .integer(Int64(marketsSeen)), "markets_warmed_up": .integer(Int64(marketsWarmedUp)),
            "candles_closed": .integer(Int64(candlesClosed)), "candles_judged": .integer(Int64(candlesJudged)),
            "quiet": counts(quiet), "triggers": .integer(Int64(triggers)), "filtered": counts(filtered),
            "signals": .integer(Int64(signals)), "denied": counts(denied), "orders": .integer(Int64(orders)),
            "unfilled": counts(unfilled), "filled": .integer(Int64(filled)), "closed": .integer(Int64(closed)),
            "settled": .integer(Int64(settled)), "still_open": .integer(Int64(stillOpen)),
        ])
    }
}

extension Money {
    fileprivate var testValue: TestValue { .decimal(units, per: 1_000_000) }
}

private func counts(_ counts: [String: Int]) -> TestValue { .table(counts.mapValues { .integer(Int64($0)) }) }
