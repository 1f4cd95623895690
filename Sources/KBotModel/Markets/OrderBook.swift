/// One market's book as the venue shows it: bids for YES and bids for NO.
///
/// A NO bid at q is a YES ask at 1 − q. The two sides are independent on purpose: a delta may lock or cross the book for
/// a moment, and the state must survive that.
public struct OrderBook: Hashable, Sendable {
    /// Bids for YES, in YES prices.
    public private(set) var yes = BookLadder()
    /// Bids for NO, in NO prices.
    public private(set) var no = BookLadder()

    /// Makes an empty book.
    public init() {}

    /// The best YES bid.
    @inlinable public var bestBid: BookLevel? { yes.best }

    /// The best YES ask: the best NO bid, seen from the other side.
    @inlinable public var bestAsk: BookLevel? {
        no.best.map { BookLevel(price: $0.price.complement, count: $0.count) }
    }

    /// Best bid and ask prices.
    @inlinable public var touch: Touch {
        Touch(bid: yes.best?.price, ask: no.best?.price.complement)
    }

    /// The bids of one outcome.
    @inlinable public func bids(of outcome: Outcome) -> BookLadder { outcome == .yes ? yes : no }

    /// Replaces the whole book.
    public mutating func replace(with snapshot: BookSnapshot) {
        yes = BookLadder(snapshot.yes)
        no = BookLadder(snapshot.no)
    }

    /// Empties the book.
    public mutating func removeAll() {
        yes.removeAll()
        no.removeAll()
    }

    /// Adds a signed count to one level.
    ///
    /// - Returns: false when the level would go below zero: the book has lost sync and must be replaced.
    public mutating func add(_ delta: Quantity, at price: Price, outcome: Outcome) -> Bool {
        outcome == .yes ? yes.add(delta, at: price) : no.add(delta, at: price)
    }

    /// What a taker could fill within a limit: `.bid` walks the asks up, `.ask` walks the bids down; YES prices.
    public func depth(takenBy side: BookSide, limit: Price) -> Quantity {
        switch side {
        case .bid: no.count(atOrAbove: limit.complement)
        case .ask: yes.count(atOrAbove: limit)
        }
    }

}

/// One price of a book and the contracts bid there.
public struct BookLevel: Hashable, Codable, Sendable {
    /// Price, of the outcome the ladder bids for.
    public let price: Price
    /// Contracts.
    public let count: Quantity

    /// Makes a level.
    @inlinable public init(price: Price, count: Quantity) {
        self.price = price
        self.count = count
    }
}

/// The bids for one outcome, ascending, the best one last.
///
/// A flat array: books hold about a hundred levels a side, and nearly all changes happen near the best price, at the end
/// of the array, where a change moves next to nothing.
public struct BookLadder: Hashable, Sendable {
    /// The levels, ascending by price; counts are positive.
    public private(set) var levels: [BookLevel]

    /// Makes an empty ladder.
    public init() { levels = [] }

    /// Makes a ladder from levels in any order; levels at one price are added up, empty ones dropped.
    public init(_ levels: [BookLevel]) {
        self.init()
        self.levels.reserveCapacity(max(128, levels.count))
        for level in levels.sorted(by: { $0.price < $1.price }) where level.count.units > 0 {
            if let last = self.levels.last, last.price == level.price {
                self.levels[self.levels.count - 1] = BookLevel(price: last.price, count: last.count + level.count)
            } else {
                self.levels.append(level)
            }
        }
    }

    /// The highest bid.
    @inlinable public var best: BookLevel? { levels.last }

    /// Contracts bid at exactly this price.
    @inlinable public func count(at price: Price) -> Quantity {
        let index = firstIndex(atOrAbove: price)
        return index < levels.count && levels[index].price == price ? levels[index].count : .zero
    }

    /// Contracts bid at this price or better.
    public func count(atOrAbove price: Price) -> Quantity {
        var sum = Quantity.zero
        for level in levels.reversed() {
            guard level.price >= price else { break }
            sum += level.count
        }
        return sum
    }

    /// Empties the ladder.
    public mutating func removeAll() { levels.removeAll(keepingCapacity: true) }

