import KBotIndicators
import KBotModel
import KBotReports
import Testing

@testable import KBotEngine
@testable import KBotRuntime

@Suite struct MarketTapeTests {
    private let start = Timestamp(seconds: 1_777_314_600)

    private func market(_ index: Int32, status: MarketStatus = .active) -> Note {
        let opens = start + .minutes(15) * Int64(index)
        let market = Market(
            id: MarketID(index),
            ticker: Ticker("M\(index)"),
            series: "S",
            openTime: opens,
            closeTime: opens + .minutes(15),
            strike: SpotPrice(units: 10),
            status: status
        )
        return Note(time: opens, market: market.id, .market(market))
    }

    private func candle(_ index: Int32, _ place: Int64, close: Int32, every interval: TimeSpan = .seconds(15)) -> Note {
        let opens = start + .minutes(15) * Int64(index) + interval * place
        let candle = Candle(flatAt: Price(units: close), start: opens, interval: interval)
        return Note(time: candle.end, market: MarketID(index), .candle(candle))
    }

    private func fill(_ index: Int32, _ role: OrderRole) -> Note {
        let fill = Fill(
            trade: 1,
            order: ClientOrderID(1),
            market: MarketID(index),
            side: .bid,
            price: Price(cents: 44),
            count: Quantity(contracts: 1),
            liquidity: .maker,
            fee: Money(units: 7)
        )
        return Note(time: start + .seconds(60), market: MarketID(index), .fill(fill, role))
    }

    private func needs(period: Int = 3, interval: TimeSpan = .seconds(15)) -> StrategyNeeds {
        StrategyNeeds(
            interval: .fixed(interval),
            indicators: [("a", .sma(period: 9)), ("b", .bollinger(period: period, deviations: 20_000))]
        )
    }

    @Test func `a market with an entry keeps its candles and gets the strategy's own bands`() throws {
        var tape = MarketTape()
        tape.record(market(0))
        let closes: [Int32] = [5_000, 5_100, 4_900, 4_850, 5_300]
        for (place, close) in closes.enumerated() { tape.record(candle(0, Int64(place), close: close)) }
        tape.record(fill(0, .entry))
        tape.record(fill(0, .exit))
        tape.record(Note(time: start + .minutes(16), market: MarketID(0), .settled(.yes)))
        let charts = tape.charts(for: [needs()])
        let chart = try #require(charts.kept.first)
        #expect(charts.leftOut == 0 && chart.market == "M0" && chart.strike == SpotPrice(units: 10))
        #expect(chart.candles.map(\.candle.close.units) == closes && chart.fills.map(\.role) == ["entry", "exit"])
        #expect(chart.period == 3 && chart.deviations == Ratio(units: 2_000_000))
        #expect(chart.candles.map { $0.bands == nil } == [true, true, false, false, false])
        // 5000, 5100, 4900: mean 5000, population deviation √(20000 / 3) = 81.65, twice that 163.30.
        let bands = try #require(chart.candles[2].bands)
        #expect([bands.lower, bands.middle, bands.upper].map(\.units) == [4_837, 5_000, 5_163])
        #expect(charts.outcomes.map(\.settlement) == [.yes] && charts.outcomes.map(\.market) == ["M0"])
    }

    @Test func `a market without an entry leaves nothing behind`() {
        var tape = MarketTape()
        tape.record(market(0))
        tape.record(candle(0, 0, close: 5_000))
        tape.record(Note(time: start + .minutes(16), market: MarketID(0), .settled(.no)))
        tape.record(market(1))
        tape.record(candle(1, 0, close: 5_000))
        tape.record(market(1, status: .closed))
        #expect(tape.charts(for: [needs()]) == MarketCharts())
    }

    @Test func `beyond the most charts markets are counted, and their results still known`() {
        var tape = MarketTape(mostCharts: 2)
        for index in Int32(0)..<5 {
            tape.record(market(index))
            tape.record(candle(index, 0, close: 5_000))
            tape.record(fill(index, .entry))
            tape.record(candle(index, 1, close: 5_100))
            tape.record(Note(time: start + .hours(2), market: MarketID(index), .settled(.no)))
        }
        let charts = tape.charts(for: [needs()])
        #expect(charts.kept.map(\.market) == ["M0", "M1"] && charts.leftOut == 3 && charts.outcomes.count == 5)
        #expect(charts.kept.allSatisfy { $0.candles.count == 2 })
    }

    @Test func `candles and fills of a market have an end, and what is left out is counted`() throws {
        var tape = MarketTape()
        tape.record(market(0))
        tape.record(fill(0, .entry))
        for place in 0..<Int64(MarketTape.mostCandles + 5) { tape.record(candle(0, place, close: 5_000)) }
        for _ in 0..<MarketTape.mostFills + 2 { tape.record(fill(0, .target)) }
        let chart = try #require(tape.charts(for: []).kept.first)
        #expect(chart.candles.count == MarketTape.mostCandles && chart.candlesLeftOut == 5)
        #expect(chart.fills.count == MarketTape.mostFills && chart.fillsLeftOut == 3)
        #expect(chart.period == nil && chart.candles.allSatisfy { $0.bands == nil })
    }

    @Test func `of several intervals the one of the strategy with bands is drawn`() throws {
        var tape = MarketTape()
        tape.record(market(0))
        tape.record(fill(0, .entry))
        for place in 0..<Int64(8) {
            tape.record(candle(0, place, close: 5_000, every: .seconds(5)))
            if place % 3 == 2 { tape.record(candle(0, place / 3, close: 5_100)) }
        }
        let plain = StrategyNeeds(interval: .fixed(.seconds(5)), indicators: [])
        let both = try #require(tape.charts(for: [plain, needs()]).kept.first)
        #expect(both.interval == .seconds(15) && both.candles.count == 2)
        let one = try #require(tape.charts(for: [plain]).kept.first)
        #expect(one.interval == .seconds(5) && one.candles.count == 8)
    }

    @Test func `notes of a market nobody named are passed over`() {
        var tape = MarketTape()
        tape.record(candle(3, 0, close: 5_000))
        tape.record(fill(3, .entry))
        tape.record(Note(time: start, market: MarketID(3), .settled(.yes)))
        #expect(tape.charts(for: [needs()]) == MarketCharts())
    }
}
