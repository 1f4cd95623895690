import KBotEngine
import KBotModel
import KBotTestSupport
import Testing

@testable import KBotRuntime

@Suite struct LookAheadTests {
    /// Bars of a random walk in memory.
    private final class Walk: BarFeed {
        private(set) var bars: [MarketBar] = []
        private var isDone = false

        init(_ count: Int, seed: UInt64) {
            var random = SeededGenerator(seed: seed)
            var close: Int32 = 50
            for index in 0..<count {
                let open = close
                close = min(max(open + Int32.random(in: -3...3, using: &random), 20), 80)
                let bar = Candle(
                    start: Timestamp(seconds: 1_704_067_200 + Int64(index) * 60),
                    interval: .minutes(1),
                    open: Price(cents: open),
                    high: Price(cents: max(open, close) + 1),
                    low: Price(cents: min(open, close) - 1),
                    close: Price(cents: close),
                    volume: Quantity(contracts: 1),
                    trades: 0
                )
                bars.append(MarketBar(market: MarketID(0), bar: bar))
            }
        }

        func next(into bars: inout [MarketBar]) -> Bool {
            guard !isDone else { return false }
            isDone = true
            bars += self.bars
            return true
        }

        func market(_ id: MarketID) -> Market {
            Market(
                id: id,
                ticker: "WALK",
                series: "WALK",
                openTime: bars[0].bar.start,
                closeTime: BarFiles.noEnd,
                grid: .linearCent
            )
        }

        func settlement(of id: MarketID) -> Settlement? { nil }
        var summary: FeedSummary { FeedSummary() }
        var progress: Double? { nil }
    }

    /// Enters in the direction of a close that is still to come, some bars on; 0 is honest: the close just seen.
    private final class Seer: Strategy {
        let name: StrategyName = "seer"
        let version = "1"
        var callbacks: StrategyCallbacks { [] }
        var needs: StrategyNeeds { StrategyNeeds(interval: .fixed(.minutes(1)), indicators: []) }
        private let data: [MarketBar]
        private let ahead: Int

        init(_ data: [MarketBar], ahead: Int) {
            self.data = data
            self.ahead = ahead
        }

        func onCandle(_ candle: Candle, _ context: borrowing StrategyContext) -> Decision {
            guard let here = data.firstIndex(where: { $0.bar.start == candle.start }) else { return .none(.noSignal) }
            // Where the data end it can only guess.
            let future = here + ahead < data.count ? data[here + ahead].bar.close : candle.open
            guard future != candle.close || ahead == 0 else { return .none(.noSignal) }
            let direction: Direction = future > candle.open ? .long : .short
            return .signal(
                Signal(
                    direction: direction,
                    entry: candle.close,
                    stop: .offset(PriceDelta(cents: 4)),
                    target: .offset(PriceDelta(cents: 8)),
                    entryType: .market
                )
            )
        }
    }

    /// Remembers across runs, as nothing should.
    private final class Haunted: Strategy {
        let name: StrategyName = "haunted"
        let version = "1"
        var callbacks: StrategyCallbacks { [] }
        var needs: StrategyNeeds { StrategyNeeds(interval: .fixed(.minutes(1)), indicators: []) }
        private let run: Int

        init(run: Int) { self.run = run }

        func onCandle(_ candle: Candle, _ context: borrowing StrategyContext) -> Decision {
            .none(run == 1 ? .noSignal : .insideBands)
        }
    }

    private func check(_ make: ([MarketBar]) -> any Strategy) throws -> LookAheadCheck.Outcome {
        let walk = Walk(400, seed: 3)
        let start = walk.bars[0].bar.start
        let cuts = LookAheadCheck.cuts(5, from: start, to: start + .minutes(400), seed: 1).map {
            $0.floored(to: .minutes(1))
        }
        return try LookAheadCheck.run(cuts: cuts) { stops, isWhole, log, mark in
            // The data of a run end at its cut: who looks beyond finds nothing there.
            let bars = walk.bars.filter { isWhole || $0.bar.start < stops[0] }
            let player = BacktestBench.player(strategies: [make(bars)], journal: log)
            var stops = stops[...]
            for bar in bars {
                while let stop = stops.first, bar.bar.start >= stop {
                    try player.stand(at: stop)
                    mark()
                    stops.removeFirst()
                }
                try player.take([bar], of: walk.market(bar.market), nil)
            }
            for stop in stops {
                try player.stand(at: stop)
                mark()
            }
        }
    }

    @Test(arguments: [1, 2, 5])
    func `a strategy that looks ahead is found, with the line that gives it away`(ahead: Int) throws {
        let outcome = try check { Seer($0, ahead: ahead) }
        let difference = try #require(outcome.difference)
        #expect(difference.whole != difference.prefix && difference.line > 0)
        #expect(outcome.cuts.contains(difference.cut))
    }

    @Test func `the same strategy without looking ahead passes`() throws {
        let outcome = try check { Seer($0, ahead: 0) }
        #expect(outcome.difference == nil && outcome.lines > 500)
    }

    @Test func `a check takes bars whole, as the backtest does that it checks`() throws {
        let walk = Walk(400, seed: 3)
        let log = LookAheadCheck.LineLog()
        let played = try [nil, log].map { journal in
            let player = BacktestBench.player(strategies: [Haunted(run: 1)], journal: journal)
            for bar in walk.bars { try player.take([bar], of: walk.market(bar.market), nil) }
            try player.finish()
            return player.played
        }
        #expect(played[0] == played[1] && played[1] < 10)
        // A candle and a decision for each, all the same.
        #expect(log.count >= 2 * walk.bars.count)
    }

    @Test func `a strategy that is not the same the second time is found`() throws {
        var runs = 0
        let outcome = try check { _ in
            runs += 1
            return Haunted(run: runs)
        }
        #expect(outcome.difference?.whole?.contains("no_signal") == true)
    }
}
