import Foundation
package import KBotEngine

/// The reloads an event stream tells of, for a run that repeats them.
package enum RecordedReloads {
    private struct Line: Decodable {
        let script: String
        let generation: Int
        let old: String
        let new: String
        let after_events: Int
        let asked: Bool
    }

    /// Reads the `reload` lines of a file written with `--events`.
    ///
    /// - Throws: ``RunFailure`` when the file cannot be read, or a line is not whole.
    package static func read(_ path: String) throws(RunFailure) -> [ScriptSwap] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw RunFailure(.usage, "--reloads \(path): cannot be read")
        }
        let mark = Data(#""type":"reload""#.utf8)
        var swaps: [ScriptSwap] = []
        for (index, line) in data.split(separator: UInt8(ascii: "\n")).enumerated() {
            // Nearly all lines are something else, and long files have millions.
            guard line.prefix(64).range(of: mark) != nil else { continue }
            guard let read = try? JSONDecoder().decode(Line.self, from: line) else {
                throw RunFailure(.data, "\(path):\(index + 1): a reload that cannot be understood")
            }
            swaps.append(
                ScriptSwap(
                    script: read.script,
                    oldHash: read.old,
                    newHash: read.new,
                    generation: read.generation,
                    afterEvents: read.after_events,
                    isAsked: read.asked
                )
            )
        }
        guard !swaps.isEmpty else { throw RunFailure(.usage, "--reloads \(path): tells of no reload") }
        return swaps
    }
}
