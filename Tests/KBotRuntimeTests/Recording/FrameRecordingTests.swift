import Foundation
import KBotModel
import KBotTestSupport
import Testing

@testable import KBotRuntime

struct FrameRecordingTests {
    private let start = Timestamp(seconds: 1_795_375_800)

    private static func frame(_ seq: Int) -> [UInt8] {
        if seq == 1 {
            return Array(
                """
                {"type":"orderbook_snapshot","sid":1,"seq":1,"msg":{"market_ticker":"KXBTC15M-26NOV221445-45",\
                "yes_dollars_fp":[["0.4000","900.00"]],"no_dollars_fp":[]}}
                """.utf8
            )
        }
        return Array(
            """
            {"type":"orderbook_delta","sid":1,"seq":\(seq),"msg":{"market_ticker":"KXBTC15M-26NOV221445-45",\
            "price_dollars":"0.4100","delta_fp":"\(seq).00","side":"yes","ts_ms":\(1_795_375_800_000 + seq)}}
            """.utf8
        )
    }

    private func folder() -> String {
        (NSTemporaryDirectory() as NSString).appendingPathComponent("kbot-recording-\(UUID().uuidString)")
    }

    private func lines(_ path: String) throws -> [String] {
        var reader = try ByteLineReader(path: path)
        var lines: [String] = []
        while try reader.advance() { lines.append(String(decoding: reader.slice, as: UTF8.self)) }
        return lines
    }

    @Test func `what was flushed is read back although the file was never closed, wherever it is cut off`() throws {
        let folder = folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let recording = try FrameRecording(folder: folder, at: start)
        try recording.begin(at: start)
        for seq in 1...500 { try recording.write(Self.frame(seq), at: start, uptime: Timestamp(seconds: 10)) }
        try recording.tick(uptime: Timestamp(seconds: 11))
        let path = "\(folder)/\(try #require(recording.files.first))"
        let safe = try Data(contentsOf: URL(fileURLWithPath: path))
        for seq in 501...600 { try recording.write(Self.frame(seq), at: start, uptime: Timestamp(seconds: 12)) }
        #expect(try lines(path).count == 500)
        try recording.tick(uptime: Timestamp(seconds: 13))
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        var random = SeededGenerator(seed: 1)
        for _ in 0..<20 {
            let cut = Int.random(in: safe.count...whole.count, using: &random)
            let copy = "\(folder)/cut_ws.jsonl.gz"
            try whole.prefix(cut).write(to: URL(fileURLWithPath: copy))
            let read = try lines(copy)
            #expect(read.count >= 500)
            let expected = (1...read.count).map {
                #"{"recv_ms":1795375800000,"frame":\#(String(decoding: Self.frame($0), as: UTF8.self))}"#
            }
            #expect(read == expected)
        }
    }

    @Test func `a folder is ready for a replay, with facts and results`() throws {
        let folder = folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let recording = try FrameRecording(folder: folder, at: start)
        try recording.begin(at: start)
        for seq in 1...20 { try recording.write(Self.frame(seq), at: start, uptime: Timestamp(seconds: 10)) }
        let market = Market(
            id: MarketID(0),
            ticker: "KXBTC15M-26NOV221445-45",
            series: "KXBTC15M",
            openTime: start,
            closeTime: start + .minutes(15),
            strike: SpotPrice("86120.37")
        )
        try recording.learn(market)
        try recording.learn(.yes, of: market.ticker)
        try recording.finish()
        let feed = try ReplayFeed(paths: [folder], strict: true)
        var events: [MarketEvent] = []
        while try feed.next(into: &events) {}
        #expect(events.contains { $0.kind == .settled(MarketID(0), .yes) })
        #expect(
            events.contains { if case .listed(let listed) = $0.kind { listed.strike == market.strike } else { false } }
        )
        #expect(events.count { if case .delta = $0.kind { true } else { false } } == 19)
        #expect(feed.summary.gaps == 0)
    }

    @Test func `the report tells of gaps and of files that were cut off`() throws {
        let folder = folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let recording = try FrameRecording(folder: folder, at: start)
        try recording.begin(at: start)
        for seq in [1, 2, 3, 7, 8] {
            try recording.write(Self.frame(seq), at: start + .seconds(Int64(seq)), uptime: Timestamp(seconds: 10))
        }
        try recording.begin(at: start)
        try recording.write(Self.frame(1), at: start, uptime: Timestamp(seconds: 10))
        try recording.tick(uptime: Timestamp(seconds: 11))
        let report = try RecordingReport(folder)
        #expect(report.files.map(\.frames) == [5, 1] || report.files.map(\.frames) == [1, 5])
        let gappy = try #require(report.files.first { $0.frames == 5 })
        #expect(gappy.gaps == 1 && gappy.missing == 3 && gappy.longestSilence == 4_000 && !gappy.isCut)
        let open = try #require(report.files.first { $0.frames == 1 })
        #expect(open.isCut && report.text.contains("cut off at its end"))
        #expect(recording.files.count == 2 && Set(recording.files).count == 2)
    }
}
