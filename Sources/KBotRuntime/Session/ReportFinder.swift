package import Foundation
package import KBotReports

/// Finds reports by what a person calls them: a file, a folder with a report in it, or the name of a run.
package struct ReportFinder {
    /// Looks a run up in the journal: the JSON of its report, nil when there is no such run.
    package typealias Journal = (_ run: String) throws(RunFailure) -> Data?

    /// Name of the report's file in a folder.
    package static let fileName = "report.json"
    /// A report beyond this size is none of kbot's.
    private static let largest = 256 << 20

    private let journal: Journal

    /// Makes a finder; without a journal only files and folders are found.
    package init(journal: @escaping Journal = { (_: String) throws(RunFailure) in nil }) { self.journal = journal }

    /// Reads the report that a name means; a file or a folder of that name goes before a run.
    ///
    /// - Throws: ``RunFailure`` when there is none (usage), or it cannot be read (data).
    package func document(_ name: String) throws(RunFailure) -> ReportDocument {
        let data: Data
        if let path = path(name) {
            data = try contents(of: path)
        } else if let found = try journal(name) {
            data = found
        } else {
            throw RunFailure(
                .usage,
                "\(name): no file, no folder with a \(Self.fileName), and no run in the journal"
            )
        }
        do throws(ReportReadError) {
            return try ReportDocument(parsing: Array(data))
        } catch {
            throw RunFailure(.data, "\(name): \(error)")
        }
    }

    private func path(_ name: String) -> String? {
        var isFolder: ObjCBool = false
        guard unsafe FileManager.default.fileExists(atPath: name, isDirectory: &isFolder) else { return nil }
        guard isFolder.boolValue else { return name }
        let inside = URL(fileURLWithPath: name).appendingPathComponent(Self.fileName).path
        return FileManager.default.fileExists(atPath: inside) ? inside : nil
    }

    private func contents(of path: String) throws(RunFailure) -> Data {
        do {
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            if let size = attributes[.size] as? Int, size > Self.largest {
                throw RunFailure(.data, "\(path): too large for a report")
            }
            return try Data(contentsOf: URL(fileURLWithPath: path))
        } catch let failure as RunFailure {
            throw failure
        } catch {
            throw RunFailure(.data, "\(path): \(error.localizedDescription)")
        }
    }
}
