import KBotModel
import KBotReports
import Testing

@Suite struct ReportComparisonTests {
    /// A run that made these trades, with a parameter, a limit and a seed.
    private func document(
        _ trades: [ClosedTrade],
        period: String = "25",
        seed: UInt64 = 1,
        rules: [String] = [],
        isInterrupted: Bool = false,
        fees: FeesCharged = .all
    ) -> ReportDocument {
        var tracker = PerformanceTracker(startEquity: Money(dollars: 100), started: start)
        for trade in trades { tracker.record(trade) }
        var facts = RunFacts.plain
        facts.seed = seed
        facts.isInterrupted = isInterrupted
        facts.feesCharged = fees
        facts.strategies = [
            StrategyFacts(name: "s", version: "1", kind: .lua, hash: "abc", parameters: [Fact("period", period)])
        ]
        facts.riskRules = rules.map { RiskRuleFacts(name: $0, hash: "123") }
        let net = trades.reduce(Money.zero) { $0 + $1.netPnL }
        return ReportDocument(
            RunReport(facts: facts, tracker: tracker, endEquity: Money(dollars: 100) + net, funnel: Funnel())
        )
    }

    private var comparison: ReportComparison {
        ReportComparison(
            document([.net(100, at: 0), .net(-50, at: 10), .net(30, at: 20)]),
            document(
                [.net(100, at: 0), .net(-60, at: 10), .net(70, at: 40), .net(5, at: 50)],
                period: "30",
                seed: 2,
                rules: ["r"]
            )
        )
    }

    @Test func `figures stand beside each other with their difference`() throws {
        let figures = comparison.figures
        let net = try #require(figures.first { $0.pointer == "/metrics/net_profit" })
        #expect([net.first, net.second, net.difference] == ["0.800000", "1.150000", "0.350000"])
        let trades = try #require(figures.first { $0.pointer == "/metrics/total_trades" })
        #expect([trades.first, trades.second, trades.difference] == ["3", "4", "1"])
        let sharpe = try #require(figures.first { $0.pointer == "/analysis/verdict/interval_low" })
        #expect(sharpe.first == nil && sharpe.difference == nil, "one market has no interval")
    }

    @Test func `every figure compared is one of the document`() {
        let charted = ReportDocument(.charted)
        let same = ReportComparison(charted, charted)
        #expect(same.figures.allSatisfy { charted.json[pointer: $0.pointer] != nil && $0.isSame })
        #expect(same.settings.isEmpty && same.onlyFirst.isEmpty && same.onlySecond.isEmpty && same.changed == 0)
        #expect(same.shared == RunReport.charted.trades.count)
        #expect(same.text().contains("None: both ran with the same."))
    }

    @Test func `settings that differ are named, with what only one run has`() {
        let settings = comparison.settings
        #expect(settings.map(\.name) == ["seed", "s.period", "risk rule r"])
        #expect(settings.map(\.first) == ["1", "25", nil] && settings.map(\.second) == ["2", "30", "123"])
    }

    @Test(arguments: FeesCharged.allCases, [true, false])
    func `that one run was interrupted, or charged no fees, is told`(fees: FeesCharged, isInterrupted: Bool) {
        let settings = ReportComparison(document([]), document([], isInterrupted: isInterrupted, fees: fees)).settings
        let told = Dictionary(uniqueKeysWithValues: settings.map { ($0.name, [$0.first, $0.second]) })
        #expect(told["fees charged"] == (fees == .all ? nil : ["all", fees.rawValue]))
        #expect(told["ended"] == (isInterrupted ? ["whole", "interrupted"] : nil))
    }

    @Test func `trades of only one run are found, and shared ones that came out otherwise`() {
        let comparison = comparison
        #expect(comparison.onlyFirst == [2] && comparison.onlySecond == [2, 3])
        #expect(comparison.shared == 2 && comparison.changed == 1)
    }

    @Test func `two trades of one moment are two trades`() {
        let twice = document([.net(1), .net(2)])
        let once = document([.net(1)])
        #expect(ReportComparison(twice, once).onlyFirst == [1])
        #expect(ReportComparison(once, twice).onlySecond == [1])
    }

    @Test func `the text has its sections and no line that ends in a space`() {
        let lines = comparison.text().split(separator: "\n", omittingEmptySubsequences: false)
        let headings = ["FIGURES", "VERDICTS", "SETTINGS THAT DIFFER", "TRADES"]
        #expect(lines.map(String.init).filter(headings.contains) == headings)
        #expect(!lines.contains { $0.hasSuffix(" ") })
        #expect(lines.contains { $0.contains("Net profit") && $0.contains("+$0.80") && $0.contains("+$0.35") })
        #expect(lines.contains("  2 trades in both, 1 of them with another result; 1 only in A, 2 only in B."))
    }

    @Test func `every number of the page is one of the two documents`() throws {
        let comparison = ReportComparison(ReportDocument(.charted), ReportDocument(.simulated))
        let page = try ParsedPage(comparison.html())
        #expect(page.all("header").first?.text.hasPrefix("SIMULATED MARKET.") == true)
        let numbers = page.having("data-json")
        #expect(numbers.count > 50)
        for number in numbers where number.name == "data" {
            let pointer = try #require(number.attributes["data-json"])
            let document = pointer.hasPrefix("/a/") ? comparison.first : comparison.second
            #expect(document.json[pointer: String(pointer.dropFirst(2))]?.text == number.attributes["value"])
        }
        for difference in page.having("data-difference") {
            let pointer = try #require(difference.attributes["data-difference"])
            let (low, high) = (comparison.first.json[pointer: pointer], comparison.second.json[pointer: pointer])
            let value = try #require(difference.attributes["value"].flatMap { Money($0) })
            #expect(value == (high?.decimal() ?? .zero) - (low?.decimal() ?? .zero))
        }
    }
}
