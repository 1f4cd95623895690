package import KBotEngine
package import KBotModel

/// An order that is about to be sent: what must be known after a crash to recognise it at the venue.
package struct Intent: Hashable, Sendable {
    /// What will be sent.
    package let order: NewOrder
    /// The market's name: numbers are of one run, names for ever.
    package let ticker: Ticker
    /// What the order is for.
    package let role: OrderRole
    /// Whose trade it belongs to; nil where nobody's (a flatten of what was found).
    package let strategy: StrategyName?
    /// When, in the venue's time.
    package let time: Timestamp
    /// What the engine must know to look after the order, JSON of `OrderIntent`; the column `intent` of `orders`.
    package let detail: String?

    /// Makes an intent.
    package init(
        order: NewOrder,
        ticker: Ticker,
        role: OrderRole,
        strategy: StrategyName?,
        time: Timestamp,
        detail: String? = nil
    ) {
        self.order = order
        self.ticker = ticker
        self.role = role
        self.strategy = strategy
        self.time = time
        self.detail = detail
    }
}
