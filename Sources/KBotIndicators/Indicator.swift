/// A running figure over a series, updated in constant time and without allocation.
///
/// Every indicator here is integers only, so the same inputs give the same figures on every machine. An indicator belongs
/// to one contract or to one underlying: nothing is carried over to the next contract, because that starts near 50 cents
/// wherever the old one ended, and the jump would look like a signal. Make a fresh one, or call ``reset()``.
public protocol Indicator: Sendable {
    /// What the series consists of.
    associatedtype Input
    /// Takes in the next member of the series.
    mutating func add(_ input: Input)
    /// Whether enough was taken in for the figure to mean something.
    var isReady: Bool { get }
    /// Forgets everything taken in.
    mutating func reset()
}

/// The limits and scales the indicators share.
public enum IndicatorScale {
    /// Figures in the input's unit are given in 1/1,000,000 of it.
    public static let micro: Int64 = 1_000_000
    /// The largest magnitude of an input: spot prices of up to 100 million dollars fit.
    public static let largestInput: Int64 = 1_000_000_000_000
    /// The longest period.
    public static let longestPeriod = 100_000
}

@inline(__always)
func checkPeriod(_ period: Int, from shortest: Int) {
    precondition(
        period >= shortest && period <= IndicatorScale.longestPeriod,
        "Condition failed: a period lies between \(shortest) and \(IndicatorScale.longestPeriod)"
    )
}

@inline(__always)
func checkInput(_ input: Int64) {
    precondition(
        input.magnitude <= IndicatorScale.largestInput.magnitude,
        "Condition failed: an indicator's input is not beyond ±10^12"
    )
}

@inline(__always)
func checkPrices(_ bar: Bar) {
    checkInput(bar.high)
    checkInput(bar.low)
    checkInput(bar.close)
}
