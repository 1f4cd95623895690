package import KBotEngine
package import KBotModel

/// Compares what a run did with what a second run of the same events does, line by line and byte for byte.
///
/// It hears the second run: each event before its effects, then each effect in order. Only the first difference counts:
/// whatever follows it follows from it.
package final class ReplayComparison {
    /// Lines told before a difference.
    private static let before = 10
    /// Lines read after a difference to see whether one was added or left out.
    private static let after = 10

    private var recorded: RecordedLines
    private var lines = EffectLines()
    private var describer = EventDescription()
    private var cause = Cause.start
    private var line: [UInt8] = []
    private var recent = RecentLines(ReplayComparison.before)
    private var report = ReplayReport()
    /// The replay's first effect after the end of the record: a difference, unless the run was cut off.
    private var surplus: ReplayReport.Difference?
    /// What followed a difference on both sides.
    private var recordedAfter: [String] = []
    private var replayedAfter: [String] = []
    private var failure: (any Error)?

    private enum Cause {
        case start
        case event(Event)
        case reload(ScriptSwap)
        case end
    }

    /// Makes a comparison.
    ///
    /// - Parameter recorded: gives the recorded lines, stretch by stretch; nil after the last. What it throws is thrown by
    ///   ``finish(endedRegularly:)``.
    package init(recorded: @escaping () throws -> RecordedEffects?) { self.recorded = RecordedLines(recorded) }

    /// Tells a market's name beforehand; for a run that went on with an earlier one.
    package func know(_ market: Market) {
        lines.know(market)
        describer.know(market)
    }

    /// Whether nothing that follows can change what is reported: the second run may stop.
    package var isDecided: Bool { failure != nil || report.difference != nil && replayedAfter.count >= Self.after }

    /// Hears an event that the engine is about to take in.
    package func hear(_ event: Event) {
        guard report.difference == nil else { return }
        report.events += 1
        cause = .event(event)
        describer.hear(event)
    }

    /// Hears that the engine is told of the run's end.
    package func hearEnd() { cause = .end }

    /// Hears an effect.
    package func hear(_ effect: Effect) {
        guard !isDecided else { return }
        if case .note(let note) = effect, case .swapped(let swap) = note.kind { cause = .reload(swap) }
        line.removeAll(keepingCapacity: true)
        lines.append(effect, to: &line)
        guard report.difference == nil else { return replayedAfter.append(lineText) }
        do {
            try compare()
        } catch {
            failure = error
        }
    }

    /// Ends the comparison.
    ///
    /// - Parameter endedRegularly: whether the recorded run came to its end. One that was killed may have done a little more
    ///   than it wrote down, which is no difference.
    /// - Returns: what was found.
    /// - Throws: what reading the recorded lines threw.
    package func finish(endedRegularly: Bool) throws -> ReplayReport {
        if let failure { throw failure }
        if report.difference != nil {
            classify()
        } else if let surplus {
            if endedRegularly { (report.difference, report.unrecorded) = (surplus, 0) }
        } else {
            try readRest(endedRegularly: endedRegularly)
        }
        return report
    }

    private var lineText: String { String(decoding: line.dropLast(), as: UTF8.self) }

    private func compare() throws {
        switch try recorded.place() {
        case .line:
            if try recorded.skip(line) {
                report.identical += 1
                recent.append(line)
            } else {
                report.difference = difference(.changed, recorded: try recorded.take(), replayed: lineText)
                while recordedAfter.count < Self.after, let next = try recorded.take() { recordedAfter.append(next) }
            }
        case .gap:
            recorded.skipOne()
            report.notKept += 1
        case .end:
            if surplus == nil { surplus = difference(.extra, recorded: nil, replayed: lineText) }
            report.unrecorded += 1
        }
    }

    /// What the record has more than the replay.
    private func readRest(endedRegularly: Bool) throws {
        while true {
            switch try recorded.place() {
            case .line:
                let line = try recorded.take()
                if endedRegularly {
                    report.difference = difference(.missing, recorded: line, replayed: nil)
                    return
                }
                report.unreplayed += 1
            case .gap:
                recorded.skipOne()
                report.notKept += 1
            case .end: return
            }
        }
    }

    /// Tells a line that was added or left out from one that changed, by what followed.
    private func classify() {
        guard let difference = report.difference else { return }
        if let replayed = difference.replayed, recordedAfter.contains(replayed) {
            report.difference?.kind = .missing
        } else if let recorded = difference.recorded, replayedAfter.contains(recorded) {
            report.difference?.kind = .extra
        }
    }

    private func difference(
        _ kind: ReplayReport.Difference.Kind,
        recorded: String?,
        replayed: String?
    ) -> ReplayReport.Difference {
        ReplayReport.Difference(
            kind: kind,
            effect: report.identical + report.notKept + 1,
            event: report.events,
            cause: causeInWords,
            recorded: recorded,
            replayed: replayed,
            before: recent.texts
        )
    }

    private var causeInWords: String {
        switch cause {
        case .start: "before the first event"
        case .event(let event): describer.words(event)
        case .reload(let swap):
            "the reload of \(swap.script) to \(swap.newHash.prefix(12)) after \(swap.afterEvents) events"
        case .end: "the end of the run"
        }
    }
}

/// The last few lines, without making room anew for each.
private struct RecentLines {
    private var lines: [[UInt8]] = []
    private var next = 0
    private let limit: Int

    init(_ limit: Int) { self.limit = limit }

    mutating func append(_ line: [UInt8]) {
        if lines.count < limit {
            lines.append(line)
        } else {
            lines[next].removeAll(keepingCapacity: true)
            lines[next] += line
            next = (next + 1) % limit
        }
    }

    /// Oldest first, without their line feeds.
    var texts: [String] {
        (lines[next...] + lines[..<next]).map { String(decoding: $0.dropLast(), as: UTF8.self) }
    }
}
