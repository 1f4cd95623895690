import KBotModel

extension RunReport {
    /// Reads a report that ``jsonDocument(pretty:)`` wrote, of this version or an earlier one.
    ///
    /// Fields that newer versions added may be missing; fields not known are passed over. What is calculated from others,
    /// such as the analysis of the trades, is calculated again.
    ///
    /// - Parameter tree: The document.
    /// - Throws: ``ReportReadError`` at the first field that is missing or makes no sense.
    public init(json tree: JSONTree) throws(ReportReadError) {
        let document = JSONFields(tree)
        guard document.has("run"), document.has("metrics") else {
            throw document.problem("this is no report of kbot: it has no run and no metrics")
        }
        if let schema = try document.optionalInt("schema"), schema > Self.schemaVersion {
            throw document.problem("the report is of a newer form (\(schema)) than this kbot reads")
        }
        let run = document.object("run")
        facts = try RunFacts(run)
        startEquity = try run.decimal("start_equity")
        endEquity = try run.decimal("end_equity")
        grossPnL = try run.decimal("gross_pnl")
        blocked = try BlockedTime(run.object("blocked"), of: facts.span)

        var corrections: [SettlementCorrection] = []
        for item in run.list("corrections") {
            corrections.append(
                SettlementCorrection(
                    market: Ticker(try item.text("market")),
                    amount: try item.decimal("amount"),
                    time: try item.time("ts")
                )
            )
        }
        self.corrections = corrections

        var trades: [ClosedTrade] = []
        for item in document.list("trades") { trades.append(try ClosedTrade(item)) }
        self.trades = trades
        var openPositions: [OpenPosition] = []
        for item in document.list("open_positions") { openPositions.append(try OpenPosition(item)) }
        self.openPositions = openPositions

        var curve: [EquityPoint] = []
        for item in document.list("equity_curve") {
            curve.append(EquityPoint(time: try item.time("ts"), equity: try item.decimal("equity")))
        }
        equityCurve = curve
        var days: [DailyEquity] = []
        for item in document.list("daily_equity") {
            guard let day = Timestamp(rfc3339: try item.text("day") + "T00:00:00Z") else {
                throw item.problem("a day is missing")
            }
            let equity: Money = try item.decimal("equity")
            days.append(DailyEquity(day: day.utcDay, open: equity - (try item.decimal("change")), equity: equity))
        }
        dailyEquity = days
        metrics = try Metrics(document.object("metrics"), trades: trades, curve: curve)

        funnel = try Funnel(document.object("funnel"))
        var funnels: [StrategyName: Funnel] = [:]
        for item in document.list("by_strategy") where item.has("funnel") {
            funnels[StrategyName(try item.text("strategy"))] = try Funnel(item.object("funnel"))
        }
        strategies = StrategyPerformance.all(facts.strategies, trades, openPositions, funnels)
        var rules: [RuleTally] = []
        for item in document.list("rule_verdicts") { rules.append(try RuleTally(item)) }
        self.rules = rules
        var limits: [LimitFact] = []
        for member in document.object("limits").tree.members {
            let limit = document.object("limits").object(member.name)
            let value = try limit.text("value")
            limits.append(LimitFact(name: member.name, value: value, source: try limit.text("source")))
        }
        self.limits = limits
        var models: [FillModelResult] = []
        for item in document.list("fill_models") { models.append(try FillModelResult(item)) }
        fillModels = models
        fillModelsNote = try document.optionalText("fill_models_note")
        charts = try MarketCharts(document)
    }
}

extension ClosedTrade {
    fileprivate init(_ item: JSONFields) throws(ReportReadError) {
        let count: Quantity = try item.decimal("count")
        guard count.units > 0 else { throw item.problem("a trade of no contracts") }
        let direction: Direction = try item.word("direction")
        let gross: Money = try item.decimal("gross_pnl")
        let entry = try costOfEntries(item, count)
        self.init(
            strategy: StrategyName(try item.text("strategy")),
            market: Ticker(try item.text("market")),
            direction: direction,
            count: count,
            entryValue: entry,
            exitValue: direction == .long ? entry + gross : entry - gross,
            fees: try item.decimal("fees"),
            opened: try item.time("opened"),
            closed: try item.time("closed"),
            exit: try item.word("exit"),
            plan: TradePlan(
                entry: try item.price("planned_entry"),
                stop: try item.price("planned_stop"),
                target: try item.price("planned_target")
            ),
            settled: try item.optionalDecimal("settled_count") ?? .zero
        )
    }
}

