/// A number of contracts in 1/100 contract; signed where it is a position (minus = NO contracts).
public struct Quantity: FixedPoint, AdditiveArithmetic {
    /// Units of 1/100 contract.
    public let units: Int64

    /// Makes a quantity from 1/100 contracts.
    @inlinable public init(units: Int64) { self.units = units }

    /// Makes a quantity of whole contracts.
    @inlinable public init(contracts: Int64) { self.init(units: contracts * 100) }

    /// Two digits: 1/100 contract.
    public static let fractionDigits = 2

    /// The value zero.
    @inlinable public static var zero: Quantity { Quantity(units: 0) }

    /// The quantity without its sign.
    @inlinable public var magnitude: Quantity { Quantity(units: abs(units)) }

    /// The quantity with the fraction of a contract dropped (towards zero).
    @inlinable public var wholeContracts: Quantity { Quantity(units: units / 100 * 100) }

    /// Adds two quantities.
    @inlinable public static func + (lhs: Quantity, rhs: Quantity) -> Quantity {
        Quantity(units: lhs.units + rhs.units)
    }

    /// Subtracts a quantity.
    @inlinable public static func - (lhs: Quantity, rhs: Quantity) -> Quantity {
        Quantity(units: lhs.units - rhs.units)
    }

    /// The opposite quantity.
    @inlinable public static prefix func - (quantity: Quantity) -> Quantity { Quantity(units: -quantity.units) }

    /// A percentage of the quantity, rounded down to the unit of 1/100 contract; for quantities ≥ 0.
    @inlinable public func percent(_ percent: Int64) -> Quantity { Quantity(units: units * percent / 100) }
}
