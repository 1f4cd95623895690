import KBotModel
import KBotSimulation
import KBotTestSupport
import Testing

@Suite("Orders on bars")
struct BarExchangeTests {
    @Test(arguments: [
        // A rising bar begins with its low, a falling one with its high; the close is told from both sides.
        ([50, 55, 45, 53] as [Int32], [50, 45, 55, 53, 53] as [Int32]),
        ([53, 55, 45, 50], [53, 55, 45, 50, 50]),
        ([50, 55, 50, 55], [50, 55, 55]),
        ([55, 55, 50, 50], [55, 50, 50]),
        ([50, 50, 50, 50], [50, 50, 50]),
    ])
    func `with nothing at stake a bar is the fewest prints that make it`(bar: [Int32], prints: [Int32]) {
        var bench = BarBench()
        #expect(bench.bar(bar[0], bar[1], bar[2], bar[3]) == prints)
    }

    @Test func `a market entry waits for the next open and fills there`() {
        var bench = BarBench()
        bench.bar(50, 55, 45, 48)
        bench.place(.bid, 60, .immediateOrCancel)
        #expect(bench.fills.isEmpty)
        bench.bar(52, 54, 51, 53)
        #expect(bench.fills == ["bid 52 taker"])
    }

    @Test func `a market entry dies when the next bar opens beyond its limit`() {
        var bench = BarBench()
        bench.bar(50, 55, 45, 48)
        bench.place(.bid, 58, .immediateOrCancel)
        bench.bar(59, 60, 40, 50)
        #expect(bench.fills.isEmpty && bench.ended == ["immediate_or_cancel"])
    }

    @Test(
        arguments: [
            // Limit, then the bar: open, high, low, close; what fills.
            (45, [50, 52, 46, 51], []),
            (45, [50, 52, 45, 51], ["bid 45 maker"]),
            (45, [50, 52, 41, 51], ["bid 45 maker"]),
            (45, [43, 52, 41, 51], ["bid 43 taker"]),
            (45, [45, 52, 45, 51], ["bid 45 taker"]),
        ] as [(Int32, [Int32], [String])]
    )
    func `a limit entry takes the open or rests until the price touches it`(
        limit: Int32,
        bar: [Int32],
        fills: [String]
    ) {
        var bench = BarBench()
        bench.bar(50, 50, 50, 50)
        bench.place(.bid, limit)
        bench.bar(bar[0], bar[1], bar[2], bar[3])
        #expect(bench.fills == fills)
    }

    @Test func `a resting order fills at the open when the bar opens beyond it`() {
        var bench = BarBench()
        bench.bar(50, 50, 50, 50)
        bench.place(.bid, 45)
        bench.bar(50, 50, 49, 50)
        bench.bar(42, 50, 41, 50)
        #expect(bench.fills == ["bid 42 maker"])
    }

    @Test(
        arguments: [
            // Long at 50 with stop 46 and target 58: the bar, and how it leaves.
            ([50, 57, 47, 52], "none"),
            ([50, 58, 47, 52], "ask 58 maker"),
            ([50, 57, 46, 52], "ask 46 taker"),
            ([50, 60, 40, 59], "ask 46 taker"),  // both: the stop counts
            ([43, 60, 40, 59], "ask 43 taker"),  // a gap through the stop leaves at the open
            ([60, 62, 40, 59], "ask 60 maker"),  // a gap through the target, too
            ([50, 51, 46, 46], "ask 46 taker"),  // the stop at the very close
        ] as [([Int32], String)]
    )
    func `of stop and target in one bar the stop counts`(bar: [Int32], exit: String) {
        var bench = BarBench()
        bench.place(.bid, 60, .immediateOrCancel)
        bench.bar(50, 50, 50, 50)
        bench.place(.ask, 58)
        bench.bar(50, 50, 50, 50)
        bench.bar(bar[0], bar[1], bar[2], bar[3], stop: 46)
        #expect(bench.fills == ["bid 50 taker"] + (exit == "none" ? [] : [exit]))
    }

    @Test(
        arguments: [
            // Short at 50 with stop 54 and target 42.
            ([50, 53, 43, 48], "none"),
            ([50, 53, 42, 48], "bid 42 maker"),
            ([50, 54, 43, 48], "bid 54 taker"),
            ([50, 60, 40, 41], "bid 54 taker"),
            ([57, 60, 40, 41], "bid 57 taker"),
        ] as [([Int32], String)]
    )
    func `a short mirrors a long`(bar: [Int32], exit: String) {
        var bench = BarBench()
        bench.place(.ask, 40, .immediateOrCancel)
        bench.bar(50, 50, 50, 50)
        bench.place(.bid, 42)
        bench.bar(50, 50, 50, 50)
        bench.bar(bar[0], bar[1], bar[2], bar[3], stop: 54)
        #expect(bench.fills == ["ask 50 taker"] + (exit == "none" ? [] : [exit]))
    }

    @Test func `a limit entry inside a bar can still be stopped in it, and gains nothing from its high`() {
        var bench = BarBench()
        bench.bar(50, 50, 50, 50)
        bench.place(.bid, 45)
        let prints = bench.bar(50, 60, 40, 42, stop: 43)
        #expect(bench.fills == ["bid 45 maker", "ask 43 taker"])
        #expect(prints == [50, 60, 45, 43, 40, 42, 42])
    }

