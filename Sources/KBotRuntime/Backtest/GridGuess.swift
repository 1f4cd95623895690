import KBotModel

/// Tells the price grid of a market that nobody tells it of, from its prices: whole cents, or tenths of one.
///
/// The same bars must give the same grid wherever they lie, so files and catalogue both look at the market's own first
/// 2,000 bars from the run's beginning on. They also look beyond the run's end: a run that ends sooner must not have other
/// prices before its end.
struct GridGuess {
    /// Bars looked at.
    private static let sample = 2_000

    private var seen = 0
    private var isWholeCents = true

    /// Whether further bars change nothing.
    var isSettled: Bool { !isWholeCents || seen >= Self.sample }

    /// The grid the prices seen so far look like.
    var grid: PriceGrid { isWholeCents ? .linearCent : .deciCent }

    /// Looks at the market's next bar.
    mutating func see(_ bar: Candle) {
        guard !isSettled else { return }
        seen += 1
        for price in [bar.open, bar.high, bar.low, bar.close] where price.units % 100 != 0 { isWholeCents = false }
    }
}
