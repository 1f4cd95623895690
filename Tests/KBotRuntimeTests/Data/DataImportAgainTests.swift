import Foundation
import KBotData
import KBotModel
import Synchronization
import Testing

@testable import KBotRuntime

/// The same file once more: read otherwise, in part, twice in one command, or by two processes.
@Suite struct DataImportAgainTests {
    private static let candles = """
        ts_ms,open,high,low,close,volume
        60000,2,3,1,2,7
        120000,2,3,1,2,7

        """

    private static func options(_ change: (inout DataImport.Options) -> Void) -> DataImport.Options {
        var options = DataImport.Options()
        change(&options)
        return options
    }

    private func names(_ folder: DataFolder) throws -> [String] {
        try folder.catalogue.streams(kinds: [.candles]).map(\.key.name)
    }

    // MARK: Read otherwise

    @Test func `candles that do not tell their market are another source under another name`() throws {
        let folder = try DataFolder()
        #expect(try folder.add("one.csv", text: Self.candles)?.rows == 2)
        #expect(try folder.add("one.csv", text: Self.candles)?.outcome == .known)
        let two = try folder.add("two.csv", text: Self.candles)
        #expect(two?.outcome == .imported && two?.rows == 2)
        let given = Self.options { $0.market = "GIVEN" }
        let three = try folder.add("two.csv", text: Self.candles, options: given)
        #expect(three?.outcome == .imported && three?.rows == 2)
        #expect(try names(folder) == ["GIVEN", "one", "two"])
        #expect(try folder.add("three.csv", text: Self.candles, options: given)?.outcome == .known)
        let one = Self.options { $0.market = "one" }
        #expect(try folder.add("four.csv", text: Self.candles, options: one)?.outcome == .known)
    }

    @Test func `candles in another unit are another source, which contradicts the first`() throws {
        let folder = try DataFolder()
        // Prices that are some in either unit.
        let text = "ts_ms,open,high,low,close,volume,ticker\n60000,0.9,1.5,0.9,0.9,7,M\n120000,0.9,0.95,0.9,0.9,7,M\n"
        #expect(try folder.add("a.csv", text: text)?.rows == 2)
        let dollars = Self.options { $0.priceUnit = .dollars }
        let other = try folder.add("a.csv", text: text, options: dollars)
        #expect(other?.outcome == .imported && other?.contradictions == 1 && other?.skipped == 1)
        #expect(try folder.add("a.csv", text: text, options: dollars)?.outcome == .known)
    }

    @Test func `candles that tell their market are known whatever the file is called`() throws {
        let folder = try DataFolder()
        let text = "ts_ms,open,high,low,close,volume,ticker\n60000,50,51,49,50,7,M\n120000,50,51,49,50,7,M\n"
        try folder.add("a.csv", text: text)
        let named = Self.options { $0.market = "N" }
        #expect(try folder.add("b.csv", text: text, options: named)?.outcome == .known)
        #expect(try names(folder) == ["M"])
    }

    // MARK: In part

    @Test func `a file that was cut is imported in part each time`() throws {
        let folder = try DataFolder()
        let rows = (0..<100).map { "\(1_777_314_600_000 + $0 * 1_000),KXBTC15M-26APR271445-45,0.5000,2,yes\n" }
        let packed = gzipped("ts_ms,ticker,yes_price_dollars,count,taker_side\n" + rows.joined())
        let cut = try folder.files.write("cut.csv.gz", Array(packed.prefix(packed.count / 2)))
        let first = try #require(try folder.add(cut).first)
        #expect(first.outcome == .cut && first.rows > 10)
        let before = try folder.contents()
        let again = try #require(try folder.add(cut).first)
        #expect(again.outcome == .cut && again.rows == 0)
        #expect(again.notes.first?.hasPrefix("what there is of it was imported before: ") == true)
        #expect(again.notes.first?.contains("the compressed file ends in the middle, after line ") == true)
        #expect(try folder.contents() == before)
    }

