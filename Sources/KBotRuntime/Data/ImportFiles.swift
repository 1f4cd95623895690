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
    /// Where the files really lie, whatever they are called by.
    private var listed: Set<File> = []

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

    /// Lists a file, unless it is listed already.
    private mutating func add(_ file: File) {
        let place = File(path: RecordingFiles.place(of: file.path), kind: file.kind, symbol: file.symbol)
        if listed.insert(place).inserted { files.append(file) }
    }

    private mutating func addFolder(_ path: String) throws(FeedError) {
        var isEmpty = true
        let folder = try RecordingFiles.files(of: path, endings: [".csv", ".jsonl", ".ndjson", ".gz"])
        passedOver += folder.others
        for file in folder.paths {
            do throws(FeedError) {
                add(try Self.file(file))
                isEmpty = false
            } catch {
                guard case .unrecognized = error else { throw error }
                passedOver.append((file as NSString).lastPathComponent)
            }
        }
        guard !isEmpty else { throw .emptyDirectory(path: path) }
    }

    /// What a file holds, by its first line.
    private static func file(_ path: String) throws(FeedError) -> File {
        switch try RecordingFiles.look(at: path) {
        case .frames?: return File(path: path, kind: .frames)
        case .trades?: return File(path: path, kind: .trades)
        case .markets?: return File(path: path, kind: .markets)
        case .candles?: return File(path: path, kind: .candles)
        case .spot?:
            guard let source = try? SpotSource(path) else {
                throw .unrecognized(
                    path: path,
                    reason: "holds prices of an underlying, and its name does not say of which: write BTC-USD=\(path)"
                )
            }
            return File(path: path, kind: .spot, symbol: source.symbol)
        case nil:
            throw .unrecognized(
                path: path,
                reason:
                    "none of what can be imported: trades (ts_ms,ticker,yes_price_dollars,count,taker_side), frames (a"
                    + " JSON object per line), candles (ts_ms,open,high,low,close,volume), markets"
                    + " (ticker,close_time_ms,…) or prices of an underlying (ts_ms,price_usd)"
            )
        }
    }
}
