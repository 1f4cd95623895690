/// What `*_test.lua` files see besides: their globals, and the benches a script is tried on.
enum TestDeclarations {
    /// The global functions.
    static let globals = [
        HostFunction("describe", [("name", "string"), ("body", "fun()")], nil, "Groups tests under a name."),
        HostFunction("before_each", [("body", "fun()")], nil, "Runs before each test of its group."),
        HostFunction("expect", [("value", "any")], "kbot.Expectation", "Begins an expectation: expect(x).to_be(1)."),
        HostFunction(
            "skip",
            [("reason", "string")],
            nil,
            "Ends the test, or the group it stands in, without a verdict."
        ),
    ]

    /// The global `it`, which is called and has a function besides.
    static let it = HostFunction(
        "it",
        [("name", "string"), ("body", "fun()")],
        nil,
        "One test; it fails when its body raises an error."
    )
    /// The functions of the global `it`.
    static let itFunctions = [
        HostFunction(
            "skip",
            [("name", "string"), ("body?", "fun()")],
            nil,
            "A test that is not run, and told as skipped."
        )
    ]

    /// The functions of the global `test`.
    static let test = [
        HostFunction(
            "strategy",
            [("file", "string"), ("params?", "table<string, any>")],
            "kbot.Bench",
            "Loads a strategy that lies beside the test, in a sandbox of its own, on a bench with one market."
        ),
        HostFunction(
            "rule",
            [("file", "string"), ("params?", "table<string, any>")],
            "kbot.RuleBench",
            "Loads a risk rule that lies beside the test, in a sandbox of its own."
        ),
        HostFunction("run", [("options", "kbot.TestRun")], "kbot.TestResult", "A whole run on paper."),
    ]

    /// What an expectation can say.
    static let expectations = [
        HostFunction("to_be", [("expected", "any")], nil, "The same value, as == compares."),
        HostFunction("to_equal", [("expected", "any")], nil, "Equal, tables by what they hold."),
        HostFunction(
            "to_be_near",
            [("expected", "number"), ("tolerance?", "number")],
            nil,
            "A number not farther away; 0.000001 unless given."
        ),
        HostFunction("to_be_nil", [], nil, "Nil."),
        HostFunction("to_exist", [], nil, "Not nil."),
        HostFunction("to_be_true", [], nil, "True."),
        HostFunction("to_be_false", [], nil, "False."),
        HostFunction(
            "to_contain",
            [("element", "any")],
            nil,
            "A text that has this text in it, or an array with this element."
        ),
        HostFunction("to_be_above", [("bound", "number")], nil, "A number greater than this."),
        HostFunction("to_be_below", [("bound", "number")], nil, "A number less than this."),
        HostFunction(
            "to_fail",
            [("text?", "string")],
            nil,
            "A function that raises an error, with this text in its message."
        ),
    ]

    private static let sharedMethods = [
        HostFunction("market", [("facts", "kbot.TestMarket")], nil, "Sets facts of the market."),
        HostFunction("book", [("book", "kbot.TestBook?")], nil, "Sets the whole book; bid and ask follow from it."),
        HostFunction("at", [("seconds", "number")], nil, "Sets the clock, in seconds since the market's open."),
        HostFunction(
            "position",
            [("position", "kbot.TestPosition?")],
            nil,
            "Sets what is held in the market; nil for nothing."
        ),
        HostFunction("account", [("account", "kbot.TestAccount")], nil, "Sets fields of `ctx.account`."),
        HostFunction("fill", [("fill", "kbot.TestFill")], nil, "Calls `on_fill`."),
        HostFunction("settle", [("settlement", "kbot.TestSettlement")], nil, "Calls `on_settle`."),
    ]

    /// Any of the three may be nil. Told without that: a test knows which to expect, and need not ask again before it reads.
    private static let decision = "kbot.Signal, string, kbot.Side"

    /// The methods of a strategy's bench.
    static let bench =
        sharedMethods + [
            HostFunction(
                "candles",
                [("candles", "(number|kbot.TestCandle)[]")],
                decision,
                "Closes candles one after another, a number as a flat one with one trade; the answer to the last."
            ),
            HostFunction("candle", [("candle", "number|kbot.TestCandle")], decision, "Closes one candle."),
            HostFunction("trade", [("trade", "kbot.TestTrade")], decision, "Calls `on_trade`."),
            HostFunction("fire_book", [], decision, "Calls `on_book`."),
            HostFunction("fire_timer", [], decision, "Calls `on_timer`."),
            HostFunction("start", [], nil, "Calls `on_start`."),
            HostFunction("stop", [], nil, "Calls `on_stop`."),
        ]

    /// The methods of a rule's bench.
    static let ruleBench =
        sharedMethods + [
            HostFunction(
                "check",
                [("order?", "kbot.TestOrder")],
                "kbot.Verdict, string, string, number",
                "The verdict on an order: what, code, text, and the count or the time."
            ),
            HostFunction("day", [], nil, "Calls `on_day`."),
        ]

    private static let sharedFields = [
        HostField("state", "table", "A copy of `ctx.state`."),
        HostField("logs", "string[]", "The lines the script has logged."),
    ]

