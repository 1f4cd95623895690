import KBotIndicators
public import KBotModel

/// From a closed candle to an order: strategies, sizing, limits, rules.
extension Engine {
    /// Shows a closed candle to the strategies that hear this series.
    mutating func judge(_ candle: Candle, series: Int, in market: MarketState) {
        note(market, .candle(candle))
        if market.hasBook { market.remember(market.book.touch) }
        for (index, strategy) in strategies.enumerated() where market.slots[index].series == series {
            let indicators = market.slots[index].indicators
            indicators.add(candle)
            guard indicators.isReady else {
                note(market, .noSignal(strategy.name, .warmingUp, filtered: false))
                continue
            }
            let decision = strategy.onCandle(candle, context(of: index, in: market))
            tellMessages(of: strategy, in: market)
            follow(decision, of: index, in: market, interval: candle.interval, at: candle.end)
        }
    }

    /// Tells what a strategy decided on a candle, and follows its signal.
    mutating func follow(
        _ decision: Decision,
        of index: Int,
        in market: MarketState,
        interval: TimeSpan,
        at time: Timestamp
    ) {
        switch decision {
        case .none(let code, let trigger):
            let name = strategies[index].name
            if let trigger { note(market, .trigger(name, trigger)) }
            note(market, .noSignal(name, code, filtered: trigger != nil))
        case .signal(let signal): follow(signal, of: index, in: market, interval: interval, at: time)
        }
    }

    /// Follows a signal given between candles; having none is not told there, it would be told at every trade.
    mutating func followSignal(_ decision: Decision?, of index: Int, in market: MarketState, at time: Timestamp) {
        guard case .signal(let signal) = decision else { return }
        let interval: TimeSpan
        if let series = market.slots[index].series {
            interval = market.series[series].aggregator.interval
        } else {
            interval = strategies[index].needs.interval.resolved(life: market.facts.life)
        }
        follow(signal, of: index, in: market, interval: interval, at: time)
    }

    /// What strategy number `index` sees now.
    func context(of index: Int, in market: MarketState) -> StrategyContext {
        StrategyContext(
            now: now,
            view: view(of: market),
            indicators: market.slots[index].indicators,
            position: market.brackets.first { $0.strategyIndex == index && $0.position.units > 0 }.map(
                PositionView.init
            ),
            account: accountView
        )
    }

    /// What a rule sees now.
    func ruleContext(in market: MarketState) -> RuleContext {
        RuleContext(
            now: now,
            view: view(of: market),
            position: market.brackets.first { $0.position.units > 0 }.map(PositionView.init),
            account: accountView
        )
    }

    private func view(of market: MarketState) -> MarketView {
        MarketView(
            shared: market.shared,
            touch: market.touch(at: now),
            lastPrice: market.last.price,
            book: market.hasBook && !market.isResyncing ? market.book : nil,
            lastHeard: market.last.heard,
            exposure: exposure(in: market.underlying)
        )
    }

    /// What settlement could take in all markets on an underlying.
    private func exposure(in underlying: String) -> Money {
        brackets.reduce(.zero) { $1.market.underlying == underlying ? $0 + $1.exposure : $0 }
    }

    /// The open markets on an underlying as strategies see them now, in the order of their numbers.
    public func openMarkets(on symbol: SpotSymbol) -> [MarketView] {
        var views: [MarketView] = []
        for market in active where market.isOpen(at: now) && market.underlying == symbol.asset {
            views.append(view(of: market))
        }
        return views
    }

    /// A strategy's position in a market; nil when it holds none.
    public func position(of strategy: StrategyName, in id: MarketID) -> PositionView? {
        known(id)?.brackets.first { $0.strategy == strategy && $0.position.units > 0 }.map(PositionView.init)
    }

    /// A market as strategies see it now; nil when it is not known, or was decided long ago.
    public func view(of id: MarketID) -> MarketView? {
        guard let market = known(id) else { return nil }
        return view(of: market)
    }

    /// Turns a signal into a bracket, or tells why not.
    mutating func follow(
        _ signal: Signal,
        of index: Int,
        in market: MarketState,
        interval: TimeSpan,
        at signalled: Timestamp
    ) {
        let name = strategies[index].name
        note(market, .trigger(name, signal.direction))
        var signal = signal
        let touch = market.touch(at: now)
        if signal.entryType == .market, let price = touch.entry(signal.direction) { signal.entry = price }
        let plan: TradePlan
        do throws(Refusal) {
            plan = try TradePlan(signal, on: market.facts.grid)
        } catch {
            note(market, .noSignal(name, error.code, filtered: true))
            return
        }
        note(market, .signal(name, signal, plan))
        checkDailyLoss()
        do throws(Refusal) {
            try checkEntries(in: market)
            let entry = entryCase(of: index, market, signal, plan, touch)
            let sized = try EntryGate.size(
                entry,
                limits: configuration.limits,
                sizing: configuration.sizing,
                wanted: signal.count
            )
            let count = try askRules(market, strategy: name, entry, sized)
            let bracket = Bracket(
                strategy: name,
                strategyIndex: index,
                market: market,
                signal: signal,
                plan: plan,
                count: count,
                worstEntry: entry.worstEntry,
                interval: interval,
                signalled: now,
                entryDeadline: try entryDeadline(signal, in: market, interval: interval, signalled: signalled)
            )
            if bracket.phase == .working { try sendEntry(of: bracket, entry, count: count) }
            market.brackets.append(bracket)
            brackets.append(bracket)
            changes &+= 1
            planDeadlines()
            noteLossRoom(isGone: false)
        } catch {
            note(market, .denied(name, error.code, error.text))
            if error.code == .dailyLossLimit { noteLossRoom(isGone: true) }
        }
    }

