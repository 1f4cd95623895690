import KBotModel

extension RunReport {
    /// The report as one JSON document, ended by a line feed.
    ///
    /// Money, prices and quantities are strings with all their digits, ratios numbers with six digits, undefined
    /// figures `null`. Losses are positive amounts. The same report gives the same bytes on every machine.
    ///
    /// `by_strategy` is there when the run had two strategies or more, `rule_verdicts` when it had a risk rule,
    /// `fill_models` when the same run was made with several of them. ``init(json:)`` reads it back.
    ///
    /// - Parameter pretty: Whether to spread the document over lines, one per trade.
    /// - Returns: UTF-8.
    public func jsonDocument(pretty: Bool = true) -> [UInt8] {
        var writer = JSONWriter(pretty: pretty)
        writer.beginObject()
        writer.field("schema", Self.schemaVersion)
        writer.object("run") { writeRun(to: &$0) }
        metrics.write(to: &writer)
        if hasSeveralStrategies { writer.array("by_strategy", of: strategies) { $1.write(to: &$0) } }
        writer.array("trades", of: trades) { $1.write(to: &$0) }
        writer.array("open_positions", of: openPositions) { $1.write(to: &$0) }
        var peak = startEquity
        writer.array("equity_curve", of: equityCurve) { writer, point in
            peak = max(peak, point.equity)
            writer.beginObject(inline: true)
            writer.field("ts", point.time)
            writer.field("equity", point.equity)
            writer.field("drawdown", peak - point.equity)
            writer.endObject()
        }
        writer.array("daily_equity", of: dailyEquity) { writer, day in
            writer.beginObject(inline: true)
            writer.field("day", day.day)
            writer.field("equity", day.equity)
            writer.field("change", day.change)
            writer.endObject()
        }
        funnel.write(to: &writer)
        if !rules.isEmpty { writer.array("rule_verdicts", of: rules) { $1.write(to: &$0) } }
        writer.object("limits") { writer in
            for limit in limits {
                writer.object(limit.name, inline: true) { writer in
                    writer.field("value", limit.value)
                    writer.field("source", limit.source)
                }
            }
        }
        if !fillModels.isEmpty { writer.array("fill_models", of: fillModels) { $1.write(to: &$0) } }
        if let fillModelsNote { writer.field("fill_models_note", fillModelsNote) }
        charts.writeOutcomes(to: &writer)
        analysis.write(to: &writer)
        charts.write(to: &writer)
        writer.endObject()
        writer.endLine()
        return writer.bytes
    }

    /// Number of the document's form; it rises when a field changes its meaning or goes, not when one is added.
    public static let schemaVersion = 2

    private func writeRun(to writer: inout JSONWriter) {
        writer.field("id", facts.id)
        writer.field("version", facts.version)
        writer.field("mode", facts.mode)
        writer.field("feed", facts.feed)
        writer.field("simulated", facts.isSimulated)
        writer.field("from", facts.from)
        writer.field("to", facts.to)
        writer.field("speed", facts.speed)
        writer.field("seed", facts.seed)
        writer.field("account", facts.account)
        writer.array("data", of: facts.data) { $0.value($1) }
        writer.field("skipped_lines", facts.skippedLines)
        writer.field("interrupted", facts.isInterrupted)
        writer.field("fees_charged", facts.feesCharged.rawValue)
        writer.field("whole_days", wholeDays)
        writer.array("strategies", of: facts.strategies) { $1.write(to: &$0) }
        writer.array("risk_rules", of: facts.riskRules) { writer, rule in
            writer.beginObject(inline: true)
            writer.field("name", rule.name)
            writer.field("hash", rule.hash)
            writer.endObject()
        }
        writer.array("reloads", of: facts.reloads) { writer, reload in
            writer.beginObject(inline: true)
            writer.field("ts", reload.time)
            writer.field("script", reload.script)
            writer.field("generation", reload.generation)
            writer.field("old", reload.old)
            writer.field("new", reload.new)
            writer.endObject()
        }
        writer.object("fill_model") { writer in
            writer.field("name", facts.fillModel.name)
            writer.object("constants") { writer in
                for fact in facts.fillModel.constants { writer.field(fact.name, fact.value) }
            }
        }
        writer.field("start_equity", startEquity)
        writer.field("end_equity", endEquity)
        writer.field("gross_pnl", grossPnL)
        writer.field("unrealized", unrealized)
        writer.field("identity_difference", identityDifference)
        writer.object("blocked") { writer in
            writer.field("share", blockedShare)
            writer.object("by_limit") { writer in
                for part in blocked.parts { writer.field(part.code, share(part.span)) }
            }
            writer.field("time_s", blocked.total.seconds)
            writer.object("time_s_by_limit") { writer in
                for part in blocked.parts { writer.field(part.code, part.span.seconds) }
            }
        }
        writer.array("corrections", of: corrections) { writer, correction in
            writer.beginObject(inline: true)
            writer.field("ts", correction.time)
            writer.field("market", correction.market)
            writer.field("amount", correction.amount)
            writer.endObject()
        }
        writer.array("notes", of: facts.notes) { $0.value($1) }
    }
}

