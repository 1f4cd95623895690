/// An amount of money in microdollars; `Price × Quantity` is exact in this unit.
public struct Money: FixedPoint, AdditiveArithmetic {
    /// Units of 1/1,000,000 dollar.
    public let units: Int64

    /// Makes an amount from microdollars.
    @inlinable public init(units: Int64) { self.units = units }

    /// Makes an amount of whole dollars.
    @inlinable public init(dollars: Int64) { self.init(units: dollars * 1_000_000) }

    /// Six digits: microdollars.
    public static let fractionDigits = 6

    /// The value zero.
    @inlinable public static var zero: Money { Money(units: 0) }

    /// The amount without its sign.
    @inlinable public var magnitude: Money { Money(units: abs(units)) }

    /// Adds two amounts.
    @inlinable public static func + (lhs: Money, rhs: Money) -> Money { Money(units: lhs.units + rhs.units) }

    /// Subtracts an amount.
    @inlinable public static func - (lhs: Money, rhs: Money) -> Money { Money(units: lhs.units - rhs.units) }

    /// The opposite amount.
    @inlinable public static prefix func - (money: Money) -> Money { Money(units: -money.units) }

    /// The value of a quantity at a price, exact: 1/10,000 dollar × 1/100 contract = 1 microdollar.
    @inlinable public static func value(of quantity: Quantity, at price: Price) -> Money {
        Money(units: Int64(price.units) * quantity.units)
    }

    /// The value of a quantity over a price distance, exact.
    @inlinable public static func value(of quantity: Quantity, over delta: PriceDelta) -> Money {
        Money(units: Int64(delta.units) * quantity.units)
    }

    /// A share of the amount in hundredths of a percent (200 = 2 %), rounded towards minus infinity.
    @inlinable public func share(basisPoints: Int64) -> Money {
        let product = Int128(units) * Int128(basisPoints)
        return Money(units: Int64(floorDivide(product, by: 10_000)))
    }
}

extension Price {
    /// The value of a quantity at this price, exact.
    @inlinable public static func * (price: Price, quantity: Quantity) -> Money {
        Money.value(of: quantity, at: price)
    }
}