    /// When an entry that did not fill is given up: after its candles, or at the last minutes' mark.
    private func entryDeadline(
        _ signal: Signal,
        in market: MarketState,
        interval: TimeSpan,
        signalled: Timestamp
    ) throws(Refusal) -> Timestamp {
        let end = signalled + interval * Int64(signal.timeToLive ?? configuration.entryTimeToLive)
        guard end > now else { throw Refusal(.entryCancelled, "the signal is older than its time to live") }
        let cutoff = market.facts.closeTime - (configuration.limits.minTimeToClose ?? .zero)
        // A signal at the very mark is in time: its order gets a second.
        return min(end, max(cutoff, now + .seconds(1)))
    }

    /// What blocks an entry in this market whatever the order looks like.
    func checkEntries(in market: MarketState) throws(Refusal) {
        try checkAccount(market)
        if let bracket = market.brackets.first {
            // One trade a market: the first strategy to enter has it until it is flat.
            throw bracket.position.units > 0
                ? Refusal(.positionOpen, "a position of \(bracket.strategy) is open in this market")
                : Refusal(.entryPending, "an entry of \(bracket.strategy) already waits in this market")
        }
        if let most = configuration.limits.maxPositions, openPositions >= most {
            throw Refusal(.maxPositions, "\(openPositions) positions or entries are open, at most \(most)")
        }
    }

    /// What blocks entries on the account, or in a market whatever is open in it.
    func checkAccount(_ market: MarketState) throws(Refusal) {
        if let block = blocks.first { throw Refusal(block.code, block.text) }
        if market.isResyncing { throw Refusal(.bookResyncing, "the book lost messages and waits for a snapshot") }
        if foreign.contains(market.facts.id) {
            throw Refusal(.foreignPosition, "the account holds something in this market that is not kbot's")
        }
    }

    mutating func entryCase(
        of index: Int,
        _ market: MarketState,
        _ signal: Signal,
        _ plan: TradePlan,
        _ touch: Touch
    ) -> EntryCase {
        while let first = entryTimes.first, now - first >= .minutes(1) { entryTimes.removeFirst() }
        return EntryCase(
            now: now,
            market: market.facts,
            direction: signal.direction,
            entryType: signal.entryType,
            plan: plan,
            worstEntry: worstEntry(signal, plan, in: market),
            touch: touch,
            account: accountView,
            budget: budget(of: index),
            dayLoss: dayLoss,
            recentEntries: entryTimes.count
        )
    }

    /// What a strategy may use of the account; nil for all of it.
    private func budget(of index: Int) -> EntryCase.Budget? {
        guard let budget = configuration.budgets[strategies[index].name] else { return nil }
        return EntryCase.Budget(
            money: budget.money(of: equity),
            exposure: brackets.reduce(.zero) { $1.strategyIndex == index ? $0 + $1.exposure : $0 }
        )
    }

    /// The worst price an entry may fill at: its limit, or for a taking entry as far as it reaches through the touch.
    private func worstEntry(_ signal: Signal, _ plan: TradePlan, in market: MarketState) -> Price {
        let grid = market.facts.grid
        switch signal.entryType {
        case .limit: return plan.entry
        case .market: return takerLimit(signal.direction.entrySide, in: market) ?? plan.entry
        case .stop:
            return signal.direction == .long
                ? grid.roundedDown(plan.entry + Self.exitReach) ?? grid.highest
                : grid.roundedUp(plan.entry - Self.exitReach) ?? grid.lowest
        }
    }

    /// Asks every rule, tells every verdict, and follows the strictest.
    mutating func askRules(
        _ market: MarketState,
        strategy: StrategyName,
        _ entry: EntryCase,
        _ count: Quantity
    ) throws(Refusal) -> Quantity {
        guard !rules.isEmpty else { return count }
        let order = ProposedOrder(
            strategy: strategy,
            direction: entry.direction,
            price: entry.worstEntry,
            count: count,
            plan: entry.plan,
            isReducing: false
        )
        switch tellVerdicts(order, in: market) {
        case .allow: return count
        case .reduce(let smaller, let code, let text):
            let reduced = min(count, smaller)
            guard reduced.units >= 100 || reduced == count else { throw Refusal(code, text) }
            return configuration.sizing == .risk ? reduced.wholeContracts : reduced
        case .deny(let code, let text): throw Refusal(code, text)
        case .halt(let until, let code, let text):
            block(.halted, until: until, "\(code): \(text)")
            throw Refusal(code, text)
        }
    }

    /// Asks every rule about an order, tells what each said, and returns the strictest verdict.
    @discardableResult
    mutating func tellVerdicts(_ order: ProposedOrder, in market: MarketState) -> Verdict {
        var strictest = Verdict.allow
        for rule in rules {
            let verdict = rule.check(order, ruleContext(in: market))
            note(market, .verdict(rule: rule.name, verdict, reducing: order.isReducing))
            tell(rule.takeMessages(), of: StrategyName(rule.name), in: market)
            strictest = strictest.stricter(verdict)
        }
        return strictest
    }
}

extension PositionView {
    /// What is held by a trade on its way.
    fileprivate init(_ bracket: Bracket) {
        self.init(
            strategy: bracket.strategy,
            direction: bracket.direction,
            count: bracket.position,
            averageEntry: bracket.averageEntry,
            plan: bracket.plan
        )
    }
}
