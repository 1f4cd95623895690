import Foundation
import KBotData
import KBotModel
import Testing

@testable import KBotRuntime

/// Each mistake planted alone: it is found, and nothing else.
@Suite struct DataCheckTests {
    private static let market = "KXBTC15M-26APR271445-45"
    private static let open: Int64 = 1_777_314_600_000
    private static let facts = """
        ticker,open_time_ms,close_time_ms,result
        \(market),\(open),\(open + 900_000),yes

        """

    /// A trade each ten seconds, from the open to the close.
    private static func trades(where keeps: (Int64) -> Bool = { _ in true }, times: Int = 1) -> String {
        var rows: [String] = []
        for second in stride(from: 1, to: 900, by: 10) as StrideTo<Int64> where keeps(second) {
            for _ in 0..<times {
                rows.append("\(open + second * 1_000),\(market),0.5\(second % 10)\(second / 10 % 10),2,yes")
            }
        }
        return "ts_ms,ticker,yes_price_dollars,count,taker_side\n" + rows.joined(separator: "\n") + "\n"
    }

    private static func frame(_ second: Int64, _ sequence: Int, _ price: String, _ side: String) -> String {
        #"{"type":"orderbook_delta","sid":1,"seq":\#(sequence),"msg":{"market_ticker":"\#(market)","price_dollars":"\#(price)","delta_fp":"5.00","side":"\#(side)","ts_ms":\#(open + second * 1_000)}}"#
    }

    private static let snapshot =
        #"{"recv_ms":\#(open),"frame":{"type":"orderbook_snapshot","sid":1,"seq":1,"msg":{"market_ticker":"\#(market)","yes_dollars_fp":[["0.4000","10.00"]],"no_dollars_fp":[["0.5000","7.00"]]}}}"#

    /// A book that changes each ten seconds.
    private static func frames(_ change: (inout [String]) -> Void = { _ in }) -> String {
        var lines = [snapshot]
        for index in 1..<90 { lines.append(frame(Int64(index) * 10, index + 1, "0.3\(index % 10)00", "yes")) }
        change(&lines)
        return lines.joined(separator: "\n") + "\n"
    }

    private func check(_ files: (String, String)...) throws -> DataCheck {
        let folder = try DataFolder()
        for (name, text) in files { try folder.add(name, text: text) }
        return try DataCheck(folder.catalogue)
    }

    @Test("sound data give no finding")
    func sound() throws {
        let check = try check(("a.csv", Self.trades()), ("b.jsonl", Self.frames()), ("m.csv", Self.facts))
        #expect(check.findings.isEmpty)
        #expect(check.isSound)
        #expect(check.markets == 1)
        #expect(check.text(width: 80).contains("Nothing is wrong."))
    }

    @Test("lost messages are a gap")
    func gap() throws {
        let text = Self.frames { $0.remove(at: 40) }
        let check = try check(("b.jsonl", text), ("m.csv", Self.facts))
        #expect(check.findings.map(\.kind) == [.gap])
        #expect(check.findings.first?.name == Self.market)
    }

    @Test("ten minutes without anything are a silence")
    func silence() throws {
        let check = try check(("a.csv", Self.trades { $0 < 100 || $0 > 800 }), ("m.csv", Self.facts))
        #expect(check.findings.map(\.kind) == [.silence])
    }

    @Test("a file whose rows come twice has duplicates")
    func duplicates() throws {
        let check = try check(("a.csv", Self.trades(times: 2)), ("m.csv", Self.facts))
        #expect(check.findings.map(\.kind) == [.duplicates])
        #expect(check.findings.first?.count == 90)
    }

    @Test("two recordings of one book at one time are duplicates")
    func overlapping() throws {
        let other = Self.frames { $0[0] = $0[0].replacingOccurrences(of: "10.00", with: "11.00") }
        let check = try check(("b.jsonl", Self.frames()), ("c.jsonl", other), ("m.csv", Self.facts))
        #expect(check.findings.map(\.kind) == [.duplicates])
    }

    @Test("a book that stays crossed is found, one that is for a moment is not")
    func crossed() throws {
        func text(_ back: Int64) -> String {
            Self.frames { lines in
                lines[50] = Self.frame(500, 51, "0.5500", "no")
                let undo = Self.frame(500, 52, "0.5500", "no").replacingOccurrences(
                    of: "5.00\",\"side",
                    with: "-5.00\",\"side"
                )
                lines[51] = undo.replacingOccurrences(
                    of: "\(Self.open + 500_000)",
                    with: "\(Self.open + 500_000 + back)"
                )
                lines[49] = Self.frame(490, 50, "0.4600", "yes")
            }
        }
        let long = try check(("b.jsonl", text(9_000)), ("m.csv", Self.facts))
        #expect(long.findings.map(\.kind) == [.crossed])
        #expect(try check(("b.jsonl", text(400)), ("m.csv", Self.facts)).isSound)
    }

