import Foundation
import KBotModel
import KBotReports
import Testing

/// Compares a text with a stored file; `KBOT_RECORD=1` stores it instead.
func expectGolden(_ text: String, _ name: String) throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Golden").appendingPathComponent(name)
    if ProcessInfo.processInfo.environment["KBOT_RECORD"] == "1" {
        try Data(text.utf8).write(to: file)
    }
    let stored = try String(decoding: Data(contentsOf: file), as: UTF8.self)
    let difference = zip(lines(text), lines(stored)).enumerated().first { $1.0 != $1.1 }
    let hint = difference.map { "line \($0 + 1): now \"\($1.0)\", stored \"\($1.1)\"" } ?? "one is longer"
    #expect(text == stored, "\(name) differs, \(hint); KBOT_RECORD=1 records it anew")
}

private func lines(_ text: String) -> [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

@Suite struct ReportTextTests {
    @Test(arguments: [40, 60, 80, 100])
    func `a simulated run reads as recorded`(width: Int) throws {
        try expectGolden(RunReport.simulated.text(width: width), "simulated-\(width).txt")
    }

    @Test(arguments: [40, 60, 80])
    func `two strategies with a rule and a reload read as recorded`(width: Int) throws {
        try expectGolden(RunReport.paired.text(width: width), "strategies-\(width).txt")
    }

    @Test func `a replay without a trade reads as recorded`() throws {
        try expectGolden(RunReport.idle.text(), "no-trades-80.txt")
    }

    @Test(arguments: [40, 60, 72, 80, 100, 200])
    func `no line of figures is wider than the terminal`(width: Int) {
        // Tickers, hashes and codes are never broken, so only what comes before them is held to the width.
        let figures = lines(RunReport.simulated.text(width: width)).prefix { $0 != "FUNNEL" }
        for line in figures {
            #expect(line.count <= width, "\(line)")
        }
    }

    @Test(arguments: [72, 80, 100])
    func `with strategies, rules and reloads no line is wider than the terminal`(width: Int) {
        // But for a hash in full, which takes 80.
        for line in lines(RunReport.paired.text(width: width)) where !line.hasPrefix("    sha256") {
            #expect(line.count <= width, "\(line)")
        }
    }

    @Test func `no line ends in a space and the text ends with a line feed`() {
        let text = RunReport.simulated.text()
        #expect(!lines(text).contains { $0.hasSuffix(" ") })
        #expect(text.hasSuffix("\n"))
    }

    @Test func `the sections stand in their order, each heading alone on its line`() {
        let headings = [
            "TRADE STATISTICS", "P&L STATISTICS", "RATIOS", "CONSECUTIVE TRADES", "FEES AND EXPOSURE", "FUNNEL",
            "OPEN POSITIONS", "RUN",
        ]
        let found = lines(RunReport.simulated.text()).map(String.init).filter(headings.contains)
        #expect(found == headings)
        let several = lines(RunReport.paired.text()).map(String.init)
        #expect(several.filter(["FUNNEL", "BY STRATEGY", "RUN"].contains) == ["FUNNEL", "BY STRATEGY", "RUN"])
        #expect(!lines(RunReport.idle.text()).contains("OPEN POSITIONS"))
    }

    @Test func `only a simulated run says so`() {
        let simulated = lines(RunReport.simulated.text())
        #expect(simulated[0].contains("SIMULATED"))
        #expect(simulated.contains("Simulated market: says nothing about real profits."))
        #expect(!RunReport.idle.text().uppercased().contains("SIMULATED"))
    }

    @Test func `an interrupted run, and one without fees, says so in text, JSON and page`() throws {
        let whole = RunReport.simulated
        var facts = whole.facts
        #expect(!whole.text().contains("INTERRUPTED") && !whole.text().contains("NO FEES"))
        facts.isInterrupted = true
        facts.feesCharged = .none
        let report = RunReport(
            facts: facts,
            tracker: PerformanceTracker(startEquity: whole.startEquity, started: facts.from),
            endEquity: whole.startEquity,
            funnel: whole.funnel
        )
        #expect(report.text().contains("INTERRUPTED at"))
        let json = report.jsonDocument()
        let read = try ReportDocument(parsing: json)
        #expect(read.report.facts.isInterrupted && read.report.facts.feesCharged == .none)
        #expect(read.report.jsonDocument() == json)
        #expect(read.html().contains("Interrupted at"))
    }

    @Test func `the first lines tell the blocked share by limit`() {
        let head = lines(RunReport.simulated.text()).prefix(6).joined(separator: " ")
        #expect(
            head.contains("Entries were blocked for 12.5% of the run: DAILY_LOSS_LIMIT 8.3%, CIRCUIT_BREAKER 4.2%.")
        )
        #expect(RunReport.idle.text().contains("Entries were blocked for 0.0% of the run."))
    }

    @Test(
        arguments: [
            (0, "$0.00"), (5_000, "$0.00"), (15_000, "$0.02"), (5_001, "$0.01"), (-5_000, "$0.00"), (-15_000, "−$0.02"),
            (1_234_560_000, "$1,234.56"), (-3_210_000, "−$3.21"), (1_000_000_000_000, "$1,000,000.00"),
            (999_999_995_000, "$1,000,000.00"), (.min, "−$9,223,372,036,854.78"),
        ] as [(Int64, String)]
    )
    func `money rounds half to even and groups its thousands`(units: Int64, text: String) {
        #expect(Money(units: units).dollarText == text)
    }

    @Test func `corrections, skipped lines and notes stand under RUN`() {
        var tracker = PerformanceTracker(startEquity: Money(dollars: 10), started: start)
        tracker.record(SettlementCorrection(market: "KX-1", amount: Money(dollars: -2), time: .minute(7)))
        var facts = RunFacts.plain
        facts.skippedLines = 1
        facts.notes = ["script error:\n  boom \u{1B}[31m red"]
        let report = RunReport(facts: facts, tracker: tracker, endEquity: Money(dollars: 8), funnel: Funnel())
        let text = report.text()
        #expect(text.contains("  Corrections   KX-1 −$2.00 at 2026-04-27 00:07:00 UTC\n"))
        #expect(text.contains("  Skipped       1 malformed line\n"))
        #expect(text.contains("  Notes         script error: boom ?[31m red\n"), "no escape reaches the terminal")
    }

    @Test func `a sign stands before a gain where one is asked for`() {
        #expect(Money(units: 12_340_000).signedDollarText == "+$12.34")
        #expect(Money(units: -12_340_000).signedDollarText == "−$12.34")
        #expect(Money(units: 1).signedDollarText == "$0.00")
    }

    @Test(
        arguments: [
            (0, "0.0%"), (1_000_000, "100.0%"), (123_456, "12.3%"), (12_500, "1.2%"), (13_500, "1.4%"),
            (-500_000, "−50.0%"),
            (-400, "0.0%"),
        ] as [(Int64, String)]
    )
    func `shares show one digit of a percent`(units: Int64, text: String) {
        #expect(Ratio(units: units).percentText == text)
    }
}
