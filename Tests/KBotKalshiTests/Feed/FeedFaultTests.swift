import KBotKalshi
import KBotModel
import KBotTestSupport
import Testing

/// Feeds under accidents of every kind.
struct FeedFaultTests {
    private let opens = Timestamp(seconds: 1_795_375_800)

    @Test func `whatever happens, no trade is told twice, and after quiet all are told and all books known`() throws {
        try forSeeds(0..<60) { random in
            var bench = FeedBench(VenueFeedConfiguration(series: ["KXBTC15M"]), at: opens - .minutes(2))
            let tickers: [Ticker] = ["KXBTC15M-26NOV221445-45", "KXBTC15M-26NOV221500-00", "KXBTC15M-26NOV221515-15"]
            for (index, ticker) in tickers.enumerated() {
                let start = opens + .minutes(Int64(index) * 15)
                var market = FeedVenueMarket(ticker, opens: start, closes: start + .minutes(15))
                market.trades = (0..<120).map { number in
                    // Some share a millisecond.
                    (start + .milliseconds(Int64(number / 2) * 14_000 + 1_000), "\(ticker)/\(number)")
                }
                bench.venue.markets.append(market)
                bench.planTrades(of: ticker)
            }
            try bench.begin()
            let end = opens + .minutes(38)
            while bench.now < end - .minutes(3) {
                try Self.accident(&bench, &random)
                try bench.run(until: bench.now + .seconds(Int64.random(in: 1...40, using: &random)))
            }
            bench.isDeaf = false
            bench.isReachable = true
            bench.venue.refuses = { _ in false }
            try bench.release()
            try bench.run(until: end)
            try Self.judge(bench, tickers, until: end)
        }
    }

    private static func accident(_ bench: inout FeedBench, _ random: inout SeededGenerator) throws {
        switch Int.random(in: 0..<9, using: &random) {
        case 0: if bench.isOpen { try bench.drop() }
        case 1: bench.isReachable.toggle()
        case 2: bench.isDeaf.toggle()
        case 3: bench.freeze()
        case 4: bench.holdsAnswers = true
        case 5: try bench.release()
        case 6: if bench.isOpen { try bench.deliver(#"{"type":"trade","sid":1,"msg":[]}"#) }
        case 7:
            bench.venue.lose(
                ["trade", "orderbook_delta", "market_lifecycle_v2"].randomElement(using: &random) ?? "trade"
            )
        default:
            let isRefusing = Bool.random(using: &random)
            bench.venue.refuses = { question in
                if case .trades = question { return false }
                return isRefusing
            }
        }
    }

    private static func judge(_ bench: FeedBench, _ tickers: [Ticker], until end: Timestamp) throws {
        for ticker in tickers {
            let told = bench.trades(ticker)
            let made = bench.venue.markets.first { $0.ticker == ticker }?.trades.map(\.time) ?? []
            try hold(told.count <= made.count, "\(ticker): \(told.count) trades told, \(made.count) made")
            var left = made
            for time in told {
                let place = left.firstIndex(of: time)
                try hold(place != nil, "\(ticker): a trade at \(time) was told twice")
                if let place { left.remove(at: place) }
            }
        }
        let last = tickers[2]
        let made = bench.venue.markets[2].trades.map(\.time).filter { $0 < end - .seconds(1) }
        try hold(bench.trades(last).sorted() == made, "\(last): \(bench.trades(last).count) of \(made.count) trades")
        try hold(bench.feed.health == .live, "\(bench.feed.health)")
        try hold(bench.feed.staleMarkets.isEmpty, "\(bench.feed.staleMarkets)")
        for ticker in tickers.prefix(2) {
            let isDecided = bench.life(ticker).contains { if case .settled = $0.kind { true } else { false } }
            try hold(isDecided, "\(ticker) was never decided")
        }
    }
}
