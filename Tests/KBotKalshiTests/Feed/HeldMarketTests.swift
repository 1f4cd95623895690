import KBotKalshi
import KBotModel
import Testing

/// Markets in which an earlier run of the account has left something.
struct HeldMarketTests {
    private static let opens = Timestamp(seconds: 1_795_375_800)
    private static let open: Ticker = "KXBTC15M-26NOV221445-45"
    private static let past: Ticker = "KXOLD15M-26NOV221430-30"

    private static func held(_ ticker: Ticker, opens: Timestamp = opens, status: MarketStatus = .active) -> Market {
        Market(
            id: MarketID(77),
            ticker: ticker,
            series: "KXOLD15M",
            openTime: opens,
            closeTime: opens + .minutes(15),
            status: status
        )
    }

    /// The window of 14:30, and one of another series that closed then; the account holds both, the old one first.
    private func bench(
        at start: Timestamp = opens + .minutes(5),
        series: [SeriesTicker] = [],
        _ change: (inout VenueFeedConfiguration, inout FeedVenue) -> Void = { _, _ in }
    ) throws -> FeedBench {
        var configuration = VenueFeedConfiguration(series: series)
        configuration.held = [Self.held(Self.past, opens: Self.opens - .minutes(15)), Self.held(Self.open)]
        var venue = FeedVenue()
        venue.markets = [
            FeedVenueMarket(Self.open, opens: Self.opens, closes: Self.opens + .minutes(15)),
            FeedVenueMarket(Self.past, opens: Self.opens - .minutes(15), closes: Self.opens),
        ]
        change(&configuration, &venue)
        var bench = FeedBench(configuration, at: start)
        bench.venue = venue
        return bench
    }

    @Test func `they have the first numbers in the order given, whatever else is listed and answered first`() throws {
        var bench = try bench(series: ["KXBTC15M"]) { configuration, venue in
            let other: Ticker = "KXBTC15M-26NOV221445-46"
            venue.markets.insert(FeedVenueMarket(other, opens: Self.opens, closes: Self.opens + .minutes(15)), at: 0)
            let slow = Self.past
            venue.refuses = { $0 == .market(slow) }
        }
        try bench.begin()
        try bench.run(until: Self.opens + .minutes(6))
        #expect(bench.listings(Self.open).first?.id == MarketID(1))
        #expect(bench.listings("KXBTC15M-26NOV221445-46").first?.id == MarketID(2))
        #expect(bench.listings(Self.past).isEmpty)
        bench.venue.refuses = { _ in false }
        try bench.run(until: Self.opens + .minutes(9))
        #expect(bench.listings(Self.past).first?.id == MarketID(0))
    }

    @Test func `an open one is listed as the venue tells it now, subscribed, and followed to its result`() throws {
        var bench = try bench()
        try bench.begin()
        try bench.run(until: Self.opens + .minutes(6))
        let listed = try #require(bench.listings(Self.open).first)
        #expect(listed.id == MarketID(1) && listed.strike == SpotPrice("86120.37") && listed.status == .active)
        #expect(bench.venue.delivers("orderbook_delta", Self.open) && bench.venue.delivers("trade", Self.open))
        try bench.run(until: Self.opens + .minutes(16))
        #expect(bench.life(Self.open).map(\.kind) == [.status(MarketID(1), .closed), .settled(MarketID(1), .yes)])
        #expect(!bench.venue.delivers("trade", Self.open))
    }

    @Test func `one that has closed and was decided since is listed, closed and settled, and not subscribed`() throws {
        var bench = try bench()
        try bench.begin()
        try bench.run(until: Self.opens + .minutes(5) + .seconds(2))
        #expect(bench.listings(Self.past).count == 1)
        #expect(bench.life(Self.past).map(\.kind) == [.status(MarketID(0), .closed), .settled(MarketID(0), .yes)])
        #expect(!bench.venue.delivers("trade", Self.past))
        #expect(bench.notes.isEmpty, "\(bench.notes)")
        // Paid, so nothing is asked of it any more.
        let count = bench.venue.questions.count { $0 == .market(Self.past) }
        try bench.run(until: Self.opens + .minutes(12))
        #expect(bench.venue.questions.count { $0 == .market(Self.past) } == count)
    }

    @Test func `one that has closed without a result is asked for until it has one`() throws {
        var bench = try bench { _, venue in venue.markets[1].determined = Self.opens + .minutes(8) }
        try bench.begin()
        try bench.run(until: Self.opens + .minutes(7))
        #expect(bench.life(Self.past).map(\.kind) == [.status(MarketID(0), .closed)])
        try bench.run(until: Self.opens + .minutes(8) + .seconds(5))
        #expect(bench.life(Self.past).last?.kind == .settled(MarketID(0), .yes))
    }

    @Test func `one that was known to be closed is not closed again`() throws {
        var bench = try bench { configuration, _ in
            configuration.held = [Self.held(Self.past, opens: Self.opens - .minutes(15), status: .closed)]
        }
        try bench.begin()
        try bench.run(until: Self.opens + .minutes(6))
        #expect(bench.listings(Self.past).map(\.status) == [.closed])
        #expect(bench.life(Self.past).map(\.kind) == [.settled(MarketID(0), .yes)])
    }

    @Test func `one that the venue knows no more is told of and asked for at growing intervals`() throws {
        var bench = try bench { _, venue in venue.markets.removeLast() }
        try bench.begin()
        try bench.run(until: Self.opens + .minutes(14))
        let times = bench.told.compactMap { told -> Timestamp? in
            guard case .note(let note) = told.output, note.level == .warning, note.text.contains("\(Self.past)") else {
                return nil
            }
            #expect(note.text.contains("in which the account holds something, is not known to the venue"))
            return told.now
        }
        let pauses = zip(times.dropFirst(), times).map { $0 - $1 }
        #expect(pauses == [.seconds(5), .seconds(10), .seconds(20), .seconds(40), .seconds(80), .seconds(160)])
        #expect(bench.listings(Self.past).isEmpty)
    }

    @Test func `one that only the archive has is settled from there`() throws {
        var bench = try bench { _, venue in venue.archive = [venue.markets.removeLast()] }
        try bench.begin()
        try bench.run(until: Self.opens + .minutes(6))
        #expect(bench.life(Self.past).map(\.kind) == [.status(MarketID(0), .closed), .settled(MarketID(0), .yes)])
        #expect(bench.notes.isEmpty, "\(bench.notes)")
    }
}
