import Foundation
import KBotData
import KBotModel

@testable import KBotRuntime

/// A catalogue in a folder that goes away with its test, and what is imported into it.
final class DataFolder {
    let files: FeedFolder
    let catalogue: Catalogue

    init() throws {
        files = try FeedFolder()
        catalogue = try Catalogue(directory: files.path + "/data", access: .readWrite)
    }

    /// Imports files, and tells what became of each.
    @discardableResult
    func add(
        _ paths: String...,
        options: DataImport.Options = DataImport.Options(),
        progress: @escaping (String, Double) -> Void = { _, _ in }
    ) throws -> [DataImport.Result] {
        var results: [DataImport.Result] = []
        let work = DataImport(catalogue, options, now: { Timestamp(seconds: 1_800_000_000) }, progress: progress)
        try work.run(paths) { results.append($0) }
        return results
    }

    /// Writes a file and imports it.
    @discardableResult
    func add(
        _ name: String,
        text: String,
        options: DataImport.Options = DataImport.Options()
    ) throws -> DataImport.Result? {
        let path = try files.write(name, text)
        return try add(path, options: options).first
    }

    /// All that the catalogue tells.
    func events(_ selection: DataSelection = DataSelection(), spot: [SpotSymbol] = []) throws -> [MarketEvent] {
        var feed = try CatalogueFeed(catalogue, selection, spot: spot).cut(from: selection.from, to: selection.to)
        var events: [MarketEvent] = []
        while try feed.next(into: &events) {}
        return events
    }

    /// What is in the catalogue, for comparisons.
    func contents() throws -> String {
        let streams = try catalogue.streams().map {
            "\($0.key) \($0.rows) \($0.trades) \($0.bytes) \($0.first) \($0.last)"
        }
        let sources = try catalogue.sources().map { "\($0.name) \($0.rows) \($0.known) \($0.skipped)" }
        let records = try catalogue.records(onlyWithData: false).map { "\($0)" }
        return (streams + sources + records).joined(separator: "\n")
    }
}

extension CatalogueFeed {
    /// All events, read to the end.
    func all() throws -> [MarketEvent] {
        var events: [MarketEvent] = []
        while try next(into: &events) {}
        return events
    }
}
