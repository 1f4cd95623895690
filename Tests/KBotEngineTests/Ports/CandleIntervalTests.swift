import KBotEngine
import KBotModel
import Testing

/// Life of a market in microseconds and the length of its candles in seconds.
private let lives: [(Int64, Int64)] = [
    (86_400_000_000, 900), (900_000_000, 5), (67_980_000_000, 900), (67_979_999_999, 300), (22_980_000_000, 300),
    (4_980_000_000, 60), (2_730_000_000, 30), (1_605_000_000, 15), (1_230_000_000, 10), (3_600_000_000, 30),
    (300_000_000, 5), (0, 5),
]

@Test(arguments: lives)
func `the automatic interval is the longest usual one that leaves 75 candles`(_ life: Int64, _ expected: Int64) {
    #expect(CandleInterval.auto.resolved(life: TimeSpan(microseconds: life)) == .seconds(expected))
}

@Test func `a fixed interval is what it says, whatever the market's life`() {
    #expect(CandleInterval.fixed(.minutes(15)).resolved(life: .minutes(5)) == .minutes(15))
}

@Test func `the engine makes candles of the resolved length`() {
    for (life, expected) in [(TimeSpan.hours(24), TimeSpan.minutes(15)), (.minutes(15), .seconds(5))] {
        let bench = Bench(strategy: ScriptedStrategy(every: .auto))
        bench.list(life: life)
        bench.trade(50)
        bench.wait(expected)
        #expect(bench.candles.map(\.interval) == [expected])
    }
}

private func bands(_ interval: CandleInterval, period: Int = 25) -> ScriptedStrategy {
    ScriptedStrategy(every: interval, indicators: [("bands", .bollinger(period: period, deviations: 20_000))])
}

@Test func `a band that cannot fill is told once at the first listing, not for each market`() {
    let bench = Bench(strategy: bands(.fixed(.minutes(1))))
    for index in 0..<3 { bench.list(Int32(index), life: .minutes(15)) }
    #expect(bench.warnings == [.cannotWarmUp])
}

@Test func `a band that just fits gives no warning`() {
    // 7 candles of a minute end exactly at the 8-minute mark of a quarter of an hour.
    let fits = Bench(strategy: bands(.fixed(.minutes(1)), period: 7))
    fits.list(life: .minutes(15))
    #expect(fits.warnings.isEmpty)
    let tooLong = Bench(strategy: bands(.fixed(.minutes(1)), period: 8))
    tooLong.list(life: .minutes(15))
    #expect(tooLong.warnings == [.cannotWarmUp])
}
