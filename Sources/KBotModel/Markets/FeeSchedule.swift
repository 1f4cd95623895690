/// What the venue charges for a fill; `kalshi-api` §6: `M · k · 0.07 · C · P · (1 − P)`, rounded up to ``step``.
///
/// Source: the venue's fee schedule; how fees are rounded changed once, see ``step(at:)``. There is no settlement fee and
/// no fee on a cancel. A fee the venue reports with a fill always wins over this estimate.
public struct FeeSchedule: Hashable, Sendable {
    /// The venue's `fee_type`.
    public enum Kind: Hashable, Codable, Sendable {
        /// Takers pay, makers are free.
        case quadratic
        /// Makers pay a quarter of the taker's fee.
        case quadraticWithMakerFees
        /// Makers pay half of the taker's fee.
        case quadraticWithComboMakerFees
        /// A type this version does not know; charged as the dearest known one, so that no estimate is too low.
        case unknown(String)

        /// Reads the venue's word.
        public init(venueName: String) {
            switch venueName {
            case "quadratic": self = .quadratic
            case "quadratic_with_maker_fees": self = .quadraticWithMakerFees
            case "quadratic_with_combo_maker_fees": self = .quadraticWithComboMakerFees
            default: self = .unknown(venueName)
            }
        }
    }

    /// Whether a fill took liquidity or made it.
    public enum Liquidity: String, Hashable, Codable, Sendable {
        /// The order took a resting order.
        case taker
        /// The order rested.
        case maker
    }

    /// Who pays which share.
    public let kind: Kind
    /// `fee_multiplier`, in 1/10,000; 10,000 is the usual 1.
    public let multiplier: Int64
    /// What the fee of one fill is rounded up to a multiple of.
    public let step: Money

    /// Makes a schedule; `multiplier` in 1/10,000, `step` that of today.
    public init(kind: Kind, multiplier: Int64 = 10_000, step: Money = currentStep) {
        precondition(multiplier >= 0, "Condition failed: a fee multiplier is not negative")
        precondition(step > .zero, "Condition failed: a fee is rounded to a step")
        self.kind = kind
        self.multiplier = multiplier
        self.step = step
    }

    /// The schedule of crypto markets: quadratic, multiplier 1.
    public static let quadratic = FeeSchedule(kind: .quadratic)

    /// Whether no fill costs anything.
    public var isFree: Bool { multiplier == 0 }

    /// The fee of one fill, a multiple of ``step``; a YES and its NO price give the same.
    public func fee(count: Quantity, price: Price, liquidity: Liquidity) -> Money {
        let quarters = quarters(liquidity)
        guard quarters > 0, multiplier > 0, count.units > 0 else { return .zero }
        // contracts/100 · price/10⁴ · (1 − price)/10⁴ · multiplier/10⁴ · quarters/4 · 7/100, in steps of so many 10⁻⁶ dollar.
        let product =
            Int128(count.units) * Int128(Int64(price.units) * Int64(price.complement.units))
            * Int128(multiplier * quarters * 7)
        let steps = ceilDivide(product, by: 40_000_000_000 * Int128(step.units))
        return Money(units: Int64(steps) * step.units)
    }

    /// k of the formula, in quarters.
    private func quarters(_ liquidity: Liquidity) -> Int64 {
        switch (liquidity, kind) {
        case (.taker, _): 4
        case (.maker, .quadratic): 0
        case (.maker, .quadraticWithMakerFees): 1
        case (.maker, .quadraticWithComboMakerFees): 2
        case (.maker, .unknown): 4
        }
    }
}
