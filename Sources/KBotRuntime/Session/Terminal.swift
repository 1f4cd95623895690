import Foundation
import KBotEngine
import KBotModel
import KBotReports

/// What a person sees on standard error while a run goes: a status or progress line, and at finite speed one line for
/// each signal, order, fill and exit.
struct Terminal {
    private let isTerminal: Bool
    let narrates: Bool
    private let isSilent: Bool
    private let clock = ContinuousClock()
    private let started: ContinuousClock.Instant
    private var lastDraw: ContinuousClock.Instant
    private var drawn = 0
    private var names: [String] = []
    private var warned: Set<String> = []

    /// Warnings printed while a run goes at full speed.
    private static let mostWarnings = 10

    /// Progress shows on what lasts longer than this.
    private static let patience = Duration.seconds(2)
    private static let interval = Duration.milliseconds(200)

    /// Makes a terminal; `narrates` at finite speed.
    init(narrates: Bool, isSilent: Bool = false) {
        isTerminal = isatty(STDERR_FILENO) == 1
        self.narrates = narrates
        self.isSilent = isSilent
        started = clock.now
        lastDraw = started
    }

    /// Wall-clock time since the run began.
    var elapsed: Duration { clock.now - started }

    /// Shows how far the run has come, at most five times a second, on a terminal only.
    mutating func progress(_ share: @autoclosure () -> Double?, now: Timestamp, events: Int) {
        guard isTerminal, !narrates, clock.now - lastDraw >= Self.interval, elapsed >= Self.patience else { return }
        lastDraw = clock.now
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
        let rate = "\(Int(Double(events) / seconds / 1_000))k events/s"
        guard let share = share(), share > 0 else { return draw("\(Self.moment(now, 19))  \(rate)") }
        let width = 24
        let filled = Int(share * Double(width))
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
        let left = Int((seconds / share - seconds).rounded())
        draw("\(bar) \(Int(share * 100)) %  market time \(Self.moment(now, 16))  \(rate)  \(left) s left")
    }

    /// Shows where the run stands at finite speed.
    mutating func status(now: Timestamp, account: AccountView, open: [OpenTrade]) {
        guard isTerminal, narrates, clock.now - lastDraw >= Self.interval else { return }
        lastDraw = clock.now
        let position = open.first.map {
            "  \($0.direction.rawValue) \($0.count) \($0.market) at \(cents($0.mark))"
        }
        draw(
            "\(Self.moment(now, 19))  equity \(account.equity.dollarText)  today \(account.dayPnL.signedDollarText)"
                + (position ?? "  flat")
        )
    }

    /// Takes the status line away.
    mutating func clear() {
        guard drawn > 0 else { return }
        put("\r" + String(repeating: " ", count: drawn) + "\r")
        drawn = 0
    }

    /// Tells what happened, where a person would want to know.
    mutating func tell(_ note: Note) {
        if narrates, case .market(let market) = note.kind {
            let index = Int(market.id.index)
            while names.count <= index { names.append("") }
            names[index] = market.ticker.text
        }
        if case .warning(_, let text) = note.kind, !narrates {
            warn(text)
            return
        }
        guard narrates, let text = sentence(note) else { return }
        clear()
        let market = note.market.flatMap { Int($0.index) < names.count ? names[Int($0.index)] + "  " : nil } ?? ""
        put("\(Self.moment(note.time, 23))  \(market)\(text)\n")
    }

    /// Prints a warning once, and only so many of them; the report and the event stream have them all.
    mutating func warn(_ text: String) {
        guard warned.count < Self.mostWarnings, warned.insert(text).inserted else { return }
        say("kbot: warning: \(text)")
    }

    /// Prints a line as it is.
    mutating func say(_ text: String) {
        clear()
        put(text + "\n")
    }

    /// A time as people write it: `2026-06-01 00:03:35.250`, cut to a length.
    private static func moment(_ time: Timestamp, _ length: Int) -> String {
        String(time.description.prefix(length)).replacing("T", with: " ")
    }

    private func sentence(_ note: Note) -> String? {
        switch note.kind {
        case .signal(let strategy, let signal, let plan):
            "signal  \(strategy): \(signal.direction.rawValue) at \(cents(plan.entry)), stop \(cents(plan.stop)), "
                + "target \(cents(plan.target))" + (signal.reason.map { " (\($0))" } ?? "")
        case .noSignal(_, let code, filtered: true): "no signal  \(code)"
        case .denied(_, let code, let text): "denied  \(code): \(text)"
        case .order(let update) where update.state == .partlyFilled: nil  // its fill has a line
        case .order(let update):
            "order \(update.request.id)  \(update.role.rawValue) \(update.request.side == .bid ? "buy" : "sell") "
                + "\(update.request.count) at \(cents(update.request.price)): \(update.state.name)"
                + (update.why.map { " (\($0))" } ?? "")
        case .fill(let fill, let role):
            "fill \(fill.order)  \(role.rawValue) \(fill.side == .bid ? "bought" : "sold") \(fill.count) at "
                + "\(cents(fill.price)), \(fill.liquidity.rawValue), fee \(fill.fee.dollarText)"
        case .exit(_, let exit): "exit  \(exit.rawValue)"
        case .closed(let trade):
            "closed  \(trade.direction.rawValue) \(trade.count), \(trade.exit.rawValue): "
                + "net \(trade.netPnL.signedDollarText) (fees \(trade.fees.dollarText))"
        case .corrected(_, let trade): "corrected  net \(trade.netPnL.signedDollarText)"
        case .settled(let settlement): "settled  \(settlement.result)" + (settlement.isInferred ? " (inferred)" : "")
        case .blocked(let code): "entries blocked: \(code)"
        case .unblocked(let code): "entries allowed again: \(code) ended"
        case .warning(let code, let text): "warning \(code): \(text)"
        case .script(let strategy, let text): "\(strategy): \(text)"
        // A swap is told by who made it.
        case .market, .candle, .spotCandle, .swapped, .trigger, .noSignal, .equity, .verdict: nil
        }
    }

    private func cents(_ price: Price) -> String {
        price.units % 100 == 0
            ? "\(price.units / 100)¢" : "\(formatDecimal(Int64(price.units / 10), fractionDigits: 1))¢"
    }

    private mutating func draw(_ text: String) {
        let padding = String(repeating: " ", count: max(0, drawn - text.count))
        put("\r" + text + padding)
        drawn = text.count
    }

    private func put(_ text: String) {
        guard !isSilent else { return }
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}