extension OpenPosition {
    fileprivate init(_ item: JSONFields) throws(ReportReadError) {
        let count: Quantity = try item.decimal("count")
        self.init(
            strategy: StrategyName(try item.text("strategy")),
            market: Ticker(try item.text("market")),
            direction: try item.word("direction"),
            count: count,
            entryValue: try costOfEntries(item, count),
            mark: try item.price("mark_price"),
            fees: try item.decimal("fees"),
            realized: try item.decimal("realized"),
            opened: try item.time("opened"),
            state: try item.word("state")
        )
    }
}

/// What the entries cost; of the first form of the document, which has only the average price, to six digits of it.
private func costOfEntries(_ item: JSONFields, _ count: Quantity) throws(ReportReadError) -> Money {
    if let value: Money = try item.optionalDecimal("entry_value") { return value }
    let price: Money = try item.decimal("entry_price")
    return Money(units: Int64(clamping: roundedDivide(Int128(price.units) * Int128(count.units), by: 100)))
}

extension Metrics {
    fileprivate init(_ item: JSONFields, trades: [ClosedTrade], curve: [EquityPoint]) throws(ReportReadError) {
        // What trades give by themselves follows from them; the document's own figures then win, one by one.
        self.init(of: trades)
        totalTrades = try item.int("total_trades")
        winningTrades = try item.int("winning_trades")
        losingTrades = try item.int("losing_trades")
        winRate = try item.optionalDecimal("win_rate")
        netProfit = try item.decimal("net_profit")
        grossProfit = try item.decimal("gross_profit")
        grossLoss = try item.decimal("gross_loss")
        averageWin = try item.optionalDecimal("average_win")
        averageLoss = try item.optionalDecimal("average_loss")
        largestWin = try item.optionalDecimal("largest_win")
        largestLoss = try item.optionalDecimal("largest_loss")
        profitFactor = try item.optionalDecimal("profit_factor")
        expectancy = try item.optionalDecimal("expectancy")
        sharpeRatio = try item.optionalDecimal("sharpe_ratio")
        perTradeSharpe = try item.optionalDecimal("per_trade_sharpe")
        maxDrawdown = try item.decimal("max_drawdown")
        maxDrawdownPercent = try item.optionalDecimal("max_drawdown_pct")
        maxConsecutiveWins = try item.int("max_consecutive_wins")
        maxConsecutiveLosses = try item.int("max_consecutive_losses")
        totalFees = try item.decimal("total_fees")
        averageR = try item.optionalDecimal("average_r")
        payoffRatio = try item.optionalDecimal("payoff_ratio")
        averageHolding = try item.optionalSpan("average_holding_s")
        timeInMarket = try item.optionalDecimal("time_in_market")
        if let peak: Money = try item.optionalDecimal("peak_exposure") { peakExposure = peak }
        if let long = try item.optionalInt("long_trades") { longTrades = long }
        let counts = try item.counts("exits")
        exits = [:]
        for exit in ClosedTrade.Exit.allCases {
            if let count = counts[exit.rawValue], count > 0 { exits[exit] = count }
        }
        if item.has("max_drawdown_peak_at"), item.has("max_drawdown_trough_at") {
            let (from, to) = (try item.time("max_drawdown_peak_at"), try item.time("max_drawdown_trough_at"))
            // A point of the curve for each; where two share a time, the ones that make the fall.
            let peaks = curve.filter { $0.time == from }
            let troughs = curve.filter { $0.time == to }
            let falls = peaks.flatMap { peak in troughs.map { Drawdown(peak: peak, trough: $0) } }
            let amount = maxDrawdown
            drawdown = falls.first { $0.amount == amount } ?? falls.first
        }
    }
}

extension RuleTally {
    fileprivate init(_ item: JSONFields) throws(ReportReadError) {
        self.init(
            name: try item.text("rule"),
            entries: try Counts(item.object("entries")),
            reducing: try Counts(item.object("reducing"))
        )
    }
}

extension RuleTally.Counts {
    fileprivate init(_ item: JSONFields) throws(ReportReadError) {
        self.init(
            allowed: try item.optionalInt("allowed") ?? 0,
            reduced: try item.counts("reduced"),
            denied: try item.counts("denied"),
            halted: try item.counts("halted")
        )
    }
}

extension FillModelResult {
    fileprivate init(_ item: JSONFields) throws(ReportReadError) {
        self.init(
            name: try item.text("fills"),
            totalTrades: try item.int("total_trades"),
            winRate: try item.optionalDecimal("win_rate"),
            netProfit: try item.decimal("net_profit"),
            maxDrawdown: try item.decimal("max_drawdown"),
            totalFees: try item.decimal("total_fees")
        )
    }
}
