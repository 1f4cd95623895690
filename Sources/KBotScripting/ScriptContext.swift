import KBotEngine
import KBotIndicators
import KBotLua
import KBotModel

/// What a script reads as `ctx`: filled before each call, read lazily through host objects, empty between calls.
///
/// Nothing is marshalled that the script does not read.
final class ScriptContext {
    /// The moment a script is called for.
    struct Moment {
        let now: Timestamp
        let market: Market
        let touch: Touch
        let lastPrice: Price?
        let indicators: IndicatorSet?
        let position: PositionView?
        let account: AccountView
    }

    var moment: Moment?
    var now = Timestamp.zero
    /// Lines the script wants logged.
    var messages: [StrategyMessage] = []
    /// Lines a script may log in one call; more are dropped, and said so.
    private static let mostMessages = 100

    /// Makes the `ctx` object of a machine.
    func makeObject(
        in vm: LuaVM,
        parameters: [(name: String, value: LuaValue)],
        indicators: [(name: String, spec: IndicatorSpec)]
    ) throws(LuaError) -> LuaReference {
        var parameterFields: [String: LuaHostField] = [:]
        for (name, value) in parameters { parameterFields[name] = .constant(value) }
        let fields: [String: LuaHostField] = [
            "params": .reference(try vm.object(named: "ctx.params", parameterFields)),
            "market": .reference(try marketObject(vm)),
            "account": .reference(try accountObject(vm)),
            "indicators": .reference(try indicatorsObject(vm, indicators)),
            "state": .reference(try vm.keep(.table([]))),
            "position": .property { [unowned self] call throws(LuaHostError) in try replyPosition(call) },
            "now": .property { [unowned self] call throws(LuaHostError) in Border.reply(call, now) },
            "log": .function { [unowned self] call throws(LuaHostError) in
                guard let text = call.string(1) ?? call.number(1).map({ "\($0)" }) else {
                    throw LuaHostError("ctx.log takes a text")
                }
                log(text)
            },
        ]
        return try vm.object(named: "ctx", fields)
    }

    /// Takes a line for the log.
    func log(_ text: String) {
        if messages.count < Self.mostMessages {
            messages.append(.log(String(text.prefix(1_000))))
        } else if messages.count == Self.mostMessages {
            messages.append(.log("(more lines were dropped)"))
        }
    }

    private func current(_ name: String) throws(LuaHostError) -> Moment {
        guard let moment else { throw LuaHostError("\(name) is not available here: no market is at hand") }
        return moment
    }

    private func marketObject(_ vm: LuaVM) throws(LuaError) -> LuaReference {
        func property(_ read: @escaping (Moment, borrowing LuaHostCall) -> Void) -> LuaHostField {
            .property { [unowned self] call throws(LuaHostError) in read(try current("ctx.market"), call) }
        }
        return try vm.object(
            named: "ctx.market",
            [
                "ticker": property { $1.reply($0.market.ticker.text) },
                "series": property { $1.reply($0.market.series.text) },
                "open_time": property { Border.reply($1, $0.market.openTime) },
                "close_time": property { Border.reply($1, $0.market.closeTime) },
                "seconds_left": property {
                    Border.reply($1, ($0.market.closeTime - $0.now).microseconds, per: 1_000_000)
                },
                "minutes_left": property {
                    Border.reply($1, ($0.market.closeTime - $0.now).microseconds, per: 60_000_000)
                },
                "strike": property {
                    if let strike = $0.market.strike {
                        Border.reply($1, strike.units, per: 10_000)
                    } else {
                        $1.replyNil()
                    }
                },
                "bid": property { Border.reply($1, $0.touch.bid) },
                "ask": property { Border.reply($1, $0.touch.ask) },
                "spread": property {
                    if let spread = $0.touch.spread {
                        Border.reply($1, Int64(spread.units), per: 100)
                    } else {
                        $1.replyNil()
                    }
                },
                "last": property { Border.reply($1, $0.lastPrice) },
                "lowest_price": property { Border.reply($1, $0.market.grid.lowest) },
                "highest_price": property { Border.reply($1, $0.market.grid.highest) },
                "step": .function { [unowned self] call throws(LuaHostError) in
                    let market = try current("ctx.market.step").market
                    guard let price = call.number(1).flatMap(Border.price(cents:)) else {
                        throw LuaHostError("ctx.market.step takes a price in cents")
                    }
                    Border.reply(call, Int64(market.grid.step(at: price).units), per: 100)
                },
            ]
        )
    }

