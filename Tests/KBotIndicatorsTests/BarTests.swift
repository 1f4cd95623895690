import KBotIndicators
import KBotModel
import Testing

@Suite struct `Bars` {
    let candle = Candle(
        start: Timestamp(seconds: 60),
        interval: .seconds(5),
        open: Price(cents: 50),
        high: Price(cents: 55),
        low: Price(cents: 48),
        close: Price(cents: 51),
        volume: Quantity(units: 1_250),
        trades: 7
    )
    let spotCandle = SpotCandle(
        start: Timestamp(seconds: 120),
        interval: .minutes(1),
        open: SpotPrice(units: 973_124_187),
        high: SpotPrice(units: 973_200_000),
        low: SpotPrice(units: 972_582_400),
        close: SpotPrice(units: 972_814_884),
        volume: 214_915,
        ticks: 31
    )

    @Test func `are made of candles of contracts and of underlyings`() {
        #expect(Bar(candle) == Bar(open: 5_000, high: 5_500, low: 4_800, close: 5_100, volume: 1_250))
        let bar = Bar(open: 973_124_187, high: 973_200_000, low: 972_582_400, close: 972_814_884, volume: 214_915)
        #expect(Bar(spotCandle) == bar)
    }

    @Test func `keep their time and count once closed`() {
        let closed = ClosedBar(candle)
        #expect(closed == ClosedBar(Bar(candle), start: candle.start, interval: .seconds(5), trades: 7))
        #expect(closed.end == Timestamp(seconds: 65))
        let spot = ClosedBar(spotCandle)
        #expect(spot == ClosedBar(Bar(spotCandle), start: spotCandle.start, interval: .minutes(1), trades: 31))
    }

    @Test(arguments: [0, 1, 2, 5, 7])
    func `stay in a history until newer ones need the room`(capacity: Int) {
        var history = BarHistory(capacity: capacity)
        var added: [ClosedBar] = []
        for number in Int64(0)..<20 {
            #expect(Array(history) == added.suffix(capacity))
            let bar = Bar(open: number, high: number, low: number, close: number, volume: number)
            added.append(ClosedBar(bar, start: Timestamp(seconds: number), interval: .seconds(1), trades: 1))
            history.add(added[added.count - 1])
            #expect(history.count == min(added.count, capacity))
            if capacity > 0 {
                #expect(history[0].start == added.suffix(capacity).first?.start)
                #expect(history[history.count - 1].bar.close == number)
            }
        }
    }

    @Test func `are asked for within the history only`() async {
        await #expect(processExitsWith: .failure) { _ = BarHistory(capacity: -1) }
        await #expect(processExitsWith: .failure) { _ = BarHistory(capacity: 3)[0] }
    }
}
