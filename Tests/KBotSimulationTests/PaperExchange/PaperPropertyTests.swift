import Foundation
import KBotModel
import KBotSimulation
import KBotTestSupport
import Testing

/// Random tapes and random requests against the hand-kept ledger; a failure names its seed.
@Suite("Properties of the paper exchange")
struct PaperPropertyTests {
    private static let frictions: [Friction] = [.realistic, .optimistic, .pessimistic]

    /// A market with a book and one with prints alone, traded at random until both are settled.
    private struct World {
        var random: SeededGenerator
        var exchange: PaperExchange
        var ledger: PaperLedger
        var now = PaperVenue.start
        var events: [TimedVenueEvent] = []
        var orders: Int64 = 0
        var isCorrected = false
        var amends: [ClientOrderID: [Quantity]] = [:]
        /// Whether the exchange is killed now and then; what it had not told is asked for afterwards.
        var dies = false
        let booked = MarketID(0)
        let printed = MarketID(1)

        init(seed: UInt64, friction: Friction, fees: FeeSchedule.Kind) {
            random = SeededGenerator(seed: seed)
            // Little cash, so that balances bind now and then.
            let cash = Money(dollars: Int64(20 + random.below(200)))
            exchange = PaperExchange(cash: cash, friction: friction, seed: seed)
            ledger = PaperLedger(cash: cash, friction: friction)
            for market in [booked, printed] {
                see(.listed(.make(market, fees: FeeSchedule(kind: fees), grid: .taperedDeciCent)))
            }
            snapshot()
        }

        mutating func run(steps: Int) {
            for _ in 0..<steps {
                now = now + TimeSpan(microseconds: Int64(random.below(400_000)))
                if dies, random.chance(4) { restart() }
                switch random.below(20) {
                case 0: snapshot()
                case 1: see(.gap(booked))
                case 2..<8: delta()
                case 8..<13: trade()
                case 13..<18: request()
                case 18: see(.status(random.pick([booked, printed]), random.pick([.active, .active, .inactive])))
                default: see(.status(random.pick([booked, printed]), .active))
                }
            }
            for market in [booked, printed] {
                settle(market)
                if random.chance(50) {
                    isCorrected = true
                    settle(market)
                }
            }
            now = now + .hours(1)
            take { exchange, now, output in exchange.advance(to: now, into: &output) }
        }

        // MARK: Steps

        mutating func take(_ body: (inout PaperExchange, Timestamp, inout [TimedVenueEvent]) -> Void) {
            var output: [TimedVenueEvent] = []
            body(&exchange, now, &output)
            for event in output {
                if case .amended(let id, _, _) = event.event, let total = amends[id]?.first {
                    ledger.amended(id, total: total)
                }
                switch event.event {
                case .amended(let id, _, _), .amendRefused(let id, _): amends[id]?.removeFirst()
                default: break
                }
                ledger.heard(event)
            }
            events += output
        }

        mutating func see(_ kind: MarketEvent.Kind) {
            take { exchange, now, output in
                exchange.advance(to: now, into: &output)
                exchange.handle(MarketEvent(time: now, kind), into: &output)
            }
            check()
        }

        mutating func snapshot() {
            func levels(_ random: inout SeededGenerator) -> [BookLevel] {
                (30..<50).filter { _ in random.chance(70) }.map {
                    BookLevel(price: Price(cents: $0), count: Quantity(units: Int64(1 + random.below(3_000))))
                }
            }
            let yes = levels(&random)
            let no = levels(&random)
            see(.snapshot(booked, BookSnapshot(yes: yes, no: no)))
        }

        mutating func delta() {
            let change = Quantity(units: Int64(random.below(2_000)) - 600)
            see(.delta(booked, random.pick([.yes, .no]), Price(cents: Int32(40 + random.below(10))), change))
        }

        mutating func trade() {
            let price = Price(cents: Int32(38 + random.below(24)))
            let count = Quantity(units: Int64(1 + random.below(4_000)))
            let trade = Trade(
                market: random.pick([booked, printed]),
                price: price,
                count: count,
                taker: random.pick([.bid, .ask, nil])
            )
            see(.trade(trade))
        }

        mutating func request() {
            let known = ClientOrderID(max(1, orders + 1 - Int64(random.below(8))))
            let price = Price(cents: Int32(30 + random.below(40)))
            let count = Quantity(units: Int64(1 + random.below(3_000)))
            let request: OrderRequest
            switch random.below(10) {
            case 0..<2: request = .cancel(known)
            case 2..<4 where known.sequence <= orders && !dies:
                request = .amend(known, price: price, total: count)
                amends[known, default: []].append(count)
            default:
                orders += 1
                let expires = random.chance(50) ? nil : now + .seconds(Int64(1 + random.below(20)))
                let life: NewOrder.TimeInForce = random.pick([
                    .goodTillCancelled(expires: expires), .goodTillCancelled(expires: expires), .immediateOrCancel,
                    // Of one that waits for a print nobody is told: a look-up would find it.
                    dies ? .immediateOrCancel : .fillOrKill,
                ])
                let order = NewOrder(
                    id: ClientOrderID(orders),
                    market: random.pick([booked, printed]),
                    side: random.pick([.bid, .ask]),
                    price: price,
                    count: count,
                    timeInForce: life,
                    reduceOnly: life == .immediateOrCancel && random.chance(50)
                )
                request = .place(order)
            }
            ledger.sent(request, at: now)
            exchange.submit(request, at: now)
        }

