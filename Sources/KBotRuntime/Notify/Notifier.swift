import Foundation
package import KBotEngine
package import KBotKalshi
package import KBotModel
import KBotReports

/// Tells a trader who is not at the desk what must be known: by a program (`NOTIFY_COMMAND`), by a webhook
/// (`NOTIFY_WEBHOOK`), or both.
///
/// Everything here is called on the engine's thread and only puts a sentence into a queue; the telling happens on threads
/// of their own, at most as often as ``NotifyQueue`` allows, and nothing that goes wrong there reaches the run.
package final class Notifier {
    /// Market data that stay away for longer are told.
    static let disconnectPatience = Duration.seconds(30)
    /// How long the end of a run waits for what is still to be told.
    package static let flushTime = Duration.seconds(3)

    private let kinds: Set<NotifyKind>
    private let workers: [NotifyWorker]
    private var names: [String] = []
    private var silentSince: ContinuousClock.Instant?
    private var hasToldOfSilence = false

    /// Starts to listen for what is to be told; nil when the settings tell nobody.
    ///
    /// - Parameters:
    ///   - settings: Who is told what.
    ///   - sender: What each message says of the run.
    ///   - environment: The process's environment, for the program.
    ///   - trust: Whose certificates the webhook's host may show.
    ///   - report: Hears, on any thread, that telling fails: once until it succeeds again; nothing secret is in it.
    /// - Throws: ``RunFailure`` when the authorities of certificates cannot be read.
    package convenience init?(
        _ settings: NotifySettings,
        sender: NotifySender,
        environment: [String: String],
        trust: TrustRoots,
        report: @escaping @Sendable (String) -> Void
    ) throws(RunFailure) {
        guard settings.isActive else { return nil }
        var sinks: [any NotifySink] = []
        if !settings.command.isEmpty { sinks.append(CommandSink(settings.command, environment: environment)) }
        if let webhook = settings.webhook {
            do throws(TrustRootsError) {
                sinks.append(try WebhookSink(webhook, shape: settings.shape, trust: trust))
            } catch {
                throw RunFailure(.usage, "NOTIFY_WEBHOOK: \(error)")
            }
        }
        self.init(kinds: settings.kinds, workers: sinks.map { NotifyWorker($0, sender: sender, report: report) })
    }

    /// Makes a notifier of workers.
    init(kinds: Set<NotifyKind>, workers: [NotifyWorker]) {
        self.kinds = kinds
        self.workers = workers
    }

    /// What became of everything so far, each way of telling counted for itself.
    package var counts: NotifyCounts {
        workers.map(\.soFar).reduce(into: NotifyCounts()) { sum, counts in
            sum.sent += counts.sent
            sum.failed += counts.failed
            sum.dropped += counts.dropped
        }
    }

    /// Tells something.
    package func tell(_ event: NotifyEvent) {
        guard kinds.contains(event.kind) else { return }
        for worker in workers { worker.add(event) }
    }

    /// Hears what the engine tells, and passes on what a trader must know.
    package func hear(_ note: Note, _ engine: borrowing Engine) {
        switch note.kind {
        case .blocked, .unblocked: hear(note, EngineHalts(engine))
        default: hear(note, nil)
        }
    }

    /// Hears a note; `halts` is how the engine stands, for what blocks it.
    func hear(_ note: Note, _ halts: EngineHalts?) {
        if case .market(let market) = note.kind {
            let index = Int(market.id.index)
            while names.count <= index { names.append("") }
            names[index] = market.ticker.text
        }
        guard let (kind, code, text) = NotifySentence.of(note.kind, halts) else { return }
        let market = note.market.flatMap { Int($0.index) < names.count ? names[Int($0.index)] : nil }
        tell(NotifyEvent(kind, time: note.time, market: market, code: code?.text, text))
    }

    /// Hears what became of edited scripts: a refusal is told.
    package func hear(_ results: [ReloadResult], at time: Timestamp) {
        for result in results where result.outcome == .refused {
            let why = result.message.first.map { ": \($0)" } ?? ""
            tell(
                NotifyEvent(
                    .reload,
                    time: time,
                    "\(result.script) was refused, the version before stays in force\(why)"
                )
            )
        }
    }

    /// Hears whether market data are current; a connection that is still to be made counts as ``FeedHealth/stale``.
    package func hear(_ health: FeedHealth, now: ContinuousClock.Instant, at time: Timestamp) {
        switch health {
        case .stale: silentSince = silentSince ?? now
        case .live:
            if hasToldOfSilence, let silentSince {
                let span = (now - silentSince).components.seconds
                tell(NotifyEvent(.disconnect, time: time, "market data are back after \(span) s"))
            }
            silentSince = nil
            hasToldOfSilence = false
        }
    }

    /// Looks whether market data stay away for too long; called in the run's pauses.
    package func poll(now: ContinuousClock.Instant, at time: Timestamp) {
        guard !hasToldOfSilence, let silentSince, now - silentSince > Self.disconnectPatience else { return }
        hasToldOfSilence = true
        tell(
            NotifyEvent(
                .disconnect,
                time: time,
                code: ReasonCode.feedStale.text,
                "no market data for \((now - silentSince).components.seconds) s; no entries until they are back"
            )
        )
    }

    /// Tells what still waits, for at most three seconds, and ends the threads.
    package func close() {
        let end = ContinuousClock.now + Self.flushTime
        for worker in workers { worker.close(by: end) }
        for worker in workers { _ = worker.waitForEnd(by: end) }
    }
}

