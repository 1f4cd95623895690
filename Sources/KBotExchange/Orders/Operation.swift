import KBotKalshi
import KBotModel

/// A request about one order that the exchange has sent on its way, until it is decided.
struct Operation {
    /// What is asked for.
    enum Kind {
        /// A new order.
        case create
        /// To take an order off the book; `isDecrease` when a decrease asked for it.
        case cancel(isDecrease: Bool)
        /// To change an order.
        case amend(Amendment)
    }

    /// What an amendment changes.
    struct Amendment {
        let total: Quantity
        let clientID: String?
        /// nil keeps it; an inner nil takes it away.
        let expires: Timestamp??
        let isDecrease: Bool
    }

    let kind: Kind
    /// Who waits, and for which of its items.
    let reply: WaitingReply
    let slot: Int
    /// When it was carried out; nil before.
    var begun: Timestamp?
    /// What was filled at once.
    var filled = Quantity.zero
    var value = Money.zero
    var fees = Money.zero
    /// What was left on the book.
    var remaining = Quantity.zero

    /// Averages of what was filled at once, when anything was.
    var averages: (price: JSON, fee: JSON)? {
        guard filled > .zero else { return nil }
        let price = floorDivide(value.units * 2 + filled.units, by: filled.units * 2)
        // Microdollars over hundredths of a contract: 1/10,000 dollar a contract.
        let fee = floorDivide(fees.units * 2 + filled.units, by: filled.units * 2)
        return (
            .string(formatDecimal(price, fractionDigits: 4)), .string(formatDecimal(fee, fractionDigits: 4))
        )
    }
}

/// An answer that is put together while its orders are under way.
final class WaitingReply {
    /// What became of one item.
    typealias Item = Result<JSON, Refusal>

    /// The number it is fetched by.
    let ticket: Int
    /// Whether the request is still being carried out, so that the answer goes straight back.
    var isImmediate = true
    private var items: [Item?]
    private let render: ([Item]) -> HTTPResponse

    /// Waits for so many items.
    init(ticket: Int, count: Int, render: @escaping ([Item]) -> HTTPResponse) {
        self.ticket = ticket
        items = Array(repeating: nil, count: count)
        self.render = render
    }

    /// Takes in what became of an item.
    func decide(_ slot: Int, _ item: Item) { items[slot] = item }

    /// The answer, once every item is decided.
    var response: HTTPResponse? {
        let decided = items.compactMap(\.self)
        return decided.count == items.count ? render(decided) : nil
    }
}
