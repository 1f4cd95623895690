import Foundation
package import KBotEngine
import KBotModel
import KBotReports

/// Writes what the engine tells as JSON lines, one object a line, in the order told.
///
/// The same input and seed give the same bytes in any process: nothing of the machine, the clock or the run's id is in them.
package struct EventStream: ~Copyable {
    /// Bytes gathered before they are written.
    private static let chunk = 1 << 16

    private let file: FileHandle
    private var writer = JSONWriter()
    private var names: [String] = []

    /// Opens a stream on a file that is created or emptied.
    ///
    /// - Throws: ``RunFailure`` when the file cannot be written.
    package init(path: String) throws(RunFailure) {
        // Opened in place: a pipe or a device stays what it is.
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        guard descriptor >= 0 else {
            throw RunFailure(.usage, "--events: cannot write \(path): \(unsafe String(cString: strerror(errno)))")
        }
        file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    /// Writes out what is still gathered.
    package mutating func flush() throws(RunFailure) {
        guard !writer.bytes.isEmpty else { return }
        do {
            try file.write(contentsOf: Data(writer.bytes))
        } catch {
            throw RunFailure(.other, "--events: writing failed: \(error)")
        }
        writer.removeAll()
    }

    /// Appends one note; those without a place in the stream are passed over.
    package mutating func write(_ note: Note) throws(RunFailure) {
        switch note.kind {
        case .market(let market):
            let index = Int(market.id.index)
            while names.count <= index { names.append("") }
            names[index] = market.ticker.text
            line("market", note) {
                $0.field("open", market.openTime)
                $0.field("close", market.closeTime)
            }
        case .candle(let candle): write(candle, note)
        case .spotCandle(let symbol, let candle): write(candle, of: symbol, note)
        case .trigger(let strategy, let direction):
            line("trigger", note) {
                $0.field("strategy", strategy)
                $0.field("side", direction.rawValue)
            }
        case .signal(let strategy, let signal, let plan): write(strategy, signal, plan, note)
        case .noSignal(let strategy, let code, _):
            line("no_signal", note) {
                $0.field("strategy", strategy)
                $0.field("reason", code.text)
            }
        case .denied(let strategy, let code, let text):
            line("denied", note) {
                $0.field("strategy", strategy)
                $0.field("code", code.text)
                $0.field("text", text)
            }
        case .verdict(let rule, let verdict, let reducing): write(rule, verdict, reducing, note)
        case .order(let update): write(update, note)
        case .fill(let fill, let role): write(fill, role, note)
        case .exit(let strategy, let exit):
            line("exit", note) {
                $0.field("strategy", strategy)
                $0.field("reason", exit.rawValue)
            }
        case .closed(let trade): line("closed", note) { Self.write(trade, to: &$0) }
        case .corrected(_, let trade): line("corrected", note) { Self.write(trade, to: &$0) }
        case .settled(let settlement):
            line("settlement", note) {
                $0.field("result", settlement.result)
                $0.field("value", settlement.value)
                $0.field("inferred", settlement.isInferred)
            }
        case .blocked(let code): line("blocked", note) { $0.field("code", code.text) }
        case .unblocked(let code): line("unblocked", note) { $0.field("code", code.text) }
        case .swapped(let swap): write(swap, note)
        case .script(let strategy, let text):
            line("script", note) {
                $0.field("strategy", strategy)
                $0.field("text", text)
            }
        case .warning(let code, let text):
            line("warning", note) {
                $0.field("code", code.text)
                $0.field("text", text)
            }
        case .equity: return
        }
        if writer.bytes.count >= Self.chunk { try flush() }
    }

    private mutating func line(
        _ type: String,
        _ note: Note,
        at time: Timestamp? = nil,
        _ body: (inout JSONWriter) -> Void
    ) {
        writer.beginObject()
        writer.field("type", type)
        writer.field("ts", time ?? note.time)
        if let market = note.market, Int(market.index) < names.count {
            writer.field("market", names[Int(market.index)])
        }
        body(&writer)
        writer.endObject()
        writer.endLine()
    }

    private mutating func write(_ candle: Candle, _ note: Note) {
        line("candle", note, at: candle.end) {
            if candle.interval.microseconds % 1_000_000 == 0 {
                $0.field("interval_s", candle.interval.wholeSeconds)
            } else {
                $0.field("interval_us", candle.interval.microseconds)
            }
            $0.field("open", candle.open)
            $0.field("high", candle.high)
            $0.field("low", candle.low)
            $0.field("close", candle.close)
            $0.field("volume", candle.volume)
            $0.field("trades", Int64(candle.trades))
        }
    }

    private mutating func write(_ candle: SpotCandle, of symbol: SpotSymbol, _ note: Note) {
        line("spot_candle", note, at: candle.end) {
            $0.field("symbol", symbol)
            $0.field("interval_s", candle.interval.wholeSeconds)
            $0.field("open", candle.open)
            $0.field("high", candle.high)
            $0.field("low", candle.low)
            $0.field("close", candle.close)
            $0.field("ticks", Int64(candle.ticks))
        }
    }

    private mutating func write(_ swap: ScriptSwap, _ note: Note) {
        line("reload", note) {
            $0.field("script", swap.script)
            $0.field("generation", Int64(swap.generation))
            $0.field("old", swap.oldHash)
            $0.field("new", swap.newHash)
            $0.field("after_events", Int64(swap.afterEvents))
            $0.field("asked", swap.isAsked)
        }
    }

    private mutating func write(_ strategy: StrategyName, _ signal: Signal, _ plan: TradePlan, _ note: Note) {
        line("signal", note) {
            $0.field("strategy", strategy)
            $0.field("side", signal.direction.rawValue)
            $0.field("entry", plan.entry)
            $0.field("stop", plan.stop)
            $0.field("target", plan.target)
            $0.field("entry_type", signal.entryType.rawValue)
            if let reason = signal.reason { $0.field("reason", reason) }
        }
    }

    private mutating func write(_ rule: String, _ verdict: Verdict, _ reducing: Bool, _ note: Note) {
        line("verdict", note) {
            $0.field("rule", rule)
            $0.field("reducing", reducing)
            switch verdict {
            case .allow: $0.field("verdict", "allow")
            case .reduce(let count, let code, let text):
                $0.field("verdict", "reduce")
                $0.field("count", count)
                $0.field("code", code.text)
                $0.field("text", text)
            case .deny(let code, let text):
                $0.field("verdict", "deny")
                $0.field("code", code.text)
                $0.field("text", text)
            case .halt(let until, let code, let text):
                $0.field("verdict", "halt")
                if let until { $0.field("until", until) }
                $0.field("code", code.text)
                $0.field("text", text)
            }
        }
    }

    private mutating func write(_ update: OrderUpdate, _ note: Note) {
        line("order", note) {
            $0.field("id", update.request.id.description)
            $0.field("role", update.role.rawValue)
            $0.field("side", update.request.side.rawValue)
            $0.field("price", update.request.price)
            $0.field("count", update.request.count)
            $0.field("state", update.state.name)
            $0.field("filled", update.filled)
            $0.field("remaining", update.remaining)
            if let why = update.why { $0.field("why", why) }
        }
    }

    private mutating func write(_ fill: Fill, _ role: OrderRole, _ note: Note) {
        line("fill", note) {
            $0.field("order", fill.order.description)
            $0.field("role", role.rawValue)
            $0.field("side", fill.side.rawValue)
            $0.field("price", fill.price)
            $0.field("count", fill.count)
            $0.field("liquidity", fill.liquidity.rawValue)
            $0.field("fee", fill.fee)
        }
    }

    private static func write(_ trade: ClosedTrade, to writer: inout JSONWriter) {
        writer.field("strategy", trade.strategy)
        writer.field("side", trade.direction.rawValue)
        writer.field("count", trade.count)
        writer.field("opened", trade.opened)
        writer.field("exit", trade.exit.rawValue)
        writer.field("gross_pnl", trade.grossPnL)
        writer.field("fees", trade.fees)
        writer.field("net_pnl", trade.netPnL)
    }
}