/// What is said of a note of the engine.
enum NotifySentence {
    /// Kind, word and sentence; nil for what a trader away from the desk need not know.
    static func of(_ kind: Note.Kind, _ halts: EngineHalts?) -> (NotifyKind, ReasonCode?, String)? {
        switch kind {
        case .fill(let fill, let role):
            (
                .fill, nil,
                "\(role.rawValue) \(fill.side == .bid ? "bought" : "sold") \(fill.count) at \(cents(fill.price)), "
                    + "\(fill.liquidity.rawValue), fee \(fill.fee.dollarText)"
            )
        case .closed(let trade):
            (
                .fill, nil,
                "closed \(trade.direction.rawValue) \(trade.count), \(trade.exit.rawValue): "
                    + "net \(trade.netPnL.signedDollarText) (fees \(trade.fees.dollarText))"
            )
        case .warning(let code, let text) where code == .stopNotFilled || code == .noAnswer: (.stop, code, text)
        case .warning(let code, let text) where code == .strategyMissing || code == .onHold: (.recovery, code, text)
        case .blocked(let code): blocked(code, halts)
        case .unblocked(let code): unblocked(code, halts)
        default: nil
        }
    }

    private static func blocked(_ code: ReasonCode, _ halts: EngineHalts?) -> (NotifyKind, ReasonCode?, String)? {
        let reason = halts?.reasons.first { $0.code == code.text }
        let why = reason.flatMap { $0.text.isEmpty ? nil : ": \($0.text)" } ?? ""
        let until = reason?.until.map { ", until \($0.secondText)" } ?? ""
        switch code {
        // Told when it lasts, or expected.
        case .feedStale, .entriesStopped: return nil
        case .halted where halts?.isHalted == true:
            return (.halt, code, "HALTED\(why); no entries until kbot resume, what is open is managed on")
        case .journalFailed: return (.journal, code, "the journal cannot be written\(why); no entries until it can")
        case .onHold: return (.recovery, code, "no entries, \(code)\(why)")
        default: return (.block, code, "no entries, \(code)\(why)\(until)")
        }
    }

    private static func unblocked(_ code: ReasonCode, _ halts: EngineHalts?) -> (NotifyKind, ReasonCode?, String)? {
        let left = halts?.reasons.map(\.code).joined(separator: ", ") ?? ""
        let now = left.isEmpty ? "entries are allowed again" : "entries are still held back by \(left)"
        switch code {
        case .feedStale, .entriesStopped: return nil
        case .halted: return (.halt, code, "the halt has ended; \(now)")
        case .journalFailed: return (.journal, code, "the journal can be written again; \(now)")
        default: return (.block, code, "\(code) has ended; \(now)")
        }
    }

    private static func cents(_ price: Price) -> String {
        price.units % 100 == 0
            ? "\(price.units / 100)¢" : "\(formatDecimal(Int64(price.units / 10), fractionDigits: 1))¢"
    }
}
