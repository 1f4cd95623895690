import KBotModel

/// One of our orders at the exchange: on the book, or waiting for the print that stands for a book.
struct RestingOrder: Hashable, Codable, Sendable {
    /// What happens to the part that is not filled at once.
    enum Life: String, Hashable, Codable, Sendable {
        /// Rests.
        case good
        /// Waits for one print, then dies.
        case immediate
        /// Waits for one print that fills it whole; nobody was told of it before.
        case allOrNone
    }

    /// A chance to take, where prints stand for the book: the first trade of the order's side decides.
    struct Take: Hashable, Codable, Sendable {
        /// The luck of the request.
        let luck: Luck
        /// After this the chance is gone.
        let deadline: Timestamp
    }

    /// The order's number.
    let id: ClientOrderID
    /// Side of the YES book.
    let side: BookSide
    /// Limit.
    var price: Price
    /// Contracts wanted in all.
    var total: Quantity
    /// Contracts filled.
    var filled = Quantity.zero
    /// What becomes of the rest.
    let life: Life
    /// The order may only close.
    let reduceOnly: Bool
    /// When it dies by itself.
    var expires: Timestamp?
    /// The pending chance to take a print.
    var take: Take?
    /// Contracts that trade before ours do.
    private(set) var ahead = Quantity.zero
    /// Cash held for it.
    var reserved = Money.zero
    /// How often the market could have filled it: numbers its draws.
    var fillEvents: Int32 = 0
    /// Part of `ahead` that a shrinking level took off and no trade has explained yet.
    private var unexplained = Quantity.zero
    private var shrunk = Timestamp.distantPast

    /// Makes an order with nothing filled.
    init(_ order: NewOrder, life: Life, expires: Timestamp?) {
        id = order.id
        side = order.side
        price = order.price
        total = order.count
        self.life = life
        reduceOnly = order.reduceOnly
        self.expires = expires
    }

    /// Contracts still wanted.
    var remaining: Quantity { total - filled }

    /// Whether it stands on the book.
    var rests: Bool { if case .good = life { true } else { false } }

    /// The outcome it bids for.
    var outcome: Outcome { side == .bid ? .yes : .no }

    /// The price of that outcome.
    var outcomePrice: Price { side == .bid ? price : price.complement }

    /// A queue longer than any: that of an order which arrived while the book was unknown.
    static let unknownQueue = Quantity(units: .max / 4)

    /// Whether it arrived while the book was unknown, and no book has come since.
    var isQueueUnknown: Bool { ahead > Quantity(units: .max / 8) }

    /// Goes to the back of a queue.
    mutating func requeue(behind ahead: Quantity) {
        self.ahead = ahead
        unexplained = .zero
    }

    /// Follows a change of its level: `displayed` is what stands there now, `change` by how much that differs.
    mutating func levelChanged(
        by change: Quantity,
        to displayed: Quantity,
        at time: Timestamp,
        friction: Friction
    ) {
        switch friction.queue {
        case .front: break
        case .back: ahead += max(.zero, change)
        case .observed:
            guard displayed < ahead else { return }
            if time - shrunk > friction.echoWindow { unexplained = .zero }
            unexplained += ahead - displayed
            shrunk = time
            ahead = displayed
        }
    }

    /// Finds its level in a whole new book.
    mutating func levelReplaced(by displayed: Quantity, at time: Timestamp, friction: Friction) {
        let growth = max(.zero, displayed - ahead)
        levelChanged(by: growth, to: displayed, at: time, friction: friction)
    }

    /// How much of a trade reaches the order, the queue ahead served first; at most `volume`.
    mutating func reach(of volume: Quantity, at price: Price, time: Timestamp, friction: Friction) -> Quantity {
        guard price == self.price else {
            ahead = .zero  // the market traded through: whoever was ahead is gone
            return volume
        }
        var volume = volume
        // The delta of this trade may have come before the trade: then the queue is shorter already.
        if unexplained.units > 0 {
            if time - shrunk > friction.echoWindow { unexplained = .zero }
            let echo = min(unexplained, volume)
            unexplained -= echo
            volume -= echo
        }
        let eaten = min(ahead, volume)
        ahead -= eaten
        return volume - eaten
    }
}
