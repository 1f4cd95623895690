import Foundation
import KBotKalshi
package import KBotModel

/// Bar files as one feed, in the order of the bars' starts.
///
/// A market whose end is known, from `--markets` or from its name, trades until then and is settled by its result, or by
/// its last price when that speaks for one side. Any other is synthetic: it has no end, and a position in it stays until
/// it is left.
package final class BarFiles: BarFeed {
    /// The close of a market without an end: 9999-12-31.
    package static let noEnd = UTCDay(year: 9999, month: 12, day: 31).start
    /// Bars per call of ``next(into:)``.
    private static let batch = 4_096

    private let files: [BarFile]
    private var ids: [[MarketID]]
    private var known: [String: MarketID] = [:]
    private var markets: [Market] = []
    private let facts: [Ticker: MarketFacts]
    private let fees: BarFees?
    private var pending: FeedError?
    private var bars = 0
    private var notes: [String] = []
    private var overlap = BarOverlap()
    private var first: Timestamp?
    private var last: Timestamp?

    /// The files among these paths and in these folders that hold bars: candles of markets, not prices of underlyings.
    ///
    /// - Throws: ``FeedError`` when a path leads nowhere, or when there are recordings beside bars.
    package static func find(_ paths: [String]) throws(FeedError) -> [String] {
        var bars: [String] = []
        var recordings: [String] = []
        for path in paths {
            guard let isFolder = RecordingFiles.isFolder(path) else {
                throw .unreadable(path: path, reason: "no such file or folder")
            }
            var files = [path]
            if isFolder {
                files = try RecordingFiles.files(of: path, endings: [".csv", ".jsonl", ".ndjson", ".json", ".gz"]).paths
            }
            for file in files {
                switch try kind(of: file) {
                case .candles?: bars.append(file)
                case .frames?, .trades?: recordings.append(file)
                case .markets?, .spot?, nil: break
                }
            }
        }
        guard let bar = bars.first, let recording = recordings.first else { return bars }
        func names(_ files: [String], _ first: String) -> String {
            (first as NSString).lastPathComponent + (files.count > 1 ? " and \(files.count - 1) more" : "")
        }
        throw .unrecognized(
            path: paths.joined(separator: ", "),
            reason:
                "holds recordings (\(names(recordings, recording))) and candles of markets (\(names(bars, bar))): a backtest "
                + "runs on one kind; name its files"
        )
    }

    /// What a file is; nil when it is of no known kind, or empty.
    private static func kind(of path: String) throws(FeedError) -> RecordingFiles.Kind? {
        do throws(FeedError) {
            return try RecordingFiles.look(at: path)
        } catch {
            if case .unrecognized = error { return nil }
            throw error
        }
    }

    /// Opens files.
    ///
    /// - Parameters:
    ///   - paths: the files.
    ///   - unit: what their prices mean.
    ///   - fees: what fills cost; nil for Kalshi's fees in markets that are known to be Kalshi's, and none in others.
    ///   - markets: a file of market facts: times and results.
    ///   - strict: whether a line that cannot be read stops the feed.
    /// - Throws: ``FeedError`` when one is no bar file, or given twice, or, with `strict`, when a line of it cannot be read.
    package init(
        paths: [String],
        unit: PriceUnit = .cents,
        fees: BarFees? = nil,
        markets: String? = nil,
        strict: Bool = false
    ) throws(FeedError) {
        var files: [BarFile] = []
        var places: Set<String> = []
        for path in paths {
            guard places.insert(RecordingFiles.place(of: path)).inserted else {
                throw .unrecognized(path: path, reason: "given twice")
            }
            files.append(try BarFile(path: path, unit: unit, strict: strict))
        }
        self.files = files
        ids = Array(repeating: [], count: files.count)
        self.fees = fees
        var facts: [Ticker: MarketFacts] = [:]
        if let markets {
            let file = try MarketsFile(path: markets, strict: strict)
            let merged = MergedFacts([(name: file.name, facts: file.facts)])
            for one in merged.facts { facts[one.ticker] = one }
            if let warning = merged.warning { notes.append(warning) }
        }
        self.facts = facts
    }

    package func next(into bars: inout [MarketBar]) throws(FeedError) -> Bool {
        if let pending {
            self.pending = nil
            throw pending
        }
        let before = bars.count
        while bars.count - before < Self.batch {
            var best: Int?
            for (index, file) in files.enumerated() {
                guard let next = file.next else { continue }
                if let held = best, let other = files[held].next, other.bar.start <= next.bar.start { continue }
                best = index
            }
            guard let best, let next = files[best].next else { break }
            let id = id(of: next.market, in: best, from: next.bar.start)
            do throws(FeedError) {
                try files[best].advance()
            } catch {
                // What came before the fault is handed out first.
                pending = error
            }
            if let bar = files.count == 1 ? next.bar : news(next.bar, of: id, in: best) {
                bars.append(MarketBar(market: id, bar: bar))
            }
            if first == nil { first = next.bar.start }
            last = next.bar.end
            if pending != nil { break }
        }
        self.bars += bars.count - before
        return bars.count > before
    }

    /// What counts of a bar beside those of other files; nil when one of them told it before.
    ///
    /// The last one of a file, which may not have been over, gives way to a fuller one.
    private func news(_ bar: Candle, of market: MarketID, in file: Int) -> Candle? {
        let isLast = files[file].next.map { $0.bar.start <= bar.start } ?? true
        var bar = bar
        if isLast {
            let name = markets[Int(market.index)].ticker.text
            for other in files {
                guard let next = other.next, next.bar.start == bar.start, other.names[next.market] == name,
                    next.bar.holds(bar)
                else { continue }
                bar = next.bar
            }
        }
        return overlap.isNews(bar, of: market, in: file, isLast: isLast) ? bar : nil
    }

    /// The number of a file's market; a market two files tell of is one.
    private func id(of place: Int, in file: Int, from start: Timestamp) -> MarketID {
        while ids[file].count <= place {
            let name = files[file].names[ids[file].count]
            ids[file].append(known[name] ?? list(name, from: start, in: file))
        }
        return ids[file][place]
    }

    private func list(_ name: String, from start: Timestamp, in file: Int) -> MarketID {
        let id = MarketID(Int32(markets.count))
        let ticker = Ticker(name)
        known[name] = id
        markets.append(
            .onBars(id, ticker, facts: facts[ticker], from: start, grid: files[file].grid, fees: fees)
        )
        return id
    }

    package func market(_ id: MarketID) -> Market { markets[Int(id.index)] }

    package func settlement(of id: MarketID) -> Settlement? { facts[markets[Int(id.index)].ticker]?.settlement }

    package var progress: Double? {
        let bytes = files.map(\.bytes)
        let total = bytes.reduce(0) { $0 + $1.total }
        guard total > 0 else { return nil }
        return min(1, Double(bytes.reduce(0) { $0 + $1.read }) / Double(total))
    }

    package var summary: FeedSummary {
        var summary = FeedSummary()
        for file in files { file.report(to: &summary) }
        summary.markets = markets.count
        summary.first = first
        summary.last = last
        if summary.skipped > 0 {
            summary.warnings.append("\(counted(summary.skipped, "line")) could not be read, and left out")
        }
        summary.warnings += notes + overlap.warnings { (files[$0].path as NSString).lastPathComponent }
        summary.warnOfBars(in: markets, fees: fees)
        return summary
    }
}

