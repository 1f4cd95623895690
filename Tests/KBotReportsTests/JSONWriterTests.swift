import Foundation
import KBotModel
import KBotReports
import Testing

@Suite struct JSONWriterTests {
    private var writer = JSONWriter()
    private var pretty = JSONWriter(pretty: true)

    @Test mutating func `keys stay in the order written`() {
        writer.beginObject()
        writer.field("z", 1)
        writer.field("a", 2)
        writer.field("m", 3)
        writer.endObject()
        #expect(String(utf8: writer.bytes) == #"{"z":1,"a":2,"m":3}"#)
    }

    @Test mutating func `values of every kind are written exactly`() {
        writer.beginArray()
        writer.value(Price(units: 4_400))
        writer.value(PriceDelta(units: -1))
        writer.value(SpotPrice(units: 641_235_000))
        writer.value(Quantity(units: 1_205))
        writer.value(Money(units: -1))
        writer.value(Ratio(units: -562_500))
        writer.value(Timestamp(microseconds: 1_777_314_605_000_001))
        writer.value(UTCDay(year: 2026, month: 4, day: 27))
        writer.value(Ticker("KX"))
        writer.value(true)
        writer.value(false)
        writer.value(Int32(-7))
        writer.value(Int?.none)
        writer.value("x" as String?)
        writer.endArray()
        let expected =
            #"["0.4400","-0.0001","64123.5000","12.05","-0.000001",-0.562500,"2026-04-27T18:30:05.000001Z","#
            + #""2026-04-27","KX",true,false,-7,null,"x"]"#
        #expect(String(utf8: writer.bytes) == expected)
    }

    @Test(
        arguments: [
            (0, "0"), (-1, "-1"), (9, "9"), (10, "10"), (1_000_000, "1000000"),
            (Int64.max, "9223372036854775807"), (Int64.min, "-9223372036854775808"),
        ] as [(Int64, String)]
    )
    func `whole numbers keep every digit`(number: Int64, text: String) {
        var writer = JSONWriter()
        writer.value(number)
        #expect(String(utf8: writer.bytes) == text)
    }

    @Test mutating func `a seed beyond the signed range is still exact`() {
        writer.value(UInt64.max)
        #expect(String(utf8: writer.bytes) == "18446744073709551615")
    }

    @Test(
        arguments: [
            0, 1, -1, 9, 10, 99, 100, 999_999, 1_000_000, -1_000_000, 123_456_789_012, .max, .min,
        ] as [Int64]
    )
    func `decimals read as the model prints them`(units: Int64) {
        var writer = JSONWriter()
        writer.value(Money(units: units))
        #expect(String(utf8: writer.bytes) == "\"\(Money(units: units))\"")
    }

    @Test mutating func `all control characters are escaped and read back`() throws {
        let text = String(String.UnicodeScalarView((0..<0x20).compactMap { Unicode.Scalar($0) })) + "\"\\/\u{7F}"
        writer.beginArray()
        writer.value(text)
        writer.endArray()
        let written = String(utf8: writer.bytes)
        #expect(written.hasPrefix(#"["\u0000\u0001"#))
        #expect(written.contains(#"\b\t\n\u000b\f\r\u000e"#))
        #expect(written.hasSuffix("\\u001f\\\"\\\\/\u{7F}\"]"))
        let read = try JSONDecoder().decode([String].self, from: Data(writer.bytes))
        #expect(read == [text])
    }

    @Test(arguments: ["", "é", "東京", "🙂", "e\u{301}", "\u{2028}", "\u{FFFF}", "a\u{0}b", "¢ — −", "\u{10FFFF}\""])
    func `text beyond ASCII goes out as UTF-8 and reads back`(text: String) throws {
        var writer = JSONWriter()
        writer.beginArray()
        writer.value(text)
        writer.endArray()
        let read = try JSONDecoder().decode([String].self, from: Data(writer.bytes))
        #expect(read.map { Array($0.utf8) } == [Array(text.utf8)])
    }

    @Test mutating func `keys are escaped like text`() {
        writer.beginObject()
        writer.field("a\"b\n", 1)
        writer.endObject()
        #expect(String(utf8: writer.bytes) == #"{"a\"b\n":1}"#)
    }

    @Test mutating func `nested objects and arrays take their commas`() {
        writer.beginObject()
        writer.array("a", of: [1, 2]) { $0.value($1) }
        writer.array("none", of: [Int]()) { $0.value($1) }
        writer.object("o") { $0.field("x", [1].isEmpty) }
        writer.object("empty") { _ in }
        writer.field("end", "e")
        writer.endObject()
        #expect(String(utf8: writer.bytes) == #"{"a":[1,2],"none":[],"o":{"x":false},"empty":{},"end":"e"}"#)
    }

    @Test mutating func `pretty output indents by two spaces and keeps inline objects on a line`() {
        pretty.beginObject()
        pretty.field("a", 1)
        pretty.array("list", of: [1, 2]) { writer, number in
            writer.beginObject(inline: true)
            writer.field("n", number)
            writer.object("in") { $0.field("m", number) }
            writer.endObject()
        }
        pretty.array("none", of: [Int]()) { $0.value($1) }
        pretty.object("o") { $0.field("x", true) }
        pretty.endObject()
        pretty.endLine()
        let expected = """
            {
              "a": 1,
              "list": [
                {"n": 1, "in": {"m": 1}},
                {"n": 2, "in": {"m": 2}}
              ],
              "none": [],
              "o": {
                "x": true
              }
            }

            """
        #expect(String(utf8: pretty.bytes) == expected)
    }

    @Test mutating func `a stream has one object per line and can be drained between lines`() {
        for index in 0..<2 {
            writer.beginObject()
            writer.field("n", index)
            writer.endObject()
            writer.endLine()
        }
        #expect(String(utf8: writer.bytes) == "{\"n\":0}\n{\"n\":1}\n")
        writer.removeAll()
        writer.beginObject()
        writer.endObject()
        writer.endLine()
        #expect(String(utf8: writer.bytes) == "{}\n")
    }
}
