import KBotEngine
import KBotModel
import KBotSimulation
import KBotTestSupport
import Testing

@testable import KBotRuntime

extension SeededGenerator {
    /// One of some values; the first is used when there is nothing to choose.
    fileprivate mutating func pick<Value>(_ first: Value, _ others: Value...) -> Value {
        let place = Int.random(in: 0...others.count, using: &self)
        return place == 0 ? first : others[place - 1]
    }
}

/// Bars that reach nothing of ours are taken whole; the same must come of them as of every print of their paths.
@Suite struct WholeBarsTests {
    /// Whoever hears every event makes the player play every print.
    private final class EveryPrint: SessionJournal {
        var keepsState: Bool { false }
        func hear(_ event: Event) {}
        func hear(_ effects: [Effect], _ engine: borrowing Engine) -> Set<ClientOrderID> { [] }
        func settle(_ engine: borrowing Engine, _ exchange: PaperExchange?, afterEvents: Int) -> Bool { true }
    }

    /// Signals now and then, of every kind, as a candle's figures fall.
    private final class Dice: Strategy {
        let name: StrategyName
        let version = "1"
        let needs: StrategyNeeds
        let callbacks: StrategyCallbacks
        private let share: UInt64
        private var messages: [StrategyMessage] = []

        init(
            _ name: StrategyName,
            _ interval: TimeSpan,
            oneIn share: UInt64,
            hearsTrades: Bool = false,
            timer: TimeSpan? = nil
        ) {
            self.name = name
            needs = StrategyNeeds(interval: .fixed(interval), indicators: [("sma", .sma(period: 3))], timer: timer)
            callbacks = hearsTrades ? [.trade] : []
            self.share = share
        }

        func onCandle(_ candle: Candle, _ context: borrowing StrategyContext) -> Decision {
            var random = SeededGenerator(
                seed: UInt64(candle.start.microseconds) &+ UInt64(candle.close.units) &+ UInt64(candle.trades) &* 31
                    &+ UInt64(context.account.equity.units & 0xFFFF) &+ UInt64(context.touch.bid?.units ?? 7)
            )
            if UInt64.random(in: 0..<20, using: &random) == 0 { messages.append(.log("\(candle.close)")) }
            guard UInt64.random(in: 0..<share, using: &random) == 0 else {
                let isFiltered = UInt64.random(in: 0..<30, using: &random) == 0
                return .none(.insideBands, trigger: isFiltered ? .long : nil)
            }
            let direction: Direction = Bool.random(using: &random) ? .long : .short
            let away = Int32.random(in: -4...4, using: &random)
            return .signal(
                Signal(
                    direction: direction,
                    entry: Price(units: candle.close.units + away * 100),
                    stop: .offset(PriceDelta(cents: Int32.random(in: 1...8, using: &random))),
                    target: .offset(PriceDelta(cents: Int32.random(in: 1...12, using: &random))),
                    entryType: random.pick(.limit, .market, .stop),
                    timeToLive: Int.random(in: 1...12, using: &random)
                )
            )
        }

        func onTimer(_ context: borrowing StrategyContext) -> Decision? {
            messages.append(.log("tick"))
            return nil
        }

        func takeMessages() -> [StrategyMessage] {
            defer { messages.removeAll() }
            return messages
        }
    }

    /// Now and then nothing may be entered for some minutes.
    private final class Brake: RiskRule {
        let name = "brake"

        func check(_ order: ProposedOrder, _ context: borrowing RuleContext) -> Verdict {
            order.price.units % 1_300 == 0
                ? .halt(until: context.now + .minutes(5), "BRAKE", "a price of the rule's") : .allow
        }
    }

    /// Random bars of one to three markets, some of which end, with gaps in time and in price.
    private struct World {
        var bars: [MarketBar] = []
        var markets: [Market] = []
        var settlements: [Settlement?] = []
        let interval: TimeSpan
        let share: UInt64
        let hearsTrades: Bool
        let dailyLoss: Bool
        let rules: BarRules
        let breaker: Int?
        let hasBrake: Bool
        let isAlone: Bool
        let timer: TimeSpan?

