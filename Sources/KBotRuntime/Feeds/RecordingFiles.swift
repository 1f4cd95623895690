import Foundation

/// Finds the recordings that paths name, and the facts that lie beside them.
struct RecordingFiles {
    /// What a file's first line says it is.
    enum Kind: Hashable {
        case frames
        case trades
        case markets
        case spot
    }

    /// The recordings, in replay order.
    private(set) var recordings: [(path: String, kind: Kind)] = []
    /// Files of market facts found on the way.
    private(set) var markets: [String] = []
    /// Files with prices of underlyings found on the way; which underlying, only the operator knows.
    private(set) var spot: [String] = []
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
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            throw .unreadable(path: path, reason: "the folder cannot be listed; check its permissions")
        }
        let before = recordings.count
        for name in names.sorted() where !name.hasPrefix(".") {
            let file = (path as NSString).appendingPathComponent(name)
            guard Self.isFolder(file) == false else { continue }
            guard Self.extensions.contains(where: name.lowercased().hasSuffix) else {
                passedOver.append(name)
                continue
            }
            switch try Self.kind(of: file) {
            case .markets: markets.append(file)
            case .spot: spot.append(file)
            case let kind: add(file, kind)
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
        case .frames, .trades: add(path, kind)
        }
    }

    private mutating func add(_ path: String, _ kind: Kind) {
        recordings.append((path, kind))
        if let facts = Self.marketsBeside(path), !markets.contains(facts) { markets.append(facts) }
    }

    /// Whether a path is a folder; nil when nothing is there.
    static func isFolder(_ path: String) -> Bool? {
        var isDirectory: ObjCBool = false
        guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else { return nil }
        return isDirectory.boolValue
    }

    /// Endings of files that a folder's listing looks into.
    private static let extensions = [".csv", ".jsonl", ".ndjson", ".json", ".gz"]

    /// What a file is, by its first line that is not blank.
    static func kind(of path: String) throws(FeedError) -> Kind {
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
        if header.index(of: "ticker") == nil, SpotColumns(header) != nil { return .spot }
        throw .unrecognized(
            path: path,
            reason: "neither a trades file (a header with ts_ms,ticker,yes_price_dollars,count,taker_side) nor recorded"
                + " frames (a JSON object per line)"
        )
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
