import Foundation
import KBotData
import KBotModel
import KBotTestSupport
import Testing

@testable import KBotRuntime

@Suite struct DataImportTests {
    private static let market = "KXBTC15M-26APR271445-45"
    private static let open: Int64 = 1_777_314_600_000

    private static func trade(_ second: Int64, _ price: String = "0.5000", _ count: Int = 3, _ taker: String = "yes")
        -> String
    {
        "\(open + second * 1_000),\(market),\(price),\(count),\(taker)"
    }

    private static let frames = """
        {"type":"subscribed","id":1,"msg":{"channel":"orderbook_delta","sid":1}}
        {"recv_ms":\(open + 1_000),"frame":{"type":"orderbook_snapshot","sid":1,"seq":1,"msg":{"market_ticker":"\(market)",\
        "yes_dollars_fp":[["0.4500","10.00"]],"no_dollars_fp":[["0.5000","7.00"]]}}}
        {"type":"orderbook_delta","sid":1,"seq":2,"msg":{"market_ticker":"\(market)","price_dollars":"0.4600",\
        "delta_fp":"5.00","side":"yes","ts_ms":\(open + 2_000)}}
        {"type":"trade","sid":2,"seq":1,"msg":{"market_ticker":"\(market)","yes_price_dollars":"0.5000","count_fp":"3.00",\
        "taker_side":"yes","ts_ms":\(open + 3_000)}}
        {"type":"orderbook_delta","sid":1,"seq":4,"msg":{"market_ticker":"\(market)","price_dollars":"0.4600",\
        "delta_fp":"1.00","side":"yes","ts_ms":\(open + 4_000)}}

        """

    @Test("frames of every kind give the same events as the file")
    func frameKinds() throws {
        let folder = try DataFolder()
        let lives = """
            {"type":"market_lifecycle_v2","sid":3,"seq":1,"msg":{"event_type":"determined","market_ticker":"\(Self.market)",\
            "result":"yes","ts_ms":\(Self.open + 910_000)}}

            """
        let path = try folder.files.write("x_ws.jsonl", Self.frames + lives)
        let result = try #require(try folder.add(path).first)
        #expect(result.outcome == .imported)
        #expect(result.skipped == 0)
        let expected = try ReplayFeed(paths: [path]).all()
        #expect(expected.contains { if case .gap = $0.kind { true } else { false } })
        #expect(try folder.events() == expected)
    }

    @Test("an import twice changes nothing, whatever the file is called or compressed with")
    func twice() throws {
        let folder = try DataFolder()
        let text = tradesText(Self.trade(1), Self.trade(2), Self.trade(2), Self.trade(9, "0.6100", 1, "no"))
        try folder.add("a_trades.csv", text: text)
        let before = try folder.contents()
        let again = try folder.add("a_trades.csv", text: text)
        #expect(again?.outcome == .known)
        let packed = try folder.files.write("b.csv.gz", gzipped(text))
        #expect(try folder.add(packed).first?.outcome == .known)
        #expect(try folder.contents() == before)
    }

    @Test("rows that another file told are known by what they say")
    func overlapping() throws {
        let folder = try DataFolder()
        try folder.add("a.csv", text: tradesText(Self.trade(1), Self.trade(2), Self.trade(2)))
        // Three equal trades in the second file: one of them is news.
        let second = try folder.add(
            "b.csv",
            text: tradesText(Self.trade(2), Self.trade(2), Self.trade(2), Self.trade(3))
        )
        #expect(second?.rows == 2)
        #expect(second?.duplicates == 2)
        let whole = try folder.files.write(
            "c.csv",
            tradesText(Self.trade(1), Self.trade(2), Self.trade(2), Self.trade(2), Self.trade(3))
        )
        #expect(try folder.events() == ReplayFeed(paths: [whole]).all())
    }

    @Test("a trade told by a frame and by a file is one trade", arguments: [true, false])
    func framesAndTrades(framesFirst: Bool) throws {
        let folder = try DataFolder()
        let paths = [
            try folder.files.write("x.jsonl", Self.frames),
            try folder.files.write("y.csv", tradesText(Self.trade(3), Self.trade(3, "0.5100"))),
        ]
        for path in framesFirst ? paths : paths.reversed() { try folder.add(path) }
        let trades = try folder.events().filter { if case .trade = $0.kind { true } else { false } }
        #expect(trades.count == 2)
    }

