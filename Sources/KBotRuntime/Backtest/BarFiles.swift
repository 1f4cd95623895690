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

    private let merge: BarMerge
    private let open: () throws(FeedError) -> [BarFile]
    private let from: Timestamp?
    /// Tells the grid of markets that nobody tells it of; nil before the first of them.
    private var scout: BarScout?
    /// By the markets' places in the merge; nil for one that was not met yet.
    private var ids: [MarketID?] = []
    private var markets: [Market] = []
    private let facts: [Ticker: MarketFacts]
    private let fees: BarFees?
    private var named: [BarMerge.NamedBar] = []
    private var notes: [String] = []
    private var first: Timestamp?
    private var last: Timestamp?

    /// The files among these paths and in these folders that hold bars: candles of markets, not prices of underlyings.
    ///
    /// - Parameters:
    ///   - paths: files or folders.
    ///   - spot: files with prices of underlyings, which are no bars whatever they are called.
    /// - Returns: paths of files.
    /// - Throws: ``FeedError`` when a path leads nowhere, or when there are recordings beside bars.
    package static func find(_ paths: [String], besides spot: [String] = []) throws(FeedError) -> [String] {
        let spot = Set(spot.map(RecordingFiles.place))
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
            for file in files where !spot.contains(RecordingFiles.place(of: file)) {
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
    ///   - from: the bars begin with the first that starts then or later; nil for all there are.
    ///   - to: the last is one that ends then or sooner; nil for the files' own end.
    /// - Throws: ``FeedError`` when one is no bar file, or given twice, or, with `strict`, when a line of it cannot be read.
    package init(
        paths: [String],
        unit: PriceUnit = .cents,
        fees: BarFees? = nil,
        markets: String? = nil,
        strict: Bool = false,
        from: Timestamp? = nil,
        to: Timestamp? = nil
    ) throws(FeedError) {
        var places: Set<String> = []
        for path in paths {
            guard places.insert(RecordingFiles.place(of: path)).inserted else {
                throw .unrecognized(path: path, reason: "given twice")
            }
        }
        open = { () throws(FeedError) in
            var files: [BarFile] = []
            for path in paths { files.append(try BarFile(path: path, unit: unit, strict: strict)) }
            return files
        }
        merge = BarMerge(try open(), from: from, to: to)
        self.from = from
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
        named.removeAll(keepingCapacity: true)
        guard try merge.next(into: &named, atLeast: Self.batch) else { return false }
        bars.reserveCapacity(bars.count + named.count)
        for (place, bar) in named {
            bars.append(MarketBar(market: try id(of: place, from: bar.start), bar: bar))
            if first == nil { first = bar.start }
            last = max(last ?? bar.end, bar.end)
        }
        return true
    }

    /// The number of a market: they are counted as their first bars come.
    private func id(of place: Int, from start: Timestamp) throws(FeedError) -> MarketID {
        while ids.count <= place { ids.append(nil) }
        if let id = ids[place] { return id }
        let id = MarketID(Int32(markets.count))
        let name = merge.names[place]
        let ticker = Ticker(name)
        markets.append(
            try .onBars(id, ticker, facts: facts[ticker], from: start, fees: fees) { () throws(FeedError) in
                try scouted().grid(of: name)
            }
        )
        ids[place] = id
        return id
    }

    private func scouted() throws(FeedError) -> BarScout {
        if let scout { return scout }
        let scout = BarScout(try open(), from: from)
        self.scout = scout
        return scout
    }

    package func market(_ id: MarketID) -> Market { markets[Int(id.index)] }

    package func settlement(of id: MarketID) -> Settlement? { facts[markets[Int(id.index)].ticker]?.settlement }

    package var progress: Double? {
        let bytes = merge.files.map(\.bytes)
        let total = bytes.reduce(0) { $0 + $1.total }
        guard total > 0 else { return nil }
        return min(1, Double(bytes.reduce(0) { $0 + $1.read }) / Double(total))
    }

    package var summary: FeedSummary {
        var summary = FeedSummary()
        for file in merge.files { file.report(to: &summary) }
        summary.markets = markets.count
        summary.first = first
        summary.last = last
        if summary.skipped > 0 {
            summary.warnings.append("\(counted(summary.skipped, "line")) could not be read, and left out")
        }
        summary.warnings += notes + merge.warnings { merge.files[$0].fileName }
        summary.warnOfBars(in: markets, fees: fees)
        return summary
    }
}

extension Market {
    /// A market of which there are bars, as facts or its name tell of it.
    ///
    /// A name that tells no end is that of a synthetic market: it has no end, and the grid its prices look like. Fees are those
    /// in force at its close, or without one at its first bar.
    ///
    /// - Parameters:
    ///   - id: its number.
    ///   - ticker: its name.
    ///   - facts: what is known of it.
    ///   - start: start of its first bar in the run.
    ///   - fees: what fills cost; nil for Kalshi's fees in markets that are known to be Kalshi's, and none in others.
    ///   - grid: looks what grid the prices are on; asked for a synthetic market alone.
    /// - Returns: the market.
    /// - Throws: what the look at the prices throws.
    static func onBars<Failure: Error>(
        _ id: MarketID,
        _ ticker: Ticker,
        facts: MarketFacts?,
        from start: Timestamp,
        fees: BarFees?,
        grid: () throws(Failure) -> PriceGrid
    ) throws(Failure) -> Market {
        var market = Market.known(id: id, ticker: ticker, facts: facts, firstSeen: start)
        market.openTime = min(market.openTime, start)
        market.status = .active
        let isSynthetic = market.closeTime == .distantFuture
        if isSynthetic {
            market.closeTime = BarFiles.noEnd
            market.grid = try grid()
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
