import KBotModel

/// How a number of the document reads in a page.
enum NumberStyle {
    /// Dollars, to the cent.
    case money
    /// Dollars with a sign even when it is a gain, green or red.
    case profit
    /// A loss that the document has as a positive amount.
    case loss
    /// Dollars per contract, in cents with a sign.
    case signedCents
    /// A price in dollars, in cents.
    case cents
    /// A share from 0 to 1, in percent.
    case share
    /// A share from 0 to 1 of a dollar, in percent: the value of contracts that win or lose.
    case valueShare
    /// A figure that is a percentage already.
    case percent
    /// Two digits.
    case ratio
    /// Two digits and the sign of a gain, green or red.
    case multiple
    /// A whole number.
    case count
    /// Contracts, without zeros at the end.
    case contracts
    /// Seconds, in their two largest units.
    case seconds
    /// An underlying's price, in dollars.
    case spot
    /// Three digits; a number without end is that.
    case decimal
    /// A number of the user's own, as it was written.
    case verbatim

    /// What a reader sees; nil for a text that is no number of this kind.
    func shown(_ text: String) -> String? {
        switch self {
        case .money: amount(text)?.dollarText
        case .profit: amount(text)?.signedDollarText
        case .loss: amount(text).map { (-$0).dollarText }
        case .signedCents: Money(text).map { ($0.units > 0 ? "+" : "") + $0.centText }
        case .cents: Money(text)?.centText
        case .share: ratio(text)?.percentText
        case .valueShare: Money(text).map { Ratio(units: $0.units).percentText }
        case .percent: Ratio(text)?.alreadyPercentText
        case .ratio: ratio(text)?.shortText
        case .multiple: Ratio(text).map { ($0.units > 0 ? "+" : "") + $0.shortText }
        case .count: Int(text).map { grouped($0) }
        case .contracts: Quantity(text)?.shortText
        case .seconds: Ratio(text).map { TimeSpan(microseconds: $0.units).shortText }
        case .spot: SpotPrice(text).map { Money(units: $0.units * 100).dollarText }
        case .decimal: isEndless(text) ? "∞" : ratio(text)?.thirdText
        case .verbatim: text
        }
    }

    /// A decimal as it stands, or a binary fraction rounded to six digits.
    private func ratio(_ text: String) -> Ratio? { Ratio(text) ?? Double(text).flatMap { Ratio(rounding: $0) } }

    private func amount(_ text: String) -> Money? { Money(text) ?? ratio(text).map { Money(units: $0.units) } }

    /// Whether a binary fraction stands for infinity, such as the profit factor of a trial without a loss.
    private func isEndless(_ text: String) -> Bool { Double(text).map { $0 > 1e12 } ?? false }

    /// `gain` or `fall` where the sign matters; nil elsewhere, and for 0.
    func tone(_ text: String) -> String? {
        switch self {
        case .profit, .multiple:
            guard let value = amount(text), value != .zero else { return nil }
            return value > .zero ? "gain" : "fall"
        case .loss:
            guard let value = amount(text), value != .zero else { return nil }
            return value > .zero ? "fall" : "gain"
        case .money, .signedCents, .cents, .share, .valueShare, .percent, .ratio, .count, .contracts, .seconds, .spot,
            .decimal, .verbatim:
            return nil
        }
    }
}

extension Quantity {
    /// Contracts without zeros at the end: `12`, `0.5`.
    var shortText: String {
        var text = description
        if text.contains(".") {
            while text.hasSuffix("0") { text.removeLast() }
            if text.hasSuffix(".") { text.removeLast() }
        }
        return text
    }
}
