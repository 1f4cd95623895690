import Foundation

/// `trials.jsonl`: what trials gave, one line each, appended as they end.
///
/// Each line is written at once, so that a killed sweep loses at most the trials under way; a line that was cut off is left
/// out and written over. The lock ends with the process.
final class TrialStore {
    /// Name of the file.
    static let fileName = "trials.jsonl"

    private let path: String
    private let handle: FileHandle
    private let encoder: JSONEncoder

    /// Opens the trials of a folder, made when it is not there, and takes its lock.
    ///
    /// - Throws: ``RunFailure`` when it cannot be written, or another kbot writes it.
    init(folder: String) throws(RunFailure) {
        path = folder + "/" + Self.fileName
        encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw RunFailure(.other, "\(folder): cannot be made: \(error.localizedDescription)")
        }
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw RunFailure(.other, "\(path): cannot be written; check its permissions") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw RunFailure(
                .other,
                "\(path): another kbot sweep writes it; wait for it, or give another folder with --out"
            )
        }
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    /// Reads what is there; whatever follows the last whole line is cut off.
    func read() throws(RunFailure) -> [TrialRecord] {
        let data: Data
        do {
            try handle.seek(toOffset: 0)
            data = try handle.readToEnd() ?? Data()
        } catch {
            throw RunFailure(.data, "\(path): cannot be read: \(error.localizedDescription)")
        }
        let (records, whole) = try Self.records(in: data, path)
        do {
            if whole < data.count { try handle.truncate(atOffset: UInt64(whole)) }
            try handle.seekToEnd()
        } catch {
            throw RunFailure(.other, "\(path): cannot be written: \(error.localizedDescription)")
        }
        return records
    }

    /// Reads the trials of a folder without holding them.
    static func read(folder: String) throws(RunFailure) -> [TrialRecord] {
        let path = folder + "/" + fileName
        guard let data = FileManager.default.contents(atPath: path) else { return [] }
        return try records(in: data, path).records
    }

    /// The trials in a file's bytes, and how many bytes their lines take: a line that was cut off does not count.
    private static func records(in data: Data, _ path: String) throws(RunFailure) -> (
        records: [TrialRecord], whole: Int
    ) {
        let decoder = JSONDecoder()
        var records: [TrialRecord] = []
        var start = data.startIndex
        var number = 0
        while let end = data[start...].firstIndex(of: UInt8(ascii: "\n")) {
            number += 1
            do {
                records.append(try decoder.decode(TrialRecord.self, from: data[start..<end]))
            } catch {
                throw RunFailure(
                    .data,
                    "\(path):\(number): no trial of this version of kbot; give another folder with --out"
                )
            }
            start = end + 1
        }
        return (records, start - data.startIndex)
    }

    /// Appends a trial.
    func append(_ record: TrialRecord) throws(RunFailure) {
        do {
            try handle.write(contentsOf: try encoder.encode(record) + Data("\n".utf8))
        } catch {
            throw RunFailure(.other, "\(path): cannot be written: \(error.localizedDescription)")
        }
    }

    /// Puts trials in place of all that is there, all or nothing.
    func replace(with records: [TrialRecord]) throws(RunFailure) {
        do {
            var data = Data()
            for record in records { data += try encoder.encode(record) + Data("\n".utf8) }
            try data.write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw RunFailure(.other, "\(path): cannot be written: \(error.localizedDescription)")
        }
    }
}
