import DequeModule
import KBotIndicators
import KBotModel

/// What the engine knows of one market while it matters.
final class MarketState {
    /// What is known of it; seldom changed, often looked at.
    var facts: Market {
        get { shared.facts }
        set { shared = SharedMarket(newValue) }
    }
    private(set) var shared: SharedMarket
    var book = OrderBook()
    /// Whether the feed gives a book; else the touch is guessed from trades.
    var hasBook = false
    /// Messages were lost: no entries until the next snapshot.
    var isResyncing = false
    /// What the last trades said.
    var last = LastTrades()
    /// The last known price at which each direction could leave, for marking.
    private(set) var lastBid: Price?
    private(set) var lastAsk: Price?
    var series: [CandleSeries] = []
    /// One per strategy of the run.
    var slots: [StrategySlot] = []
    /// Trades on their way, normally at most one.
    var brackets: [Bracket] = []
    /// Every order sent in this market.
    var orderIDs: [ClientOrderID] = []
    var settlement: Settlement?
    /// Round trips that ended by settlement, kept for a correction.
    var settledTrades: [ClosedTrade] = []

    /// The asset it is about.
    let underlying: String
    /// Trades of the market's life, for indicators that are asked for in the middle of it.
    private(set) var kept = Deque<KeptTrade>()
    private static let mostKept = 200_000

    init(_ facts: Market) {
        shared = SharedMarket(facts)
        underlying = facts.series.underlying
    }

    /// Takes up a market of an earlier run; its book and candles are heard anew.
    init(_ record: MarketRecord) {
        shared = SharedMarket(record.facts)
        underlying = record.facts.series.underlying
        last.price = record.lastPrice
        lastBid = record.lastBid
        lastAsk = record.lastAsk
        settlement = record.settlement
        settledTrades = record.settledTrades
    }

    /// Whether it could trade now, as far as the clock says.
    func isOpen(at time: Timestamp) -> Bool {
        settlement == nil && facts.openTime <= time && time < facts.closeTime
    }

    /// Remembers a trade.
    func keep(_ trade: KeptTrade) {
        if kept.count == Self.mostKept { kept.removeFirst() }
        kept.append(trade)
    }

    /// Forgets the trades of a market that is decided.
    func forgetTrades() { kept = [] }

    /// Drops series that no strategy hears any more; the others stand in the order of the first strategies to hear them, as
    /// they would had all been asked for from the start.
    func arrangeSeries() {
        var order: [Int] = []
        for heard in slots.compactMap(\.series) where !order.contains(heard) { order.append(heard) }
        series = order.map { series[$0] }
        slots = slots.map { slot in
            StrategySlot(series: slot.series.flatMap { order.firstIndex(of: $0) }, indicators: slot.indicators)
        }
    }

    /// Best bid and ask now.
    func touch(at time: Timestamp) -> Touch { hasBook ? book.touch : last.prints.touch(at: time) }

    /// Remembers the touch for marking; whether it moved.
    @discardableResult
    func remember(_ touch: Touch) -> Bool {
        let moved = touch.bid != nil && touch.bid != lastBid || touch.ask != nil && touch.ask != lastAsk
        if let bid = touch.bid { lastBid = bid }
        if let ask = touch.ask { lastAsk = ask }
        return moved
    }

    /// The price at which a position is marked: the exit touch, else the last one known, else the last trade.
    func mark(_ direction: Direction, at time: Timestamp) -> Price? {
        touch(at: time).exit(direction) ?? (direction == .long ? lastBid : lastAsk) ?? last.price
    }

    /// Whether the market is decided and nothing of ours is left in it.
    var isFinished: Bool { settlement != nil && brackets.isEmpty }

    /// The earliest time at which a candle may close; nil when none is open.
    var candleDue: Timestamp? {
        var due: Timestamp?
        for one in series {
            if let next = one.aggregator.nextDue, due.map({ next < $0 }) ?? true { due = next }
        }
        return due
    }
}

/// What the last trades of a market said.
struct LastTrades {
    /// The touch that they let one guess.
    var prints = PrintTouch()
    /// Price of the last one.
    var price: Price?
    /// When anything was last heard of the market, trade or not.
    var heard = Timestamp.distantPast

    /// Takes in a trade.
    mutating func hear(_ trade: Trade, at time: Timestamp, heard: Timestamp) {
        prints.record(trade, at: time)
        price = trade.price
        self.heard = heard
    }

    /// Takes in a bar: the last two trades of its path are at its close and at its end, one of each side.
    mutating func hear(_ bar: Candle) {
        let end = bar.end - TimeSpan(microseconds: 1)
        prints.record(price: bar.close, taker: .bid, at: end - TimeSpan(microseconds: 1))
        prints.record(price: bar.close, taker: .ask, at: end)
        price = bar.close
        heard = end
    }
}

/// A trade as a series that begins later must hear it.
struct KeptTrade {
    /// When it happened, by its own account.
    let time: Timestamp
    /// The engine's time when it came: candles were closed up to there before it counted.
    let heard: Timestamp
    let price: Price
    let count: Quantity
}

/// Candles of one length in one market, shared by the strategies that want it.
struct CandleSeries {
    var aggregator: CandleAggregator
}

/// One strategy in one market.
struct StrategySlot {
    /// Which of the market's series it hears; nil when it hears an underlying.
    let series: Int?
    let indicators: IndicatorSet
}
