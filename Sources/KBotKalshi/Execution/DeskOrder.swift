import KBotModel

/// One order of the run as its desk keeps it: what the venue has said of it, what the engine was told, what is under way.
final class DeskOrder {
    /// How an order ended at the venue.
    struct Ending {
        /// Contracts filled in all.
        var filled: Quantity
        /// Why it left the book; nil when it was filled whole.
        let reason: CancelReason?
    }

    /// A change of the order that the engine wants.
    struct Amendment {
        let price: Price
        let total: Quantity
    }

    let wire: CreateOrder
    let market: Market
    let opensRisk: Bool
    /// When it was first handed to the network, in the venue's time.
    var sentAt: Timestamp
    /// What the engine believes: each event is applied here before it is told, and one that cannot be is not told.
    var view: Order
    /// Whether the engine was told that the order's answer was lost.
    var wasInDoubt = false
    /// Whether an earlier run placed it, or was about to.
    private(set) var isAdopted = false
    /// Whether the venue had been heard of it before this run.
    private(set) var wasKnownBefore = false

    /// The venue's id, once it is known, and the uptime at which it became so.
    var venueID: String?
    var adoptedAt: Timestamp?
    /// Whether a reconciliation did not find it resting any more.
    var hasVanished = false
    /// Limit and contracts, as amended.
    var price: Price
    var total: Quantity
    /// Contracts of the fills told.
    private(set) var filled = Quantity.zero
    private var trades: Set<Int64> = []
    /// Contracts filled as the venue counts them, as far as heard.
    var venueFilled = Quantity.zero
    /// Fills heard of without their fee.
    var unpriced: [Int64: Fill] = [:]
    /// How it ended at the venue; told once all its fills are.
    var ending: Ending?
    /// Whether its end was told, or it never was at the venue.
    var isOver = false
    var endedAt: Timestamp?
    /// Whether it is over without having been seen at the venue, and not by the venue's word: it may be there all the same.
    var mayComeLate: Bool { isOver && venueID == nil && wasInDoubt }

    /// Whether its placing is under way.
    var isPlacing = true
    /// Until when it may wait to be sent; nil once it was.
    var heldUntil: Timestamp?
    var cancelWanted = false
    var cancelOut = false
    var cancelDue: Timestamp?
    var cancelFailures = 0
    /// When the venue last said that there was nothing to cancel.
    var cancelRefusedAt: Timestamp?
    var refusals = 0
    var amendment: Amendment?
    var amendOut = false
    /// Whether the answer to the change was lost.
    var amendLost = false
    /// Whether the engine waits for the answer to a look-up.
    var isFoundOwed = false
    /// What a look-up found, kept until the fills it counts were told.
    var found: OrderSnapshot?
    var lookOut = false
    var lookDue: Timestamp?
    var lookFailures = 0
    var fetchOut = false
    var fetchDue: Timestamp?
    var fetchFailures = 0
    /// Whether the venue is asked how many contracts are filled, because the fills do not add up to what was reckoned.
    var isRecounting = false

    init(_ request: NewOrder, wire: CreateOrder, market: Market, opensRisk: Bool, sentAt: Timestamp) {
        view = Order(request)
        self.wire = wire
        self.market = market
        self.opensRisk = opensRisk
        self.sentAt = sentAt
        price = request.price
        total = request.count
    }

    /// An order of an earlier run: of unknown outcome unless it is over, with the fills that are booked.
    convenience init(_ adopted: AdoptedOrder, wire: CreateOrder) {
        self.init(
            adopted.request,
            wire: wire,
            market: adopted.market,
            opensRisk: adopted.opensRisk,
            sentAt: adopted.sentAt
        )
        isAdopted = true
        wasKnownBefore = adopted.wasSent
        isPlacing = false
        wasInDoubt = true
        filled = adopted.filled
        trades = adopted.trades
        if filled > .zero {
            // The engine's copy has them one by one; of this one only their sum is ever read.
            let sum = Fill(
                trade: trades.min() ?? -1,
                order: adopted.request.id,
                market: adopted.request.market,
                side: adopted.request.side,
                price: adopted.request.price,
                count: filled,
                liquidity: .maker,
                fee: .zero
            )
            _ = view.apply(sum)
            // With fills, the way into doubt leads over a cancel.
            if view.state.isOpen { _ = view.apply(.requestCancel) }
        }
        if adopted.isOver {
            // However it ended: should it have filled after all, its end is told after its fills, which does no harm twice.
            isOver = true
            if view.state.isOpen { _ = view.apply(.reject(.other)) }
        }
        if view.state.isOpen { _ = view.apply(.loseAnswer) }
    }

    var request: NewOrder { view.request }
    var id: ClientOrderID { request.id }
    var ticker: Ticker { market.ticker }

    /// Whether it may stand on the book for a while.
    var mayRest: Bool {
        if case .goodTillCancelled = request.timeInForce { true } else { false }
    }

    /// Contracts that the venue counts as filled, or that were heard of.
    var expected: Quantity {
        max(venueFilled, ending?.filled ?? .zero, unpriced.values.reduce(filled) { $0 + $1.count })
    }

    /// Counts a fill once; false when it was counted before.
    func count(_ fill: Fill) -> Bool {
        guard trades.insert(fill.trade).inserted else { return false }
        unpriced[fill.trade] = nil
        filled += fill.count
        _ = view.apply(fill)
        return true
    }

    /// Whether a fill was told already.
    func knows(_ trade: Int64) -> Bool { trades.contains(trade) }

    /// Notes how it ended; a second word on it may only raise the count.
    func end(filled: Quantity, _ reason: CancelReason?) {
        venueFilled = max(venueFilled, filled)
        let all = max(venueFilled, self.filled)
        let first = ending?.reason ?? reason
        ending = Ending(filled: max(ending?.filled ?? .zero, all), reason: all >= total ? nil : first)
    }

    /// Takes the venue's own count of an order that has ended for the one that was reckoned.
    func recount(filled count: Quantity) {
        isRecounting = false
        venueFilled = max(count, filled)
        if let ending { self.ending = Ending(filled: venueFilled, reason: ending.reason) }
    }

    /// When something is to be done about it, in uptime; what waits for an answer is not.
    var due: Timestamp {
        var due = heldUntil ?? .distantFuture
        if !fetchOut, let fetchDue { due = min(due, fetchDue) }
        guard ending == nil else { return due }
        if !lookOut, !isPlacing, let lookDue { due = min(due, lookDue) }
        if cancelWanted, !cancelOut, !amendOut, let cancelDue { due = min(due, cancelDue) }
        return due
    }

    /// What is known of it in the words of a look-up.
    var snapshot: OrderSnapshot {
        guard isOver else { return OrderSnapshot(status: .resting, filled: filled) }
        if case .rejected = view.state { return OrderSnapshot(status: .unknown, filled: filled) }
        return OrderSnapshot(status: filled >= total ? .executed : .cancelled, filled: filled)
    }
}
