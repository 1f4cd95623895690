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
        let numbers = try PageNumbers(try outcome.page(), of: try outcome.document())
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
        let numbers = try PageNumbers(try outcome.page(), of: try outcome.document())
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
