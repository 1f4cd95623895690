import KBotModel
import KBotReports
import Testing

@testable import KBotEngine
@testable import KBotRuntime

@Suite struct RunRecorderTests {
    private let start = Timestamp(seconds: 1_777_314_600)
    private let name: StrategyName = "s"
    private let plan = TradePlan(entry: Price(cents: 44), stop: Price(cents: 43), target: Price(cents: 46))

    /// A recorder of two markets that heard notes: seconds from the start, market, what happened.
    private func recorder(_ notes: [(Int64, Int32?, Note.Kind)]) -> RunRecorder {
        var recorder = RunRecorder(startEquity: Money(dollars: 1_000), started: start, entryCutoff: .minutes(8))
        for index in [Int32(0), 1] {
            let market = Market(
                id: MarketID(index),
                ticker: Ticker("M\(index)"),
                series: "S",
                openTime: start,
                closeTime: start + .minutes(15)
            )
            recorder.record(Note(time: start, market: market.id, .market(market)))
            recorder.record(Note(time: start, market: market.id, .market(market)))
        }
        for (second, market, kind) in notes {
            recorder.record(Note(time: start + .seconds(second), market: market.map { MarketID($0) }, kind))
        }
        return recorder
    }

    @Test func `a result told after midnight changes the day on which its market closed`() {
        let midnight = UTCDay(year: 2026, month: 4, day: 28).start
        var recorder = RunRecorder(startEquity: Money(dollars: 100), started: midnight - .hours(1), entryCutoff: .zero)
        let market = Market(
            id: MarketID(0),
            ticker: "M",
            series: "S",
            openTime: midnight - .minutes(15),
            closeTime: midnight
        )
        func hear(_ time: Timestamp, _ kind: Note.Kind) { recorder.record(Note(time: time, market: MarketID(0), kind)) }
        hear(midnight - .minutes(15), .market(market))
        hear(midnight - .minutes(1), .equity(Money(dollars: 90)))
        hear(midnight + .seconds(10), .settled(.yes))
        hear(midnight + .seconds(10), .equity(Money(dollars: 130)))
        #expect(recorder.tracker.dailyEquity.map(\.change) == [Money(dollars: 30)])
        // Another mark is of its own time.
        hear(midnight + .seconds(15), .equity(Money(dollars: 131)))
        #expect(recorder.tracker.dailyEquity.map(\.change) == [Money(dollars: 30), Money(dollars: 1)])
    }

    private func order(_ id: Int64, _ role: OrderRole = .entry, _ transitions: OrderTransition...) -> Note.Kind {
        var order = Order(
            NewOrder(
                id: ClientOrderID(id),
                market: MarketID(0),
                side: .bid,
                price: Price(cents: 44),
                count: Quantity(contracts: 10),
                timeInForce: .immediateOrCancel
            )
        )
        for transition in transitions { _ = order.apply(transition) }
        return .order(OrderUpdate(order, role: role, why: nil))
    }

    private func fill(_ id: Int64, _ role: OrderRole = .entry) -> Note.Kind {
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
        return .fill(fill, role)
    }

    @Test func `candles are judged once the band is full, and a market warms up once`() {
        let signal = Signal(direction: .long, entry: plan.entry, stop: plan.stop, target: plan.target)
        let funnel = recorder([
            (5, 0, .noSignal(name, .warmingUp, filtered: false)),
            (10, 0, .noSignal(name, .insideBands, filtered: false)),
            (15, 0, .trigger(name, .long)), (15, 0, .noSignal(name, .stopTooTight, filtered: true)),
            (20, 1, .trigger(name, .long)), (20, 1, .signal(name, signal, plan)),
            (20, 1, .denied(name, .maxPositions, "two")),
        ]).funnel(stillOpen: 1)
        #expect(funnel.marketsSeen == 2 && funnel.marketsWarmedUp == 2 && funnel.candlesJudged == 3)
        #expect(funnel.triggers == 2 && funnel.filtered == ["STOP_TOO_TIGHT": 1] && funnel.quiet == ["INSIDE_BANDS": 1])
        #expect(funnel.signals == 1 && funnel.denied == ["MAX_POSITIONS": 1] && funnel.stillOpen == 1)
    }

    @Test func `an entry counts as filled once, and as unfilled when it ends before a fill`() {
        let funnel = recorder([
            (1, 0, order(1)), (1, 0, order(1, .entry, .accept)), (2, 0, fill(1)), (3, 0, fill(1)),
            (4, 0, order(1, .entry, .accept, .cancel(.requested))),
            (5, 0, order(2)), (6, 0, order(2, .entry, .cancel(.expired))),
            (7, 0, order(3)), (8, 0, order(3, .entry, .reject(.insufficientBalance))),
            (9, 0, order(4, .target)), (9, 0, fill(4, .target)),
        ]).funnel(stillOpen: 0)
        #expect(funnel.orders == 3 && funnel.filled == 1)
        #expect(funnel.unfilled == ["expired": 1, "insufficient_balance": 1])
    }

    @Test func `blocked time adds up, and a block that never ends lasts to the end of the run`() {
        let blocked = recorder([
            (10, nil, .blocked(.circuitBreaker)), (20, nil, .blocked(.dailyLossLimit)),
            (30, nil, .unblocked(.circuitBreaker)),
        ]).blocked(until: start + .seconds(100))
        #expect(blocked.total == .seconds(90))
        #expect(blocked.parts.map(\.code) == ["DAILY_LOSS_LIMIT", "CIRCUIT_BREAKER"])
        #expect(blocked.parts.map(\.span) == [.seconds(80), .seconds(20)])
    }

    @Test func `the end of the run itself is no limit that blocked entries`() {
        let blocked = recorder([(10, nil, .blocked(.entriesStopped))]).blocked(until: start + .seconds(100))
        #expect(blocked.total == .zero && blocked.parts.isEmpty)
    }

    @Test func `a warning is kept once, and no more than twenty of them`() {
        let one = Note.Kind.warning(.orderMismatch, "odd")
        #expect(recorder([(1, 0, one), (2, 0, one)]).warnings == ["odd"])
        let many = (0..<50).map { (Int64($0), Int32?(0), Note.Kind.warning(.orderMismatch, "odd \($0)")) }
        #expect(recorder(many).warnings.count == 20)
    }

    @Test func `equity is tracked from the start to the last mark`() {
        var recorder = recorder([(5, nil, .equity(Money(dollars: 990))), (10, nil, .equity(Money(dollars: 1_010)))])
        recorder.mark(equity: Money(dollars: 1_005), at: start + .seconds(20))
        #expect(recorder.tracker.equityCurve.map(\.equity) == [1_000, 990, 1_010, 1_005].map { Money(dollars: $0) })
        #expect(recorder.tracker.largestDrawdown.amount == Money(dollars: 10))
    }
}
