import KBotModel

/// Trade by trade, and what it takes to run it again.
extension ReportPage {
    /// Trades listed; the JSON and the CSV have all.
    private static let mostTrades = 300

    mutating func writeTrades() {
        let all = report.trades.count
        if all > 0 {
            table(
                "Closed trades",
                [
                    .text("Opened"), .text("Market"), .text("Side"), .number("Contracts"), .number("Entry"),
                    .number("Exit"), .text("Ended by"), .number("Net P&L"), .number("Fees"), .number("R"),
                ],
                rows: report.trades.prefix(Self.mostTrades).enumerated().map { index, trade in
                    let base = "/trades/\(index)"
                    return [
                        .text(trade.opened.shortText), .code(trade.market.text), .text(trade.direction.rawValue),
                        .number(base + "/count", .contracts), .number(base + "/entry_price", .cents),
                        .number(base + "/exit_price", .cents), .text(trade.exit.rawValue),
                        .number(base + "/net_pnl", .profit), .number(base + "/fees", .money),
                        .number(base + "/r_multiple", .multiple),
                    ]
                }
            )
            if all > Self.mostTrades {
                let shown = "The first \(grouped(Self.mostTrades)) of \(plural(all, "trade"))"
                paragraph("\(shown); the JSON and the CSV (kbot report --format csv) have all.", style: "small")
            }
        }
        guard !report.openPositions.isEmpty else { return }
        table(
            "Positions open at the end, marked at the exit touch",
            [
                .text("Market"), .text("Side"), .number("Contracts"), .number("Entry"), .number("Mark"),
                .number("Unrealized"), .text("State"),
            ],
            rows: report.openPositions.enumerated().map { index, position in
                let base = "/open_positions/\(index)"
                return [
                    .code(position.market.text), .text(position.direction.rawValue),
                    .number(base + "/count", .contracts), .number(base + "/entry_price", .cents),
                    .number(base + "/mark_price", .cents), .number(base + "/unrealized", .profit),
                    .text(position.state == .open ? "open" : "awaits its result"),
                ]
            }
        )
    }

    mutating func writeRun() {
        table("The run", [.text("What"), .text("Value")], rows: runRows)
        writeNotes()
        for strategy in facts.strategies { write(strategy) }
        if !facts.riskRules.isEmpty {
            table(
                "Risk rules",
                [.text("Rule"), .text("SHA-256")],
                rows: facts.riskRules.map { [.code($0.name), .code($0.hash ?? "")] }
            )
        }
        if !facts.reloads.isEmpty {
            table(
                "Scripts replaced during the run",
                [.text("Time"), .text("Script"), .number("Version"), .text("Old SHA-256"), .text("New SHA-256")],
                rows: facts.reloads.enumerated().map { index, reload in
                    [
                        .text(reload.time.shortText), .code(reload.script),
                        .number("/run/reloads/\(index)/generation", .count), .code(reload.old), .code(reload.new),
                    ]
                }
            )
        }
        if !report.limits.isEmpty {
            table(
                "Limits in force",
                [.text("Limit"), .text("Value"), .text("From")],
                rows: report.limits.map { [.code($0.name), .text($0.value), .text($0.source)] }
            )
        }
        if !facts.fillModel.constants.isEmpty {
            table(
                "How fills were made: \(facts.fillModel.name)",
                [.text("What"), .text("Value")],
                rows: facts.fillModel.constants.map { [.text($0.name), .text($0.value)] }
            )
        }
        guard !report.corrections.isEmpty else { return }
        table(
            "Corrections of results",
            [.text("Time"), .text("Market"), .number("Amount")],
            rows: report.corrections.enumerated().map { index, correction in
                [
                    .text(correction.time.shortText), .code(correction.market.text),
                    .number("/run/corrections/\(index)/amount", .profit),
                ]
            }
        )
    }

    private var runRows: [[Cell]] {
        var rows: [[Cell]] = [
            [.text("Run"), .code(facts.id.text)],
            [.text("Version of kbot"), .text(facts.version)],
            [.text("Mode"), .text(facts.mode)],
            [.text("Feed"), .text(facts.feed + (facts.isSimulated ? " (SIMULATED)" : ""))],
            [.text("Time of the market"), .text("\(facts.from.shortText) to \(facts.to.shortText) UTC")],
            [.text("Speed"), .text(facts.speed)],
            [.text("Account"), .text(facts.account)],
            [.text("Seed"), facts.seed == nil ? .text("none") : .code(value("/run/seed"))],
            [.text("Fills"), .text(facts.fillModel.name)],
        ]
        for line in facts.data { rows.append([.text("Data"), .text(line)]) }
        rows.append([.text("Lines skipped as malformed"), .number("/run/skipped_lines", .count)])
        return rows
    }

    private mutating func writeNotes() {
        guard !facts.notes.isEmpty else { return }
        let notes = facts.notes
        html.element("h3", text: "Notes and warnings")
        html.element("ul") { html in for note in notes { html.element("li", text: note) } }
    }

    private mutating func write(_ strategy: StrategyFacts) {
        html.element("h3") { html in
            html.text("Strategy ")
            html.element("code", text: strategy.name.text)
        }
        var rows: [[Cell]] = [
            [.text("Version"), .text(strategy.version)],
            [.text("Written in"), .text(strategy.kind == .lua ? "Lua" : "Swift, part of kbot")],
        ]
        if let path = strategy.path { rows.append([.text("File"), .code(path)]) }
        if let hash = strategy.hash { rows.append([.text("SHA-256"), .code(hash)]) }
        if let budget = strategy.budget { rows.append([.text("Budget"), .text(budget)]) }
        table("\(strategy.name.text): source", [.text("What"), .text("Value")], rows: rows)
        guard !strategy.parameters.isEmpty else { return }
        table(
            "\(strategy.name.text): parameters in force",
            [.text("Parameter"), .text("Value")],
            rows: strategy.parameters.map { [.code($0.name), .text($0.value)] }
        )
    }
}
