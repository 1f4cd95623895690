import KBotScripting
import Testing

/// One body of `on_candle` that must fail on every candle, and how the failure is told.
struct HostileCase: Sendable, CustomTestStringConvertible {
    let name: String
    /// One line of Lua, so that every error of it has the same place.
    let body: String
    /// Texts of which the failure holds one; empty when any text will do.
    let told: [String]
    /// Whether the failure names the line: an answer that breaks the contract has none, nor has a lack of memory.
    let hasLine: Bool

    init(_ name: String, _ body: String, told: String..., hasLine: Bool = true) {
        self.name = name
        self.body = body
        self.told = told
        self.hasLine = hasLine
    }

    var testDescription: String { name }

    /// The line of the body in ``script``.
    static let line = 4

    var script: ScriptFile { Self.script(body) }

    /// A strategy of the name `hostile` on 10-second candles.
    static func script(_ body: String) -> ScriptFile {
        Scripts.file(
            """
            local s = { api = 1, kind = "strategy", name = "hostile", version = "1" }
            function s.needs() return { candles = { interval = "10s" } } end
            function s.on_candle(ctx, candle)
            \(body)
            end
            return s
            """,
            name: "hostile.lua"
        )
    }

    static let all: [HostileCase] = [endless, greedy, deep, errors, escapes, answers].flatMap { $0 }
}

extension HostileCase {
    private static let spent = "instruction limit of 2000000 reached"
    private static let full = "not enough memory"

    /// Bodies that never end.
    static let endless = [
        HostileCase("endless loop", "while true do end", told: spent),
        HostileCase("endless goto", "::again:: goto again", told: spent),
        HostileCase("endless tail calls", "local function f() return f() end f()", told: spent),
        HostileCase("in pcall", "while true do pcall(function() while true do end end) end", told: spent),
        HostileCase("errors in pcall", "while true do pcall(error) end", told: spent),
        HostileCase(
            "in xpcall and its handler",
            "xpcall(function() while true do end end, function() while true do end end)",
            told: spent
        ),
        HostileCase("in a coroutine", "coroutine.wrap(function() while true do end end)()", told: spent),
        HostileCase(
            "resumed without end",
            "local co = coroutine.wrap(function() while true do coroutine.yield() end end) while true do co() end",
            told: spent
        ),
        HostileCase(
            "in __index",
            "local t = setmetatable({}, { __index = function() while true do end end }) local x = t.x",
            told: spent
        ),
        HostileCase(
            "in __eq",
            "local m = { __eq = function() while true do end end } "
                + "local x = setmetatable({}, m) == setmetatable({}, m)",
            told: spent
        ),
        HostileCase(
            "in __concat",
            "local t = setmetatable({}, { __concat = function() while true do end end }) local x = t .. 'a'",
            told: spent
        ),
        HostileCase(
            "in a comparator",
            "table.sort({ 3, 2, 1 }, function() while true do end end)",
            told: spent
        ),
        HostileCase(
            "pattern that tracks back",
            "local x = string.find(('a'):rep(4000), ('a*'):rep(30) .. 'b')",
            told: spent
        ),
        HostileCase("lazy pattern", "local x = string.match(('a'):rep(60000), '.-.-.-.-b')", told: spent),
        HostileCase(
            "in the callback of gsub",
            "local x = string.gsub('abc', '.', function() while true do end end)",
            told: spent
        ),
        HostileCase("gsub without end", "while true do string.gsub('abc', '.', { a = 'b' }) end", told: spent),
    ]

    /// Bodies that want all memory.
    static let greedy = [
        HostileCase("string.rep", "local s = ('x'):rep(1e9)", told: full, hasLine: false),
        HostileCase("string that doubles", "local s = 'x' while true do s = s .. s end", told: full, hasLine: false),
        HostileCase("format width", "local s = ('%99999d'):format(1)"),
        HostileCase(
            "table of tables",
            "local t = {} while true do t[#t + 1] = {} end",
            told: spent,
            full,
            hasLine: false
        ),
        HostileCase(
            "table of strings",
            "local t = {} for i = 1, 1e6 do t[i] = ('x'):rep(60000) .. i end",
            told: spent,
            full,
            hasLine: false
        ),
        HostileCase("huge number of results", "return table.unpack({}, 1, 1e8)"),
    ]

    /// Bodies that go too deep.
    static let deep = [
        HostileCase("deep recursion", "local function f() return 1 + f() end f()", hasLine: false),
        HostileCase(
            "recursion through pcall",
            "local function f() local ok, e = pcall(f) error(e, 0) end f()",
            hasLine: false
        ),
        HostileCase("nested coroutines", "local function f() coroutine.wrap(f)() end f()", hasLine: false),
    ]

