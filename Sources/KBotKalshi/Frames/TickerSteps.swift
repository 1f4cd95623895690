import KBotModel

/// Makes trades of the steps in a market's traded volume, for recordings without trade frames.
///
/// A `ticker` frame sums up what happened since the one before it: one step stands for one trade of that many contracts
/// at the last price. The taker is guessed from the touch before the step.
struct TickerSteps: Sendable {
    private var volume: Quantity?
    private var touch = Touch()

    /// Takes in a ticker; the trade it stands for, if any, as price, count and taker.
    ///
    /// The first ticker only sets the base, and so does one whose volume fell.
    mutating func step(_ state: TickerState) -> (price: Price, count: Quantity, taker: BookSide?)? {
        let before = touch
        touch = state.touch
        guard let now = state.volume else { return nil }
        let base = volume
        volume = now
        guard let base, now > base, let price = state.price, price.isTradable else { return nil }
        return (price, now - base, Self.taker(of: price, touch: before))
    }

    /// The side a trade's taker was on, judged by the touch before it; nil when the price tells nothing.
    static func taker(of price: Price, touch: Touch) -> BookSide? {
        switch (touch.bid, touch.ask) {
        case (let bid?, let ask?):
            // Locked or crossed, a price can be beyond both; then, as between them, the nearer side decides.
            if price >= ask, price > bid { return .bid }
            if price <= bid, price < ask { return .ask }
            let doubled = price.units * 2
            let middle = Price.doubledMid(bid, ask)
            return doubled == middle ? nil : doubled > middle ? .bid : .ask
        case (nil, let ask?): return price >= ask ? .bid : nil
        case (let bid?, nil): return price <= bid ? .ask : nil
        case (nil, nil): return nil
        }
    }
}
