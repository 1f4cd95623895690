public import KBotModel

/// The account as a whole: equity, the day, and what blocks entries.
extension Engine {
    /// Equity now: settled, plus every open trade at the price at which it could leave.
    public var equity: Money {
        brackets.reduce(account.settledEquity) { $0 + openGross($1) }
    }

    /// Gross P&L of a trade on its way, marked at the exit touch, else the last price, else its entry.
    func openGross(_ bracket: Bracket) -> Money {
        bracket.grossPnL(at: bracket.market.mark(bracket.direction, at: now) ?? bracket.averageEntry)
    }

    /// Net P&L of a trade on its way.
    private func openNet(_ bracket: Bracket) -> Money { openGross(bracket) - bracket.fees }

    /// Loss of the UTC day: realised P&L plus open loss at the touch; 0 on a winning day.
    var dayLoss: Money {
        let open = brackets.reduce(Money.zero) { $0 + min(.zero, openNet($1)) }
        return max(.zero, -(account.realisedToday + open))
    }

    /// Positions open and entries pending; those that only wait for their settlement do not count.
    var openPositions: Int { brackets.count { $0.phase != .awaitingSettlement } }

    /// Equity, exposure and the rest, as strategies and rules see them.
    public var accountView: AccountView {
        var open = Money.zero
        var openNet = Money.zero
        var tied = Money.zero
        var exposure = Money.zero
        for bracket in brackets {
            open += openGross(bracket)
            openNet += self.openNet(bracket)
            exposure += bracket.exposure
            tied += bracket.cashOut + bracket.reserve
        }
        let equity = account.settledEquity + open
        return AccountView(
            equity: equity,
            capital: account.capital,
            cash: account.settledEquity - tied,
            exposure: exposure,
            dayPnL: account.realisedToday + openNet,
            losingStreak: account.losingStreak,
            openPositions: openPositions
        )
    }

    /// Totals for a report: gross P&L of closed trades and all fees paid.
    public var totals: (realisedGross: Money, feesPaid: Money) { (account.realisedGross, account.feesPaid) }

    /// The trades that are still open, for a report.
    public var openTrades: [OpenTrade] {
        brackets.filter { $0.entered.units > 0 }.map { bracket in
            let mark = bracket.market.mark(bracket.direction, at: now) ?? bracket.averageEntry
            let entryValue = bracket.heldValue
            let change = Money.value(of: bracket.position, at: mark) - entryValue
            let unrealised = bracket.direction == .long ? change : -change
            return OpenTrade(
                strategy: bracket.strategy,
                market: bracket.market.facts.ticker,
                direction: bracket.direction,
                count: bracket.position,
                entryValue: entryValue,
                mark: mark,
                realisedGross: bracket.grossPnL(at: mark) - unrealised,
                fees: bracket.fees,
                opened: bracket.opened ?? now,
                isAwaitingSettlement: bracket.phase == .awaitingSettlement,
                plan: bracket.plan
            )
        }
    }

    /// Whether any trade is on its way.
    public var hasOpenTrades: Bool { !brackets.isEmpty }

    // MARK: The day

    mutating func beginDay() {
        // The day begins with what the account was worth before this event.
        account.begin(now.utcDay, equity: equity)
        dayStart = now.utcDay.next.start
        changes &+= 1
        noteLossRoom(isGone: false)
        for rule in rules {
            rule.onDay(at: now, account: accountView)
            tell(rule.takeMessages(), of: StrategyName(rule.name), in: nil)
        }
    }

    // MARK: After trades and marks

    /// Books a finished round trip, and begins a pause or ends the day when it says so.
    mutating func book(_ trade: ClosedTrade, in market: MarketState) {
        account.close(trade)
        note(market, .closed(trade))
        if let losses = configuration.limits.circuitBreakerLosses, account.losingStreak >= losses {
            let until: Timestamp?
            switch configuration.limits.circuitBreakerPause {
            case .span(let span): until = now + span
            case .day: until = now.utcDay.next.start
            case .manual: until = nil
            }
            block(.circuitBreaker, until: until, "\(account.losingStreak) losing trades in a row")
        }
        checkDailyLoss()
    }

    /// Marks the account at a candle close.
    mutating func markEquity() {
        if let equity = takeEquity() { note(nil, .equity(equity)) }
        checkDailyLoss()
    }

    /// Equity, when it is another than was told last; it counts as told then.
    mutating func takeEquity() -> Money? {
        let equity = self.equity
        guard equity != lastEquity else { return nil }
        lastEquity = equity
        return equity
    }

    /// Whether ``markEquity()`` would tell nothing.
    var isMarked: Bool { equity == lastEquity && !reachesDailyLoss }

    /// Whether the day's loss has come to its limit, and that has not been told.
    private var reachesDailyLoss: Bool {
        guard let limit = configuration.limits.dailyLoss, !blocks.contains(.dailyLossLimit) else { return false }
        return dayLoss >= limit.money(of: account.capital)
    }

    mutating func checkDailyLoss() {
        guard reachesDailyLoss else { return }
        block(.dailyLossLimit, until: now.utcDay.next.start, "the day's loss has reached its limit")
    }
}

/// A trade that is still open, marked at the exit touch.
public struct OpenTrade: Hashable, Sendable {
    /// Strategy that entered.
    public let strategy: StrategyName
    /// Market.
    public let market: Ticker
    /// Direction in YES terms.
    public let direction: Direction
    /// Contracts held.
    public let count: Quantity
    /// Σ price × count of what is held, YES prices.
    public let entryValue: Money
    /// The price it is marked at.
    public let mark: Price
    /// Gross P&L of what was sold already.
    public let realisedGross: Money
    /// Fees so far.
    public let fees: Money
    /// First entry fill.
    public let opened: Timestamp
    /// Whether the market has closed and only the result is missing.
    public let isAwaitingSettlement: Bool
    /// Planned prices.
    public let plan: TradePlan
}
