import Foundation
import Testing

/// Recordings that cannot be read, wholly or in part.
@Suite struct DataErrorTests {
    private let folder = TestFolder()

    private func run(_ name: String, _ arguments: String...) throws -> Kbot.Result {
        let feed = ["run", "--strategy", "native:bollinger_scalper", "--feed", "replay:" + name]
        return try Kbot.start(feed + arguments, in: folder.url).wait()
    }

    /// Compresses a file as a user would.
    private func compress(_ name: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", folder.path(name)]
        try process.run()
        process.waitUntilExit()
    }

    @Test func `a truncated file stops a strict run, and is used as far as it goes otherwise`() throws {
        try folder.write("t.csv", Recording.header + (0..<500).map { Recording.row($0, 40 + $0 * 7 % 20) }.joined())
        try compress("t.csv")
        let whole = try Data(contentsOf: folder.url.appendingPathComponent("t.csv.gz"))
        try whole.prefix(whole.count / 2).write(to: folder.url.appendingPathComponent("t.csv.gz"))
        let strict = try run("t.csv.gz", "--strict")
        #expect(strict.status == 4 && strict.errors.contains("the compressed file ends in the middle, after line"))
        let lenient = try run("t.csv.gz")
        #expect(lenient.status == 0 && lenient.output.contains("ends in the"), "\(lenient.output)")
    }

    @Test func `a malformed row stops a strict run with file, line and column, and is counted otherwise`() throws {
        try folder.write("t.csv", Recording.header + Recording.row(1, 50) + "x,y,z\n" + Recording.row(2, 51))
        let strict = try run("t.csv", "--strict")
        #expect(strict.status == 4 && strict.errors.contains("t.csv:3: 3 fields where the header has 5"))
        let lenient = try run("t.csv", "--json")
        #expect(lenient.status == 0 && lenient.output.contains("t.csv:3: 3 fields where the header has 5"))
        #expect(lenient.output.contains(#""skipped_lines": 1"#) || lenient.output.contains(#""skipped_lines":1"#))
    }

    @Test func `a malformed frame stops a strict run with file and line, and is told otherwise`() throws {
        let facts = #""market_ticker":"A","yes_price_dollars":"0.5","count_fp":"1","ts_ms":1777314600000"#
        let frame = #"{"type":"trade","msg":{\#(facts)}}"#
        try folder.write("w.jsonl", frame + "\n{\"type\":\n" + frame + "\n")
        let strict = try run("w.jsonl", "--strict")
        #expect(strict.status == 4 && strict.errors.contains("w.jsonl:2: "), "\(strict.errors)")
        let lenient = try run("w.jsonl")
        #expect(lenient.status == 0 && lenient.output.contains("w.jsonl:2: "), "\(lenient.output)")
    }

    @Test func `an unknown market leaves with exit code 4 and names those there are`() throws {
        try folder.write("t.csv", Recording.header + Recording.row(1, 50))
        let result = try run("t.csv", "--market", "KXNOPE")
        #expect(result.status == 4 && result.output.isEmpty)
        #expect(result.errors.contains("--market KXNOPE: not in the data; it has \(Recording.ticker)"))
    }

    @Test func `an empty folder, a missing file and a file of another kind leave with exit code 4`() throws {
        #expect(try run(folder.url.path).errors.contains("no recording in this folder"))
        #expect(try run(folder.url.path).status == 4)
        #expect(try run("nowhere.csv").status == 4)
        try folder.write("notes.txt", "hello\n")
        let result = try run("notes.txt")
        #expect(result.status == 4 && result.errors.contains("notes.txt"))
    }
}
