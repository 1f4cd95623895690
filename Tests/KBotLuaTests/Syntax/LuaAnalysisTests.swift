import KBotLua
import KBotTestSupport
import Testing

/// The findings in a text by the rules for what it says it is, each as `line:column code message`.
func findings(_ text: String, rules: LuaAnalysis.Rules? = nil) -> [String] {
    LuaAnalysis(text) { rules ?? SampleRules.rules(for: $0) }.diagnostics.map {
        "\($0.line):\($0.column) \($0.code.rawValue) \($0.message)"
    }
}

/// A strategy with a body for `on_candle(ctx, candle)`; the body is its third line.
func onCandle(_ body: String, before: String = "") -> String {
    """
    local s = { kind = "strategy", params = { period = { type = "integer" }, mode = { type = "string" } } } \(before)
    function s.on_candle(ctx, candle)
    \(body)
    end
    return s
    """
}

/// Names: globals, libraries, local variables.
@Suite struct LuaAnalysisNameTests {
    @Test(arguments: SampleScripts.shipped.map(\.name))
    func `the scripts that come with kbot are right`(name: String) throws {
        let script = try SampleScripts.named(name)
        let found = LuaAnalysis(script.text) { SampleRules.rules(for: script, $0) }.diagnostics
        #expect(found.isEmpty, "\(found.map(\.description).joined(separator: "\n"))")
    }

    @Test(arguments: [
        ("return pairz", "1:8 unknown-global unknown global 'pairz'; did you mean 'pairs'?"),
        (
            "local count = 1\nreturn function() return cuont + count end",
            "2:26 unknown-global unknown global 'cuont'; did you mean 'count'?"
        ),
        ("do local period = 1 print(period) end return perid", "1:46 unknown-global unknown global 'perid'"),
        (
            "return os.time()",
            "1:8 unknown-global unknown global 'os': scripts cannot reach the system; ctx.now is the time"
        ),
        ("return something_else", "1:8 unknown-global unknown global 'something_else'"),
        ("foo.bar = 1", "1:1 unknown-global unknown global 'foo'"),
        ("x = 1", "1:1 global-write assignment to global 'x': assign to a local instead"),
        (
            "local total = 1 return function() totl = total end",
            "1:35 global-write assignment to global 'totl': assign to a local instead; did you mean 'total'?"
        ),
        ("function helper() end", "1:10 global-write assignment to global 'helper': write 'local function helper'"),
        ("local a a, b = 1, a", "1:12 global-write assignment to global 'b': assign to a local instead"),
        ("print = 1", "1:1 global-write assignment to global 'print': assign to a local instead"),
        ("return math.flor(1)", "1:13 unknown-field math has no field 'flor'; did you mean 'floor'?"),
        ("return string.dump", "1:15 unknown-field string has no field 'dump'"),
        ("return math['flor']", "1:12 unknown-field math has no field 'flor'; did you mean 'floor'?"),
        ("local floor = math.flor return floor", "1:20 unknown-field math has no field 'flor'; did you mean 'floor'?"),
        ("local m = math return m.flor", "1:25 unknown-field math has no field 'flor'; did you mean 'floor'?"),
        ("math.floor = 1", "1:6 read-only math.floor is read-only"),
        ("function math.twice(x) return 2 * x end", "1:15 read-only math.twice is read-only"),
        ("local k = 'a' math[k] = 1", "1:19 read-only math is read-only"),
        ("return math:floor(1)", "1:13 method-call use math.floor(…) with a dot"),
        ("return kbot:snpa(1)", "1:13 method-call use kbot.snap(…) with a dot"),
        ("return kbot.clock(1).huor", "1:22 unknown-field kbot.clock(…) has no field 'huor'; did you mean 'hour'?"),
        ("return kbot.snap(1).x", "1:21 wrong-use kbot.snap(…) is a number and has no fields"),
        ("return kbot.api()", "1:13 wrong-use kbot.api is a number, not a function"),
        ("return ('%d'):formt(1)", "1:15 unknown-field string has no field 'formt'; did you mean 'format'?"),
        ("local s = 'a' return s:uper()", "1:24 unknown-field string has no field 'uper'; did you mean 'upper'?"),
        ("local n = 5 return n.x", "1:22 wrong-use n is a number and has no fields"),
        ("local t = math() return t", "1:11 wrong-use math is a table, not a function"),
        ("local x = 1", "1:7 unused-local local 'x' is never used"),
        ("local x x = 1", "1:7 unused-local local 'x' is set but never read"),
        ("local function f() end", "1:16 unused-local local function 'f' is never used"),
        ("-- in a comment: _ENV", "1:18 refused-source the name '_ENV' is reserved, also in comments and texts"),
        ("\u{1B}Lua", "1:1 refused-source bytecode is refused, scripts are text"),
    ])
    func `a wrong name is found`(text: String, finding: String) {
        #expect(findings(text, rules: SampleRules.module) == [finding])
    }