    /// Errors of every kind of value.
    static let errors = [
        HostileCase("error with a text", "error('broken')", told: "broken"),
        HostileCase("error(nil)", "error(nil)"),
        HostileCase("error with a table", "error({})"),
        HostileCase("error with a function", "error(function() end)"),
        HostileCase("error with a coroutine", "error(coroutine.create(print))"),
        HostileCase(
            "error whose __tostring errors",
            "error(setmetatable({}, { __tostring = function() error('again') end }))"
        ),
        HostileCase(
            "error whose __tostring never ends",
            "error(setmetatable({}, { __tostring = function() while true do end end }))",
            hasLine: false
        ),
    ]

    /// Attempts to get out of the sandbox or to change what the host owns.
    static let escapes = [
        HostileCase("load of bytecode", "local f = load('\\27Lua') f()", told: "load"),
        HostileCase("string.dump", "local code = string.dump(function() end)", told: "dump"),
        HostileCase("metatable of strings", "getmetatable('').__index = nil"),
        HostileCase("library overwritten", "string.rep = nil"),
        HostileCase("built-in overwritten", "pairs = nil"),
        HostileCase("global written", "x = 1"),
        HostileCase("unknown global", "local x = nowhere", told: "unknown global"),
        HostileCase("_G", "local x = _G", told: "unknown global"),
        HostileCase("os", "os.exit(1)", told: "unknown global"),
        HostileCase("ctx.now written", "ctx.now = 0", told: "ctx.now is read-only"),
        HostileCase("ctx.market.bid written", "ctx.market.bid = 1", told: "ctx.market.bid is read-only"),
        HostileCase("ctx.account written", "ctx.account.equity = 1e9", told: "ctx.account.equity is read-only"),
        HostileCase("metatable of ctx", "setmetatable(ctx, {})"),
        HostileCase("finalizer", "setmetatable({}, { __gc = function() end })", told: "'__gc' is not available"),
        HostileCase("module above the folder", "local m = require('../x')"),
        HostileCase("module of the system", "local m = require('/etc/passwd')"),
    ]

    /// Answers that are no signal.
    static let answers = [
        HostileCase("number", "return 45", told: "return a signal table", hasLine: false),
        HostileCase("function", "return function() end", told: "return a signal table", hasLine: false),
        HostileCase("empty table", "return {}", told: "signal field 'side'", hasLine: false),
        HostileCase(
            "fields made by an endless __index",
            "return setmetatable({}, { __index = function() while true do end end })",
            hasLine: false
        ),
        HostileCase(
            "a field too many",
            "return { side = 'long', entry = 48, stop = 44, target = 58, size = 1 }",
            told: "a signal has no field 'size'",
            hasLine: false
        ),
    ]
}

/// Values put where they do not belong, as Lua text.
enum WrongValues {
    static let all = ["nil", "true", "{}", "function() end", "'x'", "0/0", "1/0", "-1/0", "-1", "1e308", "0"]

    static let signalFields = [
        "side", "entry", "stop", "target", "entry_type", "stop_offset", "target_offset", "count", "ttl", "confidence",
        "reason",
    ]

    /// The values of ``all`` that are allowed after all: what may be left out, and prices the engine turns down itself.
    static func legal(in field: String) -> [String] {
        switch field {
        case "entry", "stop", "target": ["-1", "0"]
        case "entry_type", "count", "ttl": ["nil"]
        case "confidence": ["nil", "0"]
        case "reason": ["nil", "'x'"]
        default: []
        }
    }
}

/// An answer of a risk rule with one place for a wrong value.
struct VerdictCase: Sendable, CustomTestStringConvertible {
    /// The body of `check`; `V` stands for the value.
    let answer: String
    /// Values that make a verdict.
    let legal: [String]

    var testDescription: String { answer }

    static let values = WrongValues.all + ["1e6"]

    static let all = [
        VerdictCase(answer: "return V", legal: []),
        VerdictCase(answer: "return 'allow', V", legal: values),
        VerdictCase(answer: "return 'allow', 1, 'CODE', V", legal: values),
        VerdictCase(answer: "return 'reduce', V, 'CODE'", legal: ["0", "1e6"]),
        VerdictCase(answer: "return 'reduce', 1, V", legal: ["'x'"]),
        VerdictCase(answer: "return 'reduce', 1, 'CODE', V", legal: values),
        VerdictCase(answer: "return 'deny', V", legal: ["'x'"]),
        VerdictCase(answer: "return 'deny', 'CODE', V", legal: values),
        VerdictCase(answer: "return 'halt', V, 'CODE'", legal: ["nil", "-1", "0", "1e6"]),
        VerdictCase(answer: "return 'halt', nil, V", legal: ["'x'"]),
        VerdictCase(answer: "return 'halt', nil, 'CODE', V", legal: values),
    ]
}
