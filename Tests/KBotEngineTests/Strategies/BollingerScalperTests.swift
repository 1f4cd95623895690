import KBotModel
import Testing

@testable import KBotEngine

@Test func `a body below the lower band is a long at the low, two ranges up, one down`() throws {
    let signal = try #require(Judging().judge(open: 4_100, high: 4_300, low: 4_000, close: 4_000).signal)
    #expect(signal.direction == .long)
    #expect(signal.entryType == .limit)
    #expect(signal.units == [4_000, 3_700, 4_600])
}

@Test func `a body above the upper band is a short at the high, two ranges down, one up`() throws {
    let signal = try #require(Judging().judge(open: 5_900, high: 6_000, low: 5_700, close: 6_000).signal)
    #expect(signal.direction == .short)
    #expect(signal.units == [6_000, 6_300, 5_400])
}

@Test func `in the reversal geometry the candle's ends swap their roles and the entry is a stop order`() throws {
    var judging = Judging()
    judging.parameters.geometry = .reversal
    let long = try #require(judging.judge(open: 4_100, high: 4_300, low: 4_000, close: 4_000).signal)
    #expect(long.entryType == .stop)
    #expect(long.units == [4_300, 4_000, 4_900])
    let short = try #require(judging.judge(open: 5_900, high: 6_000, low: 5_700, close: 6_000).signal)
    #expect(short.units == [5_700, 6_000, 5_100])
}

@Test(arguments: BollingerScalper.Geometry.allCases)
func `a candle without range counts as one grid step`(_ geometry: BollingerScalper.Geometry) throws {
    var judging = Judging()
    judging.parameters.geometry = geometry
    judging.parameters.minStopTicks = 1
    let signal = try #require(judging.judge(open: 4_000, high: 4_000, low: 4_000, close: 4_000).signal)
    #expect(signal.units == (geometry == .mirror ? [4_000, 3_900, 4_200] : [4_100, 4_000, 4_300]))
}

@Test func `a body that reaches into the bands is no trigger`() {
    let decision = Judging().judge(open: 4_900, high: 4_900, low: 4_000, close: 4_000)
    #expect(decision == .none(.insideBands))
}

@Test func `wicks outside the bands are no trigger`() {
    #expect(Judging().judge(open: 5_000, high: 7_000, low: 3_000, close: 5_000) == .none(.insideBands))
}

@Test func `a tie with the band is no signal, and the least more is one`() {
    // With two closes and k = 1 the bands are the two closes themselves.
    var judging = Judging(history: [5_000])
    judging.parameters.period = 2
    judging.parameters.deviations = 10_000
    #expect(judging.judge(open: 4_000, high: 4_400, low: 4_000, close: 4_000) == .none(.insideBands))
    #expect(judging.judge(open: 6_000, high: 6_000, low: 5_600, close: 6_000) == .none(.insideBands))
    judging.parameters.deviations = 9_999
    #expect(judging.judge(open: 4_000, high: 4_400, low: 4_000, close: 4_000).signal?.direction == .long)
    #expect(judging.judge(open: 6_000, high: 6_000, low: 5_600, close: 6_000).signal?.direction == .short)
}

@Test func `flat closes with no deviation trigger on nothing`() {
    let judging = Judging(history: Array(repeating: 5_000, count: 24))
    #expect(judging.judge(open: 5_000, high: 5_000, low: 5_000, close: 5_000) == .none(.insideBands))
}

@Test func `eight minutes to the close are enough, a microsecond less is not`() {
    var judging = Judging()
    judging.timeLeft = .minutes(8)
    #expect(judging.judge(open: 4_100, high: 4_300, low: 4_000, close: 4_000).signal != nil)
    judging.timeLeft = .minutes(8) + TimeSpan(microseconds: -1)
    #expect(
        judging.judge(open: 4_100, high: 4_300, low: 4_000, close: 4_000) == .none(.tooCloseToExpiry, trigger: .long)
    )
}

@Test func `a candle without trades is no signal`() {
    var judging = Judging()
    judging.trades = 0
    #expect(
        judging.judge(open: 6_000, high: 6_000, low: 6_000, close: 6_000) == .none(.noTradesInCandle, trigger: .short)
    )
}

@Test func `a stop nearer than three ticks is too tight`() {
    let judging = Judging()
    #expect(judging.judge(open: 4_100, high: 4_200, low: 4_000, close: 4_000) == .none(.stopTooTight, trigger: .long))
    #expect(judging.judge(open: 4_100, high: 4_300, low: 4_000, close: 4_000).signal != nil)
}

