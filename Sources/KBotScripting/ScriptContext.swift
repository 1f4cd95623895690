import KBotEngine
import KBotIndicators
import KBotLua
import KBotModel

/// What a script reads as `ctx`: filled before each call, read lazily through host objects, empty between calls.
///
/// Nothing is marshalled that the script does not read; what belongs together is marshalled at the first read of any of it.
final class ScriptContext {
    /// What is at hand during a call: borrowed from the caller, which copies nothing.
    @safe private enum Sight {
        case nothing
        case strategy(UnsafePointer<StrategyContext>)
        case rule(UnsafePointer<RuleContext>)
    }

    private var sight = Sight.nothing
    /// The event's time.
    private(set) var now = Timestamp.zero

    /// The first bands asked for: what most scripts read on every candle.
    private var bands: LuaLive?
    /// Lines the script wants logged.
    var messages: [StrategyMessage] = []
    /// Lines a script may log in one call; more are dropped, and said so.
    private static let mostMessages = 100

    /// Shows a script what a strategy may look at, for the time of a call.
    func show<Result>(_ context: borrowing StrategyContext, _ call: () -> Result) -> Result {
        unsafe withUnsafePointer(to: context) { pointer in
            sight = unsafe .strategy(pointer)
            defer { sight = .nothing }
            begin(at: unsafe pointer.pointee.now)
            return call()
        }
    }

    /// Shows a script what a risk rule may look at, for the time of a call.
    func show<Result>(_ context: borrowing RuleContext, _ call: () -> Result) -> Result {
        unsafe withUnsafePointer(to: context) { pointer in
            sight = unsafe .rule(pointer)
            defer { sight = .nothing }
            begin(at: unsafe pointer.pointee.now)
            return call()
        }
    }

    /// Begins a call at a time.
    func begin(at now: Timestamp) {
        self.now = now
        bands?.prepare()
    }

    /// The market at hand.
    var market: Market? {
        switch sight {
        case .nothing: nil
        case .strategy(let context): unsafe context.pointee.market
        case .rule(let context): unsafe context.pointee.market
        }
    }

    private var touch: Touch {
        switch sight {
        case .nothing: Touch()
        case .strategy(let context): unsafe context.pointee.touch
        case .rule(let context): unsafe context.pointee.touch
        }
    }

    private var account: AccountView? {
        switch sight {
        case .nothing: nil
        case .strategy(let context): unsafe context.pointee.account
        case .rule(let context): unsafe context.pointee.account
        }
    }

    private var lastPrice: Price? {
        if case .strategy(let context) = sight { unsafe context.pointee.lastPrice } else { nil }
    }

    private var indicators: IndicatorSet? {
        if case .strategy(let context) = sight { unsafe context.pointee.indicators } else { nil }
    }

    private var position: PositionView? {
        if case .strategy(let context) = sight { unsafe context.pointee.position } else { nil }
    }

