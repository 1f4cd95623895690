/// A typed text identifier: one generic type, so that a ticker can never stand where a run id belongs.
public struct Identifier<Tag>: Hashable, Comparable, Sendable, CustomStringConvertible, ExpressibleByStringLiteral {
    /// The text.
    public let text: String

    /// Makes an identifier from trusted text.
    public init(_ text: String) { self.text = text }

    /// Makes an identifier from a literal.
    public init(stringLiteral value: String) { self.text = value }

    /// Makes an identifier from foreign text.
    ///
    /// - Returns: nil unless the text is 1 to 128 printable ASCII characters without spaces.
    public init?(validating text: String) {
        guard (1...128).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return nil
        }
        self.text = text
    }

    /// Orders bytewise.
    public static func < (lhs: Identifier, rhs: Identifier) -> Bool {
        lhs.text.utf8.lexicographicallyPrecedes(rhs.text.utf8)
    }

    /// The text itself.
    public var description: String { text }
}

/// Tags of ``Identifier``.
public enum IdentifierTag {
    /// A market's ticker.
    public enum Market: Sendable {}
    /// A series' ticker.
    public enum Series: Sendable {}
    /// An event's ticker.
    public enum Event: Sendable {}
    /// A strategy's name.
    public enum Strategy: Sendable {}
    /// A run.
    public enum Run: Sendable {}
    /// An underlying's price.
    public enum Spot: Sendable {}
}

/// The venue's name of a market: `KXBTC15M-26APR271445-45`.
public typealias Ticker = Identifier<IdentifierTag.Market>
/// The venue's name of a series: `KXBTC15M`.
public typealias SeriesTicker = Identifier<IdentifierTag.Series>
/// The venue's name of an event: `KXBTC15M-26APR271445`.
public typealias EventTicker = Identifier<IdentifierTag.Event>
/// A strategy's name: `bollinger_scalper`.
public typealias StrategyName = Identifier<IdentifierTag.Strategy>
/// The name of one run.
public typealias RunID = Identifier<IdentifierTag.Run>

/// A market's dense number within one run, given in the order in which markets become known.
///
/// Events and orders carry this instead of the ticker: it indexes arrays and costs no reference counting.
public struct MarketID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The number, from 0 on.
    public let index: Int32

    /// Makes a market number.
    @inlinable public init(_ index: Int32) { self.index = index }

    /// Orders by number.
    @inlinable public static func < (lhs: MarketID, rhs: MarketID) -> Bool { lhs.index < rhs.index }

    /// The number as `#3`.
    public var description: String { "#\(index)" }
}

/// An order's number within one account: with the account's tag in front it is the venue's `client_order_id`.
///
/// The engine counts them up, so the same inputs give the same ids, and a retry can never make a second order. The upper
/// half is the account's epoch: 0 for its first run, and one more each time a run takes the account up again. A number that
/// was lost with the power is therefore never given twice.
public struct ClientOrderID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The number, from 1 on.
    public let sequence: Int64

    /// Makes an order number.
    @inlinable public init(_ sequence: Int64) { self.sequence = sequence }

    /// Makes the number of an account's order.
    ///
    /// - Parameters:
    ///   - epoch: How often the account was taken up before.
    ///   - number: The order within the run, from 1 on; 0 stands before the first.
    @inlinable public init(epoch: Int32, number: Int32) { sequence = Int64(epoch) << 32 | Int64(number) }

    /// How often the account had been taken up before when the order was made.
    @inlinable public var epoch: Int32 { Int32(truncatingIfNeeded: sequence >> 32) }

    /// The order within its run, from 1 on.
    @inlinable public var number: Int32 { Int32(truncatingIfNeeded: sequence) }

    /// Orders by number.
    @inlinable public static func < (lhs: ClientOrderID, rhs: ClientOrderID) -> Bool { lhs.sequence < rhs.sequence }

    /// The number as `o17`, and as `o2.17` in the account's third run.
    public var description: String { epoch == 0 ? "o\(sequence)" : "o\(epoch).\(number)" }
}
