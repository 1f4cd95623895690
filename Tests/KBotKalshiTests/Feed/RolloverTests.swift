import KBotKalshi
import KBotModel
import KBotTestSupport
import Testing

/// Whole days of quarter-hours: no window is missed.
struct RolloverTests {
    private static let months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]

    /// The venue's name of the window that closes at a time, by New York's clocks; names that would stand twice on the
    /// night the clocks are set back are told apart by a letter, for how the venue does it is not known.
    private static func ticker(_ series: String, closing: Timestamp, offset: Int64, isSecond: Bool) -> Ticker {
        let local = closing - .hours(offset)
        let date = local.utcDay.civil
        let minutes = (local - local.utcDay.start).wholeSeconds / 60
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let day = "\(two(Int64(date.year % 100)))\(months[date.month - 1])\(two(Int64(date.day)))"
        let time = "\(two(minutes / 60))\(two(minutes % 60))"
        return Ticker("\(series)-\(day)\(time)\(isSecond ? "B" : "")-\(two(minutes % 60))")
    }

    @Test(arguments: [
        // An ordinary day, the day the clocks go forward, and the day they go back (at 06:00 UTC).
        ("2026-07-04T00:00:00Z", 4, 4), ("2026-03-08T00:00:00Z", 5, 4), ("2026-11-01T00:00:00Z", 4, 5),
    ]) func `of a day's windows each is listed, subscribed before its first trade, and decided`(
        day: String,
        before: Int64,
        after: Int64
    ) throws {
        let start = try #require(Timestamp(rfc3339: day))
        let change = start + .hours(before == 5 ? 7 : 6)
        try forSeeds(0..<1) { random in
            var configuration = VenueFeedConfiguration(series: ["KXBTC15M", "KXETH15M"])
            // A local exchange may run faster than the clock on the wall.
            configuration.speed = before == after ? 60 : 1
            var bench = FeedBench(configuration, at: start - .minutes(3))
            for series in ["KXBTC15M", "KXETH15M"] {
                for number in 0..<96 {
                    let opens = start + .minutes(Int64(number) * 15)
                    let closes = opens + .minutes(15)
                    let offset = closes <= change ? before : after
                    let isSecond = before == 4 && after == 5 && closes > change && closes <= change + .hours(1)
                    let ticker = Self.ticker(series, closing: closes, offset: offset, isSecond: isSecond)
                    var market = FeedVenueMarket(ticker, opens: opens, closes: closes)
                    market.listed = opens - .minutes(Int64.random(in: 2...300, using: &random))
                    market.determined = closes + .seconds(Int64.random(in: 6...60, using: &random))
                    market.result = Bool.random(using: &random) ? "yes" : "no"
                    if Int.random(in: 0..<20, using: &random) == 0 { market.strikeAt = nil }
                    let span = TimeSpan.minutes(15).microseconds - 5_000_000
                    market.trades = (0..<6).map { index in
                        let ahead = index == 0 ? 1_000_000 : Int64.random(in: 1_000_000...span, using: &random)
                        return (opens + TimeSpan(microseconds: ahead / 1_000 * 1_000), "\(ticker)/\(index)")
                    }.sorted { $0.time < $1.time }
                    bench.venue.markets.append(market)
                    bench.planTrades(of: ticker)
                }
            }
            try bench.begin()
            try bench.run(until: start + .hours(24) + .minutes(5))
            try Self.judge(bench)
        }
    }

    private static func judge(_ bench: FeedBench) throws {
        // One walk over all that was told, for days have many events.
        var listed: [MarketID: Timestamp] = [:]
        var lives: [MarketID: [(now: Timestamp, kind: MarketEvent.Kind)]] = [:]
        var trades: [MarketID: [Timestamp]] = [:]
        for told in bench.told {
            guard case .event(let event) = told.output else { continue }
            switch event.kind {
            case .listed(let market): if listed[market.id] == nil { listed[market.id] = told.now }
            case .status(let id, _), .settled(let id, _): lives[id, default: []].append((told.now, event.kind))
            case .trade(let trade): trades[trade.market, default: []].append(event.time)
            case .history(let id, let past): trades[id, default: []] += past.map(\.time)
            default: break
            }
        }
        for market in bench.venue.markets {
            let name = market.ticker
            let known = bench.feed.board.listed(Array(name.text.utf8).span)
            try hold(known != nil, "\(name) was never listed")
            guard let id = known, let time = listed[id] else { continue }
            try hold(time <= market.opens - .seconds(30), "\(name) was listed at \(time)")
            try hold(trades[id] ?? [] == market.trades.map(\.time), "\(name) has \(trades[id]?.count ?? 0) trades")
            let settlement: Settlement = market.result == "yes" ? .yes : .no
            let kinds: [MarketEvent.Kind] = [.status(id, .active), .status(id, .closed), .settled(id, settlement)]
            let life = lives[id] ?? []
            try hold(life.map(\.kind) == kinds, "\(name): \(life)")
            try hold(life[0].now >= market.opens, "\(name) opened at \(life[0].now)")
            try hold(life[0].now <= market.opens + .milliseconds(1), "\(name) opened at \(life[0].now)")
            try hold(life[1].now >= market.closes, "\(name) closed at \(life[1].now)")
            try hold(life[1].now <= market.closes + .seconds(1), "\(name) closed at \(life[1].now)")
            try hold(life[2].now <= market.determined + .seconds(20), "\(name) was decided at \(life[2].now)")
        }
        try hold(bench.feed.summary.earlierTrades == 0, "\(bench.feed.summary.earlierTrades) trades came by REST")
        try hold(bench.venue.subscriptions.allSatisfy { $0.members.isEmpty }, "\(bench.venue.subscriptions)")
        try hold(bench.venue.questions.count < 20_000, "\(bench.venue.questions.count) questions")
    }
}
