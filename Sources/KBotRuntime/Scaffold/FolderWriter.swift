import Foundation

/// Writes several files, or none: they are written aside first, then moved to their places, and moved back when one move
/// fails.
struct FolderWriter {
    private let folder: URL
    private let overwriting: Bool
    private let files = FileManager.default

    init(folder: String, overwriting: Bool) {
        self.folder = URL(fileURLWithPath: folder, isDirectory: true)
        self.overwriting = overwriting
    }

    /// Writes what is not there yet, and with `overwriting` what is.
    func write(_ list: [ScaffoldFile]) throws(RunFailure) -> [ScaffoldResult] {
        var results: [ScaffoldResult] = []
        var wanted: [ScaffoldFile] = []
        for file in list {
            let exists = try look(at: file)
            results.append(ScaffoldResult(path: file.path, outcome: !exists ? .made : overwriting ? .replaced : .kept))
            if !exists || overwriting { wanted.append(file) }
        }
        guard !wanted.isEmpty else { return results }
        var undo = Undo()
        do {
            for place in [folder] + wanted.map({ target($0).deletingLastPathComponent() }) {
                try makeFolder(place, &undo)
            }
            let aside = folder.appendingPathComponent(".kbot-init-\(ProcessInfo.processInfo.processIdentifier)")
            try makeFolder(aside, &undo)
            for (index, file) in wanted.enumerated() {
                try Data(file.text.utf8).write(to: aside.appendingPathComponent("new-\(index)"))
            }
            for (index, file) in wanted.enumerated() {
                let target = target(file)
                if kind(of: target) != nil {
                    let old = aside.appendingPathComponent("old-\(index)")
                    try files.moveItem(at: target, to: old)
                    undo.moves.append((from: target, to: old))
                }
                let new = aside.appendingPathComponent("new-\(index)")
                try files.moveItem(at: new, to: target)
                undo.moves.append((from: new, to: target))
            }
            try? files.removeItem(at: aside)
        } catch {
            undo.run()
            throw RunFailure(.other, "\(folder.path): nothing was written: \(error.localizedDescription)")
        }
        return results
    }

    private func target(_ file: ScaffoldFile) -> URL { folder.appendingPathComponent(file.path) }

    /// Whether a file is there already; refuses one that cannot be written or overwritten.
    private func look(at file: ScaffoldFile) throws(RunFailure) -> Bool {
        var place = target(file).deletingLastPathComponent()
        while place.path.count > folder.path.count {
            try checkFolder(place)
            place = place.deletingLastPathComponent()
        }
        try checkFolder(folder)
        guard let kind = kind(of: target(file)) else { return false }
        if overwriting, kind != .typeRegular, kind != .typeSymbolicLink {
            throw RunFailure(
                .other,
                "\(target(file).path): no ordinary file, so it is not overwritten; nothing was written"
            )
        }
        return true
    }

    private func checkFolder(_ place: URL) throws(RunFailure) {
        var isFolder: ObjCBool = false
        guard unsafe files.fileExists(atPath: place.path, isDirectory: &isFolder) else {
            guard kind(of: place) == nil else {
                throw RunFailure(.other, "\(place.path): a link that leads nowhere; nothing was written")
            }
            return
        }
        guard isFolder.boolValue else {
            throw RunFailure(.other, "\(place.path): a file where a folder is wanted; nothing was written")
        }
    }

    /// What lies at a place, links not followed; nil when nothing does.
    private func kind(of place: URL) -> FileAttributeType? {
        (try? files.attributesOfItem(atPath: place.path))?[.type] as? FileAttributeType
    }

    private func makeFolder(_ place: URL, _ undo: inout Undo) throws {
        guard !files.fileExists(atPath: place.path) else { return }
        let parent = place.deletingLastPathComponent()
        if parent.path != place.path { try makeFolder(parent, &undo) }
        try files.createDirectory(at: place, withIntermediateDirectories: false)
        undo.folders.append(place)
    }
}

/// What was done so far, to be taken back.
private struct Undo {
    var folders: [URL] = []
    var moves: [(from: URL, to: URL)] = []

    func run() {
        let files = FileManager.default
        for move in moves.reversed() { try? files.moveItem(at: move.to, to: move.from) }
        // Only what was made for this is taken away: the folders were not there before.
        for folder in folders.reversed() { try? files.removeItem(at: folder) }
    }
}