extension Market {
    /// A market of which there are bars, as facts or its name tell of it; a name that tells no end is that of a synthetic
    /// market: it has no end, and the grid its prices look like. Fees are those in force at its close, or without one at
    /// its first bar.
    static func onBars(
        _ id: MarketID,
        _ ticker: Ticker,
        facts: MarketFacts?,
        from start: Timestamp,
        grid: PriceGrid,
        fees: BarFees?
    ) -> Market {
        var market = Market.known(id: id, ticker: ticker, facts: facts, firstSeen: start)
        market.openTime = min(market.openTime, start)
        market.status = .active
        let isSynthetic = market.closeTime == .distantFuture
        if isSynthetic {
            market.closeTime = BarFiles.noEnd
            market.grid = grid
        }
        let schedule = (fees ?? (isSynthetic ? .none : .kalshi)).schedule
        market.fees = schedule.inForce(at: isSynthetic ? start : market.closeTime)
        return market
    }
}

extension FeedSummary {
    /// Says what bars cannot tell of their markets.
    mutating func warnOfBars(in markets: [Market], fees: BarFees?) {
        let endless = markets.count { $0.closeTime == BarFiles.noEnd }
        if endless > 0 {
            warnings.append(
                "\(counted(endless, "market")) without an end: nothing is settled, what is open at the end stays open"
            )
        }
        if markets.contains(where: \.fees.isFree) {
            warnings.append(
                fees == BarFees.none
                    ? "no fees are charged, as --fees none asks"
                    : "no fees are charged in markets that are not known to be Kalshi's (--fees kalshi charges them)"
            )
        }
    }
}
