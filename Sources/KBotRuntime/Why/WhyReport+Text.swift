import KBotModel
import KBotReports

/// The report for people.
extension WhyReport {
    /// Markets shown; the JSON has them all.
    private static let mostMarkets = 30
    /// Room for reasons beside a stage, "n more reasons" not counted.
    private static let reasonsWidth = 52

    /// The report in so many columns; details of what people cannot take in at once are left to the JSON.
    package func text(width: Int) -> String {
        var page = TextPage(width: width)
        page.line(title)
        if let from, let to {
            page.line("\(WhyNumbers.time(from)) to \(WhyNumbers.time(to)) UTC, \(WhyNumbers.grouped(lines)) effects")
        }
        for note in notes { page.paragraph(note) }
        guard decisions.isEmpty else {
            for decision in decisions { write(decision, to: &page) }
            return page.text
        }
        for (name, funnel) in strategies { write(funnel, of: name, to: &page) }
        writeMarkets(to: &page)
        writeMisses(to: &page)
        writeObjections(to: &page)
        writeWhatIf(to: &page)
        return page.text
    }

    private func write(_ funnel: Funnel, of name: String, to page: inout TextPage) {
        page.heading("HOW FAR CANDLES CAME: \(name)")
        /// As many reasons as a line has room for, the most frequent first.
        func lost(_ counts: [String: Int]) -> String {
            let sorted = Funnel.sorted(counts)
            var text = ""
            for (index, (reason, count)) in sorted.enumerated() {
                let part = (index == 0 ? "" : ", ") + "\(WhyNumbers.grouped(count)) \(reason)"
                guard index == 0 || text.count + part.count <= Self.reasonsWidth else {
                    return text + ", \(counted(sorted.count - index, "more reason"))"
                }
                text += part
            }
            return text
        }
        let warming = funnel.candlesClosed - funnel.candlesJudged
        let rows: [(String, Int, String)] = [
            ("candles", funnel.candlesClosed, warming > 0 ? "\(WhyNumbers.grouped(warming)) WARMING_UP" : ""),
            ("judged", funnel.candlesJudged, lost(funnel.quiet)),
            ("triggers", funnel.triggers, lost(funnel.filtered)),
            ("signals", funnel.signals, lost(funnel.denied)),
            ("entry orders", funnel.orders, lost(funnel.unfilled)),
            ("filled", funnel.filled, ""),
            ("trades", funnel.closed + funnel.settled, funnel.settled > 0 ? "\(funnel.settled) by settlement" : ""),
        ]
        page.table(
            [.left("stage"), .right("count"), .left("what fell out after it")],
            rows: rows.map { [$0.0, WhyNumbers.grouped($0.1), $0.2] }
        )
        page.paragraph(funnel.sentence, indent: 2)
    }

    private func writeMarkets(to page: inout TextPage) {
        guard !markets.isEmpty else { return }
        page.heading("BY MARKET")
        // Those that came furthest first, equals in the order of time.
        let sorted = markets.enumerated().sorted {
            ($1.element.reach, $0.offset) < ($0.element.reach, $1.offset)
        }.map(\.element)
        let hasMany = Set(markets.map(\.strategy)).count > 1
        page.table(
            [
                .left("market"), .right("candles"), .right("judged"), .right("triggers"), .right("signals"),
                .right("orders"), .right("filled"), .right("trades"),
            ] + (hasMany ? [.left("strategy")] : []),
            rows: sorted.prefix(Self.mostMarkets).map { part in
                let funnel = part.funnel
                let counts = [
                    funnel.candlesClosed, funnel.candlesJudged, funnel.triggers, funnel.signals, funnel.orders,
                    funnel.filled, funnel.closed + funnel.settled,
                ]
                // A long name would break the table.
                return [part.market] + counts.map(WhyNumbers.grouped)
                    + (hasMany ? [String(part.strategy.prefix(14))] : [])
            }
        )
        let more = markets.count - Self.mostMarkets
        if more > 0 { page.line("  \(more) more that came no further; --json has them all") }
    }

    private func writeMisses(to page: inout TextPage) {
        page.heading("NEAREST MISSES")
        guard !misses.isEmpty else {
            return page.paragraph(
                "No distances are known: no candle was judged by bands, or the strategies' scripts are not at hand.",
                indent: 2
            )
        }
        page.table(
            [.left("candle's end"), .left("market"), .left("how near")],
            rows: misses.map { [WhyNumbers.time($0.time), $0.market, $0.words] }
        )
    }

