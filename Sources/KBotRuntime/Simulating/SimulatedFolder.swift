import Foundation
import KBotModel

/// The folder that simulated data go to, and the hidden one in it where they are written first.
struct SimulatedFolder {
    private static let prefix = ".simulate-data-"

    /// Where files are written until all are whole.
    let staging: String
    private let folder: String
    private let replaced: [String]
    private var files: FileManager { .default }

    /// Looks at the folder, makes it when there is none, and makes the hidden one.
    ///
    /// - Throws: ``RunFailure`` when simulated data of the series lie there and are not to be replaced.
    init(_ plan: SimulatedDataPlan) throws(RunFailure) {
        folder = plan.folder
        guard RecordingFiles.isFolder(folder) != false else {
            throw RunFailure(.usage, "--out \(folder): a file where a folder is wanted")
        }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        // Days of another seed beside the new ones would make a market that not even the simulator knows.
        replaced = names.filter { !$0.hasPrefix(".") && SimulatedFiles.isMade($0, for: plan.series) }.sorted()
        guard replaced.isEmpty || plan.overwrites else {
            let more = replaced.count > 1 ? " and \(replaced.count - 1) more" : ""
            throw RunFailure(
                .usage,
                "\(folder) holds simulated data of \(plan.series) (\(replaced[0])\(more)); --force replaces them"
            )
        }
        staging = (folder as NSString).appendingPathComponent("\(Self.prefix)\(getpid())")
        Self.clear(names, in: folder)
        do {
            try FileManager.default.createDirectory(atPath: staging, withIntermediateDirectories: true)
        } catch {
            throw RunFailure(.other, "\(staging) cannot be made: \(error.localizedDescription)")
        }
    }

    /// Removes what a process left that was killed.
    private static func clear(_ names: [String], in folder: String) {
        for name in names {
            guard name.hasPrefix(prefix), let process = pid_t(name.dropFirst(prefix.count)),
                process == getpid() || kill(process, 0) != 0 && errno == ESRCH
            else { continue }
            try? FileManager.default.removeItem(atPath: (folder as NSString).appendingPathComponent(name))
        }
    }

    /// Puts the files in their places, and removes those that they replace.
    func publish(_ names: [String]) throws(RunFailure) {
        do {
            for name in replaced where !names.contains(name) { try files.removeItem(atPath: place(name)) }
            for name in names {
                let from = (staging as NSString).appendingPathComponent(name)
                guard unsafe rename(from, place(name)) == 0 else {
                    throw RunFailure(.other, "\(place(name)): \(unsafe String(cString: strerror(errno)))")
                }
            }
        } catch let failure as RunFailure {
            throw failure
        } catch {
            throw RunFailure(.other, "\(folder): \(error.localizedDescription)")
        }
    }

    /// Removes the hidden folder with all that is in it.
    func discard() { try? files.removeItem(atPath: staging) }

    private func place(_ name: String) -> String { (folder as NSString).appendingPathComponent(name) }
}
