import Foundation
import KBotData
import KBotModel
import KBotTestSupport
import Logging
import Testing

@testable import KBotRuntime

/// The catalogue against the files it was made of: the same events, one for one.
@Suite(.enabled(if: SharedData.isAvailable)) struct CatalogueEqualityTests {
    private static let sets: [[String]] = [
        ["trades/KXBTC15M_2026-04-27_28_trades.csv.gz"],
        ["trades/KXBTC15M_2026-04-27_28_trades.csv.gz", "trades/KXETH15M_2026-04-27_28_trades.csv.gz"],
        ["trades/mixed15M_2026-08-06_trades.csv.gz"],
        ["ws/KXBTC15M-26MAY112115-15_ws.jsonl.gz"],
        [
            "ws/KXBTC15M-26MAY130915-15_ws.jsonl.gz", "ws/KXBTC15M-26MAY140915-15_ws.jsonl.gz",
            "ws/KXBTC15M-26MAY150245-45_ws.jsonl.gz",
        ],
        ["ws/KXBTC-26APR1817_ws.jsonl.gz"],
        ["ws/MLB_2026-08-07_ws.jsonl.gz"],
    ]

    @Test("files and catalogue give the same events", arguments: sets)
    func sameEvents(names: [String]) throws {
        let paths = names.map { SharedData.data($0).path }
        let folder = try DataFolder()
        for path in paths { try folder.add(path) }
        let files = try ReplayFeed(paths: paths)
        let feed = try CatalogueFeed(folder.catalogue)
        try Self.expectEqual(try files.all(), try feed.all())
        #expect(feed.summary.trades == files.summary.trades)
        #expect(feed.summary.syntheticTrades == files.summary.syntheticTrades)
        #expect(feed.summary.markets == files.summary.markets)
        #expect(feed.summary.last == files.summary.last)
    }

    @Test("facts that lie elsewhere settle the markets of frames in both")
    func sameEventsWithFacts() throws {
        let frames = SharedData.data("ws/KXBTC15M-26MAY112115-15_ws.jsonl.gz").path
        let facts = SharedData.data("outcomes/KXBTC15M_2026-05_recorded_strikes.csv").path
        let folder = try DataFolder()
        try folder.add(frames, facts)
        let expected = try ReplayFeed(paths: [frames], markets: facts).all()
        #expect(expected.contains { if case .settled = $0.kind { true } else { false } })
        try Self.expectEqual(expected, try folder.events())
    }

    @Test("prices of an underlying stand at the same places", arguments: ["BTC-USD_coinbase_2026-05_ticks.csv.gz"])
    func sameSpot(name: String) throws {
        let frames = SharedData.data("ws/KXBTC15M-26MAY130915-15_ws.jsonl.gz").path
        let spot = SharedData.data("spot/" + name).path
        let folder = try DataFolder()
        try folder.add(frames, spot)
        let expected = try ReplayFeed(paths: [frames], spot: [SpotSource(spot)]).all()
        #expect(expected.count { $0.isSpot } > 1_000)
        try Self.expectEqual(expected, try folder.events(spot: ["BTC-USD"]))
    }

    @Test("one market of many gives that market's trades, and a time only what lies in it")
    func narrowed() throws {
        let path = SharedData.data("trades/KXBTC15M_2026-04-27_28_trades.csv.gz").path
        let folder = try DataFolder()
        try folder.add(path)
        let events = try ReplayFeed(paths: [path]).all()
        let trades = events.filter { if case .trade = $0.kind { true } else { false } }
        var selection = DataSelection()
        selection.markets = ["KXBTC15M-26APR271500-00"]
        var markets: [MarketID] = []
        for event in events {
            guard case .listed(let market) = event.kind, selection.takes(market.ticker) else { continue }
            markets.append(market.id)
        }
        let one = trades.filter { event in event.market.map { markets.contains($0) } ?? false }
        #expect(one.count == 3_728)
        let read = try folder.events(selection).filter { if case .trade = $0.kind { true } else { false } }
        #expect(read.map(\.time) == one.map(\.time))

        var span = DataSelection()
        span.from = Timestamp(rfc3339: "2026-04-27T20:00:00Z")
        span.to = Timestamp(rfc3339: "2026-04-27T21:30:00Z")
        let within = trades.filter { $0.time >= span.from ?? $0.time && $0.time < span.to ?? $0.time }
        let spanned = try folder.events(span).filter { if case .trade = $0.kind { true } else { false } }
        #expect(!within.isEmpty)
        #expect(spanned.map(\.time) == within.map(\.time))
    }

    @Test("a time that begins within a recording begins with the book as it was then")
    func beginsWithin() throws {
        let path = SharedData.data("ws/KXBTC15M-26MAY130915-15_ws.jsonl.gz").path
        let folder = try DataFolder()
        try folder.add(path)
        let all = try ReplayFeed(paths: [path]).all()
        let from = all[all.count / 2].time
        var selection = DataSelection()
        selection.from = from
        let part = try folder.events(selection)
        // A ticker lags behind the book by up to a second.
        #expect(part.allSatisfy { $0.time >= from - .seconds(2) })
        #expect(part.count < all.count * 2 / 3)
        #expect(Self.book(all).touch == Self.book(part).touch)
        #expect(Self.book(Array(all.prefix(all.count - 5_000))) == Self.book(Array(part.prefix(part.count - 5_000))))
    }

    @Test(
        "a run on the catalogue writes the same lines as a run on the files",
        arguments: ["KXBTC15M_2026-04-27_28", "KXETH15M_2026-04-27_28"]
    )
    func sameRun(name: String) throws {
        let paths = ["trades", "markets"].map {
            SharedData.data("trades/\(name)_\($0).csv\($0 == "trades" ? ".gz" : "")").path
        }
        let folder = try DataFolder()
        for path in paths { try folder.add(path) }
        func lines(_ name: String, _ feed: any MarketFeed) throws -> String {
            var plan = RunPlan()
            plan.strategies = ["native:bollinger_scalper"]
            plan.feed = .replay(paths: [paths[0]])
            plan.isQuiet = true
            plan.eventsPath = folder.files.path + "/" + name
            let run = try TradingRun(
                plan,
                settings: try RunSettings.load(
                    options: ["limits": "off=all", "sizing": "fixed:10"],
                    environment: [:],
                    envFile: .none
                ),
                library: ScriptLibrary(home: RunBench.root),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            run.feed = feed
            #expect(try run.run() == .finished)
            return try String(contentsOfFile: folder.files.path + "/" + name, encoding: .utf8)
        }
        let expected = try lines("files.jsonl", ReplayFeed(paths: [paths[0]], markets: paths[1]))
        #expect(expected.split(separator: "\n").count { $0.hasPrefix(#"{"type":"fill""#) } > 100)
        #expect(try lines("catalogue.jsonl", CatalogueFeed(folder.catalogue)) == expected)
    }

    private static func book(_ events: [MarketEvent]) -> OrderBook {
        var book = OrderBook()
        for event in events {
            switch event.kind {
            case .snapshot(_, let snapshot): book.replace(with: snapshot)
            case .delta(_, let outcome, let price, let change):
                let isSound = book.add(change, at: price, outcome: outcome)
                #expect(isSound)
            default: break
            }
        }
        return book
    }

    private static func expectEqual(_ expected: [MarketEvent], _ found: [MarketEvent]) throws {
        let place = zip(expected, found).enumerated().first { $0.element.0 != $0.element.1 }
        if let place {
            Issue.record("event \(place.offset): \(place.element.0) in the files, \(place.element.1) in the catalogue")
        }
        #expect(expected.count == found.count)
    }
}
