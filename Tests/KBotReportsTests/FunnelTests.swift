import KBotModel
import KBotReports
import Testing

@Suite struct FunnelTests {
    private var funnel = Funnel()

    init() {
        funnel.marketsSeen = 96
        funnel.marketsWarmedUp = 96
        funnel.candlesClosed = 17_280
        funnel.candlesJudged = 14_976
        funnel.triggers = 195
        funnel.signals = 54
        funnel.orders = 40
        funnel.filled = 24
        funnel.closed = 20
        funnel.settled = 3
        funnel.stillOpen = 1
        funnel.filtered = ["STOP_TOO_TIGHT": 40, "TOO_CLOSE_TO_EXPIRY": 101]
    }

    /// Empties everything behind the given stage.
    private func emptied(after stage: WritableKeyPath<Funnel, Int>) -> Funnel {
        var copy = funnel
        let stages: [WritableKeyPath<Funnel, Int>] = [
            \.marketsSeen, \.marketsWarmedUp, \.candlesJudged, \.triggers, \.signals, \.orders, \.filled,
        ]
        let index = stages.firstIndex(of: stage) ?? 0
        for later in stages[(index + 1)...] { copy[keyPath: later] = 0 }
        copy.closed = 0
        copy.settled = 0
        copy.stillOpen = 0
        if copy.candlesJudged == 0 { copy.filtered = [:] }
        return copy
    }

    @Test func `without a market the data is to blame`() {
        #expect(Funnel().sentence == "No trade: the data held no market.")
    }

