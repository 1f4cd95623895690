public import KBotModel

/// Equity at one moment.
public struct EquityPoint: Hashable, Sendable {
    /// When.
    public let time: Timestamp
    /// Equity, open positions marked at the exit touch.
    public let equity: Money

    /// Makes a point.
    public init(time: Timestamp, equity: Money) {
        self.time = time
        self.equity = equity
    }
}

/// Equity over one UTC day.
public struct DailyEquity: Hashable, Sendable {
    /// The day.
    public let day: UTCDay
    /// Equity at the end of the day before, or at the start of the run.
    public internal(set) var open: Money
    /// Equity at the last mark of the day; a mark at 00:00 ends the day before it.
    public internal(set) var equity: Money

    /// Makes a day.
    public init(day: UTCDay, open: Money, equity: Money) {
        self.day = day
        self.open = open
        self.equity = equity
    }

    /// What the day gained or lost.
    public var change: Money { equity - open }
}

extension [DailyEquity] {
    /// Days of which a run saw at least 23 of 24 hours: half a day cannot be compared with a whole one.
    func whole(from: Timestamp, to: Timestamp) -> [DailyEquity] {
        filter { Swift.min(to, $0.day.next.start) - Swift.max(from, $0.day.start) >= .hours(23) }
    }
}

/// A fall of equity from a peak to a trough.
public struct Drawdown: Hashable, Sendable {
    /// Where it fell from: the first time this height was reached.
    public let peak: EquityPoint
    /// How deep it fell: the first time this depth was reached.
    public let trough: EquityPoint

    /// Makes a drawdown.
    public init(peak: EquityPoint, trough: EquityPoint) {
        self.peak = peak
        self.trough = trough
    }

    /// The fall in dollars, never negative.
    public var amount: Money { peak.equity - trough.equity }

    /// The fall as a share of the peak; nil when the peak is not positive.
    public var share: Ratio? { Ratio(amount.units, over: peak.equity.units) }

    /// Whether this fall is the deeper share of its peak, compared exactly.
    func isDeeper(than other: Drawdown) -> Bool {
        guard peak.equity.units > 0 else { return false }
        guard other.peak.equity.units > 0 else { return true }
        return Int128(amount.units) * Int128(other.peak.equity.units)
            > Int128(other.amount.units) * Int128(peak.equity.units)
    }
}

/// What a corrected result changed after a trade was booked.
public struct SettlementCorrection: Hashable, Sendable {
    /// Market decided anew.
    public let market: Ticker
    /// What it adds to the result.
    public let amount: Money
    /// When the correction was booked.
    public let time: Timestamp

    /// Makes a correction.
    public init(market: Ticker, amount: Money, time: Timestamp) {
        self.market = market
        self.amount = amount
        self.time = time
    }
}

/// A position that is still there when the run ends; not a trade.
public struct OpenPosition: Hashable, Sendable {
    /// Where the position stands.
    public enum State: String, Hashable, Sendable, CaseIterable {
        /// The market still trades.
        case open
        /// The market has closed; its result is not known yet.
        case awaitingSettlement = "awaiting_settlement"
    }

    /// Strategy that entered.
    public let strategy: StrategyName
    /// Market.
    public let market: Ticker
    /// Direction in YES terms.
    public let direction: Direction
    /// Contracts still held.
    public let count: Quantity
    /// Σ price × count of the contracts still held, YES prices.
    public let entryValue: Money
    /// What they are marked at: the touch on the exit side, a YES price.
    public let mark: Price
    /// Fees paid for the position so far, entries and partial exits.
    public let fees: Money
    /// Gross profit of the part already closed.
    public let realized: Money
    /// Time of the first entry fill.
    public let opened: Timestamp
    /// Where it stands.
    public let state: State

    /// Makes an open position.
    public init(
        strategy: StrategyName,
        market: Ticker,
        direction: Direction,
        count: Quantity,
        entryValue: Money,
        mark: Price,
        fees: Money,
        realized: Money = .zero,
        opened: Timestamp,
        state: State = .open
    ) {
        self.strategy = strategy
        self.market = market
        self.direction = direction
        self.count = count
        self.entryValue = entryValue
        self.mark = mark
        self.fees = fees
        self.realized = realized
        self.opened = opened
        self.state = state
    }

    /// What closing at the mark would gain before fees.
    public var unrealized: Money {
        let value = Money.value(of: count, at: mark)
        return direction == .long ? value - entryValue : entryValue - value
    }
}