    /// The fields of a strategy's bench.
    static let benchFields =
        sharedFields + [HostField("interval", "number", "Length of the script's candles, seconds.")]
    /// The fields of a rule's bench.
    static let ruleBenchFields = sharedFields

    /// The tables that benches and runs take and give.
    static let records: [HostRecord] = [
        HostRecord(
            type: "kbot.TestMarket",
            help: "Facts of a bench's market; what is left out stays as it is, false takes a price away.",
            fields: [
                HostField("ticker", "string?", "The venue's name of the market."),
                HostField("series", "string?", "The series; KXBTC15M unless given."),
                HostField("bid", "number|false|nil", "Best bid, cents; 49 unless given."),
                HostField("ask", "number|false|nil", "Best ask, cents; 51 unless given."),
                HostField("last", "number|false|nil", "Price of the last trade, cents."),
                HostField(
                    "open_time",
                    "number?",
                    "Start of trading, seconds since the epoch; 2026-06-01 00:00 UTC unless given."
                ),
                HostField("close_time", "number?", "End of trading; 15 minutes later unless given."),
                HostField("minutes_left", "number?", "Sets the close to so many minutes from now."),
                HostField("strike", "number|false|nil", "Dollars."),
                HostField("grid", "\"tapered\"|\"cent\"|nil", "The price grid; \"tapered\" unless given."),
                HostField("exposure", "number?", "Dollars at stake in all markets on the same underlying."),
                HostField("status", "string?", "The market's status, such as \"active\"."),
            ]
        ),
        HostRecord(
            type: "kbot.TestBook",
            help: "A book in YES prices: each level is { price, count }.",
            fields: [
                HostField("bids", "number[][]?", "Such as { { 45, 100 }, { 44, 50 } }."),
                HostField("asks", "number[][]?", "Such as { { 47, 80 } }."),
            ]
        ),
        partial(.position, as: "kbot.TestPosition", "What is held in a bench's market."),
        HostRecord(
            type: "kbot.TestAccount",
            help: "Fields of `ctx.account`, in dollars.",
            fields: optional(HostObject.account.plainFields)
        ),
        HostRecord(
            type: "kbot.TestCandle",
            help: "A candle to close; what is left out follows from the rest.",
            fields: optional(HostRecord.candle.fields.filter { !["start", "time"].contains($0.name) })
        ),
        partial(.trade, as: "kbot.TestTrade", "A trade to show."),
        partial(.fill, as: "kbot.TestFill", "A fill to tell of."),
        partial(.settlement, as: "kbot.TestSettlement", "A result to tell of."),
        partial(.order, as: "kbot.TestOrder", "An order to judge."),
        HostRecord(
            type: "kbot.TestRun",
            help: "What to run.",
            fields: [
                HostField("strategy", "string", "A strategy that lies beside the test."),
                HostField("params", "table<string, any>?", "Parameters by name; `script.name` for those of a rule."),
                HostField("rules", "string[]?", "Risk rules."),
                HostField("feed", "string?", "\"sim\" (the default) or \"replay:PATH\"."),
                HostField("duration", "string?", "Market time, such as \"2h\"."),
                HostField("seed", "integer?", "Seed of all randomness."),
                HostField(
                    "settings",
                    "table<string, string>?",
                    "Settings by their names, such as { MAX_POSITIONS = \"1\" }."
                ),
            ]
        ),
        HostRecord(
            type: "kbot.TestResult",
            help: "How a run ended.",
            fields: [
                HostField("trades", "kbot.TestRoundTrip[]", "Closed trades, in order."),
                HostField(
                    "metrics",
                    "table<string, any>",
                    "As in the report: net_profit, total_trades, win_rate and so on."
                ),
                HostField("funnel", "table<string, any>", "The report's funnel."),
                HostField("denials", "table<string, integer>", "How often each code denied a signal."),
            ]
        ),
        HostRecord(
            type: "kbot.TestRoundTrip",
            help: "A closed trade of a run.",
            fields: [
                HostField("strategy", "string", "Strategy that entered."),
                HostField("market", "string", "Ticker."),
                HostField("side", "kbot.Side", "Direction."),
                HostField("count", "number", "Contracts."),
                HostField("entry", "number", "Average entry, cents."),
                HostField("exit_reason", "string", "How it ended; kbot explain says what each word means."),
                HostField("opened", "number", "First fill, seconds since the epoch."),
                HostField("closed", "number", "End, seconds since the epoch."),
                HostField("gross_pnl", "number", "Dollars."),
                HostField("fees", "number", "Dollars."),
                HostField("net_pnl", "number", "Dollars."),
            ]
        ),
    ]

    /// A record a test writes down in part.
    private static func partial(_ record: HostRecord, as type: String, _ help: String) -> HostRecord {
        HostRecord(type: type, help: help + " What is left out gets a usual value.", fields: optional(record.fields))
    }

    private static func optional(_ fields: [HostField]) -> [HostField] {
        fields.map { field in
            let mayBeNil = field.type.hasSuffix("?") || field.type.hasSuffix("|nil")
            let type = field.type.contains("|") ? field.type + "|nil" : field.type + "?"
            return HostField(field.name, mayBeNil ? field.type : type, field.help)
        }
    }
}