extension Metrics {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object("metrics") { writer in
            writer.field("total_trades", totalTrades)
            writer.field("winning_trades", winningTrades)
            writer.field("losing_trades", losingTrades)
            writer.field("break_even_trades", breakEvenTrades)
            writer.field("win_rate", winRate)
            writer.field("net_profit", netProfit)
            writer.field("gross_profit", grossProfit)
            writer.field("gross_loss", grossLoss)
            writer.field("average_win", averageWin)
            writer.field("average_loss", averageLoss)
            writer.field("largest_win", largestWin)
            writer.field("largest_loss", largestLoss)
            writer.field("profit_factor", profitFactor)
            writer.field("expectancy", expectancy)
            writer.field("sharpe_ratio", sharpeRatio)
            writer.field("per_trade_sharpe", perTradeSharpe)
            writer.field("max_drawdown", maxDrawdown)
            writer.field("max_drawdown_pct", maxDrawdownPercent)
            writer.field("max_drawdown_peak_at", drawdown?.peak.time)
            writer.field("max_drawdown_trough_at", drawdown?.trough.time)
            writer.field("max_consecutive_wins", maxConsecutiveWins)
            writer.field("max_consecutive_losses", maxConsecutiveLosses)
            writer.field("total_fees", totalFees)
            writer.field("average_r", averageR)
            writer.field("payoff_ratio", payoffRatio)
            writer.field("average_holding_s", averageHolding?.seconds)
            writer.field("time_in_market", timeInMarket)
            writer.field("peak_exposure", peakExposure)
            writer.field("long_trades", longTrades)
            writer.field("short_trades", shortTrades)
            writer.object("exits", inline: true) { writer in
                for exit in ClosedTrade.Exit.allCases { writer.field(exit.rawValue, exits[exit] ?? 0) }
            }
        }
    }
}

extension ClosedTrade {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject(inline: true)
        writer.field("market", market)
        writer.field("strategy", strategy)
        writer.field("direction", direction.rawValue)
        writer.field("count", count)
        writer.field("entry_price", entryValue.averagePrice(of: count))
        writer.field("exit_price", exitValue.averagePrice(of: count))
        writer.field("gross_pnl", grossPnL)
        writer.field("fees", fees)
        writer.field("net_pnl", netPnL)
        writer.field("opened", opened)
        writer.field("closed", closed)
        writer.field("exit", exit.rawValue)
        writer.field("r_multiple", rMultiple.map { Ratio(units: $0 * 100) })
        writer.field("planned_entry", plan.entry)
        writer.field("planned_stop", plan.stop)
        writer.field("planned_target", plan.target)
        writer.field("entry_value", entryValue)
        writer.field("exit_value", exitValue)
        writer.field("settled_count", settled)
        writer.field("entry_slippage", entrySlippage)
        writer.field("exit_slippage", exitSlippage)
        writer.endObject()
    }
}

extension OpenPosition {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject(inline: true)
        writer.field("market", market)
        writer.field("strategy", strategy)
        writer.field("direction", direction.rawValue)
        writer.field("count", count)
        writer.field("entry_price", entryValue.averagePrice(of: count))
        writer.field("mark_price", mark)
        writer.field("unrealized", unrealized)
        writer.field("realized", realized)
        writer.field("fees", fees)
        writer.field("opened", opened)
        writer.field("state", state.rawValue)
        writer.field("entry_value", entryValue)
        writer.endObject()
    }
}

extension StrategyFacts {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("name", name)
        writer.field("version", version)
        writer.field("kind", kind.rawValue)
        writer.field("path", path)
        writer.field("hash", hash)
        writer.field("budget", budget)
        writer.object("parameters") { writer in
            for fact in parameters { writer.field(fact.name, fact.value) }
        }
        writer.endObject()
    }
}

extension TimeSpan {
    /// The span in seconds: microseconds are millionths of one.
    var seconds: Ratio { Ratio(units: microseconds) }
}
