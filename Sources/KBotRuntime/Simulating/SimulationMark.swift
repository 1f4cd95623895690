import Foundation

/// The word by which data that never happened say so, wherever they go: in the names of their files, in a column or
/// first line of each, and so in the sources that reports and announcements name.
package enum SimulationMark {
    /// The word.
    package static let word = "SIMULATED"

    /// Whether a file's name carries the mark, or the name of any file in a folder.
    package static func isOn(_ path: String) -> Bool {
        if (path as NSString).lastPathComponent.contains(word) { return true }
        guard RecordingFiles.isFolder(path) == true else { return false }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.contains { !$0.hasPrefix(".") && $0.contains(word) }
    }

    /// A line that says which of many files are made up; nil when none is.
    package static func line(of names: [String]) -> String? {
        let marked = names.filter { $0.contains(word) }
        guard let first = marked.first else { return nil }
        let others = marked.count > 1 ? " and \(counted(marked.count - 1, "file")) more" : ""
        return "\(word) data: \(first)\(others)"
    }
}

extension RunPlan.Feed {
    /// Whether the data are made up as far as their names tell: those of the simulator, and recordings of it.
    package var isMarkedSimulated: Bool {
        switch self {
        case .simulated: true
        case .replay(let paths): paths.contains(where: SimulationMark.isOn)
        case .venue: false
        }
    }
}

extension FeedSummary {
    /// Whether any of the sources read is marked as made up.
    package var isMarkedSimulated: Bool { sources.contains { $0.contains(SimulationMark.word) } }
}