@Test func `a stop not farther than the spread is too tight`() {
    var judging = Judging()
    judging.touch = Touch(bid: Price(cents: 40), ask: Price(cents: 43))
    #expect(judging.judge(open: 4_100, high: 4_300, low: 4_000, close: 4_000) == .none(.stopTooTight, trigger: .long))
    judging.touch = Touch(bid: Price(cents: 40), ask: Price(cents: 42))
    #expect(judging.judge(open: 4_100, high: 4_300, low: 4_000, close: 4_000).signal != nil)
}

@Test func `a stop the exit side has already touched is no signal`() {
    var judging = Judging()
    judging.touch = Touch(bid: Price(cents: 37))
    #expect(
        judging.judge(open: 4_100, high: 4_300, low: 4_000, close: 4_000) == .none(.stopAlreadyTouched, trigger: .long)
    )
    judging.touch = Touch(bid: Price(cents: 38))
    #expect(judging.judge(open: 4_100, high: 4_300, low: 4_000, close: 4_000).signal != nil)
    judging.touch = Touch(ask: Price(cents: 63))
    #expect(
        judging.judge(open: 5_900, high: 6_000, low: 5_700, close: 6_000) == .none(.stopAlreadyTouched, trigger: .short)
    )
}

@Test func `a reward below twice the risk is no signal`() {
    var judging = Judging()
    judging.parameters.targetMultiple = 19_999
    #expect(judging.judge(open: 4_100, high: 4_300, low: 4_000, close: 4_000) == .none(.rewardRisk, trigger: .long))
    judging.parameters.minRewardRisk = 19_900
    #expect(judging.judge(open: 4_100, high: 4_300, low: 4_000, close: 4_000).signal != nil)
}

@Test func `a target beyond the highest valid price is no signal`() {
    let judging = Judging(history: (0..<24).map { $0 % 2 == 0 ? 9_780 : 9_800 }, grid: .taperedDeciCent)
    // Below the band at 96.5, with a range that carries the target past the dollar.
    #expect(
        judging.judge(open: 9_650, high: 9_900, low: 9_600, close: 9_650) == .none(.targetOutOfRange, trigger: .long)
    )
    let low = Judging(history: (0..<24).map { $0 % 2 == 0 ? 220 : 200 }, grid: .taperedDeciCent)
    #expect(low.judge(open: 350, high: 400, low: 100, close: 350) == .none(.targetOutOfRange, trigger: .short))
}

@Test func `a stop at or below the lowest price becomes the lowest price`() throws {
    let judging = Judging(history: (0..<24).map { $0 % 2 == 0 ? 1_800 : 2_000 })
    let signal = try #require(judging.judge(open: 300, high: 1_500, low: 300, close: 300).signal)
    #expect(signal.units == [300, 100, 2_700])
}

@Test func `a long at the lowest price has no stop and no signal`() {
    let judging = Judging(history: (0..<24).map { $0 % 2 == 0 ? 1_800 : 2_000 })
    #expect(judging.judge(open: 100, high: 1_500, low: 100, close: 100) == .none(.invalidGeometry, trigger: .long))
}

@Test func `the filters speak in their order`() {
    // Everything is wrong at once; mending one after the other lets the next one speak.
    var judging = Judging(timeLeft: .minutes(1), trades: 0)
    judging.parameters.targetMultiple = 10_000
    judging.touch = Touch(bid: Price(cents: 30), ask: Price(cents: 44))
    func code(_ high: Int32) -> ReasonCode? { judging.judge(open: 4_000, high: high, low: 4_000, close: 4_000).code }
    #expect(code(4_200) == .tooCloseToExpiry)
    judging.timeLeft = .minutes(20)
    #expect(code(4_200) == .noTradesInCandle)
    judging.trades = 3
    #expect(code(4_200) == .stopTooTight)
    #expect(code(4_400) == .stopTooTight)
    judging.touch = Touch(bid: Price(cents: 30), ask: Price(cents: 31))
    #expect(code(4_400) == .stopAlreadyTouched)
    judging.touch = Touch(bid: Price(cents: 39), ask: Price(cents: 41))
    #expect(code(4_400) == .rewardRisk)
    judging.parameters.targetMultiple = 20_000
    #expect(code(4_400) == nil)
}

@Test func `large parameters do not trap`() {
    var judging = Judging()
    judging.parameters.targetMultiple = 10_000_000
    judging.parameters.minStopTicks = 1_000
    #expect(judging.judge(open: 1_000, high: 7_000, low: 1_000, close: 1_000).code == .targetOutOfRange)
}
