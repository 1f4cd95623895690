import KBotIndicators
import KBotModel

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
            switch decision {
            case .none(let code, let trigger):
                if let trigger { note(market, .trigger(strategy.name, trigger)) }
                note(market, .noSignal(strategy.name, code, filtered: trigger != nil))
            case .signal(let signal):
                follow(signal, of: index, in: market, interval: candle.interval, at: candle.end)
            }
        }
    }

    /// What strategy number `index` sees now.
    func context(of index: Int, in market: MarketState) -> StrategyContext {
        let bracket = market.brackets.first { $0.strategyIndex == index && $0.position.units > 0 }
        return StrategyContext(
            now: now,
            market: market.facts,
            touch: market.touch(at: now),
            lastPrice: market.lastPrice,
            indicators: market.slots[index].indicators,
            position: bracket.map {
                PositionView(
                    direction: $0.direction,
                    count: $0.position,
                    averageEntry: $0.averageEntry,
                    plan: $0.plan
                )
            },
            account: accountView
        )
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
        do throws(Refusal) {
            try checkEntries(in: market)
            let entry = entryCase(market, signal, plan, touch)
            let sized = try EntryGate.size(
                entry,
                limits: configuration.limits,
                sizing: configuration.sizing,
                wanted: signal.count
            )
            let count = try askRules(market, strategy: name, entry, sized)
            let candles = Int64(signal.timeToLive ?? configuration.entryTimeToLive)
            let cutoff = market.facts.closeTime - (configuration.limits.minTimeToClose ?? .zero)
            let bracket = Bracket(
                strategy: name,
                strategyIndex: index,
                market: market,
                signal: signal,
                plan: plan,
                count: count,
                interval: interval,
                signalled: now,
                entryDeadline: min(signalled + interval * candles, cutoff)
            )
            if bracket.phase == .working { try sendEntry(of: bracket, entry) }
            market.brackets.append(bracket)
            brackets.append(bracket)
            planDeadlines()
        } catch {
            note(market, .denied(name, error.code, error.text))
        }
    }

    /// What blocks an entry in this market whatever the order looks like.
    func checkEntries(in market: MarketState) throws(Refusal) {
        if let block = blocks.first { throw Refusal(block.code, block.text) }
        if market.isResyncing { throw Refusal(.bookResyncing, "the book lost messages and waits for a snapshot") }
        if market.isForeign {
            throw Refusal(.foreignPosition, "the account holds something in this market that is not kbot's")
        }
        if let bracket = market.brackets.first {
            throw bracket.position.units > 0
                ? Refusal(.positionOpen, "a position is open in this market")
                : Refusal(.entryPending, "an entry already waits in this market")
        }
        if let most = configuration.limits.maxPositions, openPositions >= most {
            throw Refusal(.maxPositions, "\(openPositions) positions or entries are open, at most \(most)")
        }
    }

    mutating func entryCase(_ market: MarketState, _ signal: Signal, _ plan: TradePlan, _ touch: Touch) -> EntryCase {
        while let first = entryTimes.first, now - first >= .minutes(1) { entryTimes.removeFirst() }
        return EntryCase(
            now: now,
            market: market.facts,
            direction: signal.direction,
            entryType: signal.entryType,
            plan: plan,
            touch: touch,
            account: accountView,
            dayLoss: dayLoss,
            recentEntries: entryTimes.count
        )
    }

    /// Asks every rule, tells every verdict, and follows the strictest.
    private mutating func askRules(
        _ market: MarketState,
        strategy: StrategyName,
        _ entry: EntryCase,
        _ count: Quantity
    ) throws(Refusal) -> Quantity {
        guard !rules.isEmpty else { return count }
        let order = ProposedOrder(
            strategy: strategy,
            direction: entry.direction,
            price: entry.plan.entry,
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
            let verdict = rule.check(
                order,
                RuleContext(now: now, market: market.facts, touch: market.touch(at: now), account: accountView)
            )
            note(market, .verdict(rule: rule.name, verdict, reducing: order.isReducing))
            strictest = strictest.stricter(verdict)
        }
        return strictest
    }
}
