import KBotModel
import KBotReports
import Testing

@Suite struct RuleTallyTests {
    private func report(_ rules: [RuleTally]) -> RunReport {
        RunReport(
            facts: .plain,
            tracker: PerformanceTracker(startEquity: Money(dollars: 1), started: start),
            endEquity: Money(dollars: 1),
            funnel: Funnel(),
            rules: rules
        )
    }

    /// The lines of the table of rules, runs of spaces as one.
    private func table(_ rules: [RuleTally]) -> [String] {
        let lines = report(rules).text().split(separator: "\n", omittingEmptySubsequences: false)
        return lines.drop { !$0.hasPrefix("  Risk rule ") }.prefix { !$0.isEmpty }
            .map { $0.split(separator: " ").joined(separator: " ") }
    }

    private var busy: RuleTally {
        var rule = RuleTally(name: "busy")
        rule.count(.allow, reducing: false)
        rule.count(.allow, reducing: false)
        rule.count(.reduce(code: "LATE"), reducing: false)
        rule.count(.deny(code: "LATE"), reducing: false)
        rule.count(.deny(code: "LATE"), reducing: false)
        rule.count(.deny(code: "EARLY"), reducing: false)
        rule.count(.halt(code: "STREAK"), reducing: false)
        rule.count(.allow, reducing: true)
        return rule
    }

    @Test func `answers on entries and on reducing orders are counted apart, by code`() {
        let entries = busy.entries
        #expect(entries.allowed == 2 && entries.reduced == ["LATE": 1])
        #expect(entries.denied == ["LATE": 2, "EARLY": 1] && entries.halted == ["STREAK": 1])
        #expect(busy.reducing.allowed == 1 && busy.reducing.denied.isEmpty)
    }

    @Test func `a rule has a line, its codes below, the most frequent first`() {
        let expected = [
            "Risk rule Allowed Reduced Denied Halted",
            "busy 2 1 3 1",
            "LATE 1 2",
            "EARLY 1",
            "STREAK 1",
            "reducing orders 1 0 0 0",
            "never_asked 0 0 0 0",
        ]
        #expect(table([busy, RuleTally(name: "never_asked")]) == expected)
    }

    @Test func `only an objection to a reducing order is explained`() {
        let words = "Rules hear of reducing orders and cannot stop them."
        #expect(!report([busy]).text().contains(words))
        var rule = busy
        rule.count(.deny(code: "LATE"), reducing: true)
        #expect(report([rule]).text().contains("\n  \(words)\n"))
        #expect(table([rule]).contains("reducing orders 1 0 1 0"))
        #expect(table([rule]).contains("LATE 1 2"), "codes are those of entries")
    }

    @Test func `without a rule nothing is said of rules`() {
        #expect(table([]).isEmpty)
        #expect(!String(utf8: report([]).jsonDocument()).contains("rule_verdicts"))
    }

    @Test func `the document has the rules`() {
        let expected = #"""
              "rule_verdicts": [
                {
                  "rule": "busy",
                  "entries": {
                    "allowed": 2,
                    "reduced": {
                      "LATE": 1
                    },
                    "denied": {
                      "LATE": 2,
                      "EARLY": 1
                    },
                    "halted": {
                      "STREAK": 1
                    }
                  },
                  "reducing": {
                    "allowed": 1,
                    "reduced": {},
                    "denied": {},
                    "halted": {}
                  }
                }
              ],

            """#
        #expect(String(utf8: report([busy]).jsonDocument()).contains(expected))
    }
}
