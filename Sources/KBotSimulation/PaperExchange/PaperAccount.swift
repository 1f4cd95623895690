import KBotModel

/// Cash and positions of the paper account; knows nothing of orders or books.
///
/// After the start, money changes in ``trade(_:count:price:fee:in:)`` and ``settle(_:at:)``, and where the owner moves it:
/// ``deposit(_:)``.
/// A reservation only moves it between "free" and "reserved".
struct PaperAccount: Sendable {
    /// A position that was paid out, kept so that a corrected result can be booked.
    fileprivate struct Paid: Hashable, Codable, Sendable {
        let position: Quantity
        let value: Price
    }

    fileprivate struct Holding: Hashable, Codable, Sendable {
        var position = Quantity.zero
        var paid: Paid?
    }

    /// All cash, reserved or free.
    private(set) var total: Money
    /// The part of it that resting orders hold.
    private(set) var reserved = Money.zero
    /// Fees of all fills.
    private(set) var feesPaid = Money.zero
    /// Of the markets ever traded in; looked up only, never walked.
    private var holdings: [MarketID: Holding] = [:]

    /// The account as it is kept, with what it holds or was paid for in markets that still matter.
    struct State: Hashable, Codable, Sendable {
        /// One market's part.
        fileprivate struct Part: Hashable, Codable, Sendable {
            var market: MarketID
            let holding: Holding
        }

        let total: Money
        let reserved: Money
        let feesPaid: Money
        fileprivate var parts: [Part]

        /// The markets concerned.
        var markets: [MarketID] { parts.map(\.market) }

        /// Gives the markets other numbers.
        mutating func renumber(_ new: (MarketID) -> MarketID) {
            for index in parts.indices { parts[index].market = new(parts[index].market) }
            parts.sort { $0.market < $1.market }
        }
    }

    /// What is kept of it; of flat markets only those that matter still.
    func state(keeping matters: (MarketID) -> Bool) -> State {
        State(
            total: total,
            reserved: reserved,
            feesPaid: feesPaid,
            parts: holdings.filter { $0.value.position != .zero || matters($0.key) }
                .map { State.Part(market: $0.key, holding: $0.value) }
                .sorted { $0.market < $1.market }
        )
    }

    /// Takes an account up again.
    init(_ state: State) {
        total = state.total
        reserved = state.reserved
        feesPaid = state.feesPaid
        for part in state.parts { holdings[part.market] = part.holding }
    }

    /// Opens an account.
    init(cash: Money) { total = cash }

    /// Cash that a new order may use.
    var cash: Money { total - reserved }

    /// Contracts held: plus is YES, minus is NO.
    func position(in market: MarketID) -> Quantity { holdings[market]?.position ?? .zero }

    /// How many contracts an order of this side could close.
    func closable(by side: BookSide, in market: MarketID) -> Quantity {
        let position = position(in: market)
        return max(.zero, side == .bid ? -position : position)
    }

    /// Puts a position there without paying for it: the account of an earlier run.
    mutating func restore(_ position: Quantity, in market: MarketID) {
        holdings[market, default: Holding()].position = position
    }

    /// Moves cash in or, negative, out.
    mutating func deposit(_ amount: Money) { total += amount }

    /// Books a fill: a bid pays the YES price, an ask the NO price, and every YES/NO pair that then exists returns a
    /// dollar at once.
    mutating func trade(_ side: BookSide, count: Quantity, price: Price, fee: Money, in market: MarketID) {
        let pairs = min(count, closable(by: side, in: market))
        total += Money.value(of: pairs, at: .one) - Self.cost(side, count: count, price: price) - fee
        feesPaid += fee
        holdings[market, default: Holding()].position += Quantity(units: side.sign * count.units)
    }

    /// Pays out a market; a second value corrects the first, and may cost what was credited too much.
    mutating func settle(_ market: MarketID, at value: Price) {
        guard let holding = holdings[market] else { return }
        let position = holding.paid?.position ?? holding.position
        if let paid = holding.paid { total -= Self.payout(of: position, at: paid.value) }
        total += Self.payout(of: position, at: value)
        let left = holding.paid == nil ? Quantity.zero : holding.position
        holdings[market] = Holding(position: left, paid: Paid(position: position, value: value))
    }

    /// Moves cash into (or, negative, out of) the reserve.
    mutating func reserve(_ change: Money) { reserved += change }

    /// What opening contracts costs at a YES price, without fees.
    static func cost(_ side: BookSide, count: Quantity, price: Price) -> Money {
        (side == .bid ? price : price.complement) * count
    }

    /// What a settled position pays.
    static func payout(of position: Quantity, at value: Price) -> Money {
        position.units >= 0 ? value * position : value.complement * -position
    }
}
