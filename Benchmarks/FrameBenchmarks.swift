import KBotKalshi
import KBotModel
import KBotRuntime

/// WebSocket frames as they come over the wire.
enum FrameBenchmarks {
    static func all(_ data: BenchmarkData) -> [Benchmark] {
        [
            Benchmark(name: "frames, JSON text to best bid and ask", unit: .millionPerSecond, goal: 1) { watch in
                let lines = try data.frames()
                var reader = FrameReader()
                watch.time {
                    for line in lines {
                        reader.read(line)
                        keep(reader.takeTouch())
                    }
                }
                return lines.count
            },
            Benchmark(
                name: "frames, JSON text to engine and paper exchange",
                unit: .millionPerSecond,
                goal: 0.5
            ) { watch in
                let lines = try data.frames()
                var reader = FrameReader()
                let session = EngineBenchmarks.session(EngineBenchmarks.native())
                try watch.time {
                    for line in lines {
                        reader.read(line)
                        for event in reader.events { try session.process(event) }
                        reader.clear()
                    }
                }
                return lines.count
            },
            Benchmark(name: "frames, .jsonl.gz to engine and paper exchange", unit: .millionPerSecond) { watch in
                let session = EngineBenchmarks.session(EngineBenchmarks.native())
                try watch.time {
                    let feed = try ReplayFeed(paths: data.framePaths)
                    var batch: [MarketEvent] = []
                    while try feed.next(into: &batch) {
                        for event in batch { try session.process(event) }
                        batch.removeAll(keepingCapacity: true)
                    }
                }
                return try data.frames().count
            },
        ]
    }
}

/// From the text of a frame to the market events it stands for.
private struct FrameReader {
    private let decoder = FrameDecoder()
    private var mapper = FrameMapper()
    private var board = MarketBoard()
    private var books: [OrderBook] = []
    private(set) var events: [MarketEvent] = []

    mutating func read(_ line: [UInt8]) {
        guard let frame = try? decoder.decode(line.span) else { return }
        _ = mapper.map(frame, bytes: line.span, board: &board, into: &events)
    }

    mutating func clear() { events.removeAll(keepingCapacity: true) }

    /// Applies what came to the books, and gives the touch of the last one changed.
    mutating func takeTouch() -> Touch {
        var touch = Touch()
        for event in events {
            switch event.kind {
            case .listed(let market): while books.count <= Int(market.id.index) { books.append(OrderBook()) }
            case .snapshot(let id, let snapshot):
                books[Int(id.index)].replace(with: snapshot)
                touch = books[Int(id.index)].touch
            case .delta(let id, let outcome, let price, let change):
                _ = books[Int(id.index)].add(change, at: price, outcome: outcome)
                touch = books[Int(id.index)].touch
            case .gap(let id): books[Int(id.index)].removeAll()
            case .trade, .status, .settled, .history, .spot, .spotCandle: break
            }
        }
        clear()
        return touch
    }
}
