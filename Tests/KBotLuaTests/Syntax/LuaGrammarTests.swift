import KBotLua
import KBotTestSupport
import Testing

/// What the parser makes of right texts.
@Suite struct LuaGrammarTests {
    /// Texts, and how the tree reads with every operation in parentheses.
    static let cases: [(text: String, tree: String)] = [
        // Precedence and associativity.
        ("x = 1 + 2 * 3 - 4", "x = ((1 + (2 * 3)) - 4)"), ("x = 2 ^ 3 ^ 2", "x = (2 ^ (3 ^ 2))"),
        ("x = -a ^ 2", "x = (- (a ^ 2))"), ("x = 2 ^ -a", "x = (2 ^ (- a))"),
        ("x = not a == b", "x = ((not a) == b)"), ("x = a or b and c", "x = (a or (b and c))"),
        ("x = a .. b .. c", "x = (a .. (b .. c))"), ("x = a .. 1 + 2", "x = (a .. (1 + 2))"),
        ("x = 1 << 2 + 3", "x = (1 << (2 + 3))"), ("x = a & b | c ~ d", "x = ((a & b) | (c ~ d))"),
        ("x = a | b == c", "x = ((a | b) == c)"), ("x = a < b == c", "x = ((a < b) == c)"),
        ("x = #a + ~b // - - c % d", "x = ((# a) + (((~ b) // (- (- c))) % d))"),
        ("x = a - b - c", "x = ((a - b) - c)"), ("x = (a - (b))", "x = ((a - (b)))"),
        ("x = a >> 1 >> 2", "x = ((a >> 1) >> 2)"), ("x = a >= b ~= c", "x = ((a >= b) ~= c)"),
        // Literals.
        ("x = nil, true, false, ...", "x = nil, true, false, ..."),
        ("x = 0xA, 1e2, .5, 3., 0x.8p1", "x = 10, 100.0, 0.5, 3.0, 1.0"),
        ("x = 9223372036854775807, 9223372036854775808", "x = 9223372036854775807, 9.223372036854776e+18"),
        ("x = 0xffffffffffffffff", "x = -1"),
        ("x = 'a\"b\\n', [[\nc]], [=[]]]=]", "x = \"a\\034b\\010\", \"c\", \"]]\""),
        // Tables.
        ("x = { 1, a = 2; ['b'] = 3, [1] = f(), g() }", "x = {1, a = 2, [\"b\"] = 3, [1] = f(), g()}"),
        ("x = {{}, {},}", "x = {{}, {}}"), ("x = {a = b == c, a == b}", "x = {a = (b == c), (a == b)}"),
        // What follows a name.
        ("a.b['c'][d].e = 1", "a.b[\"c\"][d].e = 1"), ("f{1}:g 'x' [2]:h [[y]] (3)", "f({1}):g(\"x\")[2]:h(\"y\")(3)"),
        ("('x'):rep(2)", "(\"x\"):rep(2)"), ("f\n(g).h()", "f(g).h()"), ("(f or g)(1)", "((f or g))(1)"),
        // Functions.
        ("function a.b:c(d, ...) return self end", "a.b.c = function(self, d, ...) return self end"),
        ("function a.b() end", "function a.b() end"), ("local function f(...) end", "local function f(...) end"),
        ("x = function(a) return a, 1 end", "x = function(a) return a, 1 end"),
        // Statements.
        ("a, b.c = 1, f()", "a, b.c = 1, f()"),
        ("local a, b <const>, c <close> = 1", "local a, b <const>, c <close> = 1"),
        ("local a", "local a"), (";;; x();", "x()"), ("do local a end", "do local a end"),
        ("while a do b() end", "while a do b() end"), ("repeat local a until a", "repeat local a until a"),
        ("for i = 1, 2 do f(i) end", "for i = 1, 2 do f(i) end"),
        ("for i = a, b, -1 do end", "for i = a, b, (- 1) do end"),
        ("for k, v in pairs(t), 1 do break end", "for k, v in pairs(t), 1 do break end"),
        ("if a then b() elseif c then d() else e() end", "if a then b() elseif c then d() else e() end"),
        ("if a then end", "if a then  end"), ("goto a ::a::", "goto a; ::a::"),
        ("::a:: ; ::b:: x()", "::a::; ::b::; x()"), ("return", "return"), ("return;", "return"),
        ("return f(), ...;", "return f(), ..."), ("do return end x()", "do return end; x()"), ("", ""), ("-- only", ""),
        ("--[[ a\n]] --[==[ ]] ]==] x() -- b", "x()"),
    ]

