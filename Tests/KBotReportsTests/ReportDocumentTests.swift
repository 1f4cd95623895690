import Foundation
import KBotModel
import KBotReports
import Testing

@Suite struct ReportDocumentTests {
    private static let samples: [(String, RunReport)] = [
        ("simulated", .simulated), ("idle", .idle), ("paired", .paired), ("charted", .charted),
    ]

    @Test(arguments: samples.map(\.0), [true, false])
    func `a report that is read back is written again byte for byte`(name: String, isPretty: Bool) throws {
        let report = try #require(Self.samples.first { $0.0 == name }?.1)
        let bytes = report.jsonDocument(pretty: isPretty)
        let document = try ReportDocument(parsing: bytes)
        #expect(document.report.jsonDocument(pretty: isPretty) == bytes)
        #expect(document.report.text() == report.text())
        #expect(document.report.metrics == report.metrics)
        #expect(document.report.trades == report.trades)
        #expect(document.report.charts == report.charts)
    }

    /// The document as the first form of it was: without what the second added.
    private func older(_ report: RunReport, _ change: (inout [String: Any]) -> Void = { _ in }) throws -> [UInt8] {
        let object = try JSONSerialization.jsonObject(with: Data(report.jsonDocument()))
        var document = try #require(object as? [String: Any])
        for key in ["schema", "analysis", "charts", "outcomes", "fill_models"] { document[key] = nil }
        let trades = try #require(document["trades"] as? [[String: Any]])
        let added = ["entry_value", "exit_value", "settled_count", "entry_slippage", "exit_slippage"]
        document["trades"] = trades.map { $0.filter { !added.contains($0.key) } }
        var run = try #require(document["run"] as? [String: Any])
        var blocked = try #require(run["blocked"] as? [String: Any])
        blocked["time_s"] = nil
        blocked["time_s_by_limit"] = nil
        run["blocked"] = blocked
        change(&run)
        document["run"] = run
        var funnel = try #require(document["funnel"] as? [String: Any])
        funnel["warm_up"] = nil
        funnel["entry_cutoff_s"] = nil
        document["funnel"] = funnel
        return Array(try JSONSerialization.data(withJSONObject: document))
    }

    @Test func `a document of the first form is read, and brought up to the present one`() throws {
        let document = try ReportDocument(parsing: older(.simulated))
        #expect(document.report.metrics == RunReport.simulated.metrics)
        #expect(document.report.analysis == RunReport.simulated.analysis)
        #expect(document.json["schema"]?.int == RunReport.schemaVersion)
        #expect(document.json[pointer: "/analysis/verdict/trades"]?.int == 24)
        // The order of names is lost on the way here, so only what comes before them is compared.
        let figures = [document.report, .simulated].map { $0.text().components(separatedBy: "\nRUN\n")[0] }
        #expect(figures[0] == figures[1])
    }

    @Test func `fields of a newer version are passed over, a newer form is refused`() throws {
        let text = String(utf8: RunReport.idle.jsonDocument(pretty: false))
        let added = "{\"from_the_future\": [1], " + text.dropFirst()
        #expect(try ReportDocument(parsing: Array(added.utf8)).report.metrics == RunReport.idle.metrics)
        let newer = text.replacing("\"schema\":2", with: "\"schema\":3", maxReplacements: 1)
        let error = #expect(throws: ReportReadError.self) { try ReportDocument(parsing: Array(newer.utf8)) }
        #expect(error?.problem.contains("newer form (3)") == true)
    }

    @Test(
        arguments: [
            ("\"long\"", "\"sideways\"", "/trades/0/direction"),
            ("\"count\":\"", "\"count\":\"-", "/trades/0"),
            ("\"start_equity\":\"", "\"start_equity\":\"9999999999999", "/run/start_equity"),
            ("\"kind\":\"lua\"", "\"kind\":\"cobol\"", "/run/strategies/0/kind"),
            ("\"max_drawdown\":\"", "\"max_drawdown\":\"x", "/metrics/max_drawdown"),
        ]
    )
    func `what makes no sense is named by its place`(old: String, new: String, pointer: String) throws {
        let text = String(utf8: RunReport.simulated.jsonDocument(pretty: false))
        let broken = text.replacing(old, with: new, maxReplacements: 1)
        try #require(broken != text, "the sample has no \(old)")
        let error = #expect(throws: ReportReadError.self) { try ReportDocument(parsing: Array(broken.utf8)) }
        #expect(error?.pointer == pointer)
    }

    @Test func `no part of a document crashes the reader`() {
        let bytes = RunReport.paired.jsonDocument(pretty: false)
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<200 {
            var broken = bytes
            for _ in 0..<3 {
                broken[Int.random(in: 0..<broken.count, using: &generator)] = UInt8.random(
                    in: 32...126,
                    using: &generator
                )
            }
            _ = try? ReportDocument(parsing: broken)
            _ = try? ReportDocument(parsing: Array(bytes.prefix(Int.random(in: 0..<bytes.count, using: &generator))))
        }
    }

    @Test func `a share of an older document beyond all sense, over all years, is no crash`() throws {
        let bytes = try older(.simulated) { run in
            run["from"] = "0001-01-01T00:00:00Z"
            run["to"] = "9999-12-31T23:59:59Z"
            run["blocked"] = ["share": 1_000_000_000, "by_limit": ["D": 1_000_000_000]] as [String: Any]
        }
        let document = try ReportDocument(parsing: bytes)
        #expect(document.report.blocked.total == TimeSpan(microseconds: .max))
        #expect(document.html().contains("9999-12-31"))
    }

