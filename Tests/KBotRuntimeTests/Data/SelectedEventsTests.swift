import KBotData
import KBotModel
import KBotTestSupport
import Testing

@testable import KBotRuntime

/// Markets and a time chosen from recordings: files and catalogue tell the same, and what is told does not hang on what else
/// they hold.
@Suite struct SelectedEventsTests {
    private static let close: Int64 = 1_777_315_500_000
    private static let tickers = [
        "KXBTC15M-26APR271445-45", "KXBTC15M-26APR271500-00", "KXETH15M-26APR271445-45", "KXETH15M-26APR271500-00",
    ]

    /// Recordings in files and in a catalogue.
    private struct Recordings {
        let folder: DataFolder
        var paths: [String] = []
        var facts: String?
        var spot: [String] = []

        init() throws { folder = try DataFolder() }

        mutating func add(_ name: String, _ rows: [String]) throws {
            paths.append(try folder.files.write(name, tradesText(rows.joined(separator: "\n"))))
            try folder.add(paths[paths.count - 1])
        }

        mutating func add(facts rows: [String]) throws {
            let text = (["ticker,open_time_ms,close_time_ms,result"] + rows).joined(separator: "\n") + "\n"
            let path = try folder.files.write("facts.csv", text)
            facts = path
            try folder.add(path)
        }

        mutating func add(ticks rows: [String]) throws {
            spot.append(
                try folder.files.write("BTC-USD_t.csv", "ts_ms,price_usd\n" + rows.joined(separator: "\n") + "\n")
            )
            try folder.add(spot[spot.count - 1])
        }

        /// What each of the two tells, or that it says that something is missing.
        func stories(_ selection: DataSelection) throws -> (files: [String], catalogue: [String]) {
            let replay = try ReplayFeed(
                paths: paths,
                markets: facts,
                spot: SpotSource.read(spot),
                selection: selection,
                strict: true
            )
            let feed = try CatalogueFeed(folder.catalogue, selection, spot: spot.isEmpty ? [] : ["BTC-USD"])
            return (SelectedEventsTests.story(replay), SelectedEventsTests.story(feed))
        }
    }

    /// Events as words, with markets by name: their numbers differ.
    private static func story(_ feed: any MarketFeed) -> [String] {
        var feed = feed
        var events: [MarketEvent] = []
        do { while try feed.next(into: &events) {} } catch { return ["missing"] }
        var names: [MarketID: String] = [:]
        return events.map { event in
            let what =
                switch event.kind {
                case .listed(let market): "listed from \(market.openTime) to \(market.closeTime)"
                case .trade(let trade): "trade \(trade.count) at \(trade.price)"
                case .status(_, let status): "\(status)"
                case .settled(_, let settlement): "settled \(settlement)"
                case .spot(_, let price): "price \(price)"
                default: "\(event.kind)"
                }
            if case .listed(let market) = event.kind { names[market.id] = market.ticker.text }
            return "\(event.time) \(event.market.flatMap { names[$0] } ?? "") \(what)"
        }
    }

    private static func row(_ seconds: Int64, _ ticker: String, _ count: Int = 1) -> String {
        "\(close + seconds * 1_000),\(ticker),0.4900,\(count),no"
    }

    private func chosen(_ markets: Set<String> = [], series: Set<String> = []) -> DataSelection {
        var selection = DataSelection()
        (selection.markets, selection.series) = (markets, series)
        return selection
    }

    // MARK: The end of the recording

    @Test(arguments: [0, 1_200, 1_500, 3_600] as [Int64])
    func `a thin market closes when its file went on until then, whoever traded`(others: Int64) throws {
        var data = try Recordings()
        let thin = Self.tickers[1]
        // It closes at 19:30, trades last at 18:20; in its file another market trades until so long after 18:45.
        try data.add(facts: ["\(thin),\(Self.close - 2_700_000),\(Self.close + 2_700_000),yes"])
        let rows = [Self.row(-1_500, thin)]
        try data.add("a_trades.csv", rows + (0..<5).map { Self.row(others * $0 / 4, Self.tickers[2]) })
        let (files, catalogue) = try data.stories(chosen([thin]))
        #expect(files == catalogue)
        #expect(files.contains { $0.contains("closed") } == (others > 1_700))
        #expect(files.contains { $0.contains("settled") } == (others > 1_700))
    }

    @Test func `a file that does not tell of a market does not say that its recording went on`() throws {
        let thin = Self.tickers[1]
        var data = try Recordings()
        try data.add(facts: ["\(thin),\(Self.close - 2_700_000),\(Self.close + 2_700_000),yes"])
        try data.add("a_trades.csv", [Self.row(-1_500, thin)])
        let alone = try data.stories(chosen([thin]))
        try data.add("b_trades.csv", (0..<20).map { Self.row($0 * 300, Self.tickers[2]) })
        let beside = try data.stories(chosen([thin]))
        #expect(alone.files == beside.files && alone.files == alone.catalogue && alone.files == beside.catalogue)
        #expect(!alone.files.contains { $0.contains("closed") })
        // A file that does tells it, also when it comes later.
        try data.add("c_trades.csv", [Self.row(2_000, thin)])
        let whole = try data.stories(chosen([thin]))
        #expect(whole.files == whole.catalogue && whole.files.contains { $0.contains("settled") })
    }

    // MARK: Prices

