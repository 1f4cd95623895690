import KBotModel
import KBotReports

/// The report for programs: everything, markets without end among it.
extension WhyReport {
    /// One JSON document, with a line feed after it; prices and money are decimal strings in dollars.
    package var json: String {
        var writer = JSONWriter(pretty: true)
        writer.beginObject()
        writer.field("run", title)
        writer.field("from", from)
        writer.field("to", to)
        writer.field("effects", lines)
        writer.array("notes", of: notes) { $0.value($1) }
        writer.array("strategies", of: strategies) { writer, part in
            writer.beginObject()
            writer.field("strategy", part.name)
            part.funnel.write(to: &writer)
            writer.endObject()
        }
        writer.array("markets", of: markets) { writer, part in
            writer.beginObject()
            writer.field("market", part.market)
            writer.field("strategy", part.strategy)
            part.funnel.write(to: &writer)
            writer.endObject()
        }
        writer.array("misses", of: misses) { writer, miss in
            writer.beginObject(inline: true)
            writer.field("kind", miss.kind.rawValue)
            writer.field("ts", miss.time)
            writer.field("market", miss.market)
            writer.field("strategy", miss.strategy)
            writer.field("reason", miss.code)
            writer.field("side", miss.side)
            switch miss.kind {
            case .band:
                writer.key("dollars_inside")
                writer.decimal(miss.amount, fractionDigits: 6)
            case .time: writer.field("seconds_left", miss.amount / 1_000_000)
            }
            writer.endObject()
        }
        writer.array("objections", of: objections) { writer, objection in
            writer.beginObject()
            writer.field("code", objection.code)
            writer.field("signals", objection.signals)
            writer.field("limit", objection.limit?.rawValue)
            writer.field("last", objection.text)
            writer.object("by_strategy", inline: true) { writer in
                for (name, count) in Funnel.sorted(objection.strategies) { writer.field(name, count) }
            }
            writer.endObject()
        }
        writer.field("objections_are_first_only", true)
        writer.object("blocks", inline: true) { writer in
            for (code, count) in Funnel.sorted(blocks) { writer.field(code, count) }
        }
        writer.array("limits", of: limits) { $0.value($1) }
        writer.array("what_if", of: whatIf) { writer, result in
            writer.beginObject(inline: true)
            writer.field("limit_off", result.limit?.rawValue)
            writer.field("signals", result.signals)
            writer.field("orders", result.orders)
            writer.field("filled", result.filled)
            writer.field("trades", result.trades)
            writer.field("net_pnl", result.net)
            writer.endObject()
        }
        writer.array("decisions", of: decisions) { Self.write($1, to: &$0) }
        writer.endObject()
        writer.endLine()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private static func write(_ decision: WhyDecision, to writer: inout JSONWriter) {
        let candle = decision.candle
        writer.beginObject()
        writer.field("market", decision.market)
        writer.field("closes", decision.closes)
        writer.object("candle", inline: true) { writer in
            writer.field("end", candle.end)
            writer.field("interval_s", candle.interval.wholeSeconds)
            writer.field("open", candle.open)
            writer.field("high", candle.high)
            writer.field("low", candle.low)
            writer.field("close", candle.close)
            writer.field("volume", candle.volume)
            writer.field("trades", candle.trades)
        }
        writer.field("equity", decision.equity)
        writer.array("answers", of: decision.answers) { writer, answer in
            writer.beginObject()
            writer.field("from", answer.strategy)
            writer.array("seen", of: answer.seen) { $0.value($1) }
            writer.array("words", of: answer.words) { $0.value($1) }
            writer.endObject()
        }
        writer.array("blocks", of: decision.blocks) { writer, block in
            writer.beginObject(inline: true)
            writer.field("code", block.code)
            writer.field("since", block.since)
            writer.endObject()
        }
        writer.array("followed", of: decision.followed) { $0.value($1) }
        writer.endObject()
    }
}
