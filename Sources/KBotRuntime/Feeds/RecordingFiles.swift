import Foundation

/// Finds the recordings that paths name, and the facts that lie beside them.
struct RecordingFiles {
    /// What a file's first line says it is.
    enum Kind: Hashable {
        case frames
        case trades
        case markets
        /// Candles of markets: bars to a backtest.
        case candles
        /// Prices of an underlying, ticks or candles.
        case spot
    }

    /// The recordings, in replay order.
    private(set) var recordings: [(path: String, kind: Kind)] = []
    /// Files of market facts found on the way.
    private(set) var markets: [String] = []
    /// Files with prices of underlyings found on the way; which underlying, only the operator knows.
    private(set) var spot: [String] = []
    /// Files with candles of markets found on the way.
    private(set) var candles: [String] = []
    /// Files of a folder that no feed reads.
    private(set) var passedOver: [String] = []

    /// Looks at each path: a file, or a folder of files (its own, not those of folders within).
    init(paths: [String]) throws(FeedError) {
        for path in paths {
            guard let isFolder = Self.isFolder(path) else {
                throw .unreadable(path: path, reason: "no such file or folder")
            }
            if isFolder {
                try addFolder(path)
            } else {
                try addFile(path)
            }
        }
    }

    private mutating func addFolder(_ path: String) throws(FeedError) {
        let before = recordings.count
        let folder = try Self.files(of: path, endings: [".csv", ".jsonl", ".ndjson", ".json", ".gz"])
        passedOver += folder.others
        for file in folder.paths {
            let kind = try Self.kind(of: file)
            switch kind {
            case .markets: markets.append(file)
            case .spot: spot.append(file)
            case .candles: candles.append(file)
            case .frames, .trades: try add(file, kind)
            }
        }
        guard recordings.count > before else { throw .emptyDirectory(path: path) }
    }

    private mutating func addFile(_ path: String) throws(FeedError) {
        let kind = try Self.kind(of: path)
        switch kind {
        case .markets:
            throw .unrecognized(path: path, reason: "holds market facts, no recording: give it with --markets")
        case .spot:
            throw .unrecognized(path: path, reason: "holds prices of an underlying: give it with --spot")
        case .candles:
            throw .unrecognized(
                path: path,
                reason:
                    "holds candles, no recording: kbot backtest takes those of a market, --spot those of an underlying"
            )
        case .frames, .trades: try add(path, kind)
        }
    }

    private mutating func add(_ path: String, _ kind: Kind) throws(FeedError) {
        let place = Self.place(of: path)
        guard !recordings.contains(where: { Self.place(of: $0.path) == place }) else {
            throw .unrecognized(path: path, reason: "given twice: its data would count twice")
        }
        recordings.append((path, kind))
        if let facts = Self.marketsBeside(path), !markets.contains(facts) { markets.append(facts) }
    }

    /// Whether a path is a folder; nil when nothing is there.
    static func isFolder(_ path: String) -> Bool? {
        var isDirectory: ObjCBool = false
        guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else { return nil }
        return isDirectory.boolValue
    }

    /// Whether a path leads to a file that can be read again: no pipe, no device.
    static func isRegular(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// Where a file really lies, whatever it is called by.
    static func place(of path: String) -> String {
        URL(fileURLWithPath: path).resolvingSymlinksInPath().standardizedFileURL.path
    }

    /// The files of a folder (its own, not those of folders within), in the order of their names.
    ///
    /// - Returns: paths of those with one of the endings, and names of the others.
    static func files(
        of folder: String,
        endings: [String]
    ) throws(FeedError) -> (paths: [String], others: [String]) {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw .unreadable(path: folder, reason: "the folder cannot be listed; check its permissions")
        }
        var found: (paths: [String], others: [String]) = ([], [])
        for name in names.sorted() where !name.hasPrefix(".") {
            let path = (folder as NSString).appendingPathComponent(name)
            guard isFolder(path) == false else { continue }
            if endings.contains(where: name.lowercased().hasSuffix) {
                found.paths.append(path)
            } else {
                found.others.append(name)
            }
        }
        return found
    }

    /// What a file is, by its first line that is not blank.
    static func kind(of path: String) throws(FeedError) -> Kind {
        if let kind = try look(at: path) { return kind }
        throw .unrecognized(
            path: path,
            reason: "neither a trades file (a header with ts_ms,ticker,yes_price_dollars,count,taker_side) nor recorded"
                + " frames (a JSON object per line)"
        )
    }

    /// What a file is, by its first line that is not blank; nil when it is none of the kinds.
    ///
    /// Candles with a column for the market are of markets. Others are prices of an underlying when the file's name says
    /// of which (`BTC-USD_….csv`), else of the market that the file is named after.
    static func look(at path: String) throws(FeedError) -> Kind? {
        if isFolder(path) == false, !isRegular(path) {
            throw .unrecognized(path: path, reason: "is no file that can be read twice: write it into one first")
        }
        var reader = try ByteLineReader(path: path)
        repeat {
            guard try reader.advance() else {
                if let failure = reader.failure { throw failure }
                throw .unrecognized(path: path, reason: "the file is empty")
            }
        } while reader.slice.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        if reader.slice.first(where: { $0 != UInt8(ascii: " ") }) == UInt8(ascii: "{") { return .frames }
        let header = CSVHeader(reader.slice)
        if TradesFile.recognizes(header) { return .trades }
        if MarketsFile.recognizes(header) { return .markets }
        let tellsMarkets = header.index(of: "ticker") != nil
        if BarFile.recognizes(header), tellsMarkets || (try? SpotSource(reader.name)) == nil { return .candles }
        return !tellsMarkets && SpotColumns(header) != nil ? .spot : nil
    }

    /// The markets file beside a recording: `X_trades.csv.gz` or `X_ws.jsonl` → `X_markets.csv` or `X_markets.csv.gz`.
    static func marketsBeside(_ path: String) -> String? {
        var stem = path
        for ending in [".gz", ".csv", ".jsonl", ".ndjson", ".json", "_trades", "_ws"] where stem.hasSuffix(ending) {
            stem.removeLast(ending.count)
        }
        return [stem + "_markets.csv", stem + "_markets.csv.gz"].first {
            $0 != path && FileManager.default.fileExists(atPath: $0)
        }
    }
}