    /// Makes the `ctx` object of a machine.
    func makeObject(
        in vm: LuaVM,
        parameters: [(name: String, value: LuaValue)],
        indicators: [(name: String, spec: IndicatorSpec)]
    ) throws(LuaError) -> LuaReference {
        var parameterFields: [String: LuaHostField] = [:]
        for (name, value) in parameters { parameterFields[name] = .constant(value) }
        let clock = live(vm, "ctx.now", count: 1, needsMarket: false) { Border.set($1, 0, $0.now) }
        let fields: [String: LuaHostField] = [
            "params": .reference(try vm.object(named: "ctx.params", parameterFields)),
            "market": .reference(try marketObject(vm)),
            "account": .reference(try accountObject(vm)),
            "indicators": .reference(try indicatorsObject(vm, indicators)),
            "state": .reference(try vm.keep(.table([]))),
            "position": .property { [self] call throws(LuaHostError) in try replyPosition(call) },
            "now": .live(clock, 0),
            "log": .function { [self] call throws(LuaHostError) in
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

    /// Makes a group of values that are set together at the first read of one of them.
    private func live(
        _ vm: LuaVM,
        _ name: String,
        count: Int,
        needsMarket: Bool = true,
        _ fill: @escaping (ScriptContext, LuaSlots) -> Void
    ) -> LuaLive {
        vm.live(count: count) { [unowned self] slots throws(LuaHostError) in
            if needsMarket { try requireMarket(name) }
            fill(self, slots)
        }
    }

    private func requireMarket(_ name: String) throws(LuaHostError) {
        if case .nothing = sight { throw LuaHostError("\(name) is not available here: no market is at hand") }
    }

    private func theMarket(_ name: String) throws(LuaHostError) -> Market {
        try requireMarket(name)
        guard let market else { fatalError("Condition failed: a call shows a market or nothing") }
        return market
    }

    private func marketObject(_ vm: LuaVM) throws(LuaError) -> LuaReference {
        func text(_ read: @escaping (Market) -> String) -> LuaHostField {
            .property { [self] call throws(LuaHostError) in call.reply(read(try theMarket("ctx.market"))) }
        }
        let quote = live(vm, "ctx.market", count: 4) { context, slots in
            Border.set(slots, 0, context.touch.bid)
            Border.set(slots, 1, context.touch.ask)
            Border.set(slots, 2, context.touch.spread.map { Price(units: $0.units) })
            Border.set(slots, 3, context.lastPrice)
        }
        let facts = live(vm, "ctx.market", count: 7) { context, slots in
            guard let market = context.market else { return }
            let left = (market.closeTime - context.now).microseconds
            Border.set(slots, 0, market.openTime)
            Border.set(slots, 1, market.closeTime)
            Border.set(slots, 2, left, per: 1_000_000)
            Border.set(slots, 3, left, per: 60_000_000)
            Border.set(slots, 4, market.grid.lowest)
            Border.set(slots, 5, market.grid.highest)
            if let strike = market.strike { Border.set(slots, 6, strike.units, per: 10_000) } else { slots.setNil(6) }
        }
        return try vm.object(
            named: "ctx.market",
            [
                "ticker": text { $0.ticker.text },
                "series": text { $0.series.text },
                "bid": .live(quote, 0),
                "ask": .live(quote, 1),
                "spread": .live(quote, 2),
                "last": .live(quote, 3),
                "open_time": .live(facts, 0),
                "close_time": .live(facts, 1),
                "seconds_left": .live(facts, 2),
                "minutes_left": .live(facts, 3),
                "lowest_price": .live(facts, 4),
                "highest_price": .live(facts, 5),
                "strike": .live(facts, 6),
                "step": .function { [self] call throws(LuaHostError) in
                    let grid = try theMarket("ctx.market.step").grid
                    guard let price = call.number(1).flatMap(Border.price(cents:)) else {
                        throw LuaHostError("ctx.market.step takes a price in cents")
                    }
                    Border.reply(call, Int64(grid.step(at: price).units), per: 100)
                },
            ]
        )
    }

    private func accountObject(_ vm: LuaVM) throws(LuaError) -> LuaReference {
        let values = live(vm, "ctx.account", count: 7) { context, slots in
            guard let account = context.account else { return }
            Border.set(slots, 0, account.equity)
            Border.set(slots, 1, account.capital)
            Border.set(slots, 2, account.cash)
            Border.set(slots, 3, account.exposure)
            Border.set(slots, 4, account.dayPnL)
            slots.set(5, Int64(account.losingStreak))
            slots.set(6, Int64(account.openPositions))
        }
        let names = ["equity", "capital", "cash", "exposure", "day_pnl", "losing_streak", "open_positions"]
        var fields: [String: LuaHostField] = [:]
        for (index, name) in names.enumerated() { fields[name] = .live(values, index) }
        return try vm.object(named: "ctx.account", fields)
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
            case .sma, .ema, .atr: fields[name] = number(vm, at: index, per: 100 * IndicatorScale.micro)
            case .rsi: fields[name] = number(vm, at: index, per: 10_000)
            }
        }
        return try vm.object(named: "ctx.indicators", fields)
    }

    private func number(_ vm: LuaVM, at index: Int, per scale: Int64) -> LuaHostField {
        let value = live(vm, "ctx.indicators", count: 1) { context, slots in
            if let value = context.indicators?.value(at: index) {
                slots.set(0, Double(value) / Double(scale))
            } else {
                slots.setNil(0)
            }
        }
        return .live(value, 0)
    }

    /// Bands in cents: the lower rounded up, the upper down, so that comparing a price with them decides exactly.
    private func bandsObject(_ vm: LuaVM, _ name: String, at index: Int) throws(LuaError) -> LuaReference {
        let bands = live(vm, name, count: 3) { context, slots in
            guard let values = context.indicators?.bands(at: index) else {
                for slot in 0..<3 { slots.setNil(slot) }
                return
            }
            slots.set(0, Double(values.lower) / 1_000_000)
            slots.set(1, Double(values.middle) / 1_000_000)
            slots.set(2, Double(values.upper) / 1_000_000)
        }
        if self.bands == nil { self.bands = bands }
        return try vm.object(
            named: name,
            ["lower": .live(bands, 0), "middle": .live(bands, 1), "upper": .live(bands, 2)]
        )
    }

    private func replyPosition(_ call: borrowing LuaHostCall) throws(LuaHostError) {
        try requireMarket("ctx.position")
        guard let position else { return call.replyNil() }
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
