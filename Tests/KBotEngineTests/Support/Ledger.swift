import KBotModel

/// The money of a run counted anew, from fills and settlements alone: what the engine's figures must agree with.
struct Ledger {
    private struct Book {
        var cash = Money.zero
        var position = Quantity.zero
        var settlement: Settlement?
        var settledPosition = Quantity.zero
    }

    let initial: Money
    private var books: [MarketID: Book] = [:]
    private(set) var fees = Money.zero
    private var seen: Set<Int64> = []
    /// Contracts each order has filled.
    private(set) var filled: [ClientOrderID: Quantity] = [:]

    init(initial: Money) { self.initial = initial }

    mutating func take(_ fill: Fill) {
        guard seen.insert(fill.trade).inserted else { return }
        filled[fill.order, default: .zero] += fill.count
        fees += fill.fee
        let signed = Quantity(units: fill.side.sign * fill.count.units)
        var book = books[fill.market, default: Book()]
        book.cash = book.cash - Money.value(of: signed, at: fill.price)
        if let settlement = book.settlement {
            book.cash += Money.value(of: signed, at: settlement.value)
            book.settledPosition += signed
        } else {
            book.position += signed
        }
        books[fill.market] = book
    }

    mutating func take(_ market: MarketID, _ settlement: Settlement) {
        var book = books[market, default: Book()]
        if let earlier = book.settlement {
            book.cash += Money.value(of: book.settledPosition, over: settlement.value - earlier.value)
        } else {
            book.cash += Money.value(of: book.position, at: settlement.value)
            book.settledPosition = book.position
            book.position = .zero
        }
        book.settlement = settlement
        books[market] = book
    }

    /// Signed YES contracts held.
    func position(_ market: MarketID) -> Quantity { books[market]?.position ?? .zero }

    /// Start + gross of everything, open positions at their marks − fees.
    func equity(mark: (MarketID) -> Price) -> Money {
        books.reduce(initial - fees) { sum, entry in
            let (market, book) = entry
            return book.position == .zero
                ? sum + book.cash : sum + book.cash + Money.value(of: book.position, at: mark(market))
        }
    }
}