    /// Amounts at the bounds of a report, and far beyond.
    private static let extremes = [
        "9000000000000", "-9000000000000", "-9223372036854.775808", "1125899906", "-1125899906",
    ]

    @Test(arguments: extremes)
    func `no number of a damaged document crashes what is made of it`(extreme: String) throws {
        let report = RunReport.charted(strategy: "s", denial: "D", markets: 1, candles: 3)
        let text = String(utf8: report.jsonDocument(pretty: false))
        let numbers = text.matches(of: /-?\d+(\.\d+)?/).map(\.range)
        let sound = ReportDocument(report)
        var generator = SeededGenerator(seed: 3)
        var read = 0
        for range in numbers.shuffled(using: &generator).prefix(120) {
            let damaged = text.replacingCharacters(in: range, with: extreme)
            guard let document = try? ReportDocument(parsing: Array(damaged.utf8)) else { continue }
            read += 1
            _ = (document.html(), document.report.text(), document.csv())
            _ = (ReportComparison(document, sound).html(), ReportComparison(sound, document).text())
        }
        #expect(read > 20, "\(read) of 120 were read")
    }

    @Test(arguments: [
        ("/analysis/verdict/interval_low", "-9000000000000"), ("/analysis/verdict/interval_high", "9000000000000"),
        ("/analysis/by_day/0/net_pnl", "-9223372036854.775808"), ("/equity_curve/1/drawdown", "9000000000000"),
        ("/analysis/net_pnl_histogram/0/from", "-9223372036854.775808"),
        ("/run/blocked/share", "-9223372036854.775808"),
    ])
    func `a figure that follows from others is calculated anew`(pointer: String, value: String) throws {
        let sound = ReportDocument(.charted)
        let text = try #require(sound.json[pointer: pointer]?.text, "\(pointer)")
        let parts = pointer.split(separator: "/").map(String.init)
        let damaged = sound.json.replacing(parts[...], with: .string(value))
        try #require(damaged != sound.json)
        let document = try ReportDocument(parsing: damaged.bytes)
        #expect(document.json[pointer: pointer]?.text == text && document.json == sound.json)
        #expect(document.html() == sound.html())
        #expect(ReportComparison(sound, document).figures.allSatisfy { $0.isSame })
    }

    @Test func `the CSV has one line a trade with every column of the document`() throws {
        let document = ReportDocument(.charted)
        let lines = document.csv().split(separator: "\r\n", omittingEmptySubsequences: false)
        #expect(lines.count == 1 + RunReport.charted.trades.count + 1 && lines.last == "")
        #expect(lines[0].split(separator: ",").map(String.init) == ReportDocument.csvColumns)
        let fields = try #require(document.json[pointer: "/trades/0"]).members.map(\.name)
        #expect(Set(fields) == Set(ReportDocument.csvColumns))
        for (index, line) in lines.dropFirst().dropLast().enumerated() {
            let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            let values = ReportDocument.csvColumns.map { document.json[pointer: "/trades/\(index)/\($0)"]?.text ?? "" }
            #expect(cells == values)
        }
    }

    @Test func `the CSV quotes what needs it and gives a spreadsheet no formula`() {
        let name: StrategyName = "=cmd|'/C calc'!A0, \"x\""
        var tracker = PerformanceTracker(startEquity: Money(dollars: 1), started: start)
        tracker.record(.net(-100, by: name))
        let report = RunReport(facts: .plain, tracker: tracker, endEquity: .zero, funnel: Funnel())
        let csv = ReportDocument(report).csv()
        #expect(csv.contains(",\"'=cmd|'/C calc'!A0, \"\"x\"\"\",long,"))
        #expect(csv.contains(",-1.000000,"), "a negative number stays a number")
    }
}

extension JSONTree {
    /// The document with another value at a place.
    fileprivate func replacing(_ way: ArraySlice<String>, with value: JSONTree) -> JSONTree {
        guard let name = way.first else { return value }
        switch self {
        case .object(let members):
            return .object(
                members.map { member in
                    guard member.name == name else { return member }
                    return Member(name: name, value: member.value.replacing(way.dropFirst(), with: value))
                }
            )
        case .array(let elements):
            return .array(
                elements.enumerated().map { index, element in
                    "\(index)" == name ? element.replacing(way.dropFirst(), with: value) : element
                }
            )
        default: return self
        }
    }

    /// The document as text.
    fileprivate var bytes: [UInt8] {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.bytes
    }

    private func write(to writer: inout JSONWriter) {
        switch self {
        case .null: writer.null()
        case .bool(let value): writer.bool(value)
        case .number(let text):
            let digits = text.split(separator: ".").dropFirst().first?.count ?? 0
            writer.number(Int64(text.filter { $0 != "." }) ?? 0, fractionDigits: digits)
        case .string(let text): writer.string(text)
        case .array(let elements):
            writer.beginArray()
            for element in elements { element.write(to: &writer) }
            writer.endArray()
        case .object(let members):
            writer.beginObject()
            for member in members {
                writer.key(member.name)
                member.value.write(to: &writer)
            }
            writer.endObject()
        }
    }
}
