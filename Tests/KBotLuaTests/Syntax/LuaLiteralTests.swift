import KBotLua
import KBotTestSupport
import Testing

/// The values of literals, against those that Lua itself reads.
@Suite struct LuaLiteralTests {
    @Test func `numerals have the values of Lua`() throws {
        let vm = LuaVM()
        var values = 0
        try forSeeds(0..<3_000) { random in
            let text = random.numeral()
            guard let ours = try agreed(text, in: vm) else { return }
            values += 1
            switch ours {
            case .integer(let value):
                try hold(try run("return \(text)", in: vm) == .integer(value), "\(text): \(value)")
            case .number(let value):
                let theirs = try run("return \(text)", in: vm)
                try hold(theirs == .number(value), "\(text): \(value), Lua's: \(theirs)")
            default: try hold(false, "\(text) is \(ours)")
            }
        }
        #expect(values > 1_000)
    }

    @Test(arguments: [
        "1e308", "1e309", "1e999", "1e-400", "4.9e-324", "0x1p-1074", "0x1p1024", "9223372036854775807",
        "9223372036854775808", "18446744073709551616", "0x8000000000000000", "0x123456789abcdef01", "0x.1", "0X1.P+3",
        "1E+2", "0x0p0", "00012", "3.", ".3e-2", "0xA.8p0", "2.2250738585072011e-308", "0x1.fffffffffffff8p0",
    ])
    func `numerals at the edges have the values of Lua`(text: String) throws {
        let vm = LuaVM()
        switch try #require(try agreed(text, in: vm)) {
        case .integer(let value): #expect(try run("return \(text)", in: vm) == .integer(value))
        case .number(let value): #expect(try run("return \(text)", in: vm) == .number(value))
        default: Issue.record("no number")
        }
    }

    @Test func `strings have the contents of Lua's`() throws {
        let vm = LuaVM()
        var values = 0
        try forSeeds(0..<3_000) { random in
            let text = random.literalText()
            guard let ours = try agreed(text, in: vm) else { return }
            values += 1
            // Bytes that are no UTF-8 do not cross to the host.
            guard let theirs = try? run("return \(text)", in: vm) else { return }
            if case .string(let content) = ours {
                try hold(theirs == .string(content), "\(text): \(content)")
            } else {
                try hold(false, "\(text) is \(ours)")
            }
        }
        #expect(values > 300)
    }

    /// The literal a text is; nil when parser and compiler refuse it, in the same words.
    private func agreed(_ text: String, in vm: LuaVM) throws -> LuaSyntax.Node? {
        try holdAgreement(on: "return \(text)", in: vm)
        guard let syntax = try? LuaSyntax("return \(text)") else { return nil }
        guard case .return(let values) = syntax.node(try #require(syntax.functions[0].returns.first)) else {
            return nil
        }
        return values.count == 1 ? syntax.node(values[0]) : nil
    }
}

extension SeededGenerator {
    private mutating func digits(_ all: String, _ count: ClosedRange<Int>) -> String {
        let all = Array(all)
        return String((0..<Int.random(in: count, using: &self)).map { _ in pick(all) })
    }

    /// A numeral, mostly a right one.
    fileprivate mutating func numeral() -> String {
        let isHex = below(3) == 0
        let all = isHex ? "0123456789abcdefABCDEF" : "0123456789"
        var text = isHex ? pick(["0x", "0X"]) : ""
        text += digits(all, 0...(below(4) == 0 ? 22 : 4))
        if below(2) == 0 { text += "." + digits(all, 0...5) }
        if below(3) == 0 {
            text += pick(isHex ? ["p", "P"] : ["e", "E"]) + pick(["", "+", "-"]) + digits("0123456789", 0...3)
        }
        if below(12) == 0 { text += pick(["x", ".", "_", "e", "f", "L"]) }
        return text.isEmpty || !(text.utf8.first.map { $0 == 0x2E || (0x30...0x39).contains($0) } ?? false) ? "7" : text
    }

    /// A string literal, mostly a right one.
    fileprivate mutating func literalText() -> String {
        let parts = [
            "a", " ", "é", "€", "\\n", "\\t", "\\\\", "\\'", "\\\"", "\\a\\b\\f\\r\\v", "\\x41", "\\xfF", "\\0", "\\9",
            "\\065", "\\255", "\\z  \n \r\n ", "\\\n", "\\\r\n", "\\\n\r", "\\u{41}", "\\u{20AC}", "\\u{10FFFF}",
            "\\u{7FFFFFFF}", "\\u{0}", "\\u{800}", "\\u{D800}", "'", "\"", "]]", "\\x4", "\\q", "\\300", "\\u{}", "\n",
            "\r\n", "]=]", "--", "\0",
        ]
        // Mostly what is right in all of them; the last ones are wrong in some.
        let body = (0..<below(6)).map { _ in below(12) == 0 ? pick(parts) : pick(Array(parts.prefix(27))) }.joined()
        switch below(4) {
        case 0: return "[[\(body)]]"
        case 1: return "[==[\r\n\(body)]==]"
        case 2: return "'\(body)'"
        default: return "\"\(body)\""
        }
    }
}
