public import KBotModel

/// A price that a bar's path comes by, told as a trade.
public struct BarPrint: Hashable, Sendable {
    /// Which part of the bar it is.
    public enum Moment: Hashable, Sendable {
        /// The first price: takers that came since the bar before fill here.
        case open
        /// On the way between the bar's prices.
        case inside
        /// The last price.
        case close
    }

    /// When it is told: the open just after the start, the close just before the end, the ends of the bar between.
    public let time: Timestamp
    /// YES price.
    public let price: Price
    /// Contracts: the bar's volume stands at its close, all other prints have none.
    public let count: Quantity
    /// The direction the price moved in, as a taker's side.
    public let taker: BookSide
    /// Which part of the bar it is.
    public let moment: Moment
}

/// A price at which the bot wants to act by itself: the bar's path stops there.
public struct BarWatch: Hashable, Sendable {
    /// What the bot waits for.
    public enum Kind: Hashable, Sendable {
        /// To leave a position.
        case stop
        /// To enter in this direction.
        case entry(Direction)
    }

    /// The price.
    public let price: Price
    /// What happens there.
    public let kind: Kind

    /// Makes a watch.
    public init(_ kind: Kind, at price: Price) {
        self.kind = kind
        self.price = price
    }
}
