package import KBotEngine
import KBotJournal

/// Feeds the recorded events of a run to an engine again, and compares what it wants done with what was recorded.
///
/// For runs whose events are in the journal (at the venue). A run whose events can be made again from a seed or a file is
/// repeated whole, and a ``ReplayComparison`` listens to it.
package struct EngineReplay: ~Copyable {
    private var engine: Engine
    private let comparison: ReplayComparison
    /// What is still to be changed, the first change last.
    private var schedule: [TradingSession.ScheduledChange]
    private var events = 0
    private var effects: [Effect] = []

    /// Makes a replay.
    ///
    /// - Parameters:
    ///   - engine: as it was when the run began: fresh, or restored from the run's first checkpoint.
    ///   - schedule: the changes of the engine during the run (reloads of scripts), each at its place in the events.
    ///   - comparison: knows what was recorded.
    package init(
        engine: consuming Engine,
        schedule: [TradingSession.ScheduledChange] = [],
        comparison: ReplayComparison
    ) {
        self.engine = engine
        self.schedule = schedule.sorted { $0.afterEvents > $1.afterEvents }
        self.comparison = comparison
    }

    /// Whether a difference was found and nothing that follows matters.
    package var isDecided: Bool { comparison.isDecided }

    /// Feeds the next event.
    ///
    /// - Throws: what a scheduled change throws, say a script that is gone.
    package mutating func feed(_ event: Event) throws {
        comparison.hear(event)
        engine.process(event, into: &effects)
        events += 1
        tell()
        while let change = schedule.last, change.afterEvents <= events {
            schedule.removeLast()
            try change.make(&engine, &effects)
            tell()
        }
    }

    /// Feeds the events of the next chunk of the journal.
    ///
    /// - Throws: `EventCodingError` when the chunk cannot be read; else as ``feed(_:)``.
    package mutating func feed(chunk: [UInt8]) throws {
        var decoder = try EventDecoder(chunk)
        while !isDecided, let event = try decoder.next() { try feed(event) }
    }

    /// Ends the replay.
    ///
    /// - Parameter endedRegularly: whether the recorded run came to its end; else its strategies said no goodbye.
    /// - Returns: what was found.
    /// - Throws: what reading the recorded lines threw.
    package mutating func finish(endedRegularly: Bool) throws -> ReplayReport {
        if endedRegularly {
            comparison.hearEnd()
            engine.finish(into: &effects)
            tell()
        }
        return try comparison.finish(endedRegularly: endedRegularly)
    }

    private mutating func tell() {
        for effect in effects { comparison.hear(effect) }
        effects.removeAll(keepingCapacity: true)
    }
}