    @Test func `prices stand as they would without the other markets`() throws {
        let (mine, other) = (Self.tickers[3], Self.tickers[0])
        func recordings(_ others: [String]) throws -> Recordings {
            var data = try Recordings()
            try data.add(ticks: (Int64(-700)..<100).map { "\(Self.close + $0 * 864_000),\($0 + 1_000)" })
            try data.add("a_trades.csv", [Self.row(200, mine), Self.row(400, mine)])
            if !others.isEmpty { try data.add("b_trades.csv", others) }
            return data
        }
        let alone = try recordings([]).stories(chosen([mine]))
        let beside = try recordings((-40..<40).map { Self.row(Int64($0) * 60, other) }).stories(chosen([mine]))
        #expect(alone.files == alone.catalogue && alone.files == beside.files && alone.files == beside.catalogue)
        #expect(alone.files.count { $0.contains("price") } == 702)
    }

    // MARK: Anything

    @Test func `whatever is chosen, files and catalogue tell the same`() throws {
        try forSeeds(0..<60) { random in
            var data = try Recordings()
            try data.add(
                facts: Self.tickers.map { ticker in
                    let end = Int64.random(in: -10...45, using: &random) * 60_000
                    let result = ["yes", "no", ""].randomElement(using: &random) ?? ""
                    return "\(ticker),\(Self.close - 2_700_000),\(Self.close + end),\(result)"
                }
            )
            try data.add(ticks: (Int64(-60)..<80).map { "\(Self.close + $0 * 60_000),\($0 + 1_000)" })
            var count = 0
            for name in ["a", "b", "c"] {
                let markets = Self.tickers.filter { _ in Bool.random(using: &random) }
                let (from, length) = (
                    Int64.random(in: -45...30, using: &random), Int64.random(in: 1...50, using: &random)
                )
                let times = (0..<25).map { _ in Int64.random(in: from...from + length, using: &random) * 60 }.sorted()
                try data.add(
                    "\(name)_trades.csv",
                    times.map { time in
                        count += 1
                        return Self.row(time, markets.randomElement(using: &random) ?? Self.tickers[0], count)
                    }
                )
            }
            for _ in 0..<6 {
                var selection = DataSelection()
                switch Int.random(in: 0...3, using: &random) {
                case 0: selection.series = ["KXETH15M"]
                case 1: selection.markets = [Self.tickers.randomElement(using: &random) ?? ""]
                case 2: selection.markets = Set(Self.tickers.filter { _ in Bool.random(using: &random) })
                default: break
                }
                func time() -> Timestamp {
                    Timestamp(milliseconds: Self.close) + .seconds(30 * Int64.random(in: -80...80, using: &random))
                }
                if Bool.random(using: &random) { selection.from = time() }
                if Bool.random(using: &random) { selection.to = (selection.from ?? time()) + .minutes(20) }
                let (files, catalogue) = try data.stories(selection)
                let place = zip(files, catalogue).enumerated().first { $0.element.0 != $0.element.1 }
                try hold(
                    files == catalogue,
                    "\(selection): \(files.count) and \(catalogue.count) events, \(place.map { "\($0)" } ?? "")"
                )
            }
        }
    }

    // MARK: What is not there

    @Test func `what was asked for and is not there stops the replay, by its name`() throws {
        var data = try Recordings()
        try data.add("a_trades.csv", [Self.row(-600, Self.tickers[0]), Self.row(-60, Self.tickers[1])])
        func message(_ selection: DataSelection) throws -> String? {
            let feed = try ReplayFeed(paths: data.paths, selection: selection)
            do {
                _ = try feed.all()
                return nil
            } catch {
                return "\(error)"
            }
        }
        #expect(try message(chosen(series: ["KXBTC15M"])) == nil)
        #expect(
            try message(chosen(series: ["KXBTC15M", "KXETH15M"]))
                == "--series KXETH15M: not in the data; it has KXBTC15M"
        )
        #expect(
            try message(chosen([Self.tickers[0], "X"]))
                == "--market X: not in the data; it has \(Self.tickers[0]), \(Self.tickers[1])"
        )
        var late = chosen([Self.tickers[0]])
        late.from = Timestamp(milliseconds: Self.close + 60_000)
        #expect(try message(late) == "--market \(Self.tickers[0]): nothing in this time")
    }

    // MARK: What is said

    @Test func `only files of the markets are named for lines that could not be read`() throws {
        let folder = try DataFolder()
        let bad = "x,y,z"
        try folder.add("btc_trades.csv", text: tradesText(Self.row(-60, Self.tickers[0])))
        try folder.add("eth_trades.csv", text: tradesText(Self.row(-60, Self.tickers[2]), bad))
        let sentence = "eth_trades.csv: 1 line could not be read when it was imported"
        func warnings(_ series: Set<String>) throws -> [String] {
            try CatalogueFeed(folder.catalogue, chosen(series: series)).summary.warnings
        }
        #expect(try !warnings(["KXBTC15M"]).contains { $0.contains("could not be read") })
        #expect(try warnings(["KXETH15M"]).contains(sentence) && warnings([]).contains(sentence))
    }

    @Test func `progress counts what lies before the end`() throws {
        let folder = try DataFolder()
        let days = (0..<4).map { Self.row(Int64($0) * 86_400, "KXBTCD-26APR30") }
        try folder.add("a_trades.csv", text: tradesText(days.joined(separator: "\n")))
        var selection = DataSelection()
        selection.to = Timestamp(milliseconds: Self.close) + .hours(30)
        let feed = try CatalogueFeed(folder.catalogue, selection)
        #expect(try feed.all().count { if case .trade = $0.kind { true } else { false } } == 2)
        #expect(feed.progress == 1)
    }
}