    private func writeObjections(to page: inout TextPage) {
        page.heading("WHAT STOPPED SIGNALS")
        guard !objections.isEmpty else {
            page.line("  nothing: every signal became an order")
            return
        }
        page.table(
            [.left("first objection"), .right("signals"), .left("limit")],
            rows: objections.map { [$0.code, WhyNumbers.grouped($0.signals), $0.limit?.rawValue ?? "(no limit)"] }
        )
        for objection in objections { page.paragraph("\(objection.code): last \"\(objection.text)\"", indent: 2) }
        if whatIf.isEmpty {
            page.paragraph(
                "A signal is stopped by the first limit that objects; others might have objected too. --what-if all does "
                    + "the run again with each of these limits off, one at a time.",
                indent: 2
            )
        }
    }

    private func writeWhatIf(to page: inout TextPage) {
        guard !whatIf.isEmpty else { return }
        page.heading("THE RUN AGAIN WITH A SINGLE LIMIT OFF")
        let base = whatIf.first { $0.limit == nil }
        page.table(
            [
                .left("limit off"), .right("signals"), .right("orders"), .right("filled"), .right("trades"),
                .right("more"), .right("net P&L"),
            ],
            rows: whatIf.map { result in
                let more = result.trades - (base?.trades ?? 0)
                return [
                    result.limit?.rawValue ?? "(as it was)", WhyNumbers.grouped(result.signals),
                    WhyNumbers.grouped(result.orders), WhyNumbers.grouped(result.filled),
                    WhyNumbers.grouped(result.trades),
                    result.limit == nil ? "" : (more > 0 ? "+" : "") + WhyNumbers.grouped(more),
                    result.net.signedDollarText,
                ]
            }
        )
        page.paragraph(
            "More trades are not better trades: this shows what a limit keeps out, not what it is for.",
            indent: 2
        )
    }

    private func write(_ decision: WhyDecision, to page: inout TextPage) {
        let candle = decision.candle
        page.heading("\(decision.market) AT \(WhyNumbers.time(candle.end)) UTC")
        if let closes = decision.closes {
            let left = (closes - candle.end).microseconds
            page.entry("market", "closes at \(WhyNumbers.time(closes)), \(WhyNumbers.span(left)) left")
        }
        page.entry(
            "candle",
            "\(candle.interval): open \(WhyNumbers.cents(candle.open)), high \(WhyNumbers.cents(candle.high)), "
                + "low \(WhyNumbers.cents(candle.low)), close \(WhyNumbers.cents(candle.close)); "
                + "\(counted(Int(candle.trades), "trade")), \(candle.volume) contracts"
        )
        if let equity = decision.equity { page.entry("equity", equity.dollarText) }
        for answer in decision.answers {
            page.line("  \(answer.strategy)")
            for (index, line) in answer.seen.enumerated() { page.entry(index == 0 ? "  saw" : "", line) }
            for (index, line) in answer.words.enumerated() { page.entry(index == 0 ? "  said" : "", line) }
        }
        if decision.answers.isEmpty { page.entry("strategies", "none judged this candle") }
        page.entry(
            "blocks",
            decision.blocks.isEmpty
                ? "none in force"
                : decision.blocks.map {
                    "\($0.code) since \(WhyNumbers.time($0.since))"
                }.joined(separator: ", ")
        )
        for (index, limit) in limits.enumerated() { page.entry(index == 0 ? "limits" : "", limit) }
        if limits.isEmpty { page.entry("limits", "not in the event file; the journal has them") }
        if decision.followed.isEmpty { page.entry("followed", "no order") }
        for (index, line) in decision.followed.enumerated() { page.entry(index == 0 ? "followed" : "", line) }
    }
}

extension WhyReport.MarketPart {
    /// How far its candles came: the furthest stage, then how many reached it.
    fileprivate var reach: Int64 {
        let stages = [
            funnel.candlesClosed, funnel.candlesJudged, funnel.triggers, funnel.signals, funnel.orders, funnel.filled,
            funnel.closed + funnel.settled,
        ]
        guard let stage = stages.lastIndex(where: { $0 > 0 }) else { return 0 }
        return Int64(stage) << 40 + Int64(stages[stage])
    }
}
