import KBotModel
import KBotSimulation
import KBotTestSupport

@testable import KBotRuntime

/// Made-up recordings of trades on which it is known what can be earned.
struct VerdictMarket {
    /// What moves the price.
    enum Price {
        /// The built-in simulator: the trades that `kbot simulate-data` writes.
        case simulator
        /// A fair game: one print every three seconds, each the expected result of the market given all before it. A walk in
        /// whole cents from 50¢ that ends at 1¢ or 99¢; the result is drawn with the last price as its probability.
        ///
        /// Two series side by side make nine steps in ten together, so that what they pay at one close is nearly one result.
        case walk(series: Int)
    }

    /// A time in which prints lie beside what the contract is worth.
    struct Overshoot {
        /// The first print in it, and the first one after.
        let first: KBotModel.Price
        let after: KBotModel.Price
        /// Prints were so many cents too high; too low below zero.
        let cents: Int64
    }

    let price: Price
    /// Quarters of an hour.
    let windows: Int
    /// By how many cents prints overshoot now and then: what a contract bought then is worth more than it costs, or one sold
    /// then less than it brings. 0 leaves no edge.
    var overshoot: Int64 = 0
    var fees = FeeSchedule(kind: .quadratic, multiplier: 0)

    private static let start = SimulatedFeed.usualStart
    private static let life = TimeSpan.minutes(15)
    private static let candle = TimeSpan.seconds(15)
    /// Prints of a walk in one window.
    private static let ticks: Int64 = 360
    /// Overshoots last so long, one in each stretch of the window between these seconds.
    private static let length: Int64 = 36
    private static let stretch: Int64 = 120
    private static let stretches: Range<Int64> = 1..<6

    /// The events of a seed, and the overshoots in them.
    func make(seed: UInt64) -> (events: [MarketEvent], overshoots: [Overshoot]) {
        var events = fair(seed)
        let overshoots = overshoot == 0 ? [] : plant(in: &events, seed: seed)
        return (events, overshoots)
    }

    /// The same as data of a sweep.
    func data(seed: UInt64) -> BacktestData {
        let events = make(seed: seed).events
        var summary = FeedSummary()
        summary.sources = ["SIMULATED market of a test, seed \(seed)"]
        let memory = MemoryFeed(events, summary)
        return .recordings(named: "replay") { memory }
    }

    private func fair(_ seed: UInt64) -> [MarketEvent] {
        switch price {
        case .simulator: simulated(seed)
        case .walk(let series): walked(seed, series)
        }
    }

    private func simulated(_ seed: UInt64) -> [MarketEvent] {
        var options = MarketSimulator.Options(
            start: Self.start,
            duration: Self.life * Int64(windows),
            seed: seed,
            tradesPerMinute: 40
        )
        // Trades are all that is kept: changes of the book that come with none are left out, for time.
        options.deltasPerSecond = 4
        var simulator = MarketSimulator(options)
        var events: [MarketEvent] = []
        var batch: [MarketEvent] = []
        while simulator.next(into: &batch) {
            for event in batch {
                switch event.kind {
                case .listed(var market):
                    market.fees = fees
                    events.append(MarketEvent(time: event.time, .listed(market)))
                case .trade, .status, .settled: events.append(event)
                default: break
                }
            }
            batch.removeAll(keepingCapacity: true)
        }
        return events
    }