    @Test(arguments: cases)
    func `a text becomes the tree that it means`(text: String, tree: String) throws {
        #expect(LuaPrinter(syntax: try LuaSyntax(text)).text == tree)
    }

    @Test(arguments: SampleScripts.names)
    func `a written tree is the same tree`(name: String) throws {
        let script = try SampleScripts.named(name)
        let written = LuaPrinter(syntax: try LuaSyntax(script.text)).text
        let again = LuaPrinter(syntax: try LuaSyntax(written)).text
        #expect(compilerError(written, in: LuaVM()) == nil)
        // Parentheses that were added stand in the text the second time.
        let loose = { (text: String) in text.filter { !"() ".contains($0) } }
        #expect(loose(written) == loose(again))
    }

    @Test func `operators bind as in Lua`() throws {
        let vm = LuaVM()
        var values = 0
        try forSeeds(0..<1_200) { random in
            let text = random.expression(depth: 1 + random.below(5))
            let tree = try LuaSyntax("return pcall(function() return \(text) end)")
            let direct = try value(of: "return pcall(function() return \(text) end)", in: vm)
            let written = try value(of: LuaPrinter(syntax: tree).text, in: vm)
            if direct.first == .bool(true) {
                values += 1
                try hold(same(direct, written), "\(text): \(direct), as a tree: \(written)")
            } else {
                try hold(written.first == .bool(false), "\(text) fails, as a tree: \(written)")
            }
        }
        #expect(values > 300)
    }

    @Test func `names mean the innermost variable in force`() throws {
        let text = """
            local a = 1
            local a = a + 1
            local function f(b) return a, b, c end
            for a = a, 2 do f(a) end
            repeat local d = a until d
            return function() a = 3 return d end
            """
        let syntax = try LuaSyntax(text)
        let all = syntax.variables.map { "\($0.name) \($0.role) \($0.reads) \($0.assignments)" }
        #expect(
            all == [
                "a local 1 0", "a local 3 1", "f function 1 0", "b parameter 1 0", "a loop 1 0", "d local 1 0",
            ]
        )
    }

    private func value(of text: String, in vm: LuaVM) throws -> [LuaValue] {
        let function = try vm.load(LuaSource(name: "test.lua", text: "return function() \(text) end"))
        defer { vm.release(function) }
        return try vm.call(function)
    }

    /// Equality in which a NaN equals itself.
    private func same(_ left: [LuaValue], _ right: [LuaValue]) -> Bool {
        left.count == right.count
            && zip(left, right).allSatisfy { a, b in
                if case .number(let x) = a, case .number(let y) = b { return x == y || (x.isNaN && y.isNaN) }
                return a == b
            }
    }
}

extension SeededGenerator {
    /// An expression of numbers and texts, with parentheses here and there.
    fileprivate mutating func expression(depth: Int) -> String {
        guard depth > 0 else { return pick(["1", "2", "3", "7", "0", "-5", "2.5", "'4'", "'x'", "true", "nil"]) }
        let left = expression(depth: depth - 1 - below(2))
        switch below(8) {
        case 0: return "(\(left))"
        case 1: return pick(["- ", "not ", "~", "- - "]) + left
        default:
            let signs = [
                "+", "-", "*", "/", "//", "%", "^", "..", "&", "|", "~", "<<", ">>", "==", "~=", "<", "<=", ">", ">=",
                "and", "or", "+", "-", "*", "//", "^",
            ]
            return "\(left) \(pick(signs)) \(expression(depth: depth - 1 - below(2)))"
        }
    }
}
