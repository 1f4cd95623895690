import KBotModel

/// Stops, targets and exits: what happens to a trade from its entry order until it is flat.
extension Engine {
    /// How long an exit order is given before the next one.
    static var exitPause: TimeSpan { .seconds(1) }
    /// Exit orders after which somebody should look.
    static var alertAfter: Int { 5 }
    /// How long an answer of the venue is waited for while leaving, before the order is looked up.
    static var answerPatience: TimeSpan { .seconds(5) }
    /// How far an exit order reaches through the touch.
    static var exitReach: PriceDelta { PriceDelta(cents: 10) }
    /// How long the venue keeps an entry after kbot should have cancelled it.
    static var expirationMargin: TimeSpan { .seconds(5) }

    // MARK: Watching the market

    /// Looks at stops and stop entries after something changed in the market.
    mutating func watch(_ market: MarketState) {
        let touch = market.touch(at: now)
        if market.remember(touch), market.brackets.contains(where: { $0.position.units > 0 }) { checkDailyLoss() }
        for bracket in market.brackets {
            switch bracket.phase {
            case .armed:
                // A stop entry fires as the stop of the opposite direction would.
                if reached(bracket.direction.opposite, bracket.plan.entry, touch, market.last.price) {
                    fire(bracket, touch)
                } else {
                    cancelEntryIfStopTouched(bracket, touch)
                }
            case .working:
                if !bracket.isHeld, bracket.position.units > 0,
                    reached(bracket.direction, bracket.plan.stop, touch, market.last.price)
                {
                    leave(bracket, .stop)
                    planDeadlines()
                } else {
                    cancelEntryIfStopTouched(bracket, touch)
                }
            case .exiting, .awaitingSettlement, .done: break
            }
        }
    }

    /// Whether the market has reached a level at which a position of this direction leaves.
    private func reached(_ direction: Direction, _ level: Price, _ touch: Touch, _ last: Price?) -> Bool {
        let exit = touch.exit(direction)
        let touched = exit.map { direction.isAtOrBeyondStop($0, level) } ?? false
        let doubledMid = touch.bid.flatMap { bid in touch.ask.map { Price.doubledMid(bid, $0) } }
        func beyond(_ doubled: Int32) -> Bool {
            direction == .long ? doubled < 2 * level.units : doubled > 2 * level.units
        }
        switch configuration.stopTrigger {
        case .touch: return touched
        case .last: return last.map { direction.isAtOrBeyondStop($0, level) } ?? false
        case .mid: return doubledMid.map { beyond($0) || $0 == 2 * level.units } ?? false
        case .confirm:
            // One stray quote is not a move: the last trade or the mid must lie beyond the stop too.
            return touched && (last.map { beyond(2 * $0.units) } ?? false || doubledMid.map(beyond) ?? false)
        }
    }

    private mutating func cancelEntryIfStopTouched(_ bracket: Bracket, _ touch: Touch) {
        guard bracket.entryCancelled == nil, let exit = touch.exit(bracket.direction),
            bracket.direction.isAtOrBeyondStop(exit, bracket.plan.stop)
        else { return }
        cancelEntry(of: bracket, why: "the stop was touched before the entry filled")
    }

    // MARK: Deadlines

    /// Recomputes when the next bracket wants to be looked at.
    mutating func planDeadlines() {
        bracketDue = brackets.compactMap { due($0) }.min() ?? .distantFuture
    }

    /// When the clock has something to do for a bracket; never in the past once ``runBracketDeadlines()`` has run.
    private func due(_ bracket: Bracket) -> Timestamp? {
        let close = bracket.market.facts.closeTime
        guard now < close else { return nil }
        switch bracket.phase {
        case .armed: return min(bracket.entryDeadline, close)
        case .working:
            var due = close
            if bracket.entryCancelled == nil, bracket.entry?.order.state.isOpen == true {
                due = min(due, bracket.entryDeadline)
            }
            if bracket.position.units > 0 {
                if !bracket.isHeld, let before = configuration.exitBeforeClose { due = min(due, close - before) }
                if let next = bracket.nextExit, next > now { due = min(due, next) }
            }
            return due
        case .exiting:
            if bracket.hasOpenOrders { return bracket.answerDue.map { min($0, close) } ?? close }
            guard !bracket.isHeld, bracket.position.units > 0, let next = bracket.nextExit else { return close }
            return min(next, close)
        case .awaitingSettlement, .done: return nil
        }
    }

    /// Does what the clock asks of each bracket.
    mutating func runBracketDeadlines() {
        for bracket in brackets {
            let close = bracket.market.facts.closeTime
            if now >= close {
                awaitSettlement(bracket)
                continue
            }
            if now >= bracket.entryDeadline {
                cancelEntry(of: bracket, why: "not filled in time")
            }
            if !bracket.isHeld, let before = configuration.exitBeforeClose, now >= close - before,
                bracket.position.units > 0
            {
                leave(bracket, .time)
            }
            if case .exiting = bracket.phase, let due = bracket.answerDue, now >= due { askAgain(bracket) }
            proceed(bracket)
        }
        planDeadlines()
    }

    /// The venue is silent while a position should be left: its orders are looked up, until it answers.
    private mutating func askAgain(_ bracket: Bracket) {
        bracket.answerDue = now + Self.answerPatience
        let silent = ([bracket.entry].compactMap { $0 } + bracket.targets + bracket.exits).filter(\.order.state.isOpen)
        guard !silent.isEmpty else { return }
        note(
            bracket.market,
            .warning(
                .noAnswer,
                "no answer on \(silent.map(\.order.id.description).joined(separator: ", ")); looking up"
            )
        )
        for managed in silent { out.append(.lookUp(managed.order.id)) }
    }
}