        init(_ random: inout SeededGenerator) {
            let start = Timestamp(seconds: 1_704_067_200)
            interval = .minutes(random.pick(1, 1, 5))
            share = random.pick(3, 12, 60)
            hearsTrades = Int.random(in: 0..<8, using: &random) == 0
            dailyLoss = Bool.random(using: &random)
            rules = Bool.random(using: &random) ? .realistic : .pessimistic
            breaker = random.pick(nil, 2)
            hasBrake = Bool.random(using: &random)
            isAlone = Int.random(in: 0..<4, using: &random) > 0
            timer = random.pick(nil, nil, nil, .minutes(7))
            for number in 0..<random.pick(1, 1, 2, 3) {
                let ends = Bool.random(using: &random)
                let length = Int64.random(in: 120...1_800, using: &random)
                let close = ends ? start + .minutes(length - Int64.random(in: 0...30, using: &random)) : BarFiles.noEnd
                markets.append(
                    Market(
                        id: MarketID(Int32(number)),
                        ticker: Ticker("M\(number)"),
                        series: "M",
                        openTime: start,
                        closeTime: close,
                        grid: .linearCent
                    )
                )
                let settles = ends && Bool.random(using: &random)
                settlements.append(settles ? Settlement(value: Bool.random(using: &random) ? .one : .zero) : nil)
                // Not every market's bars begin on the minute.
                let shift = TimeSpan.seconds(random.pick(0, 0, 0, 20))
                var price = Int32.random(in: 20...80, using: &random)
                for minute in 0..<length where Int.random(in: 0..<40, using: &random) > 0 {
                    if Int.random(in: 0..<50, using: &random) == 0 { price += Int32.random(in: -9...9, using: &random) }
                    let open = min(max(price, 3), 97)
                    price = min(max(open + Int32.random(in: -2...2, using: &random), 3), 97)
                    let high = min(max(open, price) + Int32.random(in: 0...2, using: &random), 99)
                    let low = max(min(open, price) - Int32.random(in: 0...2, using: &random), 1)
                    let bar = Candle(
                        start: start + .minutes(minute) + shift,
                        interval: .minutes(1),
                        open: Price(cents: open),
                        high: Price(cents: high),
                        low: Price(cents: low),
                        close: Price(cents: price),
                        volume: Quantity(contracts: Int64.random(in: 0...50, using: &random)),
                        trades: 0
                    )
                    bars.append(MarketBar(market: MarketID(Int32(number)), bar: bar))
                }
            }
            bars.sort { ($0.bar.start, $0.market) < ($1.bar.start, $1.market) }
        }

        /// Whether a bar begins while its market trades.
        func trades(_ bar: MarketBar) -> Bool { bar.bar.start < markets[Int(bar.market.index)].closeTime }

        /// Everything told of the world, and how many events the engine counted.
        func play(whole: Bool) throws -> (notes: [Note], events: Int, played: Int, quiet: Int) {
            var notes: [Note] = []
            var quiet = 0
            let player = BacktestBench.player(
                strategies: [Dice("dice", interval, oneIn: share, hearsTrades: hearsTrades, timer: timer)]
                    + (isAlone ? [] : [Dice("other", interval, oneIn: 40)]),
                rules: hasBrake ? [Brake()] : [],
                journal: whole ? nil : EveryPrint(),
                fills: rules,
                dailyLoss: dailyLoss ? .dollars(Money(dollars: 3)) : nil,
                breaker: breaker,
                listen: { notes.append($0) },
                quiet: {
                    notes += $0.notes
                    quiet += 1
                }
            )
            var left = bars[...]
            while let first = left.first {
                let run = whole ? left.prefix { $0.market == first.market } : left.prefix(1)
                let index = Int(first.market.index)
                try player.take(run, of: markets[index], settlements[index])
                left = left[run.endIndex...]
            }
            try player.finish()
            return (notes, player.session.eventsTaken, player.played, quiet)
        }
    }

    @Test func `whole bars give the same notes as all of their prints`() throws {
        var trades = 0
        var quiet = 0
        try forSeeds(0..<40) { random in
            let world = World(&random)
            let whole = try world.play(whole: true)
            let prints = try world.play(whole: false)
            trades += whole.notes.count { if case .closed = $0.kind { true } else { false } }
            quiet += whole.quiet
            let difference = zip(whole.notes, prints.notes).first { $0 != $1 }
            try hold(difference == nil, "\(difference.map { "\($0.0) is not \($0.1)" } ?? "")")
            try hold(whole.notes.count == prints.notes.count, "\(whole.notes.count) not \(prints.notes.count) notes")
            try hold(whole.events == prints.events, "\(whole.events) not \(prints.events) events")
        }
        #expect(trades > 500)
        #expect(quiet > 1_000)
    }

    @Test func `bars of markets side by side are taken whole too`() throws {
        var taken = 0
        try forSeeds(0..<40) { random in
            let world = World(&random)
            guard world.markets.count > 1, !world.hearsTrades, world.share == 60 else { return }
            let played = try world.play(whole: true).played
            try hold(
                try world.play(whole: false).played == world.bars.count(where: world.trades),
                "not all were played"
            )
            if played * 2 < world.bars.count { taken += 1 }
        }
        #expect(taken > 0)
    }
}
