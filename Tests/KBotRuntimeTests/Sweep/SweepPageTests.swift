import Foundation
import KBotReports
import Testing

@testable import KBotRuntime

/// Pages of real sweeps, and outcomes read back from their folders.
@Suite struct SweepPageTests {
    @Test func `the page of a sweep has the numbers of its JSON`() throws {
        let bench = try SweepBench()
        bench.plan.split = try .walkForward("1h/30m")
        let outcome = try #require(try bench.run(limited: true))
        let numbers = try PageNumbers(of: outcome)
        #expect(numbers.count > 150 && numbers.wrong.isEmpty, "\(numbers.wrong)")
        let pointers = outcome.rows.indices.flatMap { ["/rows/\($0)/in_sample/net", "/rows/\($0)/limited/net_profit"] }
        #expect(numbers.pointers.isSuperset(of: pointers + ["/verdict/out_of_sample/per_market", "/windows/3/chosen"]))
        #expect(numbers.page.contains("p-map") && numbers.page.contains("p-windows"))
    }

    @Test func `trials that failed are told, and a sweep that chose nothing has a page too`() throws {
        let bench = try SweepBench()
        bench.plan.backtest.run.parameters = ["every=4", "reach=4,900"]
        bench.plan.constraints = [try SweepConstraint("trades>=100000")]
        let outcome = try #require(try bench.run())
        let numbers = try PageNumbers(of: outcome)
        #expect(numbers.wrong.isEmpty, "\(numbers.wrong)")
        #expect(numbers.page.contains("nothing was chosen") && numbers.page.contains("Trials that could not run"))
        #expect(numbers.page.contains("from 2.0 to 8.0"))
    }

    @Test func `a folder of trials gives the same outcome again, and nothing is written`() throws {
        let bench = try SweepBench()
        let outcome = try #require(try bench.run(limited: true))
        let before = bench.trials()
        let again = try SweepOutcome.read(folder: bench.folder)
        #expect(try again.document() == outcome.document() && again.text(width: 100) == outcome.text(width: 100))
        #expect(bench.trials() == before)
    }

    /// What can be wrong with a folder, and what is said of it.
    enum Damage: CaseIterable {
        case noValues, amount, time, market

        var complaint: String {
            switch self {
            case .noValues: "/plan/axes/0: no values"
            case .amount, .time: "trials.jsonl:1: no trial of this version of kbot"
            case .market: "trial 1 traded in a market that plan.json does not have"
            }
        }
    }

    @Test(arguments: Damage.allCases)
    func `a damaged folder is refused, and says where`(damage: Damage) throws {
        let bench = try SweepBench()
        try bench.run()
        let (plan, trials) = (bench.folder + "/plan.json", bench.folder + "/trials.jsonl")
        if damage == .noValues {
            let axes = [["name": "every", "values": []], ["name": "reach", "values": ["2"]]]
            try change(plan, "axes", axes)
        } else {
            let lines = bench.trials().split(separator: "\n", maxSplits: 1).map(String.init)
            let row = try #require(lines[0].firstMatch(of: /\[\[(\d+),(-?\d+),(-?\d+),(-?\d+),/))
            let (market, opened, ended, net) = (row.1, row.2, row.3, row.4)
            let changed =
                switch damage {
                case .market: "[[12,\(opened),\(ended),\(net),"
                case .time: "[[\(market),9223372036854775807,\(ended),\(net),"
                default: "[[\(market),\(opened),\(ended),4611686018427387904,"
                }
            let text = lines[0].replacing(row.0, with: changed, maxReplacements: 1) + "\n" + lines[1]
            try Data(text.utf8).write(to: URL(fileURLWithPath: trials))
        }
        let failure = try #require(throws: RunFailure.self) {
            try SweepOutcome.page(of: SweepOutcome.read(folder: bench.folder).document())
        }
        #expect(failure.code == .data && failure.message.contains(damage.complaint), "\(failure.message)")
        // Nor does the sweep go on from there, or a merge take it.
        guard damage != .noValues else { return }
        #expect(bench.failure()?.code == .data)
        #expect(throws: RunFailure.self) { try SweepMerge([bench.folder], into: bench.files.path + "/merged") }
    }

    private func change(_ plan: String, _ field: String, _ value: Any) throws {
        let file = URL(fileURLWithPath: plan)
        var object = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
        object[field] = value
        try JSONSerialization.data(withJSONObject: object).write(to: file)
    }

    @Test func `a plan without the name of a script is told all the same`() throws {
        let bench = try SweepBench()
        try bench.run()
        try change(bench.folder + "/plan.json", "scripts", [""])
        let outcome = try SweepOutcome.read(folder: bench.folder)
        #expect(outcome.text(width: 100).contains("BEST TRIALS"))
        #expect(try SweepOutcome.page(of: outcome.document()).contains("Sweep of a strategy"))
    }

    @Test func `a folder that holds no whole sweep is refused, with what to do`() throws {
        let bench = try SweepBench()
        func failure(_ name: String) throws -> RunFailure {
            try #require(throws: RunFailure.self) { try SweepOutcome.read(folder: bench.files.path + "/" + name) }
        }
        #expect(try failure("nowhere").code == .data)
        bench.plan.arguments = ["--strategy", "flip.lua"]
        try bench.run("cut")
        let path = bench.files.path + "/cut/trials.jsonl"
        try Data(bench.trials("cut").split(separator: "\n").prefix(2).joined(separator: "\n").utf8)
            .write(to: URL(fileURLWithPath: path))
        let cut = try failure("cut").message
        #expect(cut.contains("of 6 trials are done; go on with:\n  kbot sweep --strategy flip.lua --out"), "\(cut)")
        bench.plan.shard = try SweepShard("1/2", environment: [:])
        try bench.run("parts")
        #expect(try failure("parts").message.contains("kbot sweep merge \(bench.files.path)/parts"))
        #expect(try failure("parts/shard-1-of-2").message.contains("a shard says nothing by itself"))
    }
}

/// The numbers of a page, each compared with the document it was made from.
struct PageNumbers {
    let page: String
    /// Where the page's numbers stand in the document.
    private(set) var pointers: Set<String> = []
    /// How many there are.
    private(set) var count = 0
    /// Those that are not the document's.
    private(set) var wrong: [String] = []

    init(of outcome: SweepOutcome) throws {
        let document = try outcome.document()
        try self.init(try SweepOutcome.page(of: document), of: document)
    }

    init(_ page: String, of document: Data) throws {
        self.page = page
        let json = try JSONTree(parsing: Array(document))
        for match in page.matches(of: /<data value="([^"]*)" data-json="([^"]*)"/) {
            let (value, pointer) = (String(match.1), String(match.2))
            pointers.insert(pointer)
            count += 1
            if json[pointer: pointer]?.text != value { wrong.append(pointer) }
        }
        for match in page.matches(of: /class="none" data-json="([^"]*)"/) {
            let pointer = String(match.1)
            pointers.insert(pointer)
            if let stored = json[pointer: pointer], stored != .null { wrong.append(pointer) }
        }
    }
}
