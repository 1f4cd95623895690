import KBotModel
import KBotReports
import Testing

@testable import KBotEngine
@testable import KBotRuntime

@Suite struct RunRecorderStrategyTests {
    private static let start = Timestamp(seconds: 1_777_314_600)
    private static let plan = TradePlan(entry: Price(cents: 44), stop: Price(cents: 43), target: Price(cents: 46))

    private var recorder = RunRecorder(startEquity: Money(dollars: 1_000), started: start, entryCutoff: .minutes(8))

    init() {
        for index in [Int32(0), 1] {
            let market = Market(
                id: MarketID(index),
                ticker: Ticker("M\(index)"),
                series: "S",
                openTime: Self.start,
                closeTime: Self.start + .minutes(15)
            )
            recorder.record(Note(time: Self.start, market: market.id, .market(market)))
        }
    }

    private mutating func hear(_ kinds: Note.Kind..., in market: Int32 = 0) {
        for kind in kinds { recorder.record(Note(time: Self.start, market: MarketID(market), kind)) }
    }

    private func signal(_ name: StrategyName) -> Note.Kind {
        let signal = Signal(
            direction: .long,
            entry: Self.plan.entry,
            stop: Self.plan.stop,
            target: Self.plan.target
        )
        return .signal(name, signal, Self.plan)
    }

    private func order(_ id: Int64, in market: Int32 = 0, _ transitions: OrderTransition...) -> Note.Kind {
        var order = Order(
            NewOrder(
                id: ClientOrderID(id),
                market: MarketID(market),
                side: .bid,
                price: Price(cents: 44),
                count: Quantity(contracts: 10),
                timeInForce: .immediateOrCancel
            )
        )
        for transition in transitions { _ = order.apply(transition) }
        return .order(OrderUpdate(order, role: .entry, why: nil))
    }

    private func fill(_ id: Int64) -> Note.Kind {
        let fill = Fill(
            trade: 1,
            order: ClientOrderID(id),
            market: MarketID(0),
            side: .bid,
            price: Price(cents: 44),
            count: Quantity(contracts: 1),
            liquidity: .maker,
            fee: .zero
        )
        return .fill(fill, .entry)
    }

    private func closed(_ name: StrategyName, _ exit: ClosedTrade.Exit) -> Note.Kind {
        .closed(
            ClosedTrade(
                strategy: name,
                market: "M0",
                direction: .long,
                count: Quantity(contracts: 1),
                entryValue: Money(dollars: 1),
                exitValue: Money(dollars: 2),
                fees: .zero,
                opened: Self.start,
                closed: Self.start,
                exit: exit,
                plan: Self.plan
            )
        )
    }

    @Test mutating func `each strategy has the candles, triggers and signals it was shown`() {
        hear(.noSignal("a", .warmingUp, filtered: false), .noSignal("b", .insideBands, filtered: false))
        hear(.trigger("a", .long), .noSignal("a", .stopTooTight, filtered: true))
        hear(.trigger("b", .long), signal("b"), .denied("b", .maxPositions, "two"), in: 1)
        let (a, b) = (recorder.funnel(of: "a", stillOpen: 0), recorder.funnel(of: "b", stillOpen: 1))
        #expect(a.candlesClosed == 2 && a.candlesJudged == 1 && a.marketsSeen == 2 && a.marketsWarmedUp == 1)
        #expect(a.triggers == 1 && a.filtered == ["STOP_TOO_TIGHT": 1] && a.quiet.isEmpty && a.signals == 0)
        #expect(b.candlesClosed == 2 && b.candlesJudged == 2 && b.marketsWarmedUp == 2)
        #expect(b.triggers == 1 && b.quiet == ["INSIDE_BANDS": 1] && b.signals == 1)
        #expect(b.denied == ["MAX_POSITIONS": 1] && b.stillOpen == 1 && b.entryCutoff == .minutes(8))
        let run = recorder.funnel(stillOpen: 1)
        #expect(run.candlesJudged == 3 && run.triggers == 2 && run.marketsWarmedUp == 2)
        #expect(recorder.funnel(of: "never heard of", stillOpen: 0).candlesJudged == 0)
    }

    @Test mutating func `an order belongs to the strategy whose signal it follows`() {
        hear(signal("a"), order(1), signal("b"), .denied("b", .entryPending, "a waits"))
        hear(signal("b"), order(2, in: 1), in: 1)
        hear(fill(2), fill(2), in: 1)
        hear(order(1, .cancel(.expired)), order(2, in: 1, .cancel(.requested)))
        let (a, b) = (recorder.funnel(of: "a", stillOpen: 0), recorder.funnel(of: "b", stillOpen: 0))
        #expect(a.orders == 1 && a.filled == 0 && a.unfilled == ["expired": 1])
        #expect(b.orders == 1 && b.filled == 1 && b.unfilled.isEmpty && b.denied == ["ENTRY_PENDING": 1])
    }

    @Test mutating func `a stop entry that fires after others were denied is still its strategy's`() {
        hear(signal("a"))  // waits for its price
        hear(signal("b"), .denied("b", .entryPending, "a waits"), signal("a"), .denied("a", .entryPending, "a waits"))
        hear(order(1), fill(1))
        #expect(recorder.funnel(of: "a", stillOpen: 0).orders == 1)
        #expect(recorder.funnel(of: "a", stillOpen: 0).filled == 1)
        #expect(recorder.funnel(of: "b", stillOpen: 0).orders == 0)
    }

    @Test mutating func `a stop entry that is given up leaves the next order to the next signal`() {
        hear(signal("a"), .denied("a", .entryCancelled, "too late"), signal("b"), order(1))
        #expect(recorder.funnel(of: "a", stillOpen: 0).orders == 0)
        #expect(recorder.funnel(of: "b", stillOpen: 0).orders == 1)
    }

    @Test mutating func `trades are counted for the strategy that made them`() {
        hear(closed("a", .target), closed("a", .settlement), closed("b", .stop))
        let (a, b) = (recorder.funnel(of: "a", stillOpen: 0), recorder.funnel(of: "b", stillOpen: 0))
        #expect(a.closed == 1 && a.settled == 1 && b.closed == 1 && b.settled == 0)
        let run = recorder.funnel(stillOpen: 0)
        #expect(run.closed == 2 && run.settled == 1)
    }

    @Test mutating func `verdicts are counted by rule, entries apart from reducing orders`() throws {
        hear(
            .verdict(rule: "r", .allow, reducing: false),
            .verdict(rule: "r", .reduce(to: Quantity(contracts: 1), "HALF", "less"), reducing: false),
            .verdict(rule: "r", .deny("QUIET", "night"), reducing: false),
            .verdict(rule: "r", .deny("QUIET", "night"), reducing: true),
            .verdict(rule: "s", .halt(until: nil, "STREAK", "enough"), reducing: false)
        )
        let tallies = recorder.tallies(of: ["s", "never_asked", "r"])
        #expect(tallies.map(\.name) == ["s", "never_asked", "r"])
        #expect(tallies[0].entries.halted == ["STREAK": 1] && tallies[0].entries.allowed == 0)
        #expect(tallies[1] == RuleTally(name: "never_asked"))
        #expect(tallies[2].entries.allowed == 1 && tallies[2].entries.reduced == ["HALF": 1])
        #expect(tallies[2].entries.denied == ["QUIET": 1] && tallies[2].reducing.denied == ["QUIET": 1])
    }
}
