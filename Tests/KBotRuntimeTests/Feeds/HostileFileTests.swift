import Foundation
import KBotKalshi
import KBotModel
import KBotTestSupport
import Testing

@testable import KBotRuntime

/// Damaged input of every kind: an error or a count, never a trap.
struct HostileFileTests {
    private func mutate(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        for _ in 0...Int.random(in: 0..<3, using: &random) {
            guard !bytes.isEmpty else { return }
            let at = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes[at] = UInt8(Int.random(in: 0..<256, using: &random))
            case 1: bytes[at] ^= 1 << UInt8(Int.random(in: 0..<8, using: &random))
            case 2: bytes.removeSubrange(at..<min(bytes.count, at + Int.random(in: 0..<20, using: &random)))
            case 3: bytes.insert(contentsOf: Array(#"","{[}]:\-.,"#.utf8).shuffled(using: &random).prefix(3), at: at)
            case 4:
                bytes.insert(
                    contentsOf: bytes[at..<min(bytes.count, at + Int.random(in: 0..<40, using: &random))],
                    at: at
                )
            default: bytes.replaceSubrange(at..<min(bytes.count, at + 2), with: Array("98765432109876543210".utf8))
            }
        }
    }

    @Test(
        .enabled(if: SharedData.isAvailable, Comment(rawValue: SharedData.absence)),
        arguments: ["KXBTC15M-26MAY130915-15", "MLB_2026-08-07", "KXBTC-26APR1817"]
    )
    func `mutated recordings give frames or errors`(name: String) throws {
        var reader = try ByteLineReader(path: SharedData.data("ws/\(name)_ws.jsonl.gz").path)
        var lines: [[UInt8]] = []
        while lines.count < 400, try reader.advance() { lines.append(Array(reader.slice)) }
        var random = SeededGenerator(seed: 7)
        let decoder = FrameDecoder()
        var mapper = FrameMapper()
        var board = MarketBoard()
        var events: [MarketEvent] = []
        var read = 0
        for _ in 0..<10_000 {
            var bytes = lines[Int.random(in: 0..<lines.count, using: &random)]
            mutate(&bytes, &random)
            guard let frame = try? decoder.decode(bytes) else { continue }
            read += 1
            _ = mapper.map(frame, bytes: bytes.span, board: &board, into: &events)
            events.removeAll(keepingCapacity: true)
        }
        #expect(read > 0 && read < 10_000)
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `mutated files of prices give events in time order, or an error`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let folder = try FeedFolder()
        let recording = try folder.write("x.csv", tradesText("1777314900000,KXBTC15M-26APR271445-45,0.4900,30.00,no"))
        let minutes = (0..<30).map { 1_777_314_000_000 + $0 * 60_000 }
        let ticks = "ts_ms,price_usd\n" + minutes.map { "\($0),81131.28\n" }.joined()
        let candles = "ts_ms,open,high,low,close,volume\n" + minutes.map { "\($0),1.5,2,1e-2,1,7.25\n" }.joined()
        var (finished, prices) = (0, 0)
        for round in 0..<200 {
            let text = round % 2 == 0 ? ticks : candles
            var file = round % 4 < 2 ? Array(text.utf8) : gzipped(text)
            mutate(&file, &random)
            let source = SpotSource(symbol: "BTC-USD", path: try folder.write("p.csv", file))
            for strict in [false, true] {
                guard let feed = try? ReplayFeed(paths: [recording], spot: [source], strict: strict),
                    let events = try? feed.all()
                else { continue }
                finished += 1
                prices += events.count { $0.market == nil }
                #expect(zip(events, events.dropFirst()).allSatisfy { $0.time <= $1.time })
                #expect(!feed.summary.sources.isEmpty)
            }
        }
        #expect(finished > 0 && prices > 0)
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `mutated files give events or an error`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let folder = try FeedFolder()
        let rows = (0..<20).map { "\(1_777_314_601_160 + $0 * 20_000),KXBTC15M-26APR271445-45,0.4900,30.00,no" }
        let trades = tradesText(rows.joined(separator: "\n"))
        let facts =
            "ticker,open_time_ms,close_time_ms,result\nKXBTC15M-26APR271445-45,1777314600000,1777315500000,yes\n"
        var finished = 0
        for round in 0..<100 {
            var recording = round % 2 == 0 ? Array(trades.utf8) : gzipped(trades)
            var market = Array(facts.utf8)
            mutate(&recording, &random)
            if round % 3 == 0 { mutate(&market, &random) }
            let path = try folder.write("x_trades.csv", recording)
            try folder.write("x_markets.csv", market)
            for strict in [false, true] {
                guard let feed = try? ReplayFeed(paths: [path], strict: strict), (try? feed.all()) != nil else {
                    continue
                }
                finished += 1
                #expect(feed.summary.lines > 0)
            }
        }
        #expect(finished > 0)
    }
}
