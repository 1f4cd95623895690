import KBotLua

/// Rules like those of kbot's script contract, by which the scripts that come with it are right.
enum SampleRules {
    /// For strategies.
    static let strategy = LuaAnalysis.Rules(globals: globals, advice: advice, script: strategyForm)
    /// For risk rules.
    static let riskRule = LuaAnalysis.Rules(globals: globals, advice: advice, script: riskRuleForm)
    /// For modules and other texts without a table of their own.
    static let module = LuaAnalysis.Rules(globals: globals, advice: advice)

    /// The rules for what a text says it is.
    static func rules(for syntax: LuaSyntax) -> LuaAnalysis.Rules {
        switch syntax.tableText("kind") {
        case "strategy": strategy
        case "risk-rule": riskRule
        default: module
        }
    }

    private static let advice = [
        "os": "scripts cannot reach the system; ctx.now is the time", "io": "scripts cannot reach the system",
    ]

    private static let globals: [String: HostShape] = {
        var globals: [String: HostShape] = [
            "string": .library(
                "string",
                [
                    "byte", "char", "find", "format", "gmatch", "gsub", "len", "lower", "match", "rep", "reverse",
                    "sub",
                    "upper",
                ]
            ),
            "table": .library("table", ["concat", "insert", "move", "pack", "remove", "sort", "unpack"]),
            "math": .library(
                "math",
                [
                    "abs", "ceil", "floor", "fmod", "huge", "log", "max", "maxinteger", "min", "mininteger", "pi",
                    "random", "sqrt", "tointeger", "type", "ult",
                ]
            ),
            "utf8": .library("utf8", ["char", "charpattern", "codepoint", "codes", "len", "offset"]),
            "coroutine": .library(
                "coroutine",
                ["close", "create", "isyieldable", "resume", "running", "status", "wrap", "yield"]
            ),
            "kbot": .object(
                HostObject(
                    "kbot",
                    [
                        "api": .number, "snap": .function(result: .number), "clamp": .function(result: .number),
                        "clock": .function(result: .object(clock)),
                    ]
                )
            ),
        ]
        for name in [
            "assert", "error", "getmetatable", "ipairs", "pairs", "pcall", "print", "rawequal", "rawget", "rawlen",
            "require", "select", "setmetatable", "tonumber", "tostring", "type", "xpcall",
        ] {
            globals[name] = .any
        }
        return globals
    }()

    private static let clock = HostObject(
        "kbot.clock(…)",
        ["year": .number, "hour": .number, "minute": .number, "weekday": .number]
    )

    private static func numbers(_ name: String, _ fields: [String], _ more: [String: HostShape] = [:]) -> HostObject {
        let numbers = Dictionary(uniqueKeysWithValues: fields.map { ($0, HostShape.number) })
        return HostObject(name, numbers.merging(more) { $1 })
    }

    private static let candle = numbers(
        "candle",
        ["open", "high", "low", "close", "volume", "trades", "start", "time"]
    )
    private static let market = numbers(
        "ctx.market",
        [
            "bid", "ask", "spread", "mid", "last", "open_time", "close_time", "seconds_left", "minutes_left",
            "lowest_price", "highest_price", "strike", "feed_age", "exposure",
        ],
        [
            "ticker": .text, "series": .text, "underlying": .text, "step": .function(result: .number),
            "round": .function(result: .number), "fee": .function(result: .number),
            "implied": .function(result: .number),
        ]
    )
    private static let account = numbers(
        "ctx.account",
        ["equity", "capital", "cash", "exposure", "day_pnl", "losing_streak", "open_positions"]
    )
    private static let position = numbers("ctx.position", ["count", "entry", "stop", "target"], ["side": .text])

    private static let parameters = HostShape.declared(
        HostDeclaration(
            "ctx.params",
            .key("params"),
            by: .field("type"),
            ["integer": .number, "number": .number, "boolean": .boolean, "string": .text]
        )
    )
    private static let indicators = HostShape.declared(
        HostDeclaration(
            "ctx.indicators",
            .result(of: "needs", key: "indicators"),
            by: .first,
            [
                "bollinger": .object(numbers("bands", ["lower", "middle", "upper"])), "sma": .number, "rsi": .number,
                "atr": .number,
            ]
        )
    )

