import KBotModel
import KBotReports
import Testing

@Suite struct JSONTreeTests {
    private func parse(_ text: String) throws -> JSONTree { try JSONTree(parsing: Array(text.utf8)) }

    @Test func `a document is read with its digits and the order of its fields`() throws {
        let tree = try parse(
            #" {"b": [1, -0.50, 2e+3], "a": {"t": "x\"\\\/\n\u00e9\ud83d\ude00"}, "n": null, "y": true, "z": false} "#
        )
        #expect(tree.members.map(\.name) == ["b", "a", "n", "y", "z"])
        #expect(tree["b"] == .array([.number("1"), .number("-0.50"), .number("2e+3")]))
        #expect(tree[pointer: "/a/t"]?.text == "x\"\\/\né😀")
        #expect(tree["n"] == .null && tree["y"]?.bool == true && tree["z"]?.bool == false)
        #expect(tree[pointer: "/b/1"]?.decimal(Money.self) == Money(units: -500_000))
        #expect(tree[pointer: "/b/9"] == nil && tree[pointer: "/a/t/0"] == nil)
    }

    @Test func `a pointer escapes its separators`() throws {
        let tree = try parse(#"{"a/b": {"c~d": 7}}"#)
        #expect(tree[pointer: "/a~1b/c~0d"]?.int == 7)
    }

    @Test(
        arguments: [
            "", " ", "{", "[1,", "[1 2]", "{\"a\"}", "{\"a\":}", "{a:1}", "[01]", "[1.]", "[.5]", "[1e]", "[+1]", "\"a",
            "\"\u{1}\"", #""\x""#, #""\u12g4""#, #""\ud800""#, #""\ud800\u0041""#, "tru", "nulll", "1 2", "[1,]",
            "{\"a\":1,}",
            "NaN", "-",
        ]
    )
    func `what is no document is refused with its place`(text: String) {
        #expect(throws: JSONTree.ParseError.self) { try parse(text) }
    }

    @Test func `depth is bounded`() throws {
        _ = try parse(String(repeating: "[", count: 64) + String(repeating: "]", count: 64))
        #expect(throws: JSONTree.ParseError.self) { try parse(String(repeating: "[", count: 100_000)) }
    }

    @Test func `text that is not UTF-8 is refused`() {
        #expect(throws: JSONTree.ParseError.self) { try JSONTree(parsing: [0x22, 0xFF, 0x22]) }
    }

    @Test func `what the writer writes the parser reads`() throws {
        var writer = JSONWriter(pretty: true)
        writer.beginObject()
        writer.field("tab\t\"quote\"\u{7}", "line\nfeed \\ é")
        writer.field("price", Price(cents: 44))
        writer.endObject()
        let tree = try JSONTree(parsing: writer.bytes)
        #expect(tree.members.first?.name == "tab\t\"quote\"\u{7}")
        #expect(tree.members.first?.value.text == "line\nfeed \\ é")
        #expect(tree["price"]?.decimal(Price.self) == Price(cents: 44))
    }
}
