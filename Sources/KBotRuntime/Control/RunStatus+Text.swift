import Foundation
import KBotEngine
import KBotModel
import KBotReports

extension RunStatus {
    /// The status as a person reads it: facts, then a table of the scripts. Ends with a line break.
    package var text: String {
        var lines = ["kbot \(pid)"]
        func fact(_ label: String, _ value: String) {
            lines.append("  " + label.padded(to: 14) + value)
        }
        fact("State", state.rawValue)
        for reason in reasons { fact("", reason.sentence) }
        fact("Run", "\(run), version \(version)")
        if let account { fact("Account", account + (resumedFrom.map { ", taken up from run \($0)" } ?? "")) }
        fact("Trading", "\(mode), feed \(feed)" + (simulated ? " (SIMULATED)" : ""))
        fact("Started", started.secondText)
        fact("Market time", (marketTime?.secondText ?? "not yet known") + ", speed \(speed)")
        fact("Equity", equity.dollarText)
        fact("Positions", "\(openPositions) open")
        if let feedHealth { fact("Market data", feedHealth.rawValue) }
        if let lastEvent { fact("Last event", lastEvent.secondText) }
        if let journal { fact("Journal", journal.problem.map { "CANNOT BE WRITTEN: \($0)" } ?? journal.path) }
        if let notifications { fact("Notifications", notifications.sentence) }
        lines.append("")
        lines += table
        return lines.map { $0.printable + "\n" }.joined()
    }

    private var table: [String] {
        let titles = ["script", "kind", "version", "sha256", "gen", "calls", "errors", "µs/call"]
        let isRight = [false, false, false, false, true, true, true, true]
        let rows = scripts.map(\.cells)
        let widths = titles.indices.map { column in ([titles] + rows).map { $0[column].count }.max() ?? 0 }
        func line(_ cells: [String]) -> String {
            let padded = cells.indices.map { cells[$0].padded(to: widths[$0], right: isRight[$0]) }
            return "  " + padded.joined(separator: "  ")
        }
        return [line(titles)] + zip(scripts, rows).flatMap { script, row in [line(row)] + script.remarks }
    }
}

extension RunStatus.Reason {
    /// What holds entries back, why, and until when: `HALTED: news`, `CIRCUIT_BREAKER until 2026-04-27 18:30:05 UTC`.
    package var sentence: String {
        code + (text.isEmpty ? "" : ": \(text)") + (until.map { ", until \($0.secondText)" } ?? "")
    }
}

extension ScriptStatus {
    fileprivate var cells: [String] {
        [
            name,
            kind == .riskRule ? "rule" : kind.rawValue,
            version,
            hash.map { String($0.prefix(12)) } ?? "native",
            "\(generation)",
            "\(calls)",
            "\(errors)",
            nanosecondsPerCall.map { String(format: "%.1f", $0 / 1_000) } ?? "–",
        ]
    }

    /// What the table has no column for.
    fileprivate var remarks: [String] {
        var lines: [String] = []
        if quarantined { lines.append("    QUARANTINED: it is asked no more") }
        if let reload = lastReload {
            lines.append("    \(reload.outcome.rawValue) \(reload.time.secondText)")
            lines += reload.message.map { "      \($0)" }
        }
        return lines
    }
}

extension Timestamp {
    /// Date and time to the second: `2026-04-27 18:30:05 UTC`.
    package var secondText: String {
        let text = description
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(8)) UTC"
    }
}

extension String {
    fileprivate func padded(to width: Int, right: Bool = false) -> String {
        let spaces = String(repeating: " ", count: max(width - count, 0))
        return right ? spaces + self : self + spaces
    }

    /// The text without spaces at its end, control characters as question marks: names and messages come from scripts,
    /// and a terminal obeys escapes.
    package var printable: String {
        var text = String(
            String.UnicodeScalarView(unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 })
        )
        while text.last == " " { text.removeLast() }
        return text
    }
}
