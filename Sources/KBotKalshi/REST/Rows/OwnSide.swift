import KBotModel

/// The side of the YES book that a row of ours is on, from whichever of the venue's fields are there.
///
/// `book_side` and `outcome_side` always agree. Of the older fields, `side` means the outcome bought on fills, whatever
/// was held; on orders it means, with `action`, what was sent.
extension RowReader {
    /// The side of an order.
    func orderSide() throws(WireError) -> BookSide {
        if let side = try modernSide() { return side }
        let outcome: Open<Outcome>? = try optional("side")
        let action: String? = try optional("action")
        switch (outcome?.known, action) {
        case (.yes?, "buy"?), (.no?, "sell"?): return .bid
        case (.yes?, "sell"?), (.no?, "buy"?): return .ask
        default: throw WireError(.missing).under("book_side")
        }
    }

    /// The side of a fill.
    func fillSide() throws(WireError) -> BookSide {
        if let side = try modernSide() { return side }
        let outcome: Open<Outcome>? = try optional("side")
        switch outcome?.known {
        case .yes?: return .bid
        case .no?: return .ask
        case nil: throw WireError(.missing).under("book_side")
        }
    }

    private func modernSide() throws(WireError) -> BookSide? {
        let side: Open<BookSide>? = try optional("book_side")
        if let side = side?.known { return side }
        let outcome: Open<Outcome>? = try optional("outcome_side")
        return outcome?.known.map { $0 == .yes ? .bid : .ask }
    }
}
