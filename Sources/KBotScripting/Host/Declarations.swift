/// What scripts declare: the tables they return, with the names that are read and the types the editor's definitions tell.
extension HostRecord {
    /// What both kinds of script say of themselves.
    private static func facts(_ kind: ScriptManifest.Kind) -> [HostField] {
        [
            HostField("api", "\(ScriptManifest.api)", "The version of the contract the script is written for."),
            HostField("kind", "\"\(kind.rawValue)\"", "What the script is."),
            HostField("name", "string", "Letters, digits, _ and -; unique in a run."),
            HostField("version", "string", "The author's version."),
            HostField("description", "string?", "One sentence."),
            HostField("params", "table<string, kbot.Parameter>?", "What can be set from outside, by name."),
        ]
    }

    /// The table a script returns, less its callbacks.
    static func script(_ kind: ScriptManifest.Kind) -> HostRecord {
        switch kind {
        case .strategy:
            HostRecord(
                type: "kbot.Strategy",
                help:
                    "The table a strategy returns: `needs` and `on_candle` are needed, the other callbacks may be left out.",
                fields: facts(kind)
            )
        case .riskRule:
            HostRecord(
                type: "kbot.RiskRule",
                help: "The table a risk rule returns: `check` is needed, the other callbacks may be left out.",
                fields: facts(kind)
            )
        }
    }

    /// One of a script's `params`.
    static let parameter = HostRecord(
        type: "kbot.Parameter",
        help: "A parameter: kbot run --param name=value sets it, kbot params FILE lists it.",
        fields: [
            HostField("type", "\"integer\"|\"number\"|\"boolean\"|\"string\"|\"duration\"", "What values it takes."),
            HostField("default", "number|boolean|string", "The value when nothing is given."),
            HostField("min", "number?", "Least value of an integer or a number."),
            HostField("max", "number?", "Largest value of an integer or a number."),
            HostField("step", "number?", "Step of a search."),
            HostField("help", "string?", "One sentence."),
            HostField("optimize", "boolean?", "Whether a search may vary it."),
            HostField("choices", "string[]?", "The only values of a string."),
            HostField(
                "reload",
                "\"live\"|\"restart\"|nil",
                "Whether a hot reload may change it; \"live\" unless said otherwise."
            ),
        ]
    )

    /// What `needs` returns.
    static let needs = HostRecord(
        type: "kbot.Needs",
        help: "What must be ready when a strategy is asked.",
        fields: [
            HostField("candles", "kbot.Candles", "The candles that `on_candle` is called with."),
            HostField("indicators", "table<string, kbot.IndicatorSpec>?", "By the names they are read with."),
            HostField("timer", "kbot.Span?", "How often `on_timer` is called: 1s to 24h."),
        ]
    )

    /// The candles of `needs`.
    static let candleNeeds = HostRecord(
        type: "kbot.Candles",
        help: "The candles a strategy is called with.",
        fields: [
            HostField(
                "source",
                "\"market\"|\"spot\"|nil",
                "The market's own (the default), or the price of its underlying."
            ),
            HostField("symbol", "string?", "With source = \"spot\": the underlying, such as \"BTC-USD\"."),
            HostField(
                "interval",
                "\"auto\"|kbot.Span",
                "Length, 1s to 24h; \"auto\" takes one that fits the market's life."
            ),
            HostField("history", "integer?", "How many closed candles `ctx.candles` gives, 0 to 500."),
        ]
    )

    /// One indicator of `needs`.
    static let indicatorSpec = HostRecord(
        type: "kbot.IndicatorSpec",
        help: "An indicator, such as { \"bollinger\", period = 25, stddev = 2.0 }.",
        fields: [
            HostField("[1]", "kbot.IndicatorKind", "What is computed."),
            HostField("period", "integer", "Candles it looks at, up to 500."),
            HostField("stddev", "number?", "Width of Bollinger bands, in standard deviations; 2 unless given."),
        ]
    )
}

extension HostFunction {
    private static let decision = "kbot.Signal?, string?, kbot.Side?"

    /// The functions a script's table may have, in the order in which they are told.
    static func callbacks(_ kind: ScriptManifest.Kind) -> [HostFunction] {
        switch kind {
        case .strategy: strategyCallbacks
        case .riskRule: ruleCallbacks
        }
    }

    private static let strategyCallbacks: [HostFunction] = {
        let context = (name: "ctx", type: "kbot.Context")
        return [
            HostFunction(
                "needs",
                [("params", "kbot.Params")],
                "kbot.Needs",
                "Called once: what must be ready. Needed."
            ),
            HostFunction("on_start", [context], nil, "Called once, before the first event; no market is at hand."),
            HostFunction(
                "on_candle",
                [context, ("candle", "kbot.Candle")],
                decision,
                "Called on each closed candle: a signal, or nil, a reason and the side whose rule was met. Needed."
            ),
            HostFunction(
                "on_trade",
                [context, ("trade", "kbot.Trade")],
                decision,
                "Called on each public trade."
            ),
            HostFunction("on_book", [context], decision, "Called after every change of the book."),
            HostFunction(
                "on_fill",
                [context, ("fill", "kbot.Fill")],
                nil,
                "Called on each fill of the strategy's orders."
            ),
            HostFunction(
                "on_settle",
                [context, ("settlement", "kbot.Settlement")],
                nil,
                "Called when a market is decided."
            ),
            HostFunction(
                "on_timer",
                [context],
                decision,
                "Called for each open market at every multiple of `needs.timer`."
            ),
            HostFunction("on_stop", [context], nil, "Called once, after the last event; no market is at hand."),
            HostFunction("save", [context], "table", "What to hand to the next version at a hot reload."),
            HostFunction("load", [context, ("saved", "table")], nil, "Takes what the version before saved."),
        ]
    }()

    private static let ruleCallbacks: [HostFunction] = {
        let context = (name: "ctx", type: "kbot.RuleContext")
        return [
            HostFunction(
                "check",
                [context, ("order", "kbot.Order")],
                "kbot.Verdict, number|string|nil, string?, string?",
                "\"allow\" | \"reduce\", count, code, text | \"deny\", code, text | \"halt\", until, code, text. Needed."
            ),
            HostFunction(
                "on_fill",
                [context, ("fill", "kbot.Fill")],
                nil,
                "Called on each fill of any strategy's orders."
            ),
            HostFunction(
                "on_settle",
                [context, ("settlement", "kbot.Settlement")],
                nil,
                "Called when a market is decided."
            ),
            HostFunction("on_day", [context], nil, "Called at 00:00 UTC; no market is at hand."),
            HostFunction("save", [context], "table", "What to hand to the next version at a hot reload."),
            HostFunction("load", [context, ("saved", "table")], nil, "Takes what the version before saved."),
        ]
    }()
}
