import KBotKalshi
import KBotModel
import KBotReports

/// Writes a simulator's events as the venue would have sent them: frames of one connection, one a line, as
/// ``FrameRecording`` keeps those of the real one.
///
/// Times are whole milliseconds, as the venue's are; what the simulator tells between two of them keeps its order.
struct SimulatedFrames {
    /// Subscriptions of the connection, by their numbers.
    private enum Subscription: Int {
        case books = 1
        case trades
        case lives

        var channel: Channel {
            switch self {
            case .books: .orderbook
            case .trades: .trade
            case .lives: .lifecycle
            }
        }
    }

    private var writer = JSONWriter()
    private var sequences = [0, 0, 0, 0]
    private var known: Set<MarketID> = []

    /// The first lines: the mark, which readers pass over as a type they do not know, and the subscriptions.
    mutating func begin(at time: Timestamp, origin: [(name: String, value: String)]) -> [UInt8] {
        envelope(at: time) { writer in
            writer.field("type", SimulationMark.word)
            writer.object("msg") { writer in for (name, value) in origin { writer.field(name, value) } }
        }
        for subscription in [Subscription.books, .trades, .lives] {
            envelope(at: time) { writer in
                writer.field("type", "subscribed")
                writer.field("id", subscription.rawValue)
                writer.object("msg") { writer in
                    writer.field("channel", subscription.channel.rawValue)
                    writer.field("sid", subscription.rawValue)
                }
            }
        }
        return taken()
    }

    /// The line of an event; empty for one that the venue does not tell: closes, prices of an underlying.
    mutating func lines(_ event: MarketEvent, of market: Market) -> [UInt8] {
        switch event.kind {
        case .listed(let market):
            let isNew = known.insert(market.id).inserted
            life(isNew ? "created" : "metadata_updated", market, event.time) { writer in
                if isNew {
                    writer.field("exchange_index", market.shard)
                    writer.field("open_ts", market.openTime.microseconds / 1_000_000)
                    writer.field("close_ts", market.closeTime.microseconds / 1_000_000)
                }
                if let strike = market.strike { writer.field("floor_strike", strike) }
            }
        case .status(_, .active): life("activated", market, event.time) { _ in }
        case .snapshot(_, let book):
            message("orderbook_snapshot", .books, market, event.time) { writer in
                Self.write(book.yes, to: &writer, as: "yes_dollars_fp")
                Self.write(book.no, to: &writer, as: "no_dollars_fp")
            }
        case .delta(_, let outcome, let price, let change):
            message("orderbook_delta", .books, market, event.time) { writer in
                writer.field("price_dollars", price)
                writer.field("delta_fp", change)
                writer.field("side", outcome.rawValue)
            }
        case .trade(let trade):
            message("trade", .trades, market, event.time) { writer in
                writer.field("yes_price_dollars", trade.price)
                writer.field("count_fp", trade.count)
                if let taker = trade.taker { writer.field("taker_book_side", taker.rawValue) }
            }
        case .settled(_, let settlement):
            life("determined", market, event.time) { writer in
                writer.field("result", settlement.result)
                writer.field("settlement_value", settlement.value)
            }
        case .status, .gap, .history, .spot, .spotCandle: break
        }
        return taken()
    }

    private mutating func life(
        _ event: String,
        _ market: Market,
        _ time: Timestamp,
        _ body: (inout JSONWriter) -> Void
    ) {
        message("market_lifecycle_v2", .lives, market, time) { writer in
            writer.field("event_type", event)
            body(&writer)
        }
    }

    private mutating func message(
        _ type: String,
        _ subscription: Subscription,
        _ market: Market,
        _ time: Timestamp,
        _ body: (inout JSONWriter) -> Void
    ) {
        sequences[subscription.rawValue] += 1
        let number = sequences[subscription.rawValue]
        envelope(at: time) { writer in
            writer.field("type", type)
            writer.field("sid", subscription.rawValue)
            writer.field("seq", number)
            writer.object("msg") { writer in
                writer.field("market_ticker", market.ticker)
                body(&writer)
                writer.field("ts_ms", time.microseconds / 1_000)
            }
        }
    }

    private mutating func envelope(at time: Timestamp, _ body: (inout JSONWriter) -> Void) {
        writer.beginObject()
        writer.field("recv_ms", time.microseconds / 1_000)
        writer.object("frame", body)
        writer.endObject()
        writer.endLine()
    }

    private static func write(_ levels: [BookLevel], to writer: inout JSONWriter, as name: String) {
        writer.array(name, of: levels) { writer, level in
            writer.beginArray()
            writer.value(level.price)
            writer.value(level.count)
            writer.endArray()
        }
    }

    private mutating func taken() -> [UInt8] {
        defer { writer.removeAll() }
        return writer.bytes
    }
}
