import KBotEngine
import KBotModel
import Logging

/// Writes what the engine tells to the log: constant messages, the rest as metadata with dotted keys.
struct NoteLog {
    private let logger: Logger
    private var names: [String] = []

    /// Makes a log; nil when nothing below warnings would be written anyway.
    init?(_ logger: Logger) {
        guard logger.logLevel <= .info else { return nil }
        self.logger = logger
    }

    /// Writes one note; candles and candles without a signal only at debug.
    mutating func write(_ note: Note) {
        var metadata: Logger.Metadata = ["market.time": "\(note.time)"]
        if case .market(let market) = note.kind {
            let index = Int(market.id.index)
            while names.count <= index { names.append("") }
            names[index] = market.ticker.text
        }
        if let market = note.market, Int(market.index) < names.count {
            metadata["market.ticker"] = "\(names[Int(market.index)])"
        }
        guard let (level, message, details) = describe(note.kind) else { return }
        metadata.merge(details) { $1 }
        logger.log(level: level, message, metadata: metadata)
    }

    private func describe(_ kind: Note.Kind) -> (Logger.Level, Logger.Message, Logger.Metadata)? {
        switch kind {
        case .market: (.debug, "market listed", [:])
        case .candle(let candle): (.trace, "candle closed", ["candle.close": "\(candle.close)"])
        case .trigger(let strategy, let direction):
            (.debug, "trigger", ["strategy": "\(strategy)", "side": "\(direction.rawValue)"])
        case .noSignal(let strategy, let code, let filtered):
            (filtered ? .debug : .trace, "no signal", ["strategy": "\(strategy)", "reason": "\(code)"])
        case .signal(let strategy, let signal, let plan):
            (
                .info, "signal",
                [
                    "strategy": "\(strategy)", "side": "\(signal.direction.rawValue)", "entry": "\(plan.entry)",
                    "stop": "\(plan.stop)", "target": "\(plan.target)",
                ]
            )
        case .denied(let strategy, let code, let text):
            (.info, "signal denied", ["strategy": "\(strategy)", "code": "\(code)", "why": "\(text)"])
        case .verdict(let rule, let verdict, let reducing):
            (.debug, "risk rule verdict", ["rule": "\(rule)", "verdict": "\(verdict)", "reducing": "\(reducing)"])
        case .order(let update):
            (
                .info, "order",
                [
                    "order.id": "\(update.request.id)", "order.role": "\(update.role.rawValue)",
                    "order.side": "\(update.request.side.rawValue)", "order.price": "\(update.request.price)",
                    "order.state": "\(update.state.name)", "order.remaining": "\(update.remaining)",
                    "why": "\(update.why ?? "")",
                ]
            )
        case .fill(let fill, let role):
            (
                .info, "fill",
                [
                    "order.id": "\(fill.order)", "order.role": "\(role.rawValue)", "fill.price": "\(fill.price)",
                    "fill.count": "\(fill.count)", "fill.fee": "\(fill.fee)",
                    "fill.liquidity": "\(fill.liquidity.rawValue)",
                ]
            )
        case .exit(let strategy, let exit):
            (.info, "leaving a position", ["strategy": "\(strategy)", "why": "\(exit.rawValue)"])
        case .closed(let trade):
            (.info, "trade closed", ["trade.net_pnl": "\(trade.netPnL)", "trade.exit": "\(trade.exit.rawValue)"])
        case .corrected(_, let trade): (.warning, "trade corrected", ["trade.net_pnl": "\(trade.netPnL)"])
        case .settled(let settlement):
            (.info, "market settled", ["result": "\(settlement.result)", "inferred": "\(settlement.isInferred)"])
        case .equity: nil
        case .blocked(let code): (.notice, "entries blocked", ["code": "\(code)"])
        case .unblocked(let code): (.notice, "entries allowed again", ["code": "\(code)"])
        case .spotCandle(let symbol, let candle):
            (.trace, "candle closed", ["symbol": "\(symbol)", "candle.close": "\(candle.close)"])
        case .swapped(let swap):
            (
                .notice, "script replaced",
                [
                    "script": "\(swap.script)", "generation": "\(swap.generation)", "old": "\(swap.oldHash)",
                    "new": "\(swap.newHash)",
                ]
            )
        case .script(let script, let text): (.info, "script", ["script": "\(script)", "text": "\(text)"])
        case .warning(let code, let text): (.warning, "warning", ["code": "\(code)", "text": "\(text)"])
        }
    }
}
