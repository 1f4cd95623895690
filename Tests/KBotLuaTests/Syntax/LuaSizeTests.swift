import KBotLua
import Testing

/// The work of parsing and analysing, counted in steps: it grows as the text does, whatever the text is.
@Suite struct LuaSizeTests {
    /// A text of about so many bytes from pieces that may differ by their number.
    static func text(_ bytes: Int, before: String = "", after: String = "", _ piece: (Int) -> String) -> String {
        var text = before
        var number = 0
        while text.utf8.count < bytes {
            text += piece(number)
            number += 1
        }
        return text + after
    }

    /// What is written over and over; `#` stands for a number that grows.
    static let pieces: [(before: String, piece: String, after: String)] = [
        ("local a = 1\n", "a = a + #\n", ""), ("local a = 1 ", "do local b# = a a = b# end\n", ""),
        ("", "do goto l# ::l#:: end\n", ""), ("do ", "goto l ", "::l:: end"), ("do ", "do goto l end ", "::l:: end"),
        ("", "do local function f#() goto a ::a:: end end\n", ""), ("while true do ", "if x then break end ", "end"),
        ("local t = {", "k# = #, ", "}"), ("local t = {", "{a = 1, 2}, ", "} return t"), ("x = a", ".b", ""),
        ("x = 1", " + 1", ""), ("x = a", "[1]", ""), ("f", "()", ""), ("x = a", " and 'b'", " or 3"),
        ("", "y# = z#\n", ""),
        ("", "local s# <const> = 'text'\n", ""), ("--", "comment ", ""), ("x = [[", "long\n", "]]"), ("", "\n", ""),
        ("", ";", ""), ("x = '", "text ", "'"), ("", "::l#:: ", ""), ("", "function f(a, b) return a end ", ""),
        ("local s = {} ", "function s.on_candle(ctx, candle) return { side = ctx.nwo } end ", " return s"),
        (
            "local s = {} function s.on_candle(ctx, candle) local r = {side = 'long'} ", "do return r end ",
            "end return s"
        ),
        ("local s = {} function s.on_candle(ctx, candle) local m = ctx.market ", "f(m.bid, m.aks) ", "end return s"),
        ("local s = {} function s.on_candle(ctx) ", "do local m# = ctx.market f(m#.bid) end ", "end return s"),
        (
            "local s = {} ", "do local function f#(c) return c.nwo end s.on_stop = function(ctx) f#(ctx) end end ",
            " return s"
        ),
        ("local s = { params = {", "p# = { type = 'integer' }, ", "} } return s"),
    ]

    @Test(arguments: pieces)
    func `the work is linear in the length`(before: String, piece: String, after: String) {
        let sizes = [24 << 10, 48 << 10, 96 << 10]
        let steps = sizes.map { size in
            let text = Self.text(size, before: before, after: after) { piece.replacing("#", with: "\($0)") }
            return Double(LuaAnalysis(text, rules: SampleRules.strategy).steps) / Double(text.utf8.count)
        }
        #expect(steps.allSatisfy { $0 > 0 && $0 < 60 })
        #expect(steps[2] < steps[0] * 1.5 + 1)
    }

    @Test func `the work on the greatest text is that on a small one, many times over`() throws {
        let small = LuaAnalysis("do \(SampleScripts.zoo.text) end\n", rules: SampleRules.module).steps
        var text = ""
        var copies = 0
        while text.utf8.count + SampleScripts.zoo.text.utf8.count + 8 < LuaAnalysis.mostBytes {
            text += "do \(SampleScripts.zoo.text) end\n"
            copies += 1
        }
        #expect(text.utf8.count > 510 << 10)
        let analysis = LuaAnalysis(text, rules: SampleRules.module)
        #expect(analysis.steps < copies * (small + 1_000))
        #expect(!analysis.diagnostics.contains { $0.code == .syntax || $0.code == .refusedSource })
    }

    @Test func `a text of the greatest length is analysed, a longer one refused`() throws {
        let line = "local x = ctx -- a line of some length\n"
        let text = Self.text(LuaAnalysis.mostBytes - line.utf8.count) { _ in "do \(line) end " }
        let longest = String(text.prefix(LuaAnalysis.mostBytes - 12)) + "\n"
        #expect(LuaAnalysis(longest, rules: SampleRules.strategy).diagnostics.first?.code != .refusedSource)
        let longer = longest + String(repeating: " ", count: 100)
        #expect(LuaAnalysis(longer, rules: SampleRules.strategy).diagnostics.map(\.code) == [.refusedSource])
        #expect(try #require(failure(longer)).message == "the source is longer than \(LuaAnalysis.mostBytes) bytes")
    }

    @Test func `deep trees are analysed and dropped`() {
        for piece in [".b", "[1]", " + 1", " and 1", "()", ":m()", "{}"] {
            let text = "local x = y" + String(repeating: piece, count: 100_000) + " return x"
            #expect(parserError(text) == nil)
            #expect(!LuaAnalysis(text, rules: SampleRules.strategy).diagnostics.isEmpty)
        }
    }

    @Test func `more findings than anyone reads are cut short`() {
        let text = Self.text(100_000) { "x\($0) = 1\n" }
        let found = LuaAnalysis(text, rules: SampleRules.strategy).diagnostics
        #expect(found.count == LuaAnalysis.mostDiagnostics + 1)
        #expect(found.last?.code == .more)
    }
}
