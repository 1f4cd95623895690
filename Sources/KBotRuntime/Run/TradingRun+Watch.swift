import Foundation
import KBotEngine
import KBotJournal
import KBotKalshi
import KBotModel
import Logging

/// What goes on beside the trading: who may halt it, who is told of it, and the sign that it lives.
extension TradingRun {
    /// The account the run trades on; nil for one that leaves nothing behind.
    var accountName: String? { book?.account?.account.name }

    /// When the last market event came, by the clock on the wall.
    var lastEventSeen: Timestamp? { activity?.seen }

    /// Begins to watch; a run inside another program has nobody to listen to.
    func beginWatch() throws(RunFailure) {
        guard plan.listens else { return }
        SignalHalt.listen()
        halts = HaltControl(stateDirectory: settings.stateDirectory, account: accountName)
        heartbeat = Heartbeat(path: settings.heartbeatFile, stateDirectory: settings.stateDirectory)
        notifier = try Notifier(
            settings.notify,
            sender: NotifySender(
                run: plan.id.text,
                account: accountName,
                mode: plan.mode.rawValue,
                isSimulated: isSimulated
            ),
            environment: ProcessInfo.processInfo.environment,
            trust: settings.venue.trust,
            report: { [logger] problem in logger.warning("\(problem)") }
        )
    }

    /// Ends it: what still waits to be told is told, the heartbeat's file goes.
    func endWatch() {
        notifier?.close()
        heartbeat?.close()
    }

    /// Looks around, between two events.
    func watch(_ engine: borrowing Engine, _ now: ContinuousClock.Instant, _ commands: inout [Command]) {
        guard plan.listens else { return }
        if activity?.events != events { activity = (events, .wallClock) }
        let state = EngineHalts(engine)
        commands += halts?.poll(now: now, state) ?? []
        if let problem = halts?.takeProblem() { terminal.say(problem) }
        notifier?.poll(now: now, at: engine.now)
        let time = engine.now
        let problem = heartbeat?.beat(
            now: now,
            Heartbeat.Beat(
                run: plan.id.text,
                account: accountName,
                state: state.state,
                marketTime: started == nil ? nil : time,
                lastEvent: lastEventSeen
            )
        )
        if let problem { terminal.say(problem) }
    }

    /// Tells of something that no note of the engine says.
    func notify(_ kind: NotifyKind, _ text: String) {
        notifier?.tell(NotifyEvent(kind, time: session?.now ?? .wallClock, text))
    }
}