    /// Adds a signed count at a price, dropping the level at zero; false when the count would go below zero.
    public mutating func add(_ delta: Quantity, at price: Price) -> Bool {
        let index = firstIndex(atOrAbove: price)
        if index < levels.count, levels[index].price == price {
            let count = levels[index].count + delta
            guard count.units >= 0 else { return false }
            if count == .zero {
                levels.remove(at: index)
            } else {
                levels[index] = BookLevel(price: price, count: count)
            }
            return true
        }
        guard delta.units >= 0 else { return false }
        if delta.units > 0 { levels.insert(BookLevel(price: price, count: delta), at: index) }
        return true
    }

    /// The index of the first level not below `price`, searched from the best price down: changes cluster there.
    @inlinable func firstIndex(atOrAbove price: Price) -> Int {
        var index = levels.count
        var probes = 0
        while index > 0, probes < 8 {
            if levels[index - 1].price < price { return index }
            index -= 1
            probes += 1
        }
        var low = 0
        while low < index {
            let middle = (low + index) / 2
            if levels[middle].price < price { low = middle + 1 } else { index = middle }
        }
        return low
    }
}

/// Best bid and best ask in YES prices; a side is nil when it is empty or unknown.
public struct Touch: Hashable, Codable, Sendable {
    /// Best YES bid.
    public var bid: Price?
    /// Best YES ask.
    public var ask: Price?

    /// Makes a touch.
    @inlinable public init(bid: Price? = nil, ask: Price? = nil) {
        self.bid = bid
        self.ask = ask
    }

    /// Ask minus bid; nil unless both are known. Negative while crossed.
    @inlinable public var spread: PriceDelta? {
        guard let bid, let ask else { return nil }
        return ask - bid
    }

    /// The price at which a position of this direction could leave now: the bid for a long, the ask for a short.
    @inlinable public func exit(_ direction: Direction) -> Price? { direction == .long ? bid : ask }

    /// The price at which a position of this direction could be entered now.
    @inlinable public func entry(_ direction: Direction) -> Price? { direction == .long ? ask : bid }
}

/// A whole book, in any order.
public struct BookSnapshot: Hashable, Codable, Sendable {
    /// Bids for YES in YES prices.
    public let yes: [BookLevel]
    /// Bids for NO in NO prices.
    public let no: [BookLevel]

    /// Makes a snapshot.
    public init(yes: [BookLevel], no: [BookLevel]) {
        self.yes = yes
        self.no = no
    }
}

/// The two outcomes of a binary market.
public enum Outcome: String, Hashable, Codable, Sendable, CaseIterable {
    /// The event happens.
    case yes
    /// It does not.
    case no

    /// The other outcome.
    @inlinable public var other: Outcome { self == .yes ? .no : .yes }
}

/// A side of the YES book: `bid` buys YES (or sells NO), `ask` sells YES (or buys NO).
public enum BookSide: String, Hashable, Codable, Sendable, CaseIterable {
    /// Buys YES.
    case bid
    /// Sells YES.
    case ask

    /// The other side.
    @inlinable public var opposite: BookSide { self == .bid ? .ask : .bid }

    /// +1 for a buy of YES, −1 for a sale: the sign of the change of position.
    @inlinable public var sign: Int64 { self == .bid ? 1 : -1 }
}

/// The direction of a signal or position in YES terms.
public enum Direction: String, Hashable, Codable, Sendable, CaseIterable {
    /// Owns YES.
    case long
    /// Owns NO.
    case short

    /// The other direction.
    @inlinable public var opposite: Direction { self == .long ? .short : .long }

    /// The side that opens such a position.
    @inlinable public var entrySide: BookSide { self == .long ? .bid : .ask }

    /// The side that closes such a position.
    @inlinable public var exitSide: BookSide { self == .long ? .ask : .bid }

    /// +1 long, −1 short.
    @inlinable public var sign: Int64 { self == .long ? 1 : -1 }

    /// Whether `price` is at `level` or beyond it in the losing direction: at or below for a long, at or above for a short.
    @inlinable public func isAtOrBeyondStop(_ price: Price, _ level: Price) -> Bool {
        self == .long ? price <= level : price >= level
    }
}
