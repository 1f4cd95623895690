import KBotKalshi
import KBotModel

/// A public trade as the exchange keeps it.
struct TradeRecord {
    /// Number within the exchange; its UUID is made of it.
    let number: Int64
    let time: Timestamp
    let price: Price
    let count: Quantity
    let taker: BookSide
}

/// One market of the exchange.
final class ListedMarket {
    var facts: Market
    let event: EventTicker
    /// The venue's UUID of it.
    let marketID: String
    let created: Timestamp
    var updated: Timestamp
    /// The public book; orders of customers are not in it.
    var book = OrderBook()
    /// Whether the book can be trusted.
    var isInSync = true
    /// Whether its keeper paused it.
    var isPaused = false
    /// Whether the feed paused it.
    var isHalted = false
    /// How it was decided; nil before.
    var settlement: Settlement?
    var expirationValue = ""
    var determined: Timestamp?
    /// When it was paid; nil before.
    var finalized: Timestamp?
    /// Public trades, oldest first.
    var trades: [TradeRecord] = []
    var volume = Quantity.zero
    /// Σ price × count.
    var value = Money.zero
    var last: Price?
    var lastCount = Quantity.zero
    var candles = MinuteCandles()
    /// Whether the touch or the volume changed since the last `ticker` message.
    var hasNews = false
    var lastTicker = Timestamp.distantPast
    /// What every message on the book begins with, as JSON text.
    let head: [UInt8]

    /// Lists a market.
    init(_ facts: Market, marketID: String, at time: Timestamp) {
        self.facts = facts
        self.marketID = marketID
        // The event of a market is its ticker without the last part.
        let parts = facts.ticker.text.split(separator: "-")
        event = EventTicker(parts.count > 1 ? parts.dropLast().joined(separator: "-") : facts.ticker.text)
        created = time
        updated = time
        head = Array(#"{"market_ticker":"\#(facts.ticker)","market_id":"\#(marketID)""#.utf8)
    }

    /// Where it stands, in the venue's words.
    func phase(at now: Timestamp) -> MarketPhase {
        if finalized != nil { return .finalized }
        if settlement != nil { return .determined }
        if now >= facts.closeTime || facts.status == .closed || facts.status == .settled { return .closed }
        if facts.status == .initialized || now < facts.openTime { return .initialized }
        return isPaused || isHalted ? .inactive : .active
    }

    /// Contracts held: every other contract traded is taken to open a pair.
    var openInterest: Quantity { Quantity(units: volume.units / 2) }

    /// Best YES bid; 0 without one.
    var bid: Price { book.bestBid?.price ?? .zero }

    /// Best YES ask; a dollar without one.
    var ask: Price { book.bestAsk?.price ?? .one }

    /// What a YES contract is worth now: the last trade's price, else the middle of the touch.
    var mark: Price {
        if let settlement { return settlement.value }
        return last ?? Price(units: (bid.units + ask.units) / 2)
    }

    /// Takes in a public trade.
    func record(_ trade: Trade, number: Int64, at time: Timestamp) -> TradeRecord {
        let taker = trade.taker ?? (trade.price >= ask ? .bid : .ask)
        let record = TradeRecord(number: number, time: time, price: trade.price, count: trade.count, taker: taker)
        trades.append(record)
        volume += trade.count
        value += trade.price * trade.count
        last = trade.price
        lastCount = trade.count
        hasNews = true
        candles.trade(trade.price, trade.count, at: time, openInterest: openInterest)
        return record
    }

    /// Notes that the book changed.
    func bookChanged(at time: Timestamp) {
        hasNews = true
        candles.quote(bid: bid, ask: ask, at: time, openInterest: openInterest)
    }

    /// Its strike without superfluous zeros, at least as fine as cents.
    var strikeText: String? { facts.strike.map(dollarText) }

    /// The grid as the venue writes it.
    var priceRanges: JSON {
        .array(
            facts.grid.ranges.map {
                .members(["start": $0.start.wire, "end": $0.end.wire, "step": $0.step.wire])
            }
        )
    }

    /// The grid's name; the ranges decide.
    var priceStructure: String {
        let names = [
            "linear_cent", "deci_cent", "tapered_deci_cent", "center_whole_edge_half_cent",
            "center_whole_edge_quint_cent", "center_half_edge_half_cent", "center_half_edge_quint_cent",
            "center_half_edge_deci_cent", "center_quint_edge_quint_cent", "center_quint_edge_deci_cent",
            "center_deci_edge_centi_cent", "center_centi_edge_centi_cent",
        ]
        return names.first { PriceGrid.named($0) == facts.grid } ?? "custom"
    }
}

/// A price of an underlying as the venue writes it: two digits after the point, more where it takes them.
func dollarText(_ price: SpotPrice) -> String {
    var text = price.description[...]
    for _ in 0..<2 where text.hasSuffix("0") { text = text.dropLast() }
    return String(text)
}