    private func accountObject(_ vm: LuaVM) throws(LuaError) -> LuaReference {
        func property(_ read: @escaping (AccountView, borrowing LuaHostCall) -> Void) -> LuaHostField {
            .property { [unowned self] call throws(LuaHostError) in read(try current("ctx.account").account, call) }
        }
        return try vm.object(
            named: "ctx.account",
            [
                "equity": property { Border.reply($1, $0.equity) },
                "capital": property { Border.reply($1, $0.capital) },
                "cash": property { Border.reply($1, $0.cash) },
                "exposure": property { Border.reply($1, $0.exposure) },
                "day_pnl": property { Border.reply($1, $0.dayPnL) },
                "losing_streak": property { $1.reply(Int64($0.losingStreak)) },
                "open_positions": property { $1.reply(Int64($0.openPositions)) },
            ]
        )
    }

    /// One field per indicator asked for: bands as an object, others as a number (nil until there is one).
    private func indicatorsObject(
        _ vm: LuaVM,
        _ indicators: [(name: String, spec: IndicatorSpec)]
    ) throws(LuaError) -> LuaReference {
        var fields: [String: LuaHostField] = [:]
        for (index, (name, spec)) in indicators.enumerated() {
            switch spec {
            case .bollinger: fields[name] = .reference(try bandsObject(vm, "ctx.indicators.\(name)", at: index))
            case .sma, .ema, .atr:
                fields[name] = number(at: index, per: 100 * IndicatorScale.micro)
            case .rsi: fields[name] = number(at: index, per: 10_000)
            }
        }
        return try vm.object(named: "ctx.indicators", fields)
    }

    private func number(at index: Int, per scale: Int64) -> LuaHostField {
        .property { [unowned self] call throws(LuaHostError) in
            guard let value = try current("ctx.indicators").indicators?.value(at: index) else { return call.replyNil() }
            call.reply(Double(value) / Double(scale))
        }
    }

    /// Bands in cents: the lower rounded up, the upper down, so that comparing a price with them decides exactly.
    private func bandsObject(_ vm: LuaVM, _ name: String, at index: Int) throws(LuaError) -> LuaReference {
        func band(_ read: @escaping (BandValues) -> Int64) -> LuaHostField {
            .property { [unowned self] call throws(LuaHostError) in
                guard let values = try current(name).indicators?.bands(at: index) else { return call.replyNil() }
                call.reply(Double(read(values)) / 1_000_000)
            }
        }
        return try vm.object(
            named: name,
            ["lower": band(\.lower), "middle": band(\.middle), "upper": band(\.upper)]
        )
    }

    private func replyPosition(_ call: borrowing LuaHostCall) throws(LuaHostError) {
        guard let position = try current("ctx.position").position else { return call.replyNil() }
        try call.reply(
            LuaValue.record([
                "side": .string(position.direction.rawValue),
                "count": .number(Double(position.count.units) / 100),
                "entry": .number(Double(position.averageEntry.units) / 100),
                "stop": .number(Double(position.plan.stop.units) / 100),
                "target": .number(Double(position.plan.target.units) / 100),
            ])
        )
    }
}

extension Timestamp {
    /// The epoch.
    static var zero: Timestamp { Timestamp(microseconds: 0) }
}
