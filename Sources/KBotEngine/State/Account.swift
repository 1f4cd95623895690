import KBotModel

/// kbot's own money: what came in, what fills and settlements did to it, what today and the last trades brought.
///
/// One definition of equity serves every limit and every report:
/// initial capital + realised gross P&L − fees + open positions at the exit touch. All of it is integers, so the identity
/// holds to the microdollar.
struct Account: Hashable, Codable, Sendable {
    let initialCapital: Money
    /// Gross P&L of closed round trips.
    private(set) var realisedGross = Money.zero
    /// Fees of every fill so far.
    private(set) var feesPaid = Money.zero
    /// Equity at the last 00:00 UTC (or at the start).
    private(set) var capital: Money
    private(set) var day: UTCDay
    /// Net P&L of round trips closed today.
    private(set) var realisedToday = Money.zero
    /// Losing round trips in a row.
    private(set) var losingStreak = 0

    init(initialCapital: Money, at time: Timestamp) {
        self.initialCapital = initialCapital
        capital = initialCapital
        day = time.utcDay
    }

    /// Equity with every position closed at zero unrealised P&L.
    var settledEquity: Money { initialCapital + realisedGross - feesPaid }

    /// Books the fee of a fill.
    mutating func pay(fee: Money) { feesPaid += fee }

    /// Books a round trip; its fees were paid with its fills.
    mutating func close(_ trade: ClosedTrade) {
        realisedGross += trade.grossPnL
        realisedToday += trade.netPnL
        if trade.netPnL < .zero { losingStreak += 1 } else { losingStreak = 0 }
    }

    /// Replaces the result of a round trip after the venue corrected it; streaks stay as they were lived.
    mutating func correct(_ old: ClosedTrade, to new: ClosedTrade) {
        realisedGross += new.grossPnL - old.grossPnL
        realisedToday += new.netPnL - old.netPnL
    }

    /// Forgets the losing streak.
    mutating func clearStreak() { losingStreak = 0 }

    /// Begins a UTC day with this equity.
    mutating func begin(_ day: UTCDay, equity: Money) {
        self.day = day
        capital = equity
        realisedToday = .zero
    }
}