    @Test("times that jump back, or lie outside the market's life, are found")
    func clock() throws {
        let back = Self.frames { $0[60] = Self.frame(300, 61, "0.3000", "yes") }
        #expect(try check(("b.jsonl", back), ("m.csv", Self.facts)).findings.map(\.kind) == [.clock])
        let late = Self.trades() + "\(Self.open + 9_000_000),\(Self.market),0.5000,1,yes\n"
        #expect(try check(("a.csv", late), ("m.csv", Self.facts)).findings.map(\.kind) == [.clock])
    }

    @Test("a closed market without an outcome is found, an inferred one is only counted")
    func outcome() throws {
        let late = "\(Self.open + 901_000),KXBTC15M-26APR271500-00,0.5000,1,yes\n"
        let missing = try check(("a.csv", Self.trades() + late))
        #expect(missing.findings.filter { $0.name == Self.market }.map(\.kind) == [.outcome])
        // It had closed before the import, though no row is of later.
        let alone = try check(("a.csv", Self.trades()))
        #expect(alone.findings.map(\.kind) == [.outcome])
        let inferred = Self.facts.replacingOccurrences(of: ",result", with: ",result_inferred")
        let check = try check(("a.csv", Self.trades()), ("m.csv", inferred))
        #expect(check.isSound)
        #expect(check.inferred == 1)
    }

    @Test("contrary outcomes are found")
    func contradiction() throws {
        let other = Self.facts.replacingOccurrences(of: ",yes", with: ",no")
        let check = try check(("a.csv", Self.trades()), ("m.csv", Self.facts), ("n.csv", other))
        #expect(check.findings.map(\.kind) == [.contradiction])
    }

    @Test("lines left out are told with their file")
    func unreadable() throws {
        let check = try check(("a.csv", Self.trades() + "x,y,z\n"), ("m.csv", Self.facts))
        #expect(check.findings.map(\.kind) == [.unreadable])
        #expect(check.findings.first?.name == "a.csv")
    }

    @Test("a line left out is told, though candles of the file differ too")
    func unreadableBesideContradictions() throws {
        let head = "ts_ms,open,high,low,close,volume,ticker\n60000,50,51,49,50,7,M\n120000,50,51,49,"
        let found = try check(("a.csv", head + "50,7,M\n"), ("b.csv", head + "51,7,M\n180000,x,51,49,50,7,M\n"))
            .findings
        #expect(found.map(\.kind) == [.contradiction, .unreadable])
        #expect(found.last?.text == "1 line left out, such as b.csv:4: column open: is no number")
    }

    @Test(
        "a part of a recording is looked at as the whole is: with the book as it was, and no silence outside",
        arguments: [(700, nil), (nil, 200), (300, 600), (nil, nil)] as [(Int64?, Int64?)]
    )
    func part(from: Int64?, to: Int64?) throws {
        let folder = try DataFolder()
        // A book that is crossed from the second 400 on.
        let text = Self.frames { $0[40] = Self.frame(400, 41, "0.6500", "yes") }
        try folder.add("b.jsonl", text: text)
        try folder.add("m.csv", text: Self.facts)
        var selection = DataSelection()
        selection.from = from.map { Timestamp(milliseconds: Self.open + $0 * 1_000) }
        selection.to = to.map { Timestamp(milliseconds: Self.open + $0 * 1_000) }
        let check = try DataCheck(folder.catalogue, selection)
        #expect(check.markets == 1 && check.rows == Int((to ?? 900) - (from ?? 0)) / 10)
        #expect(check.findings.map(\.kind) == (to ?? 900 > 400 ? [.crossed] : []))
        let crossed = Timestamp(milliseconds: Self.open + max(from ?? 0, 400) * 1_000)
        #expect(check.findings.allSatisfy { $0.at == crossed })
    }

    @Test("prices with a hole are found")
    func spotGap() throws {
        let check = try check(("BTC-USD_x.csv", "ts_ms,price_usd\n1000,5\n2000,5\n1000000,5\n"))
        #expect(check.findings.map(\.kind) == [.gap])
        #expect(check.findings.first?.name == "BTC-USD")
    }
}
