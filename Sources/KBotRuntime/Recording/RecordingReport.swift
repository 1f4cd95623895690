import Foundation
import KBotKalshi
import KBotModel

/// What a recording of frames holds and lacks, file by file.
package struct RecordingReport: Codable, Hashable, Sendable {
    /// A file.
    package struct File: Codable, Hashable, Sendable {
        /// Its name.
        package var name: String
        /// Frames in it.
        package var frames = 0
        /// When the first and the last frame came, RFC 3339; nil without frames.
        package var first: String?
        package var last: String?
        /// Times that messages were lost, and how many, by their numbers.
        package var gaps = 0
        package var missing: Int64 = 0
        /// Longest time without a frame, in milliseconds.
        package var longestSilence: Int64 = 0
        /// Lines that could not be read.
        package var unreadable = 0
        /// Whether the file was cut off, as by a kill.
        package var isCut = false
    }

    /// The files, in the order of their names.
    package var files: [File]

    /// Looks at a file, or at all recordings in a folder.
    package init(_ path: String) throws(RunFailure) {
        files = []
        do throws(FeedError) {
            for recording in try RecordingFiles(paths: [path]).recordings where recording.kind == .frames {
                files.append(try Self.read(recording.path))
            }
        } catch {
            throw RunFailure(.data, error.description)
        }
    }

    private static func read(_ path: String) throws(FeedError) -> File {
        var reader = try ByteLineReader(path: path)
        let decoder = FrameDecoder()
        var numbers = SequenceTracker()
        var file = File(name: reader.name)
        var first: Timestamp?
        var last: Timestamp?
        while try reader.advance() {
            guard !reader.line.isEmpty else { continue }
            let buffer = reader.buffer
            guard let frame = try? decoder.decode(buffer.span.extracting(reader.line)) else {
                file.unreadable += 1
                continue
            }
            file.frames += 1
            if case .subscribed(_, let sid) = frame.body { numbers.restart(sid: sid) }
            if let sid = frame.sid, let seq = frame.seq, case .gap(let missing) = numbers.check(sid: sid, seq: seq) {
                file.gaps += 1
                file.missing = file.missing.addingReportingOverflow(missing).partialValue
            }
            guard let time = frame.receivedAt ?? frame.sentAt ?? frame.time else { continue }
            first = first ?? time
            if let last { file.longestSilence = max(file.longestSilence, (time - last).microseconds / 1_000) }
            last = time
        }
        file.first = first?.description
        file.last = last?.description
        file.isCut = reader.failure != nil
        return file
    }

    /// One line for each file.
    package var text: String {
        if files.isEmpty { return "no recorded frames\n" }
        return files.map { file in
            var parts = ["\(file.frames) frames"]
            if let first = file.first, let last = file.last { parts.append("\(first) to \(last)") }
            parts.append(file.gaps == 0 ? "no gaps" : "\(file.gaps) gaps, \(file.missing) messages lost")
            parts.append("longest silence \(file.longestSilence) ms")
            if file.unreadable > 0 { parts.append("\(file.unreadable) lines cannot be read") }
            if file.isCut { parts.append("cut off at its end") }
            return "\(file.name): \(parts.joined(separator: ", "))\n"
        }.joined()
    }
}