    @Test(arguments: ["", "A B", "Ä", String(repeating: "M", count: 129)])
    func `a candle of a market that is none is left out, not the file`(ticker: String) throws {
        let folder = try DataFolder()
        let head = "ts_ms,open,high,low,close,volume,ticker\n"
        let rows = (1...20).map { "\($0 * 60_000),50,51,49,50,7,\($0 == 7 ? ticker : "M")\n" }
        let path = try folder.files.write("bars.csv", head + rows.joined())
        let strict = Self.options { $0.strict = true }
        #expect(try folder.add(path, options: strict).first?.outcome == .failed)
        let result = try #require(try folder.add(path).first)
        #expect(result.outcome == .imported && result.rows == 19 && result.skipped == 1)
        #expect(result.notes == ["bars.csv:8: column ticker: is no ticker"])
        #expect(try names(folder) == ["M"])
        let feed = try BarFiles(paths: [path])
        var bars: [MarketBar] = []
        while try feed.next(into: &bars) {}
        #expect(bars.count == 19 && feed.summary.skipped == 1 && feed.summary.markets == 1)
    }

    // MARK: Twice in one command

    @Test(arguments: [
        ["d/x.csv", "d"], ["d", "d"], ["d", "d/x.csv"], ["d/./x.csv", "d/"], ["d/x.csv", "d/../d/x.csv"],
    ])
    func `a file that is named twice is imported once`(paths: [String]) throws {
        let folder = try DataFolder()
        try FileManager.default.createDirectory(
            atPath: folder.files.path + "/d",
            withIntermediateDirectories: true
        )
        _ = try folder.files.write("d/x.csv", tradesText("1777314600000,M,0.5000,2,yes"))
        var results: [DataImport.Result] = []
        let work = DataImport(folder.catalogue, now: { Timestamp(seconds: 1) })
        try work.run(paths.map { folder.files.path + "/" + $0 }) { results.append($0) }
        #expect(results.map(\.outcome) == [.imported])
    }

    // MARK: By two processes

    /// What became of the files of several imports.
    private final class Results: Sendable {
        private let results = Mutex<[DataImport.Result]>([])
        func add(_ result: DataImport.Result) { results.withLock { $0.append(result) } }
        var outcomes: [String] { results.withLock { $0.map(\.outcome.rawValue).sorted() } }
    }

    @Test func `an import waits for another one, and knows what that has imported`() throws {
        let folder = try DataFolder()
        let path = try folder.files.write("a.csv", tradesText("1777314600000,M,0.5000,2,yes"))
        let directory = folder.files.path + "/data"
        let results = Results()
        let (begun, free, done) = (
            DispatchSemaphore(value: 0), DispatchSemaphore(value: 0), DispatchSemaphore(value: 0)
        )
        Thread.detachNewThread {
            defer { done.signal() }
            guard let other = try? Catalogue(directory: directory, access: .readWrite) else { return }
            // Its time is asked for in the midst of it.
            let work = DataImport(
                other,
                now: {
                    begun.signal()
                    free.wait()
                    return Timestamp(seconds: 1)
                }
            )
            _ = try? work.run([path]) { results.add($0) }
        }
        begun.wait()
        let mine = try Catalogue(directory: directory, access: .readWrite, waiting: { free.signal() })
        try DataImport(mine, now: { Timestamp(seconds: 2) }).run([path]) { results.add($0) }
        done.wait()
        #expect(results.outcomes == ["imported", "known"])
    }

    @Test func `of many imports of one file into a new catalogue one imports it`() throws {
        let folder = try FeedFolder()
        let path = try folder.write("a.csv", tradesText("1777314600000,M,0.5000,2,yes"))
        let directory = folder.path + "/data"
        let results = Results()
        DispatchQueue.concurrentPerform(iterations: 6) { _ in
            do {
                let catalogue = try Catalogue(directory: directory, access: .readWrite)
                try DataImport(catalogue, now: { Timestamp(seconds: 1) }).run([path]) { results.add($0) }
            } catch {
                Issue.record(error)
            }
        }
        #expect(results.outcomes == ["imported"] + Array(repeating: "known", count: 5))
    }
}
