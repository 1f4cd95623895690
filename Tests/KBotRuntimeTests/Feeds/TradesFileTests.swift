import KBotModel
import Testing

@testable import KBotRuntime

struct TradesFileTests {
    private let folder: FeedFolder
    private let good = "1777314601160,KXBTC15M-26APR271445-45,0.4900,30.00,no"

    init() throws { folder = try FeedFolder() }

    private func trades(_ events: [MarketEvent]) -> [Trade] {
        events.compactMap { if case .trade(let trade) = $0.kind { trade } else { nil } }
    }

    @Test func `a row is a trade at the venue's time`() throws {
        let feed = try ReplayFeed(paths: [folder.write("x.csv", tradesText(good))])
        let events = try feed.all()
        let trade = Trade(market: MarketID(0), price: Price(cents: 49), count: Quantity(contracts: 30), taker: .ask)
        #expect(events.contains(MarketEvent(time: Timestamp(milliseconds: 1_777_314_601_160), .trade(trade))))
    }

    @Test func `columns stand where the header says, and the side of the book wins`() throws {
        let text = """
            \u{FEFF}taker_book_side, count ,"ticker",extra,ts_ms,yes_price_dollars,taker_side\r
            bid,1,A,,1000,0.5,no\r
            ,2,"A",x,1000,0.0010,no\r
            ,3.25,A,,1001,0.999,\r

            """
        let feed = try ReplayFeed(paths: [folder.write("x.csv", text)], strict: true)
        let trades = trades(try feed.all())
        #expect(trades.map(\.taker) == [.bid, .ask, nil])
        #expect(trades.map(\.price.units) == [5_000, 10, 9_990] && trades.map(\.count.units) == [100, 200, 325])
    }

    @Test(arguments: [
        ("12,A,0.5,1", "x.csv:3: 4 fields where the header has 5"),
        ("now,A,0.5,1,yes", #"x.csv:3: column ts_ms: "now" is no time in milliseconds"#),
        ("1777314601161,,0.5,1,yes", #"x.csv:3: column ticker: "" is no ticker"#),
        ("1777314601161,A B,0.5,1,yes", #"x.csv:3: column ticker: "A B" is no ticker"#),
        (
            "1777314601161,A,1.0000,1,yes",
            #"x.csv:3: column yes_price_dollars: "1.0000" is no price between 0 and 1 dollar"#
        ),
        (
            "1777314601161,A,0.12345,1,yes",
            #"x.csv:3: column yes_price_dollars: "0.12345" is no price between 0 and 1 dollar"#
        ),
        ("1777314601161,A,0.5,-1,yes", #"x.csv:3: column count: "-1" is no number of contracts"#),
        ("1777314601161,A,0.5,1,bid", #"x.csv:3: column taker_side: "bid" is no side (yes or no)"#),
        (
            "1777314601159,A,0.5,1,yes",
            #"x.csv:3: column ts_ms: "1777314601159" is earlier than the row before it: a trades file must be in time order"#
        ),
    ])
    func `a malformed row is told with file, line and column`(row: String, message: String) throws {
        let path = try folder.write("x.csv", tradesText(good, row, good))
        let feed = try ReplayFeed(paths: [path])
        #expect(trades(try feed.all()).count == 2)
        #expect(feed.summary.skipped == 1 && feed.summary.skippedSamples == [message])
        let strict = try ReplayFeed(paths: [path], strict: true)
        var events: [MarketEvent] = []
        #expect(try strict.next(into: &events))
        #expect(trades(events).count == 1)
        let error = #expect(throws: FeedError.self) { try strict.next(into: &events) }
        #expect(error?.description == message)
        #expect(try !strict.next(into: &events))
    }

    @Test func `only the first few bad rows are kept in words`() throws {
        let rows = Array(repeating: "bad", count: 50).joined(separator: "\n")
        let feed = try ReplayFeed(paths: [folder.write("x.csv", tradesText(good, rows))])
        _ = try feed.all()
        #expect(feed.summary.skipped == 50 && feed.summary.skippedSamples.count == FeedSummary.samples)
        #expect(feed.summary.warnings.contains("50 lines could not be read, and left out"))
    }

    @Test func `a cut compressed file is used up to the cut, or refused when strict`() throws {
        let rows = (0..<400).map { "\(1_777_314_601_160 + $0),KXBTC15M-26APR271445-45,0.4900,30.00,no" }
        let whole = gzipped(tradesText(rows.joined(separator: "\n")))
        let path = try folder.write("x_trades.csv.gz", Array(whole.dropLast(8_000)))
        let feed = try ReplayFeed(paths: [path])
        let count = trades(try feed.all()).count
        #expect(count > 100 && count < 400 && feed.summary.skipped == 1)
        #expect(feed.summary.skippedSamples.first?.contains("ends in the middle, after line \(count + 1)") == true)
        #expect(throws: FeedError.truncated(path: path, line: count + 1)) {
            _ = try ReplayFeed(paths: [path], strict: true).all()
        }
    }

    @Test func `last prices speak for an outcome only near the ends`() {
        #expect(Settlement.inferred(lastPrice: Price(cents: 95)) == Settlement(value: .one, isInferred: true))
        #expect(Settlement.inferred(lastPrice: Price(cents: 5)) == Settlement(value: .zero, isInferred: true))
        #expect(Settlement.inferred(lastPrice: Price(units: 9_499)) == nil)
        #expect(Settlement.inferred(lastPrice: Price(units: 501)) == nil)
    }
}
