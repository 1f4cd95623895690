import KBotModel
import Testing

@testable import KBotSimulation

struct MarketSimulatorTests {
    private let series = SimulatedSeries.threeWindows

    @Test func `The same options give the same events`() {
        let again = SimulatedSeries(minutes: 45, seed: 42)
        #expect(again.events == series.events)
    }

    @Test func `Another seed gives another market`() {
        let other = SimulatedSeries(minutes: 15, seed: 43)
        #expect(other.events != Array(series.events.prefix(other.events.count)))
    }

    @Test func `The first events of a seed are pinned, bit for bit`() {
        let options = MarketSimulator.Options(start: SimulatedSeries.noon, duration: .minutes(15), seed: 1)
        var simulator = MarketSimulator(options)
        var events: [MarketEvent] = []
        while events.count(where: { $0.kind.market != nil }) < 3_000, simulator.next(into: &events) {}
        var sum: UInt64 = 0
        for event in events where event.kind.market != nil {
            sum = sum &* 1_099_511_628_211 &+ UInt64(bitPattern: event.time.microseconds)
            switch event.kind {
            case .delta(_, let outcome, let price, let quantity):
                sum = sum &* 31 &+ UInt64(bitPattern: Int64(price.units) &+ quantity.units) &+ (outcome == .yes ? 1 : 0)
            case .trade(let trade): sum = sum &* 37 &+ UInt64(bitPattern: Int64(trade.price.units) &+ trade.count.units)
            default: break
            }
        }
        #expect(sum == 13_479_624_380_051_471_363)
        #expect(simulator.spot == SpotPrice(units: 860_960_728))
    }

    @Test func `Batches of the run make the same events whatever is kept between`() {
        var simulator = MarketSimulator(.init(start: SimulatedSeries.noon, duration: .minutes(15), seed: 42))
        var (batch, all): ([MarketEvent], [MarketEvent]) = ([], [])
        for _ in 0..<2_000 {
            batch.removeAll(keepingCapacity: true)
            let from = simulator.now
            let goesOn = simulator.next(into: &batch)
            #expect(goesOn)
            #expect(batch.allSatisfy { $0.time >= from && $0.time < simulator.now })
            all += batch
        }
        #expect(all == Array(series.events.prefix(all.count)))
    }

    @Test func `A copy of a simulator goes on by itself`() {
        var simulator = MarketSimulator(.init(start: SimulatedSeries.noon, duration: .minutes(15), seed: 5))
        var (events, copied): ([MarketEvent], [MarketEvent]) = ([], [])
        for _ in 0..<100 { _ = simulator.next(into: &events) }
        var copy = simulator
        events.removeAll()
        for _ in 0..<100 { _ = simulator.next(into: &events) }
        for _ in 0..<100 { _ = copy.next(into: &copied) }
        #expect(events == copied)
    }

    @Test func `Time never runs back`() {
        #expect(zip(series.events, series.events.dropFirst()).allSatisfy { $0.time <= $1.time })
    }

    @Test func `No event is later than the end, and none comes after it`() {
        var simulator = MarketSimulator(.init(start: SimulatedSeries.noon, duration: .minutes(1), seed: 2))
        var events: [MarketEvent] = []
        while simulator.next(into: &events) {}
        let count = events.count
        #expect(events.allSatisfy { $0.time <= simulator.end })
        #expect(simulator.now == simulator.end)
        let goesOn = simulator.next(into: &events)
        #expect(!goesOn)
        #expect(events.count == count)
    }

    @Test func `Windows follow one another on quarter hours, numbered from 0`() {
        let markets = series.markets
        #expect(markets.map(\.id.index) == [0, 1, 2])
        for (index, market) in markets.enumerated() {
            #expect(market.openTime == SimulatedSeries.noon + .minutes(15) * Int64(index))
            #expect(market.life == .minutes(15))
        }
    }