        mutating func restart() {
            let state = exchange.state
            let copy = (try? JSONEncoder().encode(state)).flatMap {
                try? JSONDecoder().decode(PaperState.self, from: $0)
            }
            #expect(copy == state)
            exchange = PaperExchange(restoring: copy ?? state, friction: exchange.friction, seed: 99)
            now = now + TimeSpan(microseconds: Int64(random.below(3_000_000)))
            for id in ledger.unanswered { ledger.heardAgain(exchange.tellAgain(id), at: max(now, exchange.state.time)) }
            now = max(now, exchange.state.time)
            for market in [booked, printed] {
                see(.listed(.make(market, fees: FeeSchedule(kind: .quadratic), grid: .taperedDeciCent)))
            }
            if random.chance(50) {
                let trades = (0..<3).map { _ in
                    PastTrade(
                        time: now - .milliseconds(Int64(random.below(3_000))),
                        trade: Trade(
                            market: booked,
                            price: Price(cents: Int32(38 + random.below(24))),
                            count: Quantity(units: Int64(1 + random.below(4_000))),
                            taker: random.pick([.bid, .ask])
                        )
                    )
                }
                see(.history(booked, trades))
            }
            snapshot()
        }

        mutating func settle(_ market: MarketID) {
            let value = random.pick([Price.zero, .one, Price(cents: 37)])
            // Whatever was due comes first; then the payment is compared on its own.
            take { exchange, now, output in exchange.advance(to: now, into: &output) }
            take { exchange, now, output in
                exchange.handle(MarketEvent(time: now, .settled(market, Settlement(value: value))), into: &output)
            }
            ledger.settle(market, at: value)
            check()
        }

        func check() {
            #expect(exchange.cash + exchange.reserved == ledger.total)
            #expect(exchange.reserved >= .zero)
            // Fees are rounded up fill by fill; a corrected result may take back what is already spent.
            #expect(isCorrected || exchange.cash >= Money(units: -10_000))
            #expect(exchange.feesPaid == ledger.fees)
            for market in [booked, printed] {
                #expect(exchange.position(in: market) == ledger.positions[market] ?? .zero)
            }
        }
    }

    private func world(_ seed: UInt64) -> World {
        let friction = Self.frictions[Int(seed % 3)]
        let fees: FeeSchedule.Kind = seed % 2 == 0 ? .quadratic : .quadraticWithMakerFees
        var world = World(seed: seed, friction: friction, fees: fees)
        world.run(steps: 600)
        return world
    }

    @Test(arguments: 1...120 as ClosedRange<UInt64>)
    func `cash, positions and fees are the sum of the fills after every event`(_ seed: UInt64) {
        // The checks are in the world and its ledger; this one looks at what is left at the end.
        let world = world(seed)
        #expect(world.ledger.unfinished.isEmpty, "every accepted order has exactly one end")
        #expect(world.exchange.reserved == .zero)
        #expect(world.exchange.cash == world.ledger.equity, "start + realised − fees, to the microdollar")
        #expect(world.exchange.nextDue == nil)
    }

    @Test(arguments: 200...280 as ClosedRange<UInt64>)
    func `an exchange that is killed now and then keeps the same books`(_ seed: UInt64) {
        var world = World(seed: seed, friction: Self.frictions[Int(seed % 3)], fees: .quadratic)
        world.dies = true
        world.run(steps: 600)
        #expect(world.ledger.unfinished.isEmpty, "every accepted order has exactly one end")
        #expect(world.exchange.reserved == .zero)
        #expect(world.exchange.cash == world.ledger.equity, "start + realised − fees, to the microdollar")
        #expect(world.ledger.fills > 0)
    }

    @Test func `the random worlds do fill, take, rest, refuse and cancel`() {
        var statistics: [PaperStatistics] = []
        for seed in 1...30 as ClosedRange<UInt64> { statistics.append(world(seed).exchange.statistics) }
        func sum(_ count: (PaperStatistics) -> Int) -> Int { statistics.reduce(0) { $0 + count($1) } }
        #expect(sum(\.takerFills) > 300)
        #expect(sum(\.makerFills) > 300)
        #expect(sum(\.partial) > 10)
        #expect(sum(\.rejected) > 300)
        #expect(sum(\.cancelled) > 300)
        #expect(sum(\.amended) > 30)
        #expect(sum(\.stressed) > 10)
    }

    @Test(arguments: [3, 4, 5] as [UInt64])
    func `the same seed gives the same events`(_ seed: UInt64) {
        #expect(world(seed).events == world(seed).events)
    }

    @Test(arguments: 1...60 as ClosedRange<UInt64>)
    func `no order fills before the volume ahead of it has traded`(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var friction = Friction.realistic
        friction.partialChance = 0
        let ahead = Int64(1 + random.below(200))
        var venue = PaperVenue.withBook(bids: [(48, ahead)], asks: [(50, 100)], friction, seed: seed)
        venue.place(1, .bid, 48, 10)
        venue.pass(.seconds(1))
        var traded: Int64 = 0
        var filled = Quantity.zero
        while filled < Quantity(contracts: 10) {
            let count = Int64(1 + random.below(40))
            // The venue tells the delta and the trade in either order.
            let deltaFirst = random.chance(50)
            let shown = min(count, max(0, ahead - traded))
            if deltaFirst, shown > 0 { venue.change(.bid, 48, by: -shown) }
            filled += venue.trade(48, count, taker: .ask).filled
            if !deltaFirst, shown > 0 { venue.change(.bid, 48, by: -shown) }
            traded += count
            venue.pass(.seconds(2))
            #expect(filled == Quantity(contracts: min(10, max(0, traded - ahead))))
        }
    }
}

extension SeededGenerator {
    /// A number from 0 to `bound − 1`.
    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

    /// True in this many cases of a hundred.
    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

    /// One of the choices.
    mutating func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }
}
