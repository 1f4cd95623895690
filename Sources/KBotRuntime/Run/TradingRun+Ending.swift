import Foundation
import KBotEngine
import KBotModel

/// How a run ends: by itself, or because somebody interrupts it.
extension TradingRun {
    /// Ctrl-C: no more entries, resting ones are cancelled, then what `--on-exit` says. A second one never comes back here: it ends the process.
    ///
    /// `rest` is what was read from the feed and not looked at yet.
    func interrupted(_ session: TradingSession, _ rest: ArraySlice<MarketEvent>) throws -> Ending {
        wasInterrupted = true
        terminal.say("interrupted: no new entries, resting entries are cancelled (Ctrl-C again: stop now)")
        try session.command(.stopEntries)
        // The exchange's answers arrive within its longest delay.
        try session.advance(to: session.now + .seconds(1))
        guard session.read({ !$0.openTrades.isEmpty }) else { return .interrupted }
        switch askOnExit() {
        case .flatten: try flatten(session, rest)
        case .hold, .ask:
            terminal.say("positions are held: their targets stay, but NO STOP IS WATCHED from now on")
        }
        return .interrupted
    }

    func askOnExit() -> ExitPolicy {
        if let interruption = plan.interruption { return interruption.flattens ? .flatten : .hold }
        guard settings.onExit == .ask, isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else {
            return settings.onExit
        }
        terminal.say("a position is open: hold it (no stop is watched any more) or flatten it now? [hold/flatten]")
        return readLine()?.lowercased().hasPrefix("f") == true ? .flatten : .hold
    }

    /// Leaves every position on the data that comes next, for at most a minute of market time.
    private func flatten(_ session: TradingSession, _ rest: ArraySlice<MarketEvent>) throws {
        try session.command(.flatten)
        let end = session.now + .minutes(1)
        func goesOn() -> Bool { session.now < end && session.read { $0.hasOpenTrades } }
        var batch = Array(rest)
        repeat {
            for event in batch {
                guard goesOn() else { break }
                if let event = filter.pass(event) { try session.process(event) }
            }
            batch.removeAll(keepingCapacity: true)
        } while try goesOn() && feed?.next(into: &batch) == true
        if session.read({ $0.hasOpenTrades }) {
            terminal.say("not everything could be sold; what is left is in the report")
        }
    }

    func close() throws {
        try session?.finish()
        try stream?.flush()
        if var recorder, let session {
            recorder.mark(equity: session.read { $0.equity }, at: session.now)
            self.recorder = recorder
        }
    }
}
