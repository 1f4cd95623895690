import Foundation
import GRDB
package import KBotEngine

extension Journal {
    /// The recorded inputs of a run, chunk by chunk.
    package func inputs(of run: JournaledRun) -> InputChunks { InputChunks(journal: self, run: run) }

    /// The effect lines of a run, chunk by chunk.
    package func effectLines(of run: JournaledRun) -> EffectChunks { EffectChunks(journal: self, run: run.id) }
}

/// Recorded inputs, chunk by chunk: what ``Journal/inputs(of:)`` gives. Each is read when it is asked for.
package struct InputChunks: Sendable {
    fileprivate let journal: Journal
    fileprivate let run: Int64
    /// Whether every input is there; else commands alone, each at its place.
    private let isWhole: Bool
    private var after: Int = -1

    fileprivate init(journal: Journal, run: JournaledRun) {
        self.journal = journal
        self.run = run.id
        isWhole = run.recordsInputs
    }

    /// Events of the next chunk, and how many the engine had taken in before them; nil at the end.
    ///
    /// - Throws: ``JournalError/chunk(_:)`` for a damaged one, and for the first after a gap: what follows replays no more.
    package mutating func next() throws(JournalError) -> (firstEvent: Int, events: [Event])? {
        let (run, after) = (run, after)
        let row = try journal.read { db in
            try Row.fetchOne(
                db,
                sql:
                    "SELECT first, count, crc, bytes FROM input_chunks WHERE run_id = ? AND first > ? ORDER BY first LIMIT 1",
                arguments: [run, after]
            )
        }
        guard let row else { return nil }
        let (first, count, bytes) = (row["first"] as Int, row["count"] as Int, row["bytes"] as Data)
        guard Chunk.sum(bytes) == row["crc"] else {
            throw .chunk("inputs from event \(first) on: the checksum differs")
        }
        let events: [Event]
        do throws(EventCodingError) {
            events = try EventDecoder.events(of: Array(bytes))
        } catch {
            throw .chunk("inputs from event \(first) on: \(error)")
        }
        guard events.count == count else { throw .chunk("inputs from event \(first) on: \(events.count) of \(count)") }
        if isWhole, let expected, expected != first {
            throw .chunk("inputs \(expected) to \(first - 1) were not recorded")
        }
        self.after = first
        expected = first + count
        return (first, events)
    }

    private var expected: Int?
}

/// Effect lines, chunk by chunk: what ``Journal/effectLines(of:)`` gives. Each is read when it is asked for.
package struct EffectChunks: Sendable {
    private let journal: Journal
    private let run: Int64
    private var after = -1

    fileprivate init(journal: Journal, run: Int64) {
        self.journal = journal
        self.run = run
    }

    /// The next chunk; nil at the end. `bytes` are whole lines, each with its newline; a gap has a count and no bytes.
    package mutating func next() throws(JournalError) -> (first: Int, count: Int, bytes: [UInt8])? {
        let (run, after) = (run, after)
        let row = try journal.read { db in
            try Row.fetchOne(
                db,
                sql: """
                    SELECT first, count, size, crc, bytes FROM effect_chunks WHERE run_id = ?1 AND first > ?2
                    UNION ALL
                    SELECT first, count, NULL, NULL, NULL FROM gaps WHERE run_id = ?1 AND what = 'effects' AND first > ?2
                    ORDER BY first LIMIT 1
                    """,
                arguments: [run, after]
            )
        }
        guard let row else { return nil }
        let (first, count) = (row["first"] as Int, row["count"] as Int)
        self.after = first
        guard let packed = row["bytes"] as Data? else { return (first, count, []) }
        guard Chunk.sum(packed) == row["crc"], let bytes = Chunk.inflated(packed, size: row["size"]) else {
            throw .chunk("effects from \(first) on: the checksum differs")
        }
        return (first, count, bytes)
    }
}