    @Test func `a waiting stop entry is come by on the way, and the loss side follows it`() {
        var exchange = BarBench().exchange
        let bar = Candle(
            start: BarBench.start,
            interval: .minutes(1),
            open: Price(cents: 50),
            high: Price(cents: 60),
            low: Price(cents: 40),
            close: Price(cents: 55),
            volume: .zero,
            trades: 0
        )
        exchange.begin(bar, in: BarBench.market)
        let watch = BarWatch(.entry(.long), at: Price(cents: 53))
        let first = exchange.next(in: BarBench.market, watching: [watch])
        let second = exchange.next(in: BarBench.market, watching: [watch])
        #expect(first?.price == Price(cents: 50) && second?.price == Price(cents: 53))
    }

    @Test func `pessimistic rules take a step of every fill`() {
        var bench = BarBench(.pessimistic)
        bench.place(.bid, 60, .immediateOrCancel)
        bench.bar(50, 50, 50, 50)
        bench.place(.ask, 58)
        bench.bar(50, 58, 50, 55)
        #expect(bench.fills == ["bid 51 taker"], "a touch does not fill")
        bench.bar(60, 60, 55, 55)
        #expect(bench.fills == ["bid 51 taker", "ask 58 maker"], "nothing is gained from a gap")
    }

    @Test func `a pessimistic stop leaves a step worse`() {
        var bench = BarBench(.pessimistic)
        bench.place(.bid, 60, .immediateOrCancel)
        bench.bar(50, 50, 50, 50)
        bench.bar(50, 50, 40, 45, stop: 46)
        #expect(bench.fills == ["bid 51 taker", "ask 45 taker"])
    }

    @Test func `takers pay the fee of their price, and cash is what trades left`() {
        var bench = BarBench(fees: .quadratic)
        bench.place(.bid, 60, .immediateOrCancel)
        bench.bar(50, 50, 50, 50)
        // 0.07 · 10 · 0.5 · 0.5 = 0.175 dollars, and ten contracts for five.
        #expect(bench.exchange.feesPaid == Money(units: 175_000))
        #expect(bench.exchange.cash == Money(dollars: 995) - Money(units: 175_000))
        #expect(bench.exchange.reserved == .zero)
    }

    @Test func `orders that cannot be are refused, and die by request, time and close`() {
        var bench = BarBench()
        bench.place(.ask, 40, .immediateOrCancel, reduceOnly: true)
        let resting = bench.place(.bid, 40)
        bench.exchange.submit(.cancel(resting), at: bench.now, into: &bench.output)
        bench.exchange.submit(.cancel(resting), at: bench.now, into: &bench.output)
        bench.place(.bid, 40, .goodTillCancelled(expires: BarBench.start + .seconds(90)))
        bench.bar(50, 50, 50, 50)
        bench.bar(50, 50, 50, 50)
        bench.place(.bid, 40)
        bench.exchange.close(BarBench.market, at: bench.now, into: &bench.output)
        bench.place(.bid, 40)
        #expect(bench.ended == ["reduce_only", "requested", "expired", "market_closed", "market_inactive"])
        #expect(bench.exchange.cash == Money(dollars: 1_000) && bench.exchange.lookUp(resting).status == .cancelled)
    }

    @Test func `a decided market pays what is held`() {
        var bench = BarBench()
        bench.place(.bid, 60, .immediateOrCancel)
        bench.bar(40, 40, 40, 40)
        bench.exchange.settle(BarBench.market, .yes, at: bench.now, into: &bench.output)
        #expect(bench.exchange.cash == Money(dollars: 1_006))
    }

    @Test func `whatever is ordered, prints stay in the bar, times rise, and no fill is worse than its limit`() throws {
        try forSeeds(0..<40) { random in
            var bench = BarBench(Bool.random(using: &random) ? .realistic : .pessimistic)
            var limits: [ClientOrderID: (BookSide, Int32)] = [:]
            for _ in 0..<100 {
                let side: BookSide = Bool.random(using: &random) ? .bid : .ask
                let cents = Int32.random(in: 1...99, using: &random)
                if Bool.random(using: &random) {
                    let isImmediate = Bool.random(using: &random)
                    let id = bench.place(
                        side,
                        cents,
                        isImmediate ? .immediateOrCancel : .goodTillCancelled(expires: nil)
                    )
                    limits[id] = (side, cents)
                }
                let ends = [Int32.random(in: 1...99, using: &random), Int32.random(in: 1...99, using: &random)].sorted()
                let open = Int32.random(in: ends[0]...ends[1], using: &random)
                let close = Int32.random(in: ends[0]...ends[1], using: &random)
                let prints = bench.bar(open, ends[1], ends[0], close)
                try hold(prints.first == open && prints.last == close, "\(prints) from \(open) to \(close)")
                try hold(prints.min() == ends[0] && prints.max() == ends[1], "\(prints) within \(ends)")
            }
            let times = bench.output.map(\.time)
            try hold(times == times.sorted(), "times fall back")
            for case .filled(let fill) in bench.output.map(\.event) {
                guard let (side, cents) = limits[fill.order] else { continue }
                let isWorse = side == .bid ? fill.price > Price(cents: cents) : fill.price < Price(cents: cents)
                try hold(!isWorse, "\(fill) is worse than \(cents)")
            }
            try hold(bench.exchange.cash >= .zero && bench.exchange.reserved >= .zero, "cash below zero")
        }
    }
}