    @Test(arguments: [(Int64(24 * 60), 96), (60, 4), (15, 1), (16, 2), (1, 1), (0, 0)])
    func `As many windows are made as open within the duration`(minutes: Int64, windows: Int) {
        let series = SimulatedSeries(
            .init(
                start: SimulatedSeries.noon,
                duration: .minutes(minutes),
                tradesPerMinute: 0,
                deltasPerSecond: 0
            )
        )
        #expect(series.markets.count == windows)
        #expect(series.settlements.count == windows)
    }

    @Test(arguments: [Int64(0), 1, 299, 899_999, 870_000, 845_000])
    func `A start off the quarter hour waits for the next window`(milliseconds: Int64) {
        let start = SimulatedSeries.noon - .milliseconds(milliseconds)
        let series = SimulatedSeries(
            .init(start: start, duration: .minutes(15), tradesPerMinute: 0, deltasPerSecond: 0)
        )
        #expect(series.markets.map(\.openTime) == [SimulatedSeries.noon])
        #expect(series.events.allSatisfy { $0.time >= start })
    }

    @Test func `A market carries the venue's name, grid, fees and shard`() {
        let market = series.markets[1]
        #expect(market.ticker == "KXBTC15M-26APR271230-30")
        #expect(market.series == "KXBTC15M")
        #expect(market.grid == .taperedDeciCent)
        #expect(market.fees == .quadratic.inForce(at: market.closeTime) && market.fees.step == Money(units: 10_000))
        #expect(market.shard == 2)
    }

    @Test func `A market is listed, opened, told its strike, closed and settled, in this order and once`() {
        for market in series.markets {
            var steps: [String] = []
            var times: [Timestamp] = []
            for event in series.events where event.kind.market == market.id {
                switch event.kind {
                case .listed(let facts): steps.append("\(facts.status) \(facts.strike == nil ? "without" : "with")")
                case .status(_, let status): steps.append("\(status)")
                case .snapshot: steps.append("book")
                case .settled: steps.append("settled")
                case .delta, .trade, .gap, .history, .spot, .spotCandle: continue
                }
                times.append(event.time)
            }
            #expect(steps == ["initialized without", "active", "book", "active with", "closed", "settled"])
            guard times.count == 6 else { continue }
            #expect(times[1] == market.openTime && times[2] == market.openTime)
            #expect(times[3] - market.openTime <= .seconds(4))
            #expect(times[4] == market.closeTime)
            #expect((TimeSpan.seconds(6)...TimeSpan.seconds(17)).contains(times[5] - market.closeTime))
        }
        #expect(series.events.first?.time == SimulatedSeries.noon)
    }

    @Test func `Books change and trades happen between open and close alone`() {
        let markets = series.markets
        for event in series.events {
            switch event.kind {
            case .delta, .trade:
                guard let market = event.kind.market.map({ markets[Int($0.index)] }) else { continue }
                #expect(event.time >= market.openTime && event.time < market.closeTime)
            default: continue
            }
        }
    }

    @Test func `A market pays YES when the next strike is not below its own`() {
        let series = SimulatedSeries(
            .init(start: SimulatedSeries.noon, duration: .hours(12), seed: 8, tradesPerMinute: 0, deltasPerSecond: 0)
        )
        let strikes = series.markets.compactMap(\.strike)
        #expect(strikes.count == 48)
        for (index, pair) in zip(strikes, strikes.dropFirst()).enumerated() {
            let result = series.settlements[MarketID(Int32(index))]?.settlement
            #expect(result == (pair.1 >= pair.0 ? .yes : .no))
        }
        #expect(strikes.allSatisfy { $0.units % 100 == 0 })
        #expect(Set(series.settlements.values.map(\.settlement)) == [.yes, .no])
    }

    @Test func `The index starts where it is told and moves`() {
        let options = MarketSimulator.Options(
            start: SimulatedSeries.noon - .minutes(5),
            seed: 4,
            spot: SpotPrice(units: 30_000_000)
        )
        var simulator = MarketSimulator(options)
        #expect(simulator.spot == SpotPrice(units: 30_000_000))
        var events: [MarketEvent] = []
        for _ in 0..<600 { _ = simulator.next(into: &events) }
        #expect(simulator.spot != SpotPrice(units: 30_000_000))
        #expect(abs(simulator.spot.units - 30_000_000) < 300_000)
    }
}
