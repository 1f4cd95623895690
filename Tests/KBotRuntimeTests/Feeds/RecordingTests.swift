import Foundation
import KBotKalshi
import KBotModel
import KBotTestSupport
import Testing

@testable import KBotRuntime

@Suite(.enabled(if: SharedData.isAvailable, Comment(rawValue: SharedData.absence)))
struct RecordingTests {
    /// An order book as a reader of the venue's manual would write it: texts in, dictionaries, nothing of ours.
    private struct PlainBooks {
        var books: [String: [String: [Int: Int]]] = [:]

        static func integer(_ text: Any?) -> Int {
            Int((text as? String ?? "").replacingOccurrences(of: ".", with: "")) ?? 0
        }

        /// Takes in a raw frame; the market it changed.
        mutating func read(_ line: Data) -> String? {
            guard let outer = try? JSONSerialization.jsonObject(with: line) as? [String: Any] else { return nil }
            let frame = outer["frame"] as? [String: Any] ?? outer
            guard let message = frame["msg"] as? [String: Any], let ticker = message["market_ticker"] as? String else {
                return nil
            }
            switch frame["type"] as? String {
            case "orderbook_snapshot":
                books[ticker] = [:]
                for side in ["yes", "no"] {
                    for level in message[side + "_dollars_fp"] as? [[String]] ?? [] {
                        books[ticker]?[side, default: [:]][Self.integer(level[0])] = Self.integer(level[1])
                    }
                }
            case "orderbook_delta":
                let price = Self.integer(message["price_dollars"])
                let side = message["side"] as? String ?? ""
                let count = (books[ticker]?[side]?[price] ?? 0) + Self.integer(message["delta_fp"])
                books[ticker]?[side, default: [:]][price] = count == 0 ? nil : count
            default: return nil
            }
            return ticker
        }

        func best(_ ticker: String, _ side: String) -> Int? { books[ticker]?[side]?.keys.max() }
    }

    @Test(
        .timeLimit(.minutes(5)),
        arguments: [
            ("KXBTC15M-26MAY112115-15", 69_370), ("KXBTC15M-26MAY130915-15", 34_485),
            ("KXBTC15M-26MAY140915-15", 60_735),
            ("KXBTC15M-26MAY150245-45", 71_395), ("KXBTC-26APR1817", 69), ("MLB_2026-08-07", 257),
        ]
    )
    func `after every frame best bid and ask equal an independent calculation`(name: String, changes: Int) throws {
        let path = SharedData.data("ws/\(name)_ws.jsonl.gz").path
        var reader = try ByteLineReader(path: path)
        let decoder = FrameDecoder()
        var mapper = FrameMapper()
        var board = MarketBoard()
        var plain = PlainBooks()
        var books: [OrderBook] = []
        var events: [MarketEvent] = []
        var compared = 0
        var different = 0
        while try reader.advance() {
            let bytes = Array(reader.slice)
            events.removeAll(keepingCapacity: true)
            #expect(mapper.map(try decoder.decode(bytes), bytes: bytes.span, board: &board, into: &events))
            while books.count < board.markets.count { books.append(OrderBook()) }
            for event in events {
                switch event.kind {
                case .snapshot(let id, let snapshot): books[Int(id.index)].replace(with: snapshot)
                case .delta(let id, let outcome, let price, let change):
                    if !books[Int(id.index)].add(change, at: price, outcome: outcome) { different += 1 }
                default: break
                }
            }
            guard let ticker = plain.read(Data(bytes)) else { continue }
            compared += 1
            let id = try #require(board.markets.firstIndex { $0.ticker.text == ticker })
            let bid = plain.best(ticker, "yes")
            let ask = plain.best(ticker, "no").map { 10_000 - $0 }
            let touch = books[id].touch
            let own = mapper.book(of: MarketID(Int32(id)))?.touch
            if touch.bid.map({ Int($0.units) }) != bid || touch.ask.map({ Int($0.units) }) != ask || own != touch {
                different += 1
            }
        }
        #expect(compared == changes)
        #expect(different == 0)
        #expect(mapper.counts.gaps == 0 && mapper.counts.changesWithoutBook == 0 && mapper.counts.duplicates == 0)
        #expect(mapper.counts.offGrid == 0)
    }

    @Test func `a recorded day of trades comes whole, in order, with its markets`() throws {
        let path = SharedData.data("trades/KXBTC15M_2026-04-27_28_trades.csv.gz").path
        let feed = try ReplayFeed(paths: [path], strict: true)
        var trades = 0
        var words: [String: Int] = [:]
        var last = Timestamp.distantPast
        var ordered = true
        var events: [MarketEvent] = []
        while try feed.next(into: &events) {
            for event in events {
                if event.time < last { ordered = false }
                last = event.time
                switch event.kind {
                case .trade: trades += 1
                case .listed: words["listed", default: 0] += 1
                case .status(_, let status): words[status.rawValue, default: 0] += 1
                case .settled(_, let settlement): words[settlement.result, default: 0] += 1
                default: words["other", default: 0] += 1
                }
            }
            events.removeAll(keepingCapacity: true)
        }
        #expect(trades == 289_171 && ordered)
        #expect(words["listed"] == 60 && words["closed"] == 60 && (words["yes"] ?? 0) + (words["no"] ?? 0) == 60)
        #expect(words["other"] == nil)
        let summary = feed.summary
        #expect(summary.lines == 289_172 && summary.skipped == 0 && summary.markets == 60 && summary.trades == 289_171)
        #expect(summary.first?.description == "2026-04-27T18:30:00.000000Z")
        #expect(summary.last?.description == "2026-04-28T09:30:10.000000Z")
    }

    @Test func `where a recording has no trade frames, steps in volume stand for them, and the report says so`() throws
    {
        let path = SharedData.data("ws/KXBTC15M-26MAY130915-15_ws.jsonl.gz").path
        let feed = try ReplayFeed(paths: [path], strict: true)
        var traded = Quantity.zero
        for event in try feed.all() {
            if case .trade(let trade) = event.kind { traded += trade.count }
        }
        let summary = feed.summary
        #expect(summary.syntheticTrades == 567 && summary.trades == 567)
        #expect(summary.warnings.contains { $0.contains("567 steps in ticker volume stand for trades") })
        // The last ticker's volume less the first's.
        #expect(traded.description == "160623.46")
    }

    @Test func `recorded errors are counted, and stop nothing`() throws {
        let feed = try ReplayFeed(paths: [SharedData.data("ws/KXBTC-26APR1817_ws.jsonl.gz").path], strict: true)
        #expect(try feed.all().count > 61)
        #expect(
            feed.summary.warnings.contains { $0.contains("3 errors from the venue: Unknown channel name (code 8)") }
        )
    }

    @Test(arguments: ["noleg", "yes"])
    func `bare frames without a recorder's times are dated by the first frame that has one`(name: String) throws {
        let feed = try ReplayFeed(
            paths: [SharedData.data("rest/demo_2026-06/ws__orderbook_trade_\(name).jsonl").path],
            strict: true
        )
        let events = try feed.all()
        #expect(Set(events.map(\.time.utcDay.description)) == ["2026-06-11"])
        #expect(events.count >= 4)
    }
}
