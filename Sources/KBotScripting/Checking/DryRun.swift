import KBotEngine
import KBotIndicators
import KBotModel

/// Calls every callback of a script on made-up data, so that what fails at once fails before a run.
///
/// The market is a 15-minute one whose price wanders up and down by steps of a fixed pattern, wide enough to leave most
/// bands now and then. Nothing of it means anything: what a script answers is not judged, only whether it fails.
struct DryRun {
    private let open = UTCDay(year: 2026, month: 6, day: 1).start
    private let account = AccountView(
        equity: Money(dollars: 1_000),
        capital: Money(dollars: 1_000),
        cash: Money(dollars: 950),
        exposure: Money(dollars: 50),
        dayPnL: Money(dollars: -5),
        losingStreak: 1,
        openPositions: 1
    )
    private let plan = TradePlan(entry: Price(cents: 48), stop: Price(cents: 44), target: Price(cents: 58))

    private var facts: Market {
        Market(
            id: MarketID(0),
            ticker: "KXBTC15M-26JUN010015-15",
            series: "KXBTC15M",
            openTime: open,
            closeTime: open + .minutes(15),
            strike: SpotPrice(units: 1_046_850_000)
        )
    }

    /// Failures of a strategy, in the order in which they came.
    func failures(of strategy: LuaStrategy) -> [String] {
        var failures: [String] = []
        func collect() { failures += Self.failures(in: strategy.takeMessages()) }
        strategy.onStart(at: open)
        let indicators = IndicatorSet(strategy.needs)
        let interval = strategy.needs.interval.resolved(life: facts.life)
        let count = strategy.needs.warmUp + 60
        for index in 0..<count {
            // Times stay in the market's life whatever the interval: nothing here is a real series.
            let now = open + TimeSpan(microseconds: Int64(index + 1) * facts.life.microseconds / Int64(count + 1))
            let position = index % 3 == 0 ? holding(strategy.name) : nil
            let context = { (indicators: IndicatorSet) in
                StrategyContext(
                    now: now,
                    view: view(at: index, now),
                    indicators: indicators,
                    position: position,
                    account: account
                )
            }
            let start = now.floored(to: interval)
            switch strategy.needs.source {
            case .market:
                let candle = candle(index, start, interval)
                indicators.add(candle)
                if indicators.isReady { _ = strategy.onCandle(candle, context(indicators)) }
            case .spot:
                let candle = spotCandle(index, start, interval)
                indicators.add(candle)
                if indicators.isReady { _ = strategy.onSpotCandle(candle, context(indicators)) }
            }
            guard indicators.isReady else { continue }
            let trade = Trade(market: facts.id, price: price(index), count: Quantity(contracts: 3), taker: .bid)
            _ = strategy.onTrade(trade, context(indicators))
            _ = strategy.onBook(context(indicators))
            _ = strategy.onTimer(context(indicators))
            collect()
            if strategy.isQuarantined { break }
        }
        let context = StrategyContext(
            now: open + .minutes(10),
            view: view(at: 1, open + .minutes(10)),
            indicators: indicators,
            position: holding(strategy.name),
            account: account
        )
        for role in [OrderRole.entry, .exit] { strategy.onFill(fill(role, strategy.name), context) }
        strategy.onSettle(SettlementNews(settlement: .yes, netPnL: Money(dollars: 3)), context)
        strategy.onStop(at: open + .minutes(15))
        collect()
        return failures + memoryFailures(of: strategy)
    }

    /// Failures of a risk rule.
    func failures(of rule: LuaRiskRule) -> [String] {
        let now = open + .minutes(3)
        for index in 0..<20 {
            let context = RuleContext(
                now: now,
                view: view(at: index, now),
                position: index % 2 == 0 ? holding("sample") : nil,
                account: account
            )
            let order = ProposedOrder(
                strategy: "sample",
                direction: index % 4 < 2 ? .long : .short,
                price: plan.entry,
                count: Quantity(contracts: 10),
                plan: plan,
                isReducing: index % 5 == 4
            )
            _ = rule.check(order, context)
            if index % 6 == 0 {
                rule.onFill(fill(index == 0 ? .entry : .exit, "sample"), context)
                rule.onSettle(SettlementNews(settlement: .no, netPnL: Money(dollars: -2)), context)
            }
        }
        rule.onDay(at: open + .hours(24), account: account)
        return Self.failures(in: rule.takeMessages()) + memoryFailures(of: rule)
    }

    private func memoryFailures(of script: any LuaScript) -> [String] {
        do throws(ScriptFailure) {
            try script.load(try script.memory())
            return []
        } catch {
            return [error.description]
        }
    }

    private static func failures(in messages: [StrategyMessage]) -> [String] {
        messages.compactMap { if case .failure(let text) = $0 { text } else { nil } }
    }

    // MARK: The data

    /// A price that swings slowly, with a jump now and then.
    private func price(_ index: Int) -> Price {
        let swing = abs(index % 40 - 20)
        let jump = index % 17 == 16 ? 14 : index % 23 == 22 ? -14 : 0
        return Price(cents: Int32(min(max(40 + swing / 2 + jump, 3), 97)))
    }

    private func candle(_ index: Int, _ start: Timestamp, _ interval: TimeSpan) -> Candle {
        let last = price(index)
        return Candle(
            start: start,
            interval: interval,
            open: last,
            high: last + PriceDelta(cents: 2),
            low: last - PriceDelta(cents: 2),
            close: last,
            volume: Quantity(contracts: 25),
            trades: 8
        )
    }

    private func spotCandle(_ index: Int, _ start: Timestamp, _ interval: TimeSpan) -> SpotCandle {
        let last = Int64(price(index).units) * 1_000 + 1_000_000_000
        return SpotCandle(
            start: start,
            interval: interval,
            open: SpotPrice(units: last),
            high: SpotPrice(units: last + 200_000),
            low: SpotPrice(units: last - 200_000),
            close: SpotPrice(units: last),
            volume: 1_500_000,
            ticks: 60
        )
    }

    private func view(at index: Int, _ now: Timestamp) -> MarketView {
        let bid = price(index) - PriceDelta(cents: 1)
        let ask = price(index) + PriceDelta(cents: 1)
        var book = OrderBook()
        book.replace(
            with: BookSnapshot(
                yes: (0..<3).map { level(bid - PriceDelta(cents: $0)) },
                no: (0..<3).map { level((ask + PriceDelta(cents: $0)).complement) }
            )
        )
        return MarketView(
            facts: facts,
            touch: Touch(bid: bid, ask: ask),
            lastPrice: price(index),
            book: book,
            lastHeard: now,
            exposure: Money(dollars: 20)
        )
    }

    private func level(_ price: Price) -> BookLevel { BookLevel(price: price, count: Quantity(contracts: 120)) }

    private func holding(_ strategy: StrategyName) -> PositionView {
        PositionView(
            strategy: strategy,
            direction: .long,
            count: Quantity(contracts: 10),
            averageEntry: plan.entry,
            plan: plan
        )
    }

    private func fill(_ role: OrderRole, _ strategy: StrategyName) -> FillNews {
        FillNews(
            fill: Fill(
                trade: 1,
                order: ClientOrderID(1),
                market: facts.id,
                side: role == .entry ? .bid : .ask,
                price: plan.entry,
                count: Quantity(contracts: 10),
                liquidity: .taker,
                fee: Money(units: 170_600)
            ),
            role: role,
            strategy: strategy,
            netPnL: role == .entry ? nil : Money(dollars: -4)
        )
    }
}