    @Test func `candles that cannot fit into a market are named with their arithmetic`() {
        var funnel = emptied(after: \.marketsSeen)
        funnel.warmUp = Funnel.WarmUp(candles: 25, interval: .minutes(15), marketLife: .minutes(15))
        #expect(
            funnel.sentence == "No trade: no market could warm up: 25 candles of 15m take 375m, and a market lives 15m."
        )
    }

    @Test func `a run too short to warm up says how much was needed`() {
        var funnel = emptied(after: \.marketsSeen)
        #expect(funnel.sentence == "No trade: none of 96 markets warmed up.")
        funnel.warmUp = Funnel.WarmUp(candles: 25, interval: .seconds(5), marketLife: .minutes(15))
        #expect(funnel.sentence == "No trade: none of 96 markets got the 25 candles of 5s a decision needs.")
        funnel.marketsSeen = 1
        #expect(funnel.sentence == "No trade: the only market did not get the 25 candles of 5s a decision needs.")
        funnel.warmUp = nil
        #expect(funnel.sentence == "No trade: the only market did not warm up.")
    }

    @Test func `no trigger means that no candle met the rule`() {
        var funnel = emptied(after: \.candlesJudged)
        funnel.filtered = [:]
        #expect(funnel.sentence == "No trade: 14,976 candles were judged and none met the entry rule.")
        funnel.candlesJudged = 1
        #expect(funnel.sentence == "No trade: 1 candle was judged and none met the entry rule.")
    }

    @Test func `the ordinary answer of the bands is put in words`() {
        var funnel = emptied(after: \.candlesJudged)
        funnel.quiet = ["INSIDE_BANDS": 14_976]
        let expected =
            "No trade: 14,976 candles were judged and none met the entry rule; "
            + "all of them had a body that was not wholly outside the bands (INSIDE_BANDS)."
        #expect(funnel.sentence == expected)
    }

    @Test func `a script that turns candles down without a trigger is quoted`() {
        var funnel = emptied(after: \.candlesJudged)
        funnel.quiet = ["TREND_DOWN": 9_000, "NO_SIGNAL": 5_000, "FLAT": 10]
        let expected =
            "No trade: 14,976 candles were judged and none met the entry rule; 9,000 of them ended in TREND_DOWN."
        #expect(funnel.sentence == expected)
    }

    @Test func `filtered triggers name the largest reason in words and as a code`() {
        let expected = "No trade: 195 triggers, but 101 came with less than 8 minutes left (TOO_CLOSE_TO_EXPIRY)."
        #expect(emptied(after: \.triggers).sentence == expected)
    }

    @Test func `a single filtered trigger reads as one`() {
        var funnel = emptied(after: \.triggers)
        funnel.triggers = 1
        funnel.filtered = ["STOP_TOO_TIGHT": 1]
        #expect(funnel.sentence == "No trade: 1 trigger, but it had a stop too close to the entry (STOP_TOO_TIGHT).")
    }

    @Test func `triggers that come too late by arithmetic say so`() {
        var funnel = emptied(after: \.triggers)
        funnel.filtered = ["TOO_CLOSE_TO_EXPIRY": 195]
        funnel.warmUp = Funnel.WarmUp(candles: 25, interval: .seconds(30), marketLife: .minutes(15))
        let expected =
            "No trade: 195 triggers, but all of them came with less than 8 minutes left (TOO_CLOSE_TO_EXPIRY); "
            + "25 candles of 30s and the last 8m do not fit into the 15m of a market."
        #expect(funnel.sentence == expected)
    }

    @Test func `the cutoff in the sentence is the one in force`() {
        var funnel = emptied(after: \.triggers)
        funnel.entryCutoff = .minutes(1)
        #expect(funnel.sentence.contains("less than 1 minute left"))
        funnel.entryCutoff = .seconds(90)
        #expect(funnel.sentence.contains("less than 90s left"))
    }

    @Test func `denied signals name the limit`() {
        var funnel = emptied(after: \.signals)
        #expect(funnel.sentence == "No trade: 54 signals, but no order was sent.")
        funnel.denied = ["MAX_EXPOSURE": 10, "DAILY_LOSS_LIMIT": 44]
        let expected =
            "No trade: all 54 signals were denied, 44 of them because the daily loss limit was reached (DAILY_LOSS_LIMIT)."
        #expect(funnel.sentence == expected)
        funnel.signals = 1
        funnel.denied = ["MY_RULE": 1]
        #expect(funnel.sentence == "No trade: the only signal was denied by MY_RULE.")
    }

    @Test func `unfilled orders name how they ended`() {
        var funnel = emptied(after: \.orders)
        #expect(funnel.sentence == "No trade: 40 entry orders were sent and none filled.")
        funnel.unfilled = ["expired": 31, "requested": 9]
        #expect(funnel.sentence == "No trade: 40 entry orders were sent and none filled; 31 of them ended as expired.")
        funnel.orders = 1
        funnel.unfilled = ["expired": 1]
        #expect(funnel.sentence == "No trade: the only entry order was not filled; it ended as expired.")
    }

    @Test func `positions still open are not trades`() {
        var funnel = emptied(after: \.filled)
        funnel.stillOpen = 1
        #expect(funnel.sentence == "No closed trade: 1 position is still open at the end.")
        funnel.stillOpen = 2
        #expect(funnel.sentence == "No closed trade: 2 positions are still open at the end.")
    }

    @Test func `a run with trades tells how they came about`() {
        let expected =
            "23 trades from 195 triggers: 54 signals, 40 entry orders, 24 filled; "
            + "101 triggers came with less than 8 minutes left (TOO_CLOSE_TO_EXPIRY); 1 position is still open."
        #expect(funnel.sentence == expected)
    }

    @Test func `reasons sort by count, equals by name`() {
        let sorted = Funnel.sorted(["b": 2, "a": 2, "c": 9, "d": 1])
        #expect(sorted.map(\.reason) == ["c", "a", "b", "d"])
    }

    @Test func `counting adds up`() {
        var funnel = Funnel()
        funnel.pass("INSIDE_BANDS")
        funnel.filter("A")
        funnel.filter("A")
        funnel.deny("B")
        funnel.endUnfilled("expired")
        #expect(funnel.quiet == ["INSIDE_BANDS": 1])
        #expect(funnel.filtered == ["A": 2])
        #expect(funnel.denied == ["B": 1])
        #expect(funnel.unfilled == ["expired": 1])
    }
}
