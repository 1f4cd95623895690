import KBotModel

// The RUN section: everything it takes to know what ran and to run it again.
extension RunReport {
    func writeRun(to page: inout TextPage) {
        page.heading("RUN")
        page.entry("Run", facts.id.text)
        page.entry("Feed", facts.feed + (facts.isSimulated ? " (SIMULATED)" : "") + ", speed \(facts.speed)")
        page.entry("Account", facts.account)
        for (index, line) in facts.data.enumerated() { page.entry(index == 0 ? "Data" : "", line) }
        if facts.skippedLines > 0 { page.entry("Skipped", plural(facts.skippedLines, "malformed line")) }
        page.entry("Seed", facts.seed.map { String($0) } ?? "none")
        for strategy in facts.strategies { write(strategy, to: &page) }
        for rule in facts.riskRules {
            page.entry("Risk rule", rule.name)
            if let hash = rule.hash { page.entry("  sha256", hash) }
        }
        for (index, reload) in facts.reloads.enumerated() {
            let what = "\(reload.time.shortText) \(reload.script) generation \(reload.generation),"
            page.entry(index == 0 ? "Reloads" : "", what)
            page.entry("", "sha256 \(digits(of: reload.old)) → \(digits(of: reload.new))")
        }
        page.entry("Fills", facts.fillModel.name)
        for fact in facts.fillModel.constants { page.entry("", "\(fact.name) \(fact.value)") }
        if !limits.isEmpty {
            page.line()
            let columns: [TextPage.Column] = [.left("Limit"), .left("Value"), .left("From")]
            page.table(columns, rows: limits.map { [$0.name, $0.value, $0.source] })
        }
        if !corrections.isEmpty {
            page.line()
            for (index, correction) in corrections.enumerated() {
                let text =
                    "\(correction.market) \(correction.amount.signedDollarText) at \(correction.time.shortText) UTC"
                page.entry(index == 0 ? "Corrections" : "", text)
            }
        }
        if !facts.notes.isEmpty {
            page.line()
            for (index, note) in facts.notes.enumerated() { page.entry(index == 0 ? "Notes" : "", note) }
        }
    }

    private func write(_ strategy: StrategyFacts, to page: inout TextPage) {
        page.entry("Strategy", "\(strategy.name) \(strategy.version), " + (strategy.path ?? strategy.kind.rawValue))
        if let budget = strategy.budget { page.entry("  budget", budget) }
        if let hash = strategy.hash { page.entry("  sha256", hash) }
        guard !strategy.parameters.isEmpty else { return }
        page.entry("", strategy.parameters.map { "\($0.name)=\($0.value)" }.joined(separator: " "))
    }
}

/// Enough of a hash to tell versions apart; the JSON document has all of it.
private func digits(of hash: String) -> String { hash.count > 12 ? hash.prefix(12) + "…" : hash }