    @Test(arguments: [
        "local pairz = pairs return pairz", "local t = {} t.x = 1 return t.y", "local _ = 1", "local _unused = 1",
        "local x <close> = nil", "for i, v in ipairs({}) do print(v) end", "local function f(a) return 1 end return f",
        "local function f() return f() end", "local s = ('a'):upper() return s:whatever()",
        "local string = {} return string.x",
        "local m = math m = {} return m.flor", "local x = math.pi x = x.y return x",
        "local t = { _ENVIRONMENT = 1 } return t",
        "local f = pcall return f(function() return 1 end)", "local n n = 1 n = {} return n.x",
        "return #'abc' + ('x'):len()",
        "local a, b = select(2, 1, 2) return a.x, b.y", "local function g(...) local a = ... return a.x end return g",
        "local x = nil return x and x.y", "local v = kbot.api or {} return v.field", "goto done ::done::",
        "local co = coroutine.wrap(function() end) return co()", "local n = 1 local t = { n } return t[1].x",
    ])
    func `a right text has no findings`(text: String) {
        #expect(findings(text, rules: SampleRules.module) == [])
    }

    @Test func `what the sandbox refuses is refused`() {
        for text in ["local x = _ENV", "-- _ENV", "x = '_ENV'", "_ENV", "\n\n  _ENV = 1"] {
            let error = failure(text)
            #expect(error?.message == "the name '_ENV' is reserved")
            let found = LuaAnalysis(text, rules: SampleRules.module).diagnostics
            #expect(found.map(\.code) == [.refusedSource] && found.first?.line == error?.line)
        }
        for text in [
            "local my_ENV = 1 return my_ENV", "local _ENVY = 1 return _ENVY", "local t = {_ENV1 = 1} return t",
        ] {
            #expect(findings(text, rules: SampleRules.module) == [] && failure(text) == nil)
        }
    }

    @Test func `findings come in the order of the text`() {
        let found = LuaAnalysis("local a = x\nlocal b = y\nz = 1 + q", rules: SampleRules.module).diagnostics
        #expect(found.map { "\($0.line):\($0.column)" } == ["1:7", "1:11", "2:7", "2:11", "3:1", "3:9"])
        #expect(found.map(\.description)[0] == "1:7: warning: local 'a' is never used [unused-local]")
    }

    @Test func `mutated scripts are analysed to the end`() throws {
        try forSeeds(0..<200) { random in
            for script in SampleScripts.shipped + [SampleScripts.zoo] {
                let text = random.mutation(of: script.text)
                let found = LuaAnalysis(text) { SampleRules.rules(for: script, $0) }.diagnostics
                let refuses = found.contains { $0.code == .syntax || $0.code == .refusedSource }
                try hold(refuses == (parserError(text) != nil || text.contains("_ENV")), "\(found)")
                let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }.count
                for one in found {
                    try hold((1...lines).contains(one.line) && one.column >= 1, "\(one) lies outside of \(lines) lines")
                }
            }
        }
    }

    @Test func `an unknown name that is found is one that fails`() throws {
        // The sandbox against the rules: what the analysis calls unknown, running it does, too.
        let vm = LuaVM()
        for text in [
            "return pairz", "x = 1", "return math.flor(1)", "return ('a'):uper()", "string.x = 1", "return os.time()",
        ] {
            #expect(!findings(text, rules: SampleRules.module).isEmpty)
            #expect(failure(text, in: vm) != nil)
        }
    }

    @Test func `the names of the sandbox are those a script finds`() {
        let vm = LuaVM()
        // Everything Lua 5.4 comes with; older names that a build may add for old scripts are nobody's to rely on.
        let stock: [String: String] = [
            "string":
                "byte char dump find format gmatch gsub len lower match pack packsize rep reverse sub unpack upper",
            "table": "concat insert move pack remove sort unpack",
            "math":
                "abs acos asin atan ceil cos deg exp floor fmod huge log max maxinteger min mininteger modf pi rad random"
                + " randomseed sin sqrt tan tointeger type ult",
            "utf8": "char charpattern codepoint codes len offset",
            "coroutine": "close create isyieldable resume running status wrap yield",
        ]
        for (library, names) in stock {
            let found = names.split(separator: " ").map(String.init).filter {
                failure("return \(library).\($0)", in: vm) == nil
            }
            #expect(LuaSandboxNames.libraries[library] == found, "\(library)")
        }
        #expect(LuaSandboxNames.libraries.keys.sorted() == stock.keys.sorted())
        let base =
            "assert collectgarbage dofile error getmetatable ipairs load loadfile next pairs pcall print rawequal rawget"
            + " rawlen rawset require select setmetatable tonumber tostring type warn xpcall io os debug package _G _VERSION"
        let found = base.split(separator: " ").map(String.init).filter { failure("return \($0)", in: vm) == nil }
        #expect(LuaSandboxNames.functions == found)
        for name in LuaSandboxNames.advice.keys { #expect(failure("return \(name)", in: vm) != nil, "\(name)") }
    }
}