    private static let always: [String: HostShape] = [
        "now": .number, "params": parameters, "state": .any, "log": .function(result: .any),
        "candles": .function(result: .array(of: .object(candle))),
    ]
    private static let context = HostObject(
        "ctx",
        always.merging([
            "market": .object(market), "account": .object(account), "position": .object(position),
            "indicators": indicators,
        ]) { $1 }
    )
    private static let bareContext = HostObject(
        "ctx",
        always.merging([
            "market": .unavailable(because: "no market is at hand"), "account": .any, "position": .any,
            "indicators": .any,
        ]) { $1 }
    )
    private static let order = numbers(
        "order",
        ["price", "count", "entry", "stop", "target"],
        ["strategy": .text, "side": .text, "reducing": .boolean]
    )

    private static let sides = LuaAnalysis.Literal.words(["long", "short"], noun: "a side", orNil: true)
    private static let signal = LuaAnalysis.Literal.record(
        [
            "side": .words(["long", "short"], noun: "a side", orNil: false), "entry": .any, "stop": .any,
            "stop_offset": .any, "target": .any, "target_offset": .any, "count": .any, "ttl": .any, "confidence": .any,
            "entry_type": .words(["limit", "stop", "market"], noun: "an entry type", orNil: true), "reason": .any,
        ],
        noun: "a signal"
    )

    private static let needs: LuaAnalysis.Literal = {
        func indicator(_ fields: [String]) -> LuaAnalysis.Literal {
            .record(Dictionary(uniqueKeysWithValues: fields.map { ($0, .any) }), noun: "this indicator")
        }
        return .record(
            [
                "timer": .any,
                "candles": .record(
                    [
                        "source": .words(["market", "spot"], noun: "a source", orNil: true), "symbol": .any,
                        "interval": .any, "history": .any,
                    ],
                    noun: "'candles'"
                ),
                "indicators": .map(
                    .variant(
                        .first,
                        [
                            "bollinger": indicator(["period", "stddev"]), "sma": indicator(["period"]),
                            "rsi": indicator(["period"]), "atr": indicator(["period"]),
                        ],
                        noun: "an indicator"
                    )
                ),
            ],
            noun: "what needs returns"
        )
    }()

    private static let facts: [String: LuaAnalysis.Literal] = {
        let fields = ["type", "default", "min", "max", "choices", "help", "step", "optimize", "reload"]
        let parameter = LuaAnalysis.Literal.record(
            Dictionary(uniqueKeysWithValues: fields.map { ($0, .any) }),
            noun: "a parameter"
        )
        let types = ["integer", "number", "boolean", "string", "duration"]
        return [
            "api": .any, "name": .any, "version": .any, "description": .any,
            "kind": .words(["strategy", "risk-rule"], noun: "a kind of script", orNil: false),
            "params": .map(
                .variant(
                    .field("type"),
                    Dictionary(uniqueKeysWithValues: types.map { ($0, parameter) }),
                    noun: "a type"
                )
            ),
        ]
    }()

    private static let strategyForm: LuaAnalysis.Script = {
        let ctx = (name: "ctx", shape: HostShape.object(context))
        let fill = numbers("fill", ["price", "count", "fee", "net_pnl"], ["role": .text, "side": .text])
        let settlement = numbers("settlement", ["value", "net_pnl"], ["result": .text])
        let answer = [signal, .any, sides]
        return LuaAnalysis.Script(
            noun: "a strategy",
            keys: facts,
            callbacks: [
                "needs": .init([("params", parameters)], results: [needs]),
                "on_start": .init([("ctx", .object(bareContext))]), "on_stop": .init([("ctx", .object(bareContext))]),
                "on_candle": .init([ctx, ("candle", .object(candle))], results: answer),
                "on_trade": .init([ctx, ("trade", .any)], results: answer), "on_book": .init([ctx], results: answer),
                "on_timer": .init([ctx], results: answer), "on_fill": .init([ctx, ("fill", .object(fill))]),
                "on_settle": .init([ctx, ("settlement", .object(settlement))]), "save": .init([ctx]),
                "load": .init([ctx, ("saved", .any)]),
            ]
        )
    }()

    private static let riskRuleForm: LuaAnalysis.Script = {
        let ctx = (name: "ctx", shape: HostShape.object(context))
        let verdict = LuaAnalysis.Literal.words(["allow", "reduce", "deny", "halt"], noun: "a verdict", orNil: false)
        return LuaAnalysis.Script(
            noun: "a risk rule",
            keys: facts,
            callbacks: [
                "check": .init([ctx, ("order", .object(order))], results: [verdict]),
                "on_fill": .init([ctx, ("fill", .any)]), "on_settle": .init([ctx, ("settlement", .any)]),
                "on_day": .init([ctx]), "save": .init([ctx]), "load": .init([ctx, ("saved", .any)]),
            ]
        )
    }()
}