    @Test(
        "a recording that grew takes the place of its shorter version, wherever that was cut",
        arguments: ["\n", "", "\n{\"type\":\"tra"]
    )
    func grown(end: String) throws {
        let folder = try DataFolder()
        let lines = Self.frames.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let cut = try folder.add("x.jsonl", text: lines.prefix(3).joined(separator: "\n") + end)
        #expect(cut?.skipped == 0)
        let result = try folder.add("x.jsonl", text: Self.frames)
        #expect(result?.outcome == .grown)
        #expect(try folder.catalogue.sources().count == 1)
        let whole = try folder.files.write("whole.jsonl", Self.frames)
        #expect(try folder.events() == ReplayFeed(paths: [whole]).all())
    }

    @Test("a wrong row is left out and named, or keeps its file out")
    func wrongRows() throws {
        let folder = try DataFolder()
        let text = tradesText(Self.trade(1), Self.trade(2, "1.5"), Self.trade(3))
        var strict = DataImport.Options()
        strict.strict = true
        let refused = try folder.add("x.csv", text: text, options: strict)
        #expect(refused?.outcome == .failed)
        #expect(refused?.notes.first?.hasPrefix("x.csv:3: column yes_price_dollars: ") == true)
        #expect(try folder.catalogue.sources().isEmpty)
        let taken = try folder.add("x.csv", text: text)
        #expect(taken?.outcome == .imported)
        #expect(taken?.rows == 2)
        #expect(taken?.skipped == 1)
        #expect(taken?.notes.first?.hasPrefix("x.csv:3: ") == true)
    }

