import KBotLua
import KBotTestSupport
import Testing

/// The parser against the compiler of Lua itself: the same texts accepted, the same complaints about the others.
@Suite struct LuaAgreementTests {
    @Test func `the samples are there and compile`() throws {
        #expect(SampleScripts.shipped.count >= 2)
        let vm = LuaVM()
        for script in SampleScripts.shipped + [SampleScripts.zoo] {
            try holdAgreement(on: script.text, in: vm)
            #expect(parserError(script.text) == nil, "\(script.name)")
        }
    }

    @Test func `mutated scripts are judged as by Lua`() throws {
        let vm = LuaVM()
        try forSeeds(0..<250) { random in
            for script in SampleScripts.shipped + [SampleScripts.zoo] {
                let text = random.mutation(of: script.text)
                // The name `_ENV` is refused by the sandbox, not by the language.
                if !text.contains("_ENV") { try holdAgreement(on: text, in: vm) }
            }
        }
    }

    @Test func `texts of random tokens are judged as by Lua`() throws {
        let vm = LuaVM()
        let words = [
            "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local",
            "nil", "not", "or", "repeat", "return", "then", "true", "until", "while", "+", "-", "*", "/", "//", "%",
            "^", "#", "&", "~", "|", "<<", ">>", "==", "~=", "<=", ">=", "<", ">", "=", "(", ")", "{", "}", "[", "]",
            "::", ";", ":", ",", ".", "..", "...", "a", "b", "c", "1", "2.5", "'s'", "[[l]]", "\n", "<const>",
            "<close>", "a = 1", "local a = b", "f()", "do", "end", "if a then", "::a::", "goto a", "while a do",
            "function(a)", "repeat", "until a", "return a", "for a = 1, 2 do", "for a in b do", "é", "\0", "$",
        ]
        try forSeeds(0..<1500) { random in
            let count = 1 + random.below(25)
            let text = (0..<count).map { _ in random.pick(words) }.joined(separator: " ")
            try holdAgreement(on: text, in: vm)
        }
    }

    @Test func `jumps, labels and constants are judged as by Lua`() throws {
        let vm = LuaVM()
        let statements = [
            "goto a", "goto b", "::a::", "::b::", "local x = 1", "local y <const> = 2", "y = 3", "break", "x = 2",
            "do", "end", "while x do", "end", "repeat", "until x", "if x then", "else", "end", "for i = 1, 2 do",
            "end", "local function f()", "end", "function f.g()", "end", "f(function() y = 1 end)", "local x <close>",
            ";", "function y() end",
        ]
        try forSeeds(0..<3000) { random in
            var open: [String] = []
            var text = ""
            for _ in 0...random.below(20) {
                // Mostly whole blocks, so that what is judged is not only the missing ends.
                if let closing = open.last, random.below(4) == 0 {
                    text += closing + "\n"
                    open.removeLast()
                    continue
                }
                let statement = random.pick(statements)
                if ["end", "until x", "else"].contains(statement), random.below(10) > 0 { continue }
                if statement.hasSuffix(" do") || statement.hasSuffix(" then") || statement == "do" {
                    open.append("end")
                }
                if statement.hasSuffix("()") { open.append("end") }
                if statement == "repeat" { open.append("until x") }
                text += statement + "\n"
            }
            try holdAgreement(on: text + open.reversed().joined(separator: "\n"), in: vm)
        }
    }

    @Test func `the limits of the compiler are the parser's`() throws {
        let vm = LuaVM()
        func locals(_ count: Int) -> String { (0..<count).map { "local v\($0)\n" }.joined() }
        func names(_ count: Int, _ prefix: String) -> String {
            (0..<count).map { "\(prefix)\($0)" }.joined(separator: ",")
        }
        let texts = [
            locals(200), locals(201), "function f()\n" + locals(201) + "end", locals(196) + "for i in f do end",
            locals(195) + "for i in f do end", locals(197) + "for i = 1, 2 do end", locals(196) + "for i = 1, 2 do end",
            "function f(\(names(200, "p"))) end", "function f(\(names(201, "p"))) end",
            "local \(names(150, "a")) local function f() local \(names(120, "b")) "
                + "return function() x = {\(names(150, "a")),\(names(104, "b"))} end end",
            "local \(names(150, "a")) local function f() local \(names(120, "b")) "
                + "return function() x = {\(names(150, "a")),\(names(105, "b"))} end end",
        ]
        for text in texts { try holdAgreement(on: text, in: vm) }
    }

    @Test(arguments: [
        ("x = ", "(", "1", ")"), ("x = ", "{", "", "}"), ("x = ", "-", "1", ""), ("x = ", "1 ..", "1", ""),
        ("x = ", "2 ^", "1", ""), ("", "do ", "", " end"), ("", "if x then ", "", " end"),
        ("", "while x do ", "", " end"), ("", "repeat ", "", " until x"), ("x = ", "function() return ", "1", " end"),
        ("", "local function f() ", "", " end"), ("", "for i = 1, 2 do ", "", " end"), ("x = ", "f(", "1", ")"),
        ("x = ", "a[", "1", "]"), ("", "a, ", "a", ""), ("", ";::a", "", ""),
    ])
    func `nesting ends where Lua's does`(before: String, opening: String, middle: String, closing: String) throws {
        let vm = LuaVM()
        for depth in 60...205 {
            let open = String(repeating: opening, count: depth)
            let close = String(repeating: closing, count: depth)
            let after = before.isEmpty && middle == "a" ? " = 1" : ""
            try holdAgreement(on: before + open + middle + close + after, in: vm)
        }
    }

    @Test(arguments: [
        "(", "{", "[", "do ", "if x then ", "f(", "function() ", "-", "a.b", "\"", "[[", "--", "::a::", "a,",
    ])
    func `what repeats without an end is refused or accepted, never followed for ever`(piece: String) {
        let text = "x = " + String(repeating: piece, count: 40_000)
        if let error = parserError(text) { #expect(error.line >= 1) }
    }
}
