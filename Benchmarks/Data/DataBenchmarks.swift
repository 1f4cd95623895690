import Foundation
import KBotData
import KBotKalshi
import KBotModel
import KBotRuntime

/// Reading the data catalogue: the day's trades, ten times over, and the recorded frames.
enum DataBenchmarks {
    /// Days in the catalogue, each the recorded one at another date.
    private static let days = 10

    static func all(_ data: BenchmarkData) -> [Benchmark] {
        [
            Benchmark(name: "catalogue, read trades as events", unit: .millionPerSecond, goal: 5) { watch in
                let catalogue = try trades(data)
                return try watch.time { try read(CatalogueFeed(catalogue)) }
            },
            Benchmark(name: "catalogue, read one day of ten", unit: .millionPerSecond) { watch in
                let catalogue = try trades(data)
                var selection = DataSelection()
                selection.series = ["DAY3"]
                return try watch.time { try read(CatalogueFeed(catalogue, selection)) }
            },
            Benchmark(name: "catalogue, read frames as events", unit: .millionPerSecond) { watch in
                let catalogue = try frames(data)
                return try watch.time { try read(CatalogueFeed(catalogue)) }
            },
            Benchmark(name: "catalogue, import .csv.gz of trades", unit: .millionPerSecond) { watch in
                let folder = try folder("import")
                let catalogue = try Catalogue(directory: folder, access: .readWrite)
                return try watch.time {
                    var rows = 0
                    try DataImport(catalogue, now: { Timestamp(seconds: 0) }).run([data.tradesPath]) { rows += $0.rows }
                    return rows
                }
            },
        ]
    }

    /// How many events a feed tells.
    private static func read(_ feed: CatalogueFeed) throws -> Int {
        var count = 0
        var batch: [MarketEvent] = []
        while try feed.next(into: &batch) {
            count += batch.count
            keep(batch)
            batch.removeAll(keepingCapacity: true)
        }
        return count
    }

    /// An empty folder.
    private static func folder(_ name: String) throws -> String {
        let path = NSTemporaryDirectory() + "kbot-bench-data-" + name
        try? FileManager.default.removeItem(atPath: path)
        return path
    }

    nonisolated(unsafe) private static var made: [String: Catalogue] = [:]

    private static func once(_ name: String, _ fill: (Catalogue) throws -> Void) throws -> Catalogue {
        if let catalogue = unsafe made[name] { return catalogue }
        let catalogue = try Catalogue(directory: folder(name), access: .readWrite)
        try fill(catalogue)
        unsafe made[name] = catalogue
        return catalogue
    }

    private static func trades(_ data: BenchmarkData) throws -> Catalogue {
        try once("trades") { catalogue in
            let events = try data.events()
            for day in 0..<Int64(days) {
                let source = DataSource(sha256: "\(day)", lines: 0, kind: .trades, name: "\(day).csv", path: "")
                try catalogue.importing { transaction in
                    _ = try transaction.add(source, now: Timestamp(seconds: 0)) { writer, _ in
                        try write(events, day, to: writer)
                    }
                }
            }
        }
    }

    private static func write(_ events: [MarketEvent], _ day: Int64, to writer: SourceWriter) throws {
        let shift = TimeSpan.hours(24 * day)
        var slots: [SourceWriter.Slot] = []
        var records: [MarketRecord] = []
        var number: Int64 = 0
        for event in events {
            let time = event.time + shift
            switch event.kind {
            case .listed(let market) where Int(market.id.index) == slots.count:
                let ticker = Ticker("DAY\(day)-\(market.id.index)")
                slots.append(try writer.slot(StreamKey(.trades, ticker.text)))
                records.append(MarketRecord(ticker: ticker))
                records[slots.count - 1].opens = market.openTime + shift
                records[slots.count - 1].closes = market.closeTime + shift
            case .trade(let trade):
                let row = DataRow(
                    key: time,
                    time: time,
                    number: number,
                    kind: .trade(trade.taker),
                    price: trade.price,
                    count: trade.count
                )
                number += 1
                try writer.append(row, to: slots[Int(trade.market.index)])
            case .settled(let id, let settlement): records[Int(id.index)].settlement = settlement
            default: break
            }
        }
        for record in records { try writer.append(record) }
    }

    private static func frames(_ data: BenchmarkData) throws -> Catalogue {
        try once("frames") { catalogue in
            try DataImport(catalogue, now: { Timestamp(seconds: 0) }).run(data.framePaths) { _ in }
        }
    }
}