    private func walked(_ seed: UInt64, _ series: Int) -> [MarketEvent] {
        var random = SeededGenerator(seed: seed)
        var events: [MarketEvent] = []
        for window in 0..<windows {
            let open = Self.start + Self.life * Int64(window)
            let markets = (0..<series).map { market(window * series + $0, $0 == 0 ? "KXBTC15M" : "KXETH15M", open) }
            for market in markets { events.append(MarketEvent(time: open, .listed(market))) }
            var cents = markets.map { _ in Int64(50) }
            for tick in 0..<Self.ticks {
                // Whole candles have five steps; the print before them repeats the last one's price.
                let (candle, part) = tick.quotientAndRemainder(dividingBy: 6)
                let time = open + Self.candle * candle + (part == 0 ? .milliseconds(500) : .seconds(part * 3 - 2))
                let common = Self.step(&random)
                for (place, market) in markets.enumerated() {
                    let isOwn = place > 0 && Int.random(in: 0..<10, using: &random) == 0
                    if part > 0, (2...98).contains(cents[place]) { cents[place] += isOwn ? Self.step(&random) : common }
                    let trade = Trade(
                        market: market.id,
                        price: .init(cents: Int32(cents[place])),
                        count: Quantity(contracts: Int64.random(in: 20...200, using: &random)),
                        taker: nil
                    )
                    events.append(MarketEvent(time: time, .trade(trade)))
                }
            }
            let draw = Int64.random(in: 0..<100, using: &random)
            for (place, market) in markets.enumerated() {
                let result: Settlement = draw < cents[place] ? .yes : .no
                events.append(MarketEvent(time: market.closeTime, .status(market.id, .closed)))
                events.append(MarketEvent(time: market.closeTime + .seconds(10), .settled(market.id, result)))
            }
        }
        return events.sorted { $0.time < $1.time }
    }

    /// Up, down, or half of the time neither.
    private static func step(_ random: inout SeededGenerator) -> Int64 {
        [-1, 0, 0, 1][Int.random(in: 0..<4, using: &random)]
    }

    private func market(_ number: Int, _ series: SeriesTicker, _ open: Timestamp) -> Market {
        Market(
            id: MarketID(Int32(number)),
            ticker: Ticker("\(series)-WALK\(number)"),
            series: series,
            openTime: open,
            closeTime: open + Self.life,
            grid: .linearCent,
            fees: fees
        )
    }

    /// Moves the prints of some times up or down, and all of such a time by as much; results stay what they are.
    private func plant(in events: inout [MarketEvent], seed: UInt64) -> [Overshoot] {
        var random = SeededGenerator(seed: seed ^ 0x65_6467_65)
        var opens: [MarketID: Timestamp] = [:]
        var prints: [MarketID: [Int]] = [:]
        for (place, event) in events.enumerated() {
            if case .listed(let market) = event.kind { opens[market.id] = market.openTime }
            if case .trade(let trade) = event.kind { prints[trade.market, default: []].append(place) }
        }
        var overshoots: [Overshoot] = []
        for market in prints.keys.sorted(by: { $0.index < $1.index }) {
            guard let open = opens[market], let places = prints[market] else { continue }
            for stretch in Self.stretches {
                let late = Int64.random(in: 0...(Self.stretch - Self.length - 15), using: &random)
                let cents = Bool.random(using: &random) ? overshoot : -overshoot
                let begin = open + .seconds(stretch * Self.stretch + late)
                let end = begin + .seconds(Self.length)
                let inside = places.filter { events[$0].time >= begin && events[$0].time < end }
                guard let next = places.first(where: { events[$0].time >= end }) else { continue }
                let moved = inside.map { Self.price(events[$0]).units + Int32(cents) * 100 }
                // Near 0¢ and 100¢ there is no room. The first print alone decides, so that the choice says nothing of the rest.
                guard let first = moved.first, (2_500...7_500).contains(first) else { continue }
                for (place, units) in zip(inside, moved) {
                    guard case .trade(let trade) = events[place].kind else { continue }
                    let price = KBotModel.Price(units: units)
                    events[place] = MarketEvent(
                        time: events[place].time,
                        .trade(Trade(market: market, price: price, count: trade.count, taker: trade.taker))
                    )
                }
                overshoots.append(
                    Overshoot(first: .init(units: first), after: Self.price(events[next]), cents: cents)
                )
            }
        }
        return overshoots
    }

    private static func price(_ event: MarketEvent) -> KBotModel.Price {
        if case .trade(let trade) = event.kind { trade.price } else { .zero }
    }
}
