package import KBotEngine
package import KBotModel
import KBotReports

/// One JSON line for each effect: what the event stream shows, what the journal keeps, what a replay compares.
///
/// A pure function of the effects: the same ones give the same bytes in any process. Markets are written by name; the
/// lines learn the names from the notes of new markets.
package struct EffectLines: Sendable {
    private var writer = JSONWriter()
    private var names: [String] = []

    /// Makes lines; nothing is known of any market.
    package init() {}

    /// Tells a market's name beforehand: the engine of a run that goes on with an earlier one does not tell it again.
    package mutating func know(_ market: Market) {
        let index = Int(market.id.index)
        guard index >= 0 else { return }
        while names.count <= index { names.append("") }
        names[index] = market.ticker.text
    }

    /// Appends the line of an effect, with its line feed.
    package mutating func append(_ effect: Effect, to bytes: inout [UInt8]) {
        write(effect)
        bytes.append(contentsOf: writer.bytes)
        writer.removeAll()
    }

    // MARK: Lines that gather

    /// What was written since ``removeAll()``.
    var bytes: [UInt8] { writer.bytes }

    /// Forgets what was written, not the names.
    mutating func removeAll() { writer.removeAll() }

    /// Writes the line of an effect.
    mutating func write(_ effect: Effect) {
        switch effect {
        case .note(let note): write(note)
        case .send(let approved): write(approved.request)
        case .lookUp(let id):
            writer.beginObject()
            writer.field("type", "look_up")
            writer.field("id", id.description)
            writer.endObject()
            writer.endLine()
        }
    }

    /// Writes the line of a note.
    mutating func write(_ note: Note) {
        switch note.kind {
        case .market(let market):
            know(market)
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
        case .equity(let equity): line("equity", note) { $0.field("equity", equity) }
        }
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
        name(note.market)
        body(&writer)
        writer.endObject()
        writer.endLine()
    }

    private mutating func name(_ market: MarketID?) {
        guard let market, names.indices.contains(Int(market.index)) else { return }
        writer.field("market", names[Int(market.index)])
    }

    // MARK: Requests

    /// A request has no time of its own: it is that of the next line, which tells the order's new state.
    mutating func write(_ request: OrderRequest) {
        writer.beginObject()
        writer.field("type", "send")
        switch request {
        case .place(let order):
            writer.field("request", "place")
            name(order.market)
            writer.field("id", order.id.description)
            writer.field("side", order.side.rawValue)
            writer.field("price", order.price)
            writer.field("count", order.count)
            switch order.timeInForce {
            case .goodTillCancelled(let expires):
                writer.field("time_in_force", "good_till_cancelled")
                if let expires { writer.field("expires", expires) }
            case .immediateOrCancel: writer.field("time_in_force", "immediate_or_cancel")
            case .fillOrKill: writer.field("time_in_force", "fill_or_kill")
            }
            writer.field("reduce_only", order.reduceOnly)
        case .cancel(let id):
            writer.field("request", "cancel")
            writer.field("id", id.description)
        case .amend(let id, let price, let total):
            writer.field("request", "amend")
            writer.field("id", id.description)
            writer.field("price", price)
            writer.field("total", total)
        }
        writer.endObject()
        writer.endLine()
    }

    // MARK: Notes

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
