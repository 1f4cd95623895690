import KBotModel
import KBotTestSupport
import Testing

@testable import KBotSimulation

struct SimulatedSpotTests {
    private let series = SimulatedSeries.threeWindows

    private func prices(_ events: [MarketEvent]) -> [(time: Timestamp, symbol: SpotSymbol, price: SpotPrice)] {
        events.compactMap { event in
            if case .spot(let symbol, let price) = event.kind { (event.time, symbol, price) } else { nil }
        }
    }

    @Test func `The index is told at each whole second from the start until the last settlement`() throws {
        let prices = prices(series.events)
        let end = try #require(series.events.last)
        let settled = if case .settled(MarketID(2), _) = end.kind { true } else { false }
        #expect(settled, "nothing comes after the last settlement")
        let seconds = (end.time - TimeSpan(microseconds: 1) - SimulatedSeries.noon).wholeSeconds
        #expect(prices.map(\.time) == (0...seconds).map { SimulatedSeries.noon + .seconds($0) })
        #expect(Set(prices.map(\.symbol)) == ["BTC-USD"])
    }

    @Test func `All events come in the order of time, at one time the index last`() {
        for (event, next) in zip(series.events, series.events.dropFirst()) {
            #expect(event.time <= next.time)
            if case .spot = event.kind { #expect(event.time < next.time) }
        }
    }

    @Test(arguments: [("KXETH15M", "ETH-USD"), ("KXDOGE15M", "DOGE-USD")] as [(SeriesTicker, SpotSymbol)])
    func `The symbol is the asset of the series`(ticker: SeriesTicker, symbol: SpotSymbol) {
        let simulator = MarketSimulator(.init(series: ticker, start: SimulatedSeries.noon))
        #expect(simulator.spotSymbol == symbol)
    }

    @Test func `What is told is the index of that time`() {
        var simulator = MarketSimulator(
            .init(start: SimulatedSeries.noon - .seconds(95), seed: 3, tradesPerMinute: 0, deltasPerSecond: 0)
        )
        for _ in 0..<2_000 {
            let (now, index) = (simulator.now, simulator.spot)
            var events: [MarketEvent] = []
            let goesOn = simulator.next(into: &events)
            #expect(goesOn)
            let told = prices(events)
            #expect(told.count == (now.microseconds % 1_000_000 == 0 ? 1 : 0))
            #expect(told.allSatisfy { $0.time == now && $0.price == index })
        }
    }

    @Test func `A simulation without windows tells nothing`() {
        #expect(SimulatedSeries(minutes: 0, seed: 1).events.isEmpty)
    }

    // MARK: Before the start

    @Test(arguments: [Int64(0), 1, 15, 60, 100, 420, 899])
    func `The history is twelve hours of whole minutes up to the start`(secondsBefore: Int64) throws {
        let start = SimulatedSeries.noon - .seconds(secondsBefore)
        let simulator = MarketSimulator(.init(start: start))
        let candles = simulator.spotHistory
        #expect(candles.count == 720)
        #expect(candles.last?.end == start.floored(to: .minutes(1)))
        #expect(zip(candles, candles.dropFirst()).allSatisfy { $0.end == $1.start })
        for candle in candles {
            #expect(candle.interval == .minutes(1) && candle.ticks == 60 && candle.volume == 0)
            #expect(candle.start == candle.start.floored(to: candle.interval))
            #expect(candle.low <= min(candle.open, candle.close) && max(candle.open, candle.close) <= candle.high)
        }
        // No jump where the simulation takes over: an ordinary minute moves the index by 6 basis points.
        let close = try #require(candles.last?.close)
        #expect(abs(simulator.spot.units - close.units) < close.units / 200)
    }

    @Test func `The history depends on the options alone, and not on what was simulated since`() {
        var simulator = MarketSimulator(.init(start: SimulatedSeries.noon, seed: 9))
        let before = simulator.spotHistory
        var events: [MarketEvent] = []
        for _ in 0..<700 { _ = simulator.next(into: &events) }
        #expect(simulator.spotHistory == before)
        #expect(MarketSimulator(.init(start: SimulatedSeries.noon, seed: 9)).spotHistory == before)
        #expect(MarketSimulator(.init(start: SimulatedSeries.noon, seed: 10)).spotHistory != before)
    }

    @Test func `The candles of a seed's history are pinned, bit for bit`() {
        let candles = MarketSimulator(.init(start: SimulatedSeries.noon, seed: 1)).spotHistory
        var sum: UInt64 = 0
        for candle in candles {
            for price in [candle.open, candle.high, candle.low, candle.close] {
                sum = sum &* 1_099_511_628_211 &+ UInt64(bitPattern: price.units)
            }
        }
        #expect(sum == 8_738_735_443_379_336_089)
    }

    @Test(arguments: UInt64(0)..<8)
    func `The first strike is the average of the minute before, as the history shows it`(seed: UInt64) throws {
        let simulator = MarketSimulator(.init(start: SimulatedSeries.noon, seed: seed))
        let minute = try #require(simulator.spotHistory.last)
        let series = SimulatedSeries(
            .init(
                start: SimulatedSeries.noon,
                duration: .minutes(15),
                seed: seed,
                tradesPerMinute: 0,
                deltasPerSecond: 0
            )
        )
        let strike = try #require(series.markets.first?.strike)
        // The average is of the ends of seconds, so the price of the start belongs to it; it is rounded to a cent.
        let cent: Int64 = 100
        #expect(strike.units >= min(minute.low, simulator.spot).units - cent)
        #expect(strike.units <= max(minute.high, simulator.spot).units + cent)
    }

    @Test func `Quarter hours of the history move as much as the options say`() {
        var sum = 0.0
        var count = 0.0
        for seed in UInt64(1)...6 {
            let candles = MarketSimulator(.init(start: SimulatedSeries.noon, seed: seed, volatility: 22)).spotHistory
            for start in stride(from: 0, to: 720, by: 15) {
                let change = Double(candles[start + 14].close.units) / Double(candles[start].open.units) - 1
                sum += change * change
                count += 1
            }
        }
        let basisPoints = (sum / count).squareRoot() * 10_000
        #expect((15.0...30).contains(basisPoints))
    }

    @Test(arguments: UInt64(0)..<4)
    func `The wildest options give prices above zero`(seed: UInt64) {
        let options = MarketSimulator.Options(
            start: SimulatedSeries.noon,
            seed: seed,
            spot: SpotPrice(units: 1),
            volatility: 1_000
        )
        #expect(MarketSimulator(options).spotHistory.allSatisfy { $0.low > .zero })
    }
}
