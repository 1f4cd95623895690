import Foundation
import KBotKalshi
import KBotModel
import KBotTestSupport
import Testing

@testable import KBotRuntime

struct MarketsFileTests {
    private let folder: FeedFolder

    init() throws { folder = try FeedFolder() }

    @Test func `facts, the venue's result and an inferred one are told apart`() throws {
        let text = """
            ticker,open_time_ms,close_time_ms,floor_strike,expiration_value,result,last_price,result_inferred
            A,1000,2000,80818.21,,yes,0.7,no
            B,1000,2000,,,,0.0010,no
            C,,2000,0.102362,,,,

            """
        let file = try MarketsFile(path: folder.write("m.csv", gzipped(text)), strict: true)
        #expect(file.facts.map(\.settlement) == [.yes, Settlement(value: .zero, isInferred: true), nil])
        #expect(file.facts.map(\.strike) == [SpotPrice("80818.21"), nil, nil])
        #expect(file.facts.map(\.openTime) == [Timestamp(milliseconds: 1_000), Timestamp(milliseconds: 1_000), nil])
        #expect(file.fineStrikes == 1)
    }

    @Test(arguments: [
        ("A,5,4,yes", "m.csv:2: column close_time_ms: the market closes before it opens"),
        ("A,x,4,yes", #"m.csv:2: column open_time_ms: "x" is no time in milliseconds"#),
        ("A,1,4,maybe", #"m.csv:2: column result: "maybe" is no result (yes or no)"#),
        (" A B,1,4,yes", "m.csv:2: column ticker: no ticker"),
    ])
    func `a malformed row is told with file, line and column`(row: String, message: String) throws {
        let path = try folder.write("m.csv", "ticker,open_time_ms,close_time_ms,result\n\(row)\n")
        #expect(try MarketsFile(path: path, strict: false).defects.map(\.description) == [message])
        let error = #expect(throws: FeedError.self) { try MarketsFile(path: path, strict: true) }
        #expect(error?.description == message)
    }

    @Test func `another file is no markets file`() throws {
        let path = try folder.write("m.csv", tradesText())
        #expect(throws: FeedError.self) { try MarketsFile(path: path, strict: false) }
    }

    @Test(
        .enabled(if: SharedData.isAvailable, Comment(rawValue: SharedData.absence)),
        arguments: [("crypto15M_settled.csv.gz", 15_246), ("KXBTC15M_2026-05_recorded_strikes.csv", 120)]
    )
    func `recorded outcomes are read whole`(name: String, count: Int) throws {
        let file = try MarketsFile(path: SharedData.data("outcomes/\(name)").path, strict: true)
        #expect(file.facts.count == count)
    }
}
