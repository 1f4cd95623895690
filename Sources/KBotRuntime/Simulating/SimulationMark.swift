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

    /// A line that says which of many files are made up, or of which files data are; nil without files.
    package static func line(of names: [String]) -> String? {
        let marked = names.filter { $0.contains(word) }
        let named = marked.isEmpty ? names.prefix(3) : marked.prefix(1)
        guard !named.isEmpty else { return nil }
        let left = (marked.isEmpty ? names.count : marked.count) - named.count
        let others = left > 0 ? " and \(counted(left, "file")) more" : ""
        return (marked.isEmpty ? "from " : "\(word) data: ") + named.joined(separator: ", ") + others
    }
}

extension RunPlan.Feed {
    /// Whether the data are made up as far as their names tell: those of the simulator, and recordings of it. Of the
    /// catalogue its feed knows the names.
    package var isMarkedSimulated: Bool {
        switch self {
        case .simulated: true
        case .replay(let paths): paths.contains(where: SimulationMark.isOn)
        case .venue, .catalogue: false
        }
    }
}

extension FeedSummary {
    /// Whether any of the sources read is marked as made up.
    package var isMarkedSimulated: Bool { sources.contains { $0.contains(SimulationMark.word) } }
}
