import DequeModule
import KBotModel

/// One market as the paper exchange sees it: the observed book or, without one, the prints, and our orders in it.
struct PaperMarket: Sendable {
    private struct Print: Sendable {
        let price: Price
        let count: Quantity
        let time: Timestamp
    }

    /// What is known of the market; nil until it is listed.
    var facts: Market?
    /// The book as displayed; our own orders are not in it.
    private(set) var book = OrderBook()
    /// Whether the market ever showed a book: decides for good which half of the fill model applies.
    private(set) var hasBook = false
    /// What our takers took from levels still displayed.
    var taken = TakenDepth()
    /// Our open orders, in the order of their time priority.
    var resting: [RestingOrder] = []
    /// The close that is planned.
    var closePlanned: Timestamp?
    /// Whether its result is known.
    var isDecided = false
    /// Every order that arrived here.
    var orders: [ClientOrderID] = []

    private var inSync = true
    /// Whether it showed a book before it was taken up again, and none since.
    private(set) var isBookUnknown = false
    private var prints = PrintTouch()
    private var recent = Deque<Print>()
    private var mids = MidWindow()

    /// A market of which nothing is known yet.
    init() {}

    /// Takes a market up again: its book, if it had one, is unknown until the next snapshot.
    init(facts: Market?, hasBook: Bool, resting: [RestingOrder], isDecided: Bool, orders: [ClientOrderID]) {
        self.facts = facts
        self.hasBook = hasBook
        self.resting = resting
        self.isDecided = isDecided
        self.orders = orders
        inSync = !hasBook
        isBookUnknown = hasBook
    }

    /// Whether an order may arrive at a time.
    func trades(at time: Timestamp) -> Bool {
        guard let facts else { return false }
        return facts.status == .active && time < facts.closeTime
    }

    // MARK: Market data

    /// Takes in a whole book.
    mutating func replaceBook(with snapshot: BookSnapshot, at time: Timestamp, friction: Friction) {
        book.replace(with: snapshot)
        inSync = true
        showBook()
        if !taken.isEmpty { taken.clamp(to: book) }
        recordMid(at: time, friction: friction)
        isBookUnknown = false
        for index in resting.indices where resting[index].rests {
            let displayed = queue(of: resting[index])
            if resting[index].isQueueUnknown {
                resting[index].requeue(behind: displayed)
                continue
            }
            resting[index].levelReplaced(by: displayed, at: time, friction: friction)
        }
    }

    /// Takes in a change of one level; the book is not trusted while it has lost sync.
    mutating func change(
        _ outcome: Outcome,
        at price: Price,
        by change: Quantity,
        time: Timestamp,
        friction: Friction
    ) {
        guard inSync else { return }
        guard book.add(change, at: price, outcome: outcome) else { return loseSync() }
        showBook()
        recordMid(at: time, friction: friction)
        if !taken.isEmpty { taken.clamp(to: book) }
        guard !resting.isEmpty else { return }
        for index in resting.indices
        where resting[index].rests && resting[index].outcome == outcome && resting[index].outcomePrice == price {
            let displayed = queue(of: resting[index])
            resting[index].levelChanged(by: change, to: displayed, at: time, friction: friction)
        }
    }

    /// Keeps the last good book until the next snapshot.
    mutating func loseSync() { inSync = false }

    /// Takes in a public trade; what it fills is the matching's business.
    mutating func record(_ trade: Trade, at time: Timestamp, friction: Friction) {
        guard !hasBook else { return }
        prints.record(trade, at: time)
        mids.record(Price.doubledMid(trade.price, trade.price), at: time, window: friction.stressWindow)
        recent.append(Print(price: trade.price, count: trade.count, time: time))
        while let oldest = recent.first, time - oldest.time > friction.printQueueWindow { recent.removeFirst() }
    }

    /// Gives the memory of a decided market back.
    mutating func forgetTape() {
        book = OrderBook()
        taken = TakenDepth()
        mids = MidWindow()
        recent.removeAll(keepingCapacity: false)
    }

    private mutating func showBook() {
        guard !hasBook else { return }
        hasBook = true
        recent.removeAll(keepingCapacity: false)
    }

    private mutating func recordMid(at time: Timestamp, friction: Friction) {
        guard let bid = book.yes.best?.price, let noBid = book.no.best?.price else { return }
        mids.record(Price.doubledMid(bid, noBid.complement), at: time, window: friction.stressWindow)
    }

    // MARK: What an order meets

    /// Best bid and ask, displayed or guessed from prints.
    func touch(at time: Timestamp) -> Touch { hasBook ? book.touch : prints.touch(at: time) }

    /// The bids a taker of this side hits, best last, and the outcome they bid for.
    func bids(against side: BookSide) -> (outcome: Outcome, ladder: BookLadder) {
        side == .bid ? (.no, book.no) : (.yes, book.yes)
    }

    /// Contracts displayed at an order's price on its own side.
    func queue(of order: RestingOrder) -> Quantity {
        book.bids(of: order.outcome).count(at: order.outcomePrice)
    }

    /// Contracts ahead of an order that arrives now.
    func queueOnArrival(of order: RestingOrder, at time: Timestamp, friction: Friction) -> Quantity {
        guard friction.queue != .front else { return .zero }
        if isBookUnknown { return RestingOrder.unknownQueue }
        if hasBook { return queue(of: order) }
        return recent.reduce(.zero) {
            $1.price == order.price && time - $1.time <= friction.printQueueWindow ? $0 + $1.count : $0
        }
    }

    /// Whether a limit reaches the opposite touch.
    func isMarketable(_ side: BookSide, _ limit: Price, at time: Timestamp) -> Bool {
        let touch = touch(at: time)
        return side == .bid ? touch.ask.map { $0 <= limit } ?? false : touch.bid.map { $0 >= limit } ?? false
    }

    /// The best of our own resting orders that an order of this side and limit would trade with.
    func ownPrice(against side: BookSide, limit: Price) -> Price? {
        var best: Price?
        for order in resting where order.side != side && order.rests {
            guard side == .bid ? order.price <= limit : order.price >= limit else { continue }
            best = best.map { side == .bid ? min($0, order.price) : max($0, order.price) } ?? order.price
        }
        return best
    }

    /// Whether a taker of `count` meets a stressed market: wide, thin or moving fast.
    func isStressed(for side: BookSide, count: Quantity, at time: Timestamp, friction: Friction) -> Bool {
        guard let facts else { return true }
        let touch = touch(at: time)
        guard let entry = side == .bid ? touch.ask : touch.bid else { return true }
        let tick = facts.grid.step(at: entry)
        // In a book an empty side is stress; between prints it only means that nobody traded there lately.
        if let spread = touch.spread {
            if spread >= tick * Int32(friction.stressSpreadTicks) { return true }
        } else if hasBook {
            return true
        }
        if mids.extent(at: time, window: friction.stressWindow) >= 2 * tick.units * Int32(friction.stressMoveTicks) {
            return true
        }
        guard hasBook else { return false }
        let steps = side == .bid ? friction.stressDepthTicks : -friction.stressDepthTicks
        let near = book.depth(takenBy: side, limit: facts.grid.moved(entry, steps: steps))
        return near.units < count.units * Int64(friction.stressDepthMultiple)
    }
}