    @Test("candles come back as they were, in either unit and with or without a column for the market")
    func candles() throws {
        let folder = try DataFolder()
        var dollars = DataImport.Options()
        dollars.priceUnit = .dollars
        let head = "ts_ms,open,high,low,close,volume"
        try folder.add("one.csv", text: "\(head)\n60000,50,54,50,54,1118\n120000,54,55,52,52.5,1.5\n")
        let two = "\(head),ticker\n60000,0.5,0.54,0.5,0.54,2,A\n120000,0.5,0.54,0.5,0.54,2,A\n"
        #expect(try folder.add("two.csv", text: two)?.outcome == .failed)
        #expect(try folder.add("two.csv", text: two, options: dollars)?.rows == 2)
        let reader = try #require(try BarReader(folder.catalogue, StreamKey(.candles, "one", interval: .minutes(1))))
        let bars = Array(try #require(try reader.next()))
        #expect(try reader.next() == nil)
        #expect(bars.count == 2)
        #expect(bars.first?.candle(.minutes(1)).high == Price(cents: 54))
        #expect(bars.last?.candle(.minutes(1)).close == Price(units: 5_250))
        #expect(bars.last?.volume == 150)
        #expect(bars.last?.start == Timestamp(seconds: 120))
        #expect(try BarReader(folder.catalogue, StreamKey(.candles, "A", interval: .minutes(1))) != nil)
        let wrong = "\(head)\n60000,50,54,50,54,1118\n120000,54,54,52,52,1\n"
        #expect(try folder.add("three.csv", text: wrong, options: dollars)?.outcome == .failed)
    }

    @Test("what files tell of a market is put together, and the venue's own result wins")
    func facts() throws {
        let folder = try DataFolder()
        try folder.add("a.csv", text: "ticker,close_time_ms,result,result_inferred\nM-1,900000,no,\nM-2,900000,,yes\n")
        let again = try folder.add(
            "b.csv",
            text: "ticker,close_time_ms,floor_strike,result_inferred\nM-1,900000,7.5,yes\n"
        )
        #expect(again?.rows == 1)
        let same = try folder.add("c.csv", text: "ticker,close_time_ms,floor_strike,result\nM-1,900000,7.5,no\n")
        #expect(same?.duplicates == 1)
        let records = try folder.catalogue.records(onlyWithData: false)
        #expect(records.map(\.ticker) == ["M-1", "M-2"])
        #expect(records.first?.settlement == .no)
        #expect(records.first?.strike == SpotPrice("7.5"))
        #expect(records.last?.settlement?.isInferred == true)
    }

    @Test("a path that leads nowhere and a file of no kind are refused in words")
    func refused() throws {
        let folder = try DataFolder()
        #expect(throws: FeedError.self) { try folder.add("/nowhere") }
        let path = try folder.files.write("x.txt", "hello\n")
        #expect(throws: FeedError.self) { try folder.add(path) }
        let spot = try folder.files.write("prices.csv", "ts_ms,price_usd\n1000,5\n")
        #expect(throws: FeedError.self) { try folder.add(spot) }
        #expect(try folder.add("BTC-USD=" + spot).first?.outcome == .imported)
    }

    @Test("frames mixed at random give the same events from the catalogue as from the file")
    func randomFrames() throws {
        try forSeeds(0..<60) { random in
            let folder = try DataFolder()
            var lines: [String] = []
            var sequence = 0
            var time = Self.open
            let tickers = [Self.market, "KXETH15M-26APR271445-45", "KXBTC15M-26APR271430-30"]
            for _ in 0..<120 {
                let ticker = tickers.randomElement(using: &random) ?? Self.market
                sequence +=
                    Int.random(in: 0..<30, using: &random) == 0
                    ? 2 : Int.random(in: 0..<30, using: &random) == 0 ? 0 : 1
                time += Int64.random(in: -800...9_000, using: &random)
                let price = "0.\(Int.random(in: 10...90, using: &random))00"
                let count = Int.random(in: -6...9, using: &random)
                let side = Bool.random(using: &random) ? "yes" : "no"
                let head = #""sid":1,"seq":\#(sequence),"msg":{"market_ticker":"\#(ticker)""#
                switch Int.random(in: 0..<12, using: &random) {
                case 0:
                    lines.append(#"{"type":"orderbook_snapshot",\#(head),"yes_dollars_fp":[["\#(price)","9.00"]]}}"#)
                case 1:
                    lines.append(
                        #"{"type":"ticker","sid":2,"msg":{"market_ticker":"\#(ticker)","price_dollars":"\#(price)","volume_fp":"\#(lines.count)","ts_ms":\#(time)}}"#
                    )
                case 2:
                    let word =
                        ["determined", "created", "deactivated", "activated"].randomElement(using: &random) ?? ""
                    let close = Self.open / 1_000 + 900
                    lines.append(
                        #"{"type":"market_lifecycle_v2","sid":3,"msg":{"event_type":"\#(word)","market_ticker":"\#(ticker)","result":"yes","open_ts":\#(close - 900),"close_ts":\#(close),"ts_ms":\#(time)}}"#
                    )
                case 3 where Int.random(in: 0..<5, using: &random) == 0: lines.append("{broken")
                default:
                    lines.append(
                        #"{"type":"orderbook_delta",\#(head),"price_dollars":"\#(price)","delta_fp":"\#(count).00","side":"\#(side)","ts_ms":\#(time)}}"#
                    )
                }
            }
            let path = try folder.files.write("x.jsonl", lines.joined(separator: "\n"))
            let facts = try folder.files.write(
                "facts.csv",
                "ticker,close_time_ms,result\n\(tickers[2]),\(Self.open + 100_000),yes\n"
            )
            try folder.add(path, facts)
            let expected = Self.withoutLateGaps(try ReplayFeed(paths: [path], markets: facts).all())
            let found = Self.withoutLateGaps(try folder.events())
            let place = zip(expected, found).first { $0 != $1 }
            try hold(
                found == expected,
                "\(expected.count) and \(found.count) events: \(place.map { "\($0)" } ?? "the end")"
            )
        }
    }

    /// Without gaps of markets that are decided: an import does not know what another file decides, so it follows a book
    /// for longer, and may find it out of step at another message.
    private static func withoutLateGaps(_ events: [MarketEvent]) -> [MarketEvent] {
        var decided: Set<MarketID> = []
        return events.filter { event in
            if case .settled(let market, _) = event.kind { decided.insert(market) }
            if case .gap(let market) = event.kind { return !decided.contains(market) }
            return true
        }
    }
}
