/// A contract price in 1/10,000 dollar, from 0 to 10,000 units (0 to 1 dollar).
///
/// Inside the core every price is a YES price; the NO price of the same contract is ``complement``.
/// Which prices an order may carry is the market's business: see ``PriceGrid``.
///
/// | operation | gives |
/// |---|---|
/// | `Price + PriceDelta`, `Price - PriceDelta` | `Price`, unchecked: may leave 0…1 dollar until the grid is asked |
/// | `Price - Price` | `PriceDelta` |
/// | `Price × Quantity` | `Money`, exact |
public struct Price: FixedPoint {
    /// Units of 1/10,000 dollar.
    public let units: Int32

    /// Makes a price from 1/10,000 dollars, unchecked.
    @inlinable public init(units: Int32) { self.units = units }

    /// Makes a price of whole cents.
    @inlinable public init(cents: Int32) { self.init(units: cents * 100) }

    /// Four digits: 1/10,000 dollar.
    public static let fractionDigits = 4

    /// One dollar: what a contract pays when its side wins.
    public static let one = Price(units: 10_000)

    /// The price of the other outcome: YES 0.37 ↔ NO 0.63.
    @inlinable public var complement: Price { Price(units: 10_000 - units) }

    /// Whether the price lies strictly between 0 and 1 dollar, as every order price must.
    @inlinable public var isTradable: Bool { units > 0 && units < 10_000 }

    /// Half way between two prices, in 1/20,000 dollar, so that no half unit is lost.
    @inlinable public static func doubledMid(_ a: Price, _ b: Price) -> Int32 { a.units + b.units }

    /// Moves a price up by a distance.
    @inlinable public static func + (price: Price, delta: PriceDelta) -> Price {
        Price(units: price.units + delta.units)
    }

    /// Moves a price down by a distance.
    @inlinable public static func - (price: Price, delta: PriceDelta) -> Price {
        Price(units: price.units - delta.units)
    }

    /// The signed distance between two prices.
    @inlinable public static func - (lhs: Price, rhs: Price) -> PriceDelta {
        PriceDelta(units: lhs.units - rhs.units)
    }
}

/// A signed distance between two prices, in 1/10,000 dollar.
public struct PriceDelta: FixedPoint {
    /// Units of 1/10,000 dollar.
    public let units: Int32

    /// Makes a distance from 1/10,000 dollars.
    @inlinable public init(units: Int32) { self.units = units }

    /// Makes a distance of whole cents.
    @inlinable public init(cents: Int32) { self.init(units: cents * 100) }

    /// Four digits: 1/10,000 dollar.
    public static let fractionDigits = 4

    /// The distance without its sign.
    @inlinable public var magnitude: PriceDelta { PriceDelta(units: abs(units)) }

    /// Adds two distances.
    @inlinable public static func + (lhs: PriceDelta, rhs: PriceDelta) -> PriceDelta {
        PriceDelta(units: lhs.units + rhs.units)
    }

    /// Repeats a distance.
    @inlinable public static func * (delta: PriceDelta, factor: Int32) -> PriceDelta {
        PriceDelta(units: delta.units * factor)
    }

    /// The opposite distance.
    @inlinable public static prefix func - (delta: PriceDelta) -> PriceDelta { PriceDelta(units: -delta.units) }
}

/// A price of the underlying (a coin, say) in 1/10,000 dollar.
public struct SpotPrice: FixedPoint {
    /// Units of 1/10,000 dollar.
    public let units: Int64

    /// Makes a spot price from 1/10,000 dollars.
    @inlinable public init(units: Int64) { self.units = units }

    /// Four digits: 1/10,000 dollar.
    public static let fractionDigits = 4
}
