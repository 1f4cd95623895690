import KBotModel

extension RunFacts {
    init(_ run: JSONFields) throws(ReportReadError) {
        let model = run.object("fill_model")
        self.init(
            id: RunID(try run.text("id")),
            version: try run.text("version"),
            mode: try run.text("mode"),
            feed: try run.text("feed"),
            isSimulated: run.tree["simulated"]?.bool ?? false,
            from: try run.time("from"),
            to: try run.time("to"),
            speed: try run.text("speed"),
            account: try run.text("account"),
            fillModel: FillModelFacts(
                name: try model.text("name"),
                constants: try model.facts("constants")
            )
        )
        if run.has("seed") {
            guard case .number(let digits) = run.tree["seed"], let value = UInt64(digits) else {
                throw run.problem("the seed is no whole number")
            }
            seed = value
        }
        data = try run.texts("data")
        skippedLines = try run.optionalInt("skipped_lines") ?? 0
        isInterrupted = run.tree["interrupted"]?.bool ?? false
        if run.has("fees_charged") { feesCharged = try run.word("fees_charged") }
        notes = try run.texts("notes")
        for item in run.list("strategies") { strategies.append(try StrategyFacts(item)) }
        for item in run.list("risk_rules") {
            riskRules.append(RiskRuleFacts(name: try item.text("name"), hash: try item.optionalText("hash")))
        }
        for item in run.list("reloads") {
            reloads.append(
                ReloadFact(
                    time: try item.time("ts"),
                    script: try item.text("script"),
                    generation: try item.int("generation"),
                    old: try item.text("old"),
                    new: try item.text("new")
                )
            )
        }
    }
}

extension StrategyFacts {
    fileprivate init(_ item: JSONFields) throws(ReportReadError) {
        self.init(
            name: StrategyName(try item.text("name")),
            version: try item.text("version"),
            kind: try item.word("kind"),
            path: try item.optionalText("path"),
            hash: try item.optionalText("hash"),
            parameters: try item.facts("parameters"),
            budget: try item.optionalText("budget")
        )
    }
}

extension BlockedTime {
    /// Reads the times; the first form of the document has only their shares of the run.
    init(_ item: JSONFields, of span: TimeSpan) throws(ReportReadError) {
        func part(of share: Ratio) -> TimeSpan {
            let part = roundedDivide(Int128(share.units) * Int128(span.microseconds), by: 1_000_000)
            return TimeSpan(microseconds: Int64(clamping: part))
        }
        var parts: [Part] = []
        guard item.has("time_s") else {
            let shares = item.object("by_limit")
            for member in shares.tree.members {
                parts.append(Part(code: member.name, span: part(of: try shares.decimal(member.name))))
            }
            self.init(total: part(of: try item.optionalDecimal("share") ?? .zero), parts: parts)
            return
        }
        let times = item.object("time_s_by_limit")
        for member in times.tree.members { parts.append(Part(code: member.name, span: try times.span(member.name))) }
        self.init(total: try item.span("time_s"), parts: parts)
    }
}

extension Funnel {
    init(_ item: JSONFields) throws(ReportReadError) {
        self.init()
        marketsSeen = try item.int("markets_seen")
        marketsWarmedUp = try item.int("markets_warmed_up")
        candlesClosed = try item.int("candles_closed")
        candlesJudged = try item.int("candles_judged")
        quiet = try item.counts("quiet")
        triggers = try item.int("triggers")
        filtered = try item.counts("filtered")
        signals = try item.int("signals")
        denied = try item.counts("denied")
        orders = try item.int("orders")
        unfilled = try item.counts("unfilled")
        filled = try item.int("filled")
        closed = try item.int("closed")
        settled = try item.int("settled")
        stillOpen = try item.int("still_open")
        if let cutoff = try item.optionalSpan("entry_cutoff_s") { entryCutoff = cutoff }
        if item.has("warm_up") {
            let needs = item.object("warm_up")
            warmUp = WarmUp(
                candles: try needs.int("candles"),
                interval: try needs.span("interval_s"),
                marketLife: try needs.optionalSpan("market_life_s")
            )
        }
    }
}
