import CZlib
import Foundation
import KBotModel
import KBotRuntime
import KBotSimulation
import KBotTestSupport

/// What is run through: recordings where they are, else a simulated day of the same shape, in files of the same form.
final class BenchmarkData {
    /// Where it comes from.
    let description: String
    /// A compressed file of a day's trades.
    let tradesPath: String
    /// Compressed files of WebSocket frames.
    let framePaths: [String]

    private var loadedEvents: [MarketEvent]?
    private var loadedFrames: [[UInt8]]?

    init() throws {
        if SharedData.isAvailable {
            let trades = SharedData.data("trades/KXBTC15M_2026-04-27_28_trades.csv.gz")
            let folder = SharedData.data("ws")
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            tradesPath = trades.path
            framePaths = names.filter { $0.hasPrefix("KXBTC15M-26MAY") }.map { folder.appendingPathComponent($0).path }
            description = "recordings: \(trades.lastPathComponent), \(framePaths.count) captures of WebSocket frames"
        } else {
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kbot-benchmarks")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            tradesPath = folder.appendingPathComponent("simulated_trades.csv.gz").path
            framePaths = [folder.appendingPathComponent("simulated_ws.jsonl.gz").path]
            try Self.simulate(tradesPath, framePaths[0])
            description = "SIMULATED market data, written to \(folder.path); recordings: set KBOT_SHARED"
        }
    }

    /// The events of the day's trades, all in memory; read when first asked for.
    func events() throws -> [MarketEvent] {
        if let loadedEvents { return loadedEvents }
        let feed = try ReplayFeed(paths: [tradesPath])
        var events: [MarketEvent] = []
        while try feed.next(into: &events) {}
        loadedEvents = events
        return events
    }

    /// The lines of the frame files, decompressed; read when first asked for.
    func frames() throws -> [[UInt8]] {
        if let loadedFrames { return loadedFrames }
        let frames = try framePaths.flatMap { path in
            try Gzip.read(path).split(separator: UInt8(ascii: "\n")).map(Array.init)
        }
        loadedFrames = frames
        return frames
    }

    // MARK: Simulated data

    /// Writes fifteen hours of trades and the frames of the first four markets.
    private static func simulate(_ trades: String, _ frames: String) throws {
        var simulator = MarketSimulator(
            MarketSimulator.Options(start: SimulatedFeed.usualStart, duration: .hours(15))
        )
        var csv = "ts_ms,ticker,yes_price_dollars,count,taker_side\n"
        var json = ""
        var tickers: [String] = []
        var sequence = 0
        var events: [MarketEvent] = []
        while simulator.next(into: &events) {
            for event in events {
                let time = event.time.microseconds / 1_000
                switch event.kind {
                case .listed(let market) where Int(market.id.index) == tickers.count: tickers.append(market.ticker.text)
                case .trade(let trade):
                    let ticker = tickers[Int(trade.market.index)]
                    csv += "\(time),\(ticker),\(trade.price),\(trade.count),\(trade.taker == .ask ? "no" : "yes")\n"
                    guard trade.market.index < 4 else { break }
                    json += """
                        {"recv_ms":\(time),"frame":{"type":"trade","sid":2,"msg":{"market_ticker":"\(ticker)",\
                        "yes_price_dollars":"\(trade.price)","count_fp":"\(trade.count)",\
                        "taker_side":"\(trade.taker == .ask ? "no" : "yes")","ts_ms":\(time)}}}\n
                        """
                case .delta(let id, let outcome, let price, let change) where id.index < 4:
                    sequence += 1
                    json += """
                        {"recv_ms":\(time),"frame":{"type":"orderbook_delta","sid":1,"seq":\(sequence),"msg":{\
                        "delta_fp":"\(change)","market_id":"0d235e07-f7fb-4791-b93a-f1febcc9d6a3",\
                        "market_ticker":"\(tickers[Int(id.index)])","price_dollars":"\(price)",\
                        "side":"\(outcome.rawValue)","ts":"\(event.time)","ts_ms":\(time)}}}\n
                        """
                case .snapshot(let id, let snapshot) where id.index < 4:
                    sequence += 1
                    json += """
                        {"recv_ms":\(time),"frame":{"type":"orderbook_snapshot","sid":1,"seq":\(sequence),"msg":{\
                        "market_ticker":"\(tickers[Int(id.index)])","yes_dollars_fp":\(text(snapshot.yes)),\
                        "no_dollars_fp":\(text(snapshot.no))}}}\n
                        """
                default: break
                }
            }
            events.removeAll(keepingCapacity: true)
        }
        try Gzip.write(csv, to: trades)
        try Gzip.write(json, to: frames)
    }

    private static func text(_ levels: [BookLevel]) -> String {
        "[" + levels.map { "[\"\($0.price)\",\"\($0.count)\"]" }.joined(separator: ",") + "]"
    }
}

/// Whole compressed files.
private enum Gzip {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    static func read(_ path: String) throws -> [UInt8] {
        guard let file = unsafe gzopen(path, "rb") else { throw Failure(description: "\(path): cannot be read") }
        defer { _ = unsafe gzclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = unsafe gzread(file, &chunk, UInt32(chunk.count))
            guard count > 0 else { return bytes }
            bytes += chunk.prefix(Int(count))
        }
    }

    static func write(_ text: String, to path: String) throws {
        let bytes = Array(text.utf8)
        guard let file = unsafe gzopen(path, "wb6") else { throw Failure(description: "\(path): cannot be written") }
        let written = unsafe gzwrite(file, bytes, UInt32(bytes.count))
        guard unsafe gzclose(file) == Z_OK, Int(written) == bytes.count else {
            throw Failure(description: "\(path): writing failed")
        }
    }
}
