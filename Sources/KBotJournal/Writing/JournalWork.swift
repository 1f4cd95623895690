import Foundation
import GRDB
import KBotEngine
import KBotModel

/// What the journal's thread has in hand: lines and events of the chunk being filled, and rows until they are written.
struct JournalWork {
    private let journal: Journal
    private let run: Int64
    private let recordsInputs: Bool
    private let keptLimit: Int
    private var maker: RowMaker
    private var formatter: any EffectFormatter

    private var lines: [UInt8] = []
    private var lineCount = 0
    private var firstLine = 0
    private var coder = EventCoder()
    private var firstInput = 0
    private var chunkBegan: UInt64?

    /// Rows not yet written; those before `head` are.
    private var kept: [JournalRow] = []
    private var head = 0
    private(set) var keptBytes = 0
    private var gaps = Gaps()
    private var gapNumber: Int64 = 0

    /// Whether the last call of ``write(everything:)`` had a transaction to commit.
    private(set) var wasWriting = false
    private var lastRest = JournalWork.now
    private var lastTry: UInt64 = 0
    private var rowsSinceRest = 0

    /// What was left out and is not written down yet.
    private struct Gaps {
        var effects = 0..<0
        var inputs = 0..<0
        var rows = 0
    }

    init(
        _ journal: Journal,
        run: Int64,
        maker: RowMaker,
        formatter: any EffectFormatter,
        recordsInputs: Bool,
        keptLimit: Int
    ) {
        self.journal = journal
        self.run = run
        self.maker = maker
        self.formatter = formatter
        self.recordsInputs = recordsInputs
        self.keptLimit = keptLimit
    }

    /// Lines, events and rows left out so far.
    private(set) var dropped = 0

    /// Seconds until something is due though nothing comes.
    var patience: Double { chunkBegan == nil ? 10 : 1 }

    // MARK: Digesting

    /// Takes over a batch and empties it.
    mutating func digest(_ batch: inout JournalBatch) {
        // What does not follow the inputs before it (a command amid data that can be had again) begins a chunk of its own.
        if !batch.inputs.isEmpty, coder.count > 0, batch.firstEvent != firstInput + coder.count { seal() }
        let isSparing = keptBytes > keptLimit
        maker.isSparing = isSparing
        let spared = maker.spared
        let end = lines.count
        for effect in batch.effects {
            if case .note(let note) = effect { maker.append(note) }
            // The line is made even when it is left out: a formatter learns the markets' names from them.
            formatter.append(effect, to: &lines)
        }
        var rows: [JournalRow] = []
        swap(&rows, &maker.rows)
        keep(taking: &rows)
        swap(&rows, &maker.rows)
        gaps.rows += maker.spared - spared
        dropped += maker.spared - spared
        if isSparing {
            lines.removeSubrange(end...)
            seal()
            leaveOut(batch)
        } else {
            closeGaps()
            add(batch)
        }
        batch.effects.removeAll(keepingCapacity: true)
        batch.inputs.removeAll(keepingCapacity: true)
        // A chunk ends with a batch, so that the inputs written and the effects written are of the same events.
        if lines.count >= JournalLimits.chunkBytes || coder.isFull { seal() }
    }

    private mutating func add(_ batch: JournalBatch) {
        lineCount += batch.effects.count
        addInputs(batch)
        if chunkBegan == nil, lineCount + coder.count > 0 { chunkBegan = Self.now }
    }

    private mutating func addInputs(_ batch: JournalBatch) {
        guard !batch.inputs.isEmpty else { return }
        if coder.count == 0 { firstInput = batch.firstEvent }
        for event in batch.inputs { coder.append(event) }
    }

    private mutating func leaveOut(_ batch: JournalBatch) {
        let effects = gaps.effects.isEmpty ? firstLine : gaps.effects.lowerBound
        firstLine += batch.effects.count
        gaps.effects = effects..<firstLine
        dropped += batch.effects.count
        // The few commands of a run whose data can be had again are kept: they cannot.
        guard recordsInputs else { return addInputs(batch) }
        let inputs = gaps.inputs.isEmpty ? batch.firstEvent : gaps.inputs.lowerBound
        gaps.inputs = inputs..<(batch.firstEvent + batch.inputs.count)
        dropped += batch.inputs.count
    }

    /// Ends a gap: its row takes its place behind what is kept.
    private mutating func closeGaps() {
        if !gaps.effects.isEmpty {
            keep(gap("effects", first: gaps.effects.lowerBound, count: gaps.effects.count))
        }
        if !gaps.inputs.isEmpty { keep(gap("inputs", first: gaps.inputs.lowerBound, count: gaps.inputs.count)) }
        if gaps.rows > 0 { keep(gap("rows", first: 0, count: gaps.rows)) }
        gaps = Gaps()
    }

