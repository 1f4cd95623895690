import KBotEngine
import KBotIndicators
import KBotLua
import KBotModel

extension HostObject {
    /// `ctx` as a strategy sees it.
    static func strategyContext(
        _ needs: StrategyNeeds,
        parameters: [(name: String, value: LuaValue)],
        state: LuaValue
    ) -> HostObject {
        HostObject(
            type: "kbot.Context",
            path: "ctx",
            help: "What a strategy sees of the world at the time of a call: only what was public then.",
            members: common(parameters, state) + [
                .object(HostField("indicators", "kbot.Indicators", "The indicators of `needs`."), indicators(needs)),
                candles(needs),
            ]
        )
    }

    /// `ctx` as a risk rule sees it.
    static func ruleContext(parameters: [(name: String, value: LuaValue)], state: LuaValue) -> HostObject {
        HostObject(
            type: "kbot.RuleContext",
            path: "ctx",
            help: "What a risk rule sees of the world at the time of a call.",
            members: common(parameters, state)
        )
    }

    private static func common(_ parameters: [(name: String, value: LuaValue)], _ state: LuaValue) -> [Member] {
        [
            .values([HostField("now", "number", "Time of the event, seconds since the epoch, UTC.")], .nothing) {
                Border.set($1, 0, $0.now)
            },
            .object(
                HostField("params", "kbot.Params", "The parameters in force."),
                HostObject(
                    type: "kbot.Params",
                    path: "ctx.params",
                    help: "The parameters in force, by name.",
                    members: parameters.map { .constant(HostField($0.name, "any", "A parameter."), $0.value) }
                )
            ),
            .object(HostField("market", "kbot.Market", "The market of the call."), market),
            .object(HostField("book", "kbot.Book", "The market's order book."), book),
            .object(HostField("account", "kbot.Account", "The account."), account),
            .property(
                HostField(
                    "position",
                    "kbot.Position?",
                    "The position in this market: a strategy's own, to a rule anyone's."
                ),
                .market
            ) { context, call throws(LuaHostError) in
                guard let position = context.position else { return call.replyNil() }
                try call.reply(position.luaValue)
            },
            .table(
                HostField(
                    "state",
                    "table",
                    "A table of the script's own: plain data, kept for the run and across hot reloads."
                ),
                state
            ),
            .function(
                HostFunction(
                    "log",
                    [("text", "string|number")],
                    nil,
                    "Writes a line to the event stream and the terminal."
                ),
                .nothing
            ) { context, call throws(LuaHostError) in
                switch call.kind(1) {
                case .string, .integer, .number: context.log(KBotScripting.text(of: try call.value(1)))
                default: throw LuaHostError("ctx.log takes a text; write ctx.log(text), with a dot")
                }
            },
        ]
    }

    private static func candles(_ needs: StrategyNeeds) -> Member {
        let isSpot = needs.source != .market
        return .function(
            HostFunction(
                "candles",
                [("count", "integer")],
                "kbot.Candle[]",
                "The last closed candles, oldest first, the present one last; as many as there are, at most `needs.candles.history`."
            ),
            .market
        ) { context, call throws(LuaHostError) in
            guard needs.history > 0, let history = context.indicators?.history else {
                throw LuaHostError("ctx.candles needs needs.candles.history, the number of candles to keep")
            }
            guard let number = call.number(1), number >= 1, number <= Double(needs.history) else {
                throw LuaHostError("ctx.candles gives 1 to \(needs.history) candles, as needs.candles.history says")
            }
            let first = max(0, history.count - Int(number))
            let list = (first..<history.count).map { history[$0].luaValue(isSpot: isSpot) }
            try call.reply(list.isEmpty ? .table([]) : .array(list))
        }
    }
}

extension PositionView {
    /// The position as a table.
    var luaValue: LuaValue {
        .record([
            "strategy": .string(strategy.text),
            "side": .string(direction.rawValue),
            "count": Border.value(count.units, per: 100),
            "entry": Border.value(Int64(averageEntry.units), per: 100),
            "stop": Border.value(Int64(plan.stop.units), per: 100),
            "target": Border.value(Int64(plan.target.units), per: 100),
        ])
    }
}
