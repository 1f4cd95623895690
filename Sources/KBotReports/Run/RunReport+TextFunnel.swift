import KBotModel

// The FUNNEL section: what became of markets, candles, triggers and orders, and what the risk rules had to say.
extension RunReport {
    func writeFunnel(to page: inout TextPage) {
        page.heading("FUNNEL")
        let positions = funnel.closed + funnel.settled + funnel.stillOpen
        var rows: [[String]] = []
        func stage(_ name: String, _ count: Int, of previous: Int? = nil) {
            // Several strategies judge the same candle, each for itself: then it is no share.
            let share = previous.flatMap { count <= $0 ? Ratio(Int64(count), over: Int64($0)) : nil }
            rows.append([name, grouped(count), share?.percentText ?? ""])
        }
        func reasons(_ counts: [String: Int]) {
            for (reason, count) in Funnel.sorted(counts) { rows.append(["    \(reason)", grouped(count), ""]) }
        }
        stage("Markets seen", funnel.marketsSeen)
        stage("Markets warmed up", funnel.marketsWarmedUp, of: funnel.marketsSeen)
        stage("Candles closed", funnel.candlesClosed)
        stage("Candles judged", funnel.candlesJudged, of: funnel.candlesClosed)
        stage("Triggers", funnel.triggers, of: funnel.candlesJudged)
        if !funnel.filtered.isEmpty {
            stage("  filtered", funnel.filtered.values.reduce(0, +))
            reasons(funnel.filtered)
        }
        stage("Signals", funnel.signals, of: funnel.triggers > 0 ? funnel.triggers : nil)
        if !funnel.denied.isEmpty {
            stage("  denied", funnel.denied.values.reduce(0, +))
            reasons(funnel.denied)
        }
        stage("Entry orders", funnel.orders, of: funnel.signals)
        if !funnel.unfilled.isEmpty {
            stage("  unfilled", funnel.unfilled.values.reduce(0, +))
            reasons(funnel.unfilled)
        }
        stage("Entries filled", funnel.filled, of: funnel.orders)
        stage("Closed by an order", funnel.closed, of: positions)
        stage("Settled", funnel.settled, of: positions)
        stage("Still open", funnel.stillOpen, of: positions)
        page.table([.left("Stage"), .right("Count"), .right("of stage above")], rows: rows)
        page.line()
        page.paragraph(funnel.sentence, indent: 2)
        writeRules(to: &page)
    }

    /// What each rule said of entries, with its codes below; what it said of reducing orders apart.
    private func writeRules(to page: inout TextPage) {
        guard !rules.isEmpty else { return }
        var rows: [[String]] = []
        for rule in rules {
            func row(_ label: String, _ counts: RuleTally.Counts) {
                let objections = [counts.reduced, counts.denied, counts.halted].map { $0.values.reduce(0, +) }
                rows.append([label] + ([counts.allowed] + objections).map { grouped($0) })
            }
            row(rule.name, rule.entries)
            for code in rule.entries.codes {
                let counts = [rule.entries.reduced, rule.entries.denied, rule.entries.halted].map { $0[code] }
                rows.append(["  \(code)", ""] + counts.map { $0.map { grouped($0) } ?? "" })
            }
            if rule.reducing.asked > 0 { row("  reducing orders", rule.reducing) }
        }
        page.line()
        page.table(
            [.left("Risk rule"), .right("Allowed"), .right("Reduced"), .right("Denied"), .right("Halted")],
            rows: rows
        )
        guard rules.contains(where: { $0.reducing.objections > 0 }) else { return }
        page.line()
        page.paragraph("Rules hear of reducing orders and cannot stop them.", indent: 2)
    }
}
