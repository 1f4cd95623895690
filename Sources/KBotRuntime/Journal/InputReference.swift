import Foundation
package import KBotData
import KBotJournal
package import KBotModel

/// Where the inputs of a run can be had again, and how to know that they are still the same.
package struct InputReference: Codable, Hashable, Sendable {
    /// The simulator's seed; nil for recordings.
    package let simulator: UInt64?
    /// Recordings, facts of markets, prices of underlyings.
    package let files: [File]
    /// A part of the catalogue; nil for files.
    package let catalogue: CataloguePart?

    /// A file as it was read.
    package struct File: Codable, Hashable, Sendable {
        package let path: String
        package let bytes: Int
        package let sha256: String

        /// A file, or every file of a folder; nothing for a pipe, which cannot be read again.
        package static func all(_ path: String) throws -> [File] {
            guard FileManager.default.fileExists(atPath: path) else { return [] }
            let type = try FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
            if type == .typeDirectory {
                return try FileManager.default.contentsOfDirectory(atPath: path).sorted().flatMap {
                    try all("\(path)/\($0)")
                }
            }
            return type == .typeRegular ? [try File(path)] : []
        }

        /// Reads a file's size and hash.
        package init(_ path: String) throws {
            let url = URL(fileURLWithPath: path).standardizedFileURL
            let data = try Data(contentsOf: url, options: .alwaysMapped)
            self.path = url.path
            bytes = data.count
            sha256 = KBotRuntime.sha256(data)
        }
    }

    /// A part of the catalogue as it was read.
    package struct CataloguePart: Codable, Hashable, Sendable {
        /// The data directory.
        package let directory: String
        /// Beginning and end of the time that was asked for.
        package let from: Timestamp?
        package let to: Timestamp?
        /// Series and markets that were asked for; empty for all.
        package let series: [String]
        package let markets: [String]
        /// Underlyings whose prices were read.
        package let spot: [String]
        /// What was in it.
        package let contents: DataContents
    }

    /// Looks at the inputs of a plan; nil for a run that writes down what the venue tells.
    ///
    /// - Parameters:
    ///   - plan: The run.
    ///   - spot: Underlyings by whose prices its strategies trade.
    /// - Throws: what keeps a file or the catalogue from being read.
    init?(_ plan: RunPlan, spot: [SpotSymbol]) throws {
        switch plan.feed {
        case .venue: return nil
        case .simulated: (simulator, files, catalogue) = (plan.seed, [], nil)
        case .replay(let paths):
            let spot = plan.spot.map { text in
                text.firstIndex(of: "=").map { String(text[text.index(after: $0)...]) } ?? text
            }
            files = try (paths + [plan.marketsFile].compactMap(\.self) + spot).flatMap { try File.all($0) }
            (simulator, catalogue) = (nil, nil)
        case .catalogue(let directory):
            (simulator, files) = (nil, [])
            catalogue = try CataloguePart(plan, directory, spot)
        }
    }

    /// What is kept of the inputs of a run of the journal.
    ///
    /// - Throws: ``RunFailure`` when nothing is, or not in a form this version reads.
    init(of run: JournaledRun) throws(RunFailure) {
        guard let data = run.inputs, let kept = try? JSONDecoder().decode(Self.self, from: data) else {
            throw RunFailure(.data, "run \(run.name): where its data came from cannot be read")
        }
        self = kept
    }

    /// Whether names of what was read say that it is made up.
    var isMarkedSimulated: Bool {
        catalogue?.contents.parts.contains { $0.name.contains(SimulationMark.word) } == true
    }

    /// Looks whether everything is still what the run read.
    ///
    /// - Throws: ``RunFailure``, which names what is not.
    func check() throws(RunFailure) {
        for file in files {
            guard let now = try? File(file.path) else {
                throw RunFailure(.data, "\(file.path): not there any more; the run cannot be repeated without it")
            }
            guard now.sha256 == file.sha256 else {
                throw RunFailure(.data, "\(file.path): no longer what the run read (another SHA-256)")
            }
        }
        try catalogue?.check()
    }
}

extension InputReference.CataloguePart {
    fileprivate init(_ plan: RunPlan, _ directory: String, _ spot: [SpotSymbol]) throws {
        self.directory = URL(fileURLWithPath: directory).standardizedFileURL.path
        (from, to, series, markets) = (plan.from, plan.to, plan.series, plan.markets)
        self.spot = spot.map(\.text)
        contents = try Self.read(directory, plan.selection, self.spot)
    }

    private static func read(
        _ directory: String,
        _ selection: DataSelection,
        _ spot: [String]
    ) throws(CatalogueError) -> DataContents {
        let catalogue = try Catalogue(directory: directory, access: .readOnly)
        let over = try catalogue.marketsOver(selection, try catalogue.facts(selection))
        return try catalogue.contents(selection, passingOver: over, spot: Set(spot), history: SpotMerge.history)
    }

    /// How many differences are told.
    private static let samples = 8

    fileprivate func check() throws(RunFailure) {
        var selection = DataSelection()
        (selection.from, selection.to) = (from, to)
        (selection.series, selection.markets) = (Set(series), Set(markets))
        let now: DataContents
        do throws(CatalogueError) {
            now = try Self.read(directory, selection, spot)
        } catch {
            guard case .missing(let path) = error else { throw RunFailure(catalogueError: error) }
            throw RunFailure(.data, "\(path): not there any more: kbot import what the run read, to repeat it")
        }
        let differences = contents.differences(in: now)
        guard !differences.isEmpty else { return }
        var lines = differences.prefix(Self.samples).map { "\n  \($0)" }.joined()
        if differences.count > Self.samples { lines += "\n  and \(differences.count - Self.samples) more" }
        throw RunFailure(.data, "the catalogue in \(directory) is no longer what the run read:\(lines)")
    }
}
