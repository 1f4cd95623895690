import KBotModel
import KBotTestSupport

@testable import KBotEngine

/// A random stream of everything public: markets that come, trade and are decided, two underlyings, operators.
///
/// Ordered as a feed orders it, but for trades and prices that come late.
struct Stream {
    static let start = Bench.start
    private(set) var events: [Event] = []
    private var now = Stream.start
    private var markets: [Market] = []
    private var isSettled: [Bool] = []
    private var spots: (btc: Int64, eth: Int64) = (60_000, 3_000)
    /// End of the last candle of the underlying that comes in candles.
    private var told = Stream.start
    /// The latest anything may say it happened before its coming.
    private var latest = TimeSpan.zero

    /// Makes a stream of about this many events.
    init(_ count: Int, disordered: Bool, _ random: inout SeededGenerator) {
        latest = disordered ? .milliseconds(3_000) : .zero
        // Prices from before the first market.
        for _ in 0..<Int.random(in: 0...20, using: &random) { tellSpot(&random, Bool.random(using: &random)) }
        list(&random)
        while events.count < count { step(&random) }
    }

    private mutating func step(_ random: inout SeededGenerator) {
        let span = TimeSpan.milliseconds(Int64.random(in: 0...2_400, using: &random))
        switch Int.random(in: 0..<4, using: &random) {
        case 0: break
        case 1:
            now = (now + span).floored(to: .seconds(5)) + (now.floored(to: .seconds(5)) == now ? .zero : .seconds(5))
        default: now = now + span
        }
        decide()
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<8: trade(&random)
        case 8..<11: tellSpot(&random, true)
        case 11..<13: tellSpot(&random, false)
        case 13..<16: quote(&random)
        case 16 where markets.count < 5: list(&random)
        case 17: disturb(&random)
        default: trade(&random)
        }
    }

    private mutating func see(_ kind: MarketEvent.Kind, at time: Timestamp? = nil) {
        events.append(.market(MarketEvent(time: time ?? now, kind)))
    }

    private func late(_ random: inout SeededGenerator) -> Timestamp {
        guard latest > .zero, Int.random(in: 0..<4, using: &random) == 0 else { return now }
        return now - TimeSpan(microseconds: Int64.random(in: 0...latest.microseconds, using: &random))
    }

    private mutating func list(_ random: inout SeededGenerator) {
        let series: [SeriesTicker] = ["KXBTC15M", "KXBTCD", "KXETH15M"]
        let opens = now + .seconds(Int64.random(in: -20...10, using: &random))
        let market = Market(
            id: MarketID(Int32(markets.count)),
            ticker: Ticker("M\(markets.count)"),
            series: series[Int.random(in: 0..<3, using: &random)],
            openTime: opens,
            closeTime: opens + .seconds(Int64.random(in: 60...200, using: &random)),
            grid: .linearCent,
            status: opens > now ? .initialized : .active
        )
        markets.append(market)
        isSettled.append(false)
        see(.listed(market))
    }

    private mutating func decide() {
        for (index, market) in markets.enumerated() where !isSettled[index] && now >= market.closeTime + .seconds(6) {
            isSettled[index] = true
            see(.settled(market.id, .yes))
        }
    }

    private mutating func trade(_ random: inout SeededGenerator) {
        guard let market = markets.randomElement(using: &random) else { return }
        see(
            .trade(
                Trade(
                    market: market.id,
                    price: Price(cents: Int32.random(in: 40...60, using: &random)),
                    count: Quantity(units: Int64.random(in: 1...500, using: &random)),
                    taker: Bool.random(using: &random) ? .bid : .ask
                )
            ),
            at: late(&random)
        )
    }

    private mutating func quote(_ random: inout SeededGenerator) {
        guard let market = markets.randomElement(using: &random) else { return }
        let bid = Int32.random(in: 30...60, using: &random)
        let size = Quantity(contracts: 10)
        if Bool.random(using: &random) {
            see(.delta(market.id, .yes, Price(cents: bid), size))
        } else {
            let level = BookLevel(price: Price(cents: bid), count: size)
            see(.snapshot(market.id, BookSnapshot(yes: [level], no: [level])))
        }
    }

    /// One underlying comes in ticks, the other in candles of five seconds.
    private mutating func tellSpot(_ random: inout SeededGenerator, _ ticks: Bool) {
        if ticks {
            spots.btc += Int64.random(in: -40...40, using: &random)
            see(.spot("BTC-USD", SpotPrice(units: spots.btc * 10_000)), at: late(&random))
            return
        }
        while told + .seconds(5) <= now {
            let start = told.floored(to: .seconds(5))
            let open = spots.eth
            spots.eth += Int64.random(in: -9...9, using: &random)
            told = start + .seconds(5)
            see(
                .spotCandle(
                    "ETH-USD",
                    SpotCandle(
                        start: start,
                        interval: .seconds(5),
                        open: SpotPrice(units: open),
                        high: SpotPrice(units: max(open, spots.eth) + 2),
                        low: SpotPrice(units: min(open, spots.eth) - 1),
                        close: SpotPrice(units: spots.eth),
                        volume: Int64.random(in: 0...9, using: &random),
                        ticks: Int32.random(in: 0...3, using: &random)
                    )
                ),
                at: now
            )
        }
    }

    private mutating func disturb(_ random: inout SeededGenerator) {
        guard let market = markets.randomElement(using: &random) else { return }
        switch Int.random(in: 0..<6, using: &random) {
        case 0: see(.gap(market.id))
        case 1: see(.status(market.id, .inactive))
        case 2, 3: see(.status(market.id, .active))
        case 4: events.append(.feed(now, Bool.random(using: &random) ? .stale : .live))
        default: events.append(.timer(now))
        }
    }
}

extension Engine {
    /// Candles that are open and counts of what came late, of every series heard, in their order.
    var openCandles: [AnyHashable] {
        active.flatMap { market in market.series.map { AnyHashable($0.aggregator) } }
            + spots.flatMap { spot in spot.series.map { AnyHashable($0.aggregator) } }
    }
}
