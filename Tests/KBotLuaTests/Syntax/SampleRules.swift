import KBotLua

/// Rules like those of kbot's script contract, by which the scripts that come with it are right.
enum SampleRules {
    /// For strategies.
    static let strategy = LuaAnalysis.Rules(globals: globals, advice: LuaSandboxNames.advice, script: strategyForm)
    /// For risk rules.
    static let riskRule = LuaAnalysis.Rules(globals: globals, advice: LuaSandboxNames.advice, script: riskRuleForm)
    /// For modules and other texts without a table of their own.
    static let module = LuaAnalysis.Rules(globals: globals, advice: LuaSandboxNames.advice)

    /// For tests of scripts.
    static let tests = LuaAnalysis.Rules(globals: globals.merging(testGlobals) { $1 }, advice: LuaSandboxNames.advice)

    /// The rules for a file.
    static func rules(for script: LuaSource, _ syntax: LuaSyntax) -> LuaAnalysis.Rules {
        script.name.hasSuffix("_test.lua") ? tests : rules(for: syntax)
    }

    /// The rules for what a text says it is.
    static func rules(for syntax: LuaSyntax) -> LuaAnalysis.Rules {
        switch syntax.tableText("kind") {
        case "strategy": strategy
        case "risk-rule": riskRule
        default: module
        }
    }

    private static let globals: [String: HostShape] = {
        var globals: [String: HostShape] = [
            "kbot": .object(
                HostObject(
                    "kbot",
                    [
                        "api": .number, "snap": .function(result: .number), "clamp": .function(result: .number),
                        "clock": .function(result: .object(clock)),
                    ]
                )
            )
        ]
        for name in LuaSandboxNames.functions { globals[name] = .any }
        for (name, fields) in LuaSandboxNames.libraries { globals[name] = .library(name, fields) }
        return globals
    }()

    /// What test files see besides.
    private static let testGlobals: [String: HostShape] = {
        func functions(_ names: [String]) -> [String: HostShape] {
            Dictionary(uniqueKeysWithValues: names.map { ($0, .function(result: .any)) })
        }
        let matchers = functions([
            "to_be", "to_equal", "to_be_near", "to_be_nil", "to_exist", "to_be_true", "to_be_false", "to_contain",
            "to_be_above", "to_be_below", "to_fail",
        ])
        let never = HostShape.object(HostObject("expect(…).never", matchers))
        let expectation = HostObject("expect(…)", matchers.merging(["never": never]) { $1 })
        let shared = functions(["market", "book", "at", "position", "account", "fill", "settle"])
            .merging(["state": .any, "logs": .array(of: .text)]) { $1 }
        let bench = functions(["candles", "candle", "trade", "fire_book", "fire_timer", "start", "stop"])
            .merging(["interval": .number]) { $1 }
        func object(_ name: String, _ fields: [String: HostShape]) -> HostShape {
            .function(result: .object(HostObject(name, shared.merging(fields) { $1 }, takesColon: true)))
        }
        let test: [String: HostShape] = [
            "strategy": object("bench", bench), "rule": object("bench", functions(["check", "day"])),
            "run": .function(result: .any),
        ]
        return functions(["describe", "it", "before_each"]).merging([
            "expect": .function(result: .object(expectation)), "test": .object(HostObject("test", test)),
        ]) { $1 }
    }()

    private static let clock = HostObject(
        "kbot.clock(…)",
        [
            "year": .number, "month": .number, "day": .number, "hour": .number, "minute": .number, "second": .number,
            "weekday": .number, "seconds_of_day": .number,
        ]
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
    private static let book = numbers(
        "ctx.book",
        ["bid_size", "ask_size"],
        [
            "has_book": .boolean, "depth": .function(result: .number), "imbalance": .function(result: .number),
            "levels": .function(result: .array(of: .object(numbers("level", ["price", "count"])))),
        ]
    )
    private static let account = numbers(
        "ctx.account",
        ["equity", "capital", "cash", "exposure", "day_pnl", "losing_streak", "open_positions"]
    )
    private static let position = numbers(
        "ctx.position",
        ["count", "entry", "stop", "target"],
        ["side": .text, "strategy": .text]
    )

    private static let parameters = HostShape.declared(
        HostDeclaration(
            "ctx.params",
            .key("params"),
            by: .field("type"),
            ["integer": .number, "number": .number, "boolean": .boolean, "string": .text]
        )
    )
    /// Indicators of one number and one period.
    private static let lines = [
        "sma", "ema", "wma", "rsi", "atr", "stddev", "zscore", "highest", "lowest", "vwap", "roc",
    ]
    private static let indicators = HostShape.declared(
        HostDeclaration(
            "ctx.indicators",
            .result(of: "needs", key: "indicators"),
            by: .first,
            ["bollinger": .object(numbers("bands", ["lower", "middle", "upper"]))].merging(
                lines.map { ($0, .number) }
            ) { $1 }
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
            "indicators": indicators, "book": .object(book),
        ]) { $1 }
    )
    private static let bareContext = HostObject(
        "ctx",
        always.merging([
            "market": .unavailable(because: "no market is at hand"), "account": .any, "position": .any,
            "indicators": .any, "book": .any,
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
                        ["bollinger": indicator(["period", "stddev"])].merging(
                            lines.map { ($0, indicator(["period"])) }
                        ) { $1 },
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