    /// Ends the chunk.
    private mutating func seal() {
        chunkBegan = nil
        let inputs = coder.count
        if lineCount > 0 {
            let packed = Chunk.deflated(lines)
            var row = JournalRow(.effectChunk, [run, firstLine, lineCount, lines.count, Chunk.sum(packed), packed])
            row.joinsNext = inputs > 0
            keep(row)
            firstLine += lineCount
        }
        lineCount = 0
        lines.removeAll(keepingCapacity: true)
        guard inputs > 0 else { return }
        do throws(EventCodingError) {
            let bytes = Data(try coder.seal())
            keep(JournalRow(.inputChunk, [run, firstInput, inputs, Chunk.sum(bytes), bytes]))
        } catch {
            // Larger than a chunk can be: a gap says so, and a replay ends there.
            keep(gap("inputs", first: firstInput, count: inputs))
            dropped += inputs
        }
    }

    private mutating func keep(taking rows: inout [JournalRow]) {
        for row in rows { keep(row) }
        rows.removeAll(keepingCapacity: true)
    }

    private mutating func keep(_ row: JournalRow) {
        kept.append(row)
        keptBytes += row.bytes
    }

    private mutating func gap(_ what: String, first: Int, count: Int) -> JournalRow {
        gapNumber += 1
        return JournalRow(.gap, [run, gapNumber, what, first, count])
    }

    // MARK: Writing

    /// Writes what is kept, some rows at a time, until it is written or the disk refuses.
    ///
    /// - Parameters:
    ///   - everything: The chunk being filled too, however small, and now, though the last try failed just before.
    ///   - isTroubled: Whether the last write of either thread failed: then one is tried even with nothing to write.
    /// - Returns: what the disk refused with; nil when all is written, or it was too early to try again.
    mutating func write(everything: Bool, isTroubled: Bool) -> JournalError? {
        let now = Self.now
        if everything || chunkBegan.map({ now - $0 >= Self.chunkAge }) == true { seal() }
        wasWriting = false
        if isTroubled, !everything, now - lastTry < Self.second { return nil }
        lastTry = now
        do throws(JournalError) {
            try writeKept()
            // What was left out is written down once there is room again.
            closeGaps()
            try writeKept()
            if isTroubled || isRestDue(now) { try rest() }
            return nil
        } catch {
            wasWriting = true
            kept.removeSubrange(..<head)
            head = 0
            return error
        }
    }

    private mutating func writeKept() throws(JournalError) {
        while head < kept.count { try writeGroup() }
        kept.removeAll(keepingCapacity: kept.count < 4_096)
        head = 0
        keptBytes = 0
    }

    private func isRestDue(_ now: UInt64) -> Bool {
        let rested = now - lastRest
        return rested >= 10 * Self.second || rowsSinceRest >= 4_096
            || (rested >= Self.second && journal.walBytes >= JournalLimits.walBytes / 4)
    }

    private mutating func writeGroup() throws(JournalError) {
        var end = min(kept.count, head + JournalLimits.rowsInTransaction)
        while end < kept.count, kept[end - 1].joinsNext { end += 1 }
        let rows = kept[head..<end]
        wasWriting = true
        do throws(JournalError) {
            try journal.write(.normal) { db in
                for row in rows { try row.insert(db) }
            }
        } catch {
            // A row that contradicts the tables will never be written: the others must not wait for it.
            guard case .failed(.other, _) = error else { throw error }
            try writeSingly(rows)
        }
        rowsSinceRest += rows.count
        for row in rows { keptBytes -= row.bytes }
        head = end
    }

    private mutating func writeSingly(_ rows: ArraySlice<JournalRow>) throws(JournalError) {
        for row in rows {
            do throws(JournalError) {
                try journal.write(.normal) { db in try row.insert(db) }
            } catch {
                guard case .failed(.other, _) = error else { throw error }
                gaps.rows += 1
                dropped += 1
            }
        }
    }

    /// Writes the log back, and that the run is alive.
    ///
    /// The first write after the log began anew waits for the disk; that is better this thread than the engine's.
    private mutating func rest() throws(JournalError) {
        do throws(JournalError) {
            try journal.writeBack()
        } catch {
            // Somebody else writes it back just now.
            guard case .failed(.busy, _) = error else { throw error }
        }
        let (run, time) = (run, Int64(Date().timeIntervalSince1970 * 1_000_000))
        wasWriting = true
        try journal.write(.normal) { db in
            try db.cachedStatement(sql: "UPDATE runs SET seen = ? WHERE id = ?").execute(arguments: [time, run])
        }
        rowsSinceRest = 0
        lastRest = Self.now
    }

    private static let second: UInt64 = 1_000_000_000
    private static let chunkAge = UInt64(JournalLimits.chunkAge) * 1_000_000
    private static var now: UInt64 { DispatchTime.now().uptimeNanoseconds }
}
