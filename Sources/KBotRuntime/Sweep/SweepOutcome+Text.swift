package import Foundation
import KBotModel
import KBotReports

/// The outcome of a sweep in words.
extension SweepOutcome {
    /// The report: what was tried, the best trials, windows, and the verdict.
    package func text(width: Int) -> String {
        var page = TextPage(width: width)
        page.line("SWEEP  \(plan.search.rawValue), \(counted(plan.trials, "trial")), kbot \(plan.version)")
        if plan.isSimulated { page.line("SIMULATED MARKET: this says nothing about real profits") }
        for script in plan.scripts {
            let words = script.split(separator: " ").map(String.init)
            page.entry(
                words.first ?? "script",
                words.dropFirst().map { $0.count == 64 ? "sha256 \($0.prefix(12))" : $0 }.joined(separator: " ")
            )
        }
        for source in plan.data.sources { page.entry("data", source) }
        page.entry("time", "\(plan.data.first) to \(plan.data.last), \(extent)")
        for axis in plan.axes { page.entry("varied", "\(axis.name): \(shortList(axis.values))") }
        if !plan.fixed.isEmpty { page.entry("fixed", plan.fixed.joined(separator: ", ")) }
        page.entry("chosen by", "\(plan.objective.rawValue) in-sample" + required)
        page.entry("account", "\(plan.capital.dollarText), fills \(plan.fills), seed \(plan.seed)")
        page.entry("limits off", plan.limitsOff.isEmpty ? "none" : plan.limitsOff.joined(separator: ", "))
        if plan.limitsOff.contains("daily_loss") || plan.limitsOff.contains("circuit_breaker") {
            page.paragraph(
                "Limits that end a day early are off, so that trials are compared by all their trades; a bot that trades has "
                    + "them on"
                    + (rows.contains { $0.limited != nil }
                        ? ", and the column 'limits on' shows what is left of each of the best." : "."),
                indent: 2
            )
        }
        if failed > 0 {
            let first = rows.first { $0.failure != nil }
            let why = first?.failure?.split(separator: "\n").first ?? ""
            page.paragraph(
                "\(counted(failed, "trial")) could not run, such as \(first?.number ?? 0): \(why)",
                indent: 2
            )
        }
        if withScriptErrors > 0 {
            page.paragraph(
                "In \(counted(withScriptErrors, "trial")) calls of a script failed: try one with kbot backtest.",
                indent: 2
            )
        }
        if dropped > 0 {
            page.paragraph("\(counted(dropped, "trial")) dropped on the beginning of the markets.", indent: 2)
        }
        table(&page)
        windowTable(&page)
        if !caveats.isEmpty {
            page.heading("NOTES")
            for caveat in caveats { page.paragraph(caveat) }
        }
        guard let verdict else {
            page.heading("VERDICT")
            page.paragraph("No trial meets what is required: nothing was chosen.")
            return page.text
        }
        verdict.write(to: &page, isWalkForward: windows.count > 1)
        return page.text
    }

    /// How many markets there are, and days of those without an end.
    private var extent: String {
        let days = plan.data.markets.reduce(0) { $0 + $1.days.count }
        return counted(plan.data.markets.count, "market")
            + (days > 0 ? ", \(counted(days, "day")) that count as markets do" : "")
    }

    private var required: String {
        plan.constraints.isEmpty
            ? "" : ", of those with " + plan.constraints.map(\.description).joined(separator: " and ")
    }

    private func table(_ page: inout TextPage) {
        page.heading("BEST TRIALS")
        let hasLimited = rows.contains { $0.limited != nil }
        let isNet = plan.objective == .net
        var columns: [TextPage.Column] = [.right("trial"), .left("parameters")]
        if !isNet { columns.append(.right(plan.objective.rawValue)) }
        columns += [.right("net in"), .right("trades"), .right("net out"), .right("trades")]
        if hasLimited { columns.append(.right("limits on")) }
        let best = rows.filter { $0.failure == nil }.prefix(SweepPlan.shown)
        page.table(
            columns,
            rows: best.map { row in
                var cells = ["\(row.number)\(row.qualifies ? "" : "*")", words(row.parameters)]
                if !isNet { cells.append(decimal(row.score)) }
                cells += [
                    row.inSample.net.signedDollarText, "\(row.inSample.trades)", row.outOfSample.net.signedDollarText,
                    "\(row.outOfSample.trades)",
                ]
                if hasLimited { cells.append(row.limited?.netProfit.signedDollarText ?? "") }
                return cells
            }
        )
        page.line()
        let after = windows.last.map { $0.fold.split == .distantFuture } ?? true
        page.paragraph(
            after
                ? "Nothing was held out: 'out' is empty, and 'in' is better than it is."
                : "'in' ends and 'out' begins at \(windows[windows.count - 1].fold.split)"
                    + (windows.count > 1 ? ", the last choice" : "")
                    + "; trades open then are in neither. Trials are ordered by 'in' alone.",
            indent: 2
        )
        if hasLimited {
            page.paragraph("'limits on' is the net profit of the whole time with all limits on.", indent: 2)
        }
        if best.contains(where: { !$0.qualifies }) { page.paragraph("* does not meet what is required", indent: 2) }
    }

    private func windowTable(_ page: inout TextPage) {
        guard windows.count > 1 else { return }
        page.heading("WALK-FORWARD")
        let shown = windows.count > 40 ? windows.prefix(20) + windows.suffix(20) : windows[...]
        page.table(
            [
                .left("chosen at"), .right("trial"), .left("parameters"), .right("net in"), .right("net out"),
                .right("trades"),
            ],
            rows: shown.map { window in
                let row = rows.first { $0.number == window.chosen }
                return [
                    String(window.fold.split.description.prefix(16)), window.chosen.map { "\($0)" } ?? "none",
                    row.map { words($0.parameters) } ?? "", window.inSample?.net.signedDollarText ?? "",
                    window.outOfSample?.net.signedDollarText ?? "", window.outOfSample.map { "\($0.trades)" } ?? "",
                ]
            }
        )
        if windows.count > shown.count {
            page.paragraph("\(windows.count - shown.count) windows between are left out.", indent: 2)
        }
        page.line()
        page.paragraph(
            "All windows after their choices: net \(outOfSample.net.signedDollarText) in \(counted(outOfSample.trades, "trade"))"
                + ", \(counted(outOfSample.markets, plan.data.markets.allSatisfy(\.isEndless) ? "day" : "market")) traded.",
            indent: 2
        )
    }

    private func words(_ parameters: [TrialSample.Parameter]) -> String {
        parameters.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
    }

    private func shortList(_ values: [String]) -> String {
        guard values.count > 8 else { return values.joined(separator: ", ") }
        return values.prefix(3).joined(separator: ", ") + ", … " + (values.last ?? "") + " (\(values.count) values)"
    }

    private func decimal(_ value: Double?) -> String {
        guard let value, abs(value) < 1e12 else { return value == nil ? "n/a" : "∞" }
        return String(format: "%.4f", value)
    }

    /// The outcome as JSON.
    package func document() throws(RunFailure) -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else {
            throw RunFailure(.other, "the outcome cannot be put into JSON")
        }
        return data + Data("\n".utf8)
    }
}
