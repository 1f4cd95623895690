/// A best bid and ask guessed from trades alone, for recordings without a book.
///
/// The bid is the price of the last trade whose taker sold YES, the ask that of the last whose taker bought; each counts
/// for ten seconds. Both the engine and the paper exchange read the same guess.
public struct PrintTouch: Hashable, Sendable {
    /// How long a print stands for a quote.
    public static let validity = TimeSpan.seconds(10)

    private struct Print: Hashable {
        let price: Price
        let time: Timestamp
    }

    private var bid: Print?
    private var ask: Print?

    /// Makes a guess that knows nothing yet.
    public init() {}

    /// Takes in a trade.
    public mutating func record(_ trade: Trade, at time: Timestamp) {
        record(price: trade.price, taker: trade.taker, at: time)
    }

    /// Takes in a trade's price and the side of its taker.
    public mutating func record(price: Price, taker: BookSide?, at time: Timestamp) {
        switch taker {
        case .ask: bid = Print(price: price, time: time)
        case .bid: ask = Print(price: price, time: time)
        case nil: break
        }
    }

    /// The touch at a time: sides older than ``validity`` are unknown.
    public func touch(at time: Timestamp) -> Touch {
        func fresh(_ side: Print?) -> Price? {
            side.flatMap { time - $0.time <= Self.validity ? $0.price : nil }
        }
        return Touch(bid: fresh(bid), ask: fresh(ask))
    }
}
