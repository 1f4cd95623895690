import Foundation
import KBotData
import KBotModel

/// Finds the files that `kbot import` is given, and what each of them holds.
struct ImportFiles {
    /// A file, and whose prices it holds when it is one of an underlying.
    struct File: Hashable {
        let path: String
        let kind: DataSource.Kind
        var symbol: SpotSymbol?
    }

    /// The files in the order of import: facts of markets last, as they are the youngest.
    private(set) var files: [File] = []
    /// Files of folders that are none of the kinds.
    private(set) var passedOver: [String] = []

    private static let extensions = [".csv", ".jsonl", ".ndjson", ".gz"]

    /// Looks at files, and at the files of folders (not at folders within); `BTC-USD=FILE` says whose prices a file holds.
    ///
    /// - Throws: ``FeedError`` for a path that is not there, and for a file named itself that is none of the kinds.
    init(_ paths: [String]) throws(FeedError) {
        for path in paths {
            if RecordingFiles.isFolder(path) == true {
                try addFolder(path)
            } else if RecordingFiles.isFolder(path) == nil, path.contains("="), let spot = try? SpotSource(path),
                RecordingFiles.isFolder(spot.path) == false
            {
                add(File(path: spot.path, kind: .spot, symbol: spot.symbol))
            } else {
                guard RecordingFiles.isFolder(path) != nil else {
                    throw .unreadable(path: path, reason: "no such file or folder")
                }
                add(try Self.file(path))
                if let facts = RecordingFiles.marketsBeside(path) { add(File(path: facts, kind: .markets)) }
            }
        }
        files = files.filter { $0.kind != .markets } + files.filter { $0.kind == .markets }
    }

    private mutating func add(_ file: File) {
        if !files.contains(file) { files.append(file) }
    }

    private mutating func addFolder(_ path: String) throws(FeedError) {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            throw .unreadable(path: path, reason: "the folder cannot be listed; check its permissions")
        }
        let before = files.count
        for name in names.sorted() where !name.hasPrefix(".") {
            let file = (path as NSString).appendingPathComponent(name)
            guard RecordingFiles.isFolder(file) == false else { continue }
            guard Self.extensions.contains(where: name.lowercased().hasSuffix) else {
                passedOver.append(name)
                continue
            }
            do throws(FeedError) {
                add(try Self.file(file))
            } catch {
                guard case .unrecognized = error else { throw error }
                passedOver.append(name)
            }
        }
        guard files.count > before else { throw .emptyDirectory(path: path) }
    }

    /// What a file holds, by its first line.
    private static func file(_ path: String) throws(FeedError) -> File {
        var reader = try ByteLineReader(path: path)
        repeat {
            guard try reader.advance() else {
                if let failure = reader.failure { throw failure }
                throw .unrecognized(path: path, reason: "the file is empty")
            }
        } while reader.slice.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        if reader.slice.first(where: { $0 != UInt8(ascii: " ") }) == UInt8(ascii: "{") {
            return File(path: path, kind: .frames)
        }
        let header = CSVHeader(reader.slice)
        if TradesFile.recognizes(header) { return File(path: path, kind: .trades) }
        if MarketsFile.recognizes(header) { return File(path: path, kind: .markets) }
        if let columns = SpotColumns(header) {
            let source = try? SpotSource(path)
            switch columns.kind {
            case .candle where BarFile.recognizes(header) && (header.index(of: "ticker") != nil || source == nil):
                return File(path: path, kind: .candles)
            case .candle, .tick:
                if let source { return File(path: path, kind: .spot, symbol: source.symbol) }
                throw .unrecognized(
                    path: path,
                    reason: "holds prices of an underlying, and its name does not say of which: write BTC-USD=\(path)"
                )
            }
        }
        throw .unrecognized(
            path: path,
            reason:
                "none of what can be imported: trades (ts_ms,ticker,yes_price_dollars,count,taker_side), frames (a JSON"
                + " object per line), candles (ts_ms,open,high,low,close,volume), markets (ticker,close_time_ms,…) or"
                + " prices of an underlying (ts_ms,price_usd)"
        )
    }
}
