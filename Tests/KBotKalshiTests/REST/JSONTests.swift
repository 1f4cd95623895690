import KBotKalshi
import KBotModel
import KBotTestSupport
import Testing

struct JSONTests {
    @Test func `numbers keep their digits`() throws {
        let object = try #require(try json(#"{"a": 86120.37, "b": -0.10, "c": 1e3, "d": "0.0171"}"#).object)
        #expect(object["a"] == .number("86120.37"))
        #expect(object["b"] == .number("-0.10"))
        #expect(try ExactNumber(wire: #require(object["a"])).fixed(SpotPrice.self) == SpotPrice(units: 861_203_700))
        #expect(try ExactNumber(wire: #require(object["c"])).text == "1000")
        #expect(try ExactNumber(wire: #require(object["d"])).wire == .string("0.0171"))
    }

    @Test(arguments: [
        ("1.5e2", "150"), ("1.25E-2", "0.0125"), ("-3e-1", "-0.3"), ("0e5", "0"), ("12.5e0", "12.5"), ("5E+1", "50"),
    ])
    func `an exponent is written out exactly`(text: String, plain: String) {
        #expect(ExactNumber(text)?.text == plain)
    }

    @Test(arguments: ["", "-", "01", "1.", ".5", "1e", "1e+", "+1", "0x1", "1e99", "NaN", "1 "])
    func `what is no number, or absurdly large, is none`(text: String) {
        #expect(ExactNumber(text) == nil)
    }

    @Test(arguments: [
        #"{"a":[1,2.50,"x\"\\y",true,false,null,{}],"b":{"c":[]}}"#, #""é\u0001""#, "[]", "0", #"{"":"😀"}"#,
    ])
    func `text is read and written again without loss`(text: String) throws {
        #expect(String(decoding: try json(text).bytes, as: UTF8.self) == text)
    }

    @Test func `of two members with one name the last counts`() throws {
        #expect(try json(#"{"a":1,"b":2,"a":3}"#).bytes == Array(#"{"a":3,"b":2}"#.utf8))
    }

    @Test(arguments: ["", "{", "{]", #"{"a"}"#, "[1,]", "[01]", "[1.]", "nul", "{} x", #""a"#, "-", "[1 2]"])
    func `what is no JSON is refused`(text: String) {
        #expect(throws: WireError.self) { try json(text) }
    }

    @Test func `nesting has a limit`() {
        #expect(throws: WireError.self) { try json(String(repeating: "[", count: 100_000)) }
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `mutated bodies give values or errors, never a trap`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let samples = RESTSamples.all.map { Array($0.body.utf8) }
        var decoded = 0
        for _ in 0..<2_000 {
            var bytes = samples[Int(random.next() % UInt64(samples.count))]
            for _ in 0...random.next() % 3 {
                bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            _ = ErrorBody(bytes)
            guard let json = try? JSON(parsing: bytes) else { continue }
            decoded += 1
            for (_, reader) in SampleReaders.all { _ = try? reader(json) }
        }
        #expect(decoded > 0)
    }

    @Test func `an error names the field`() throws {
        let body = try json(#"{"ticker": "A", "candlesticks": [{"end_period_ts": 1}, {"end_period_ts": "x"}]}"#)
        let error = #expect(throws: WireError.self) { try MarketCandles(wire: body) }
        #expect(error?.description == #"candlesticks.1.end_period_ts should be a time, not the text "x""#)
        let missing = #expect(throws: WireError.self) { try CandleRow(wire: try json("{}")) }
        #expect(missing?.description == "end_period_ts is missing")
    }

    @Test(arguments: [
        (#"{"t": "2026-11-22T19:32:00.5Z"}"#, 1_795_375_920_500_000), (#"{"t": 1795375920}"#, 1_795_375_920_000_000),
        (#"{"t": 1795375920123}"#, 1_795_375_920_123_000),
    ])
    func `a time is read in each of its forms`(text: String, microseconds: Int64) throws {
        let time = try RowReader(try json(text)).time("t")
        #expect(time == Timestamp(microseconds: microseconds))
    }

    @Test(arguments: [#""0.58001""#, #""1.0001""#, #""-0.01""#, "true", #""x""#, "[]"])
    func `a price that is none, or finer than the unit, is refused`(text: String) {
        #expect(throws: WireError.self) { try Price(wire: try json(text)) }
    }

    @Test func `a word that came later is kept`() throws {
        let status = try Open<OrderStatus>(wire: .string("amending"))
        #expect(status == .other("amending"))
        #expect(status.wire == .string("amending"))
        #expect(try Open<OrderStatus>(wire: .string("resting")).known == .resting)
    }
}
