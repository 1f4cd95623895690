import KBotEngine
import KBotLua
import KBotModel

/// A strategy under test: candles, trades and clock go in, what it answers comes out.
///
/// There is no engine: nothing rounds prices, nothing sizes or sends an order. The indicators are the real ones.
final class StrategyBench: Bench {
    private let strategy: LuaStrategy
    private let indicators: IndicatorSet
    /// Length of the candles, once there was one.
    private var usedInterval: TimeSpan?

    /// Loads the strategy.
    init(
        _ file: ScriptFile,
        _ parameters: [String: String],
        _ modules: @escaping ModuleFinder,
        _ meter: TestMeter
    ) throws(ScriptFailure) {
        strategy = try LuaStrategy(file, parameters: parameters, seed: 1, modules: modules)
        indicators = IndicatorSet(strategy.needs)
        super.init(strategy.machine, meter)
    }

    override var strategyName: StrategyName { strategy.name }

    override var fields: [String: LuaHostField] {
        super.fields.merging([
            "candles": method("candles") { [self] call throws(LuaHostError) in
                guard let list = try call.value(2).elements, !list.isEmpty else {
                    throw LuaHostError("bench:candles takes candles such as { 50, 51, { open = 48, close = 47 } }")
                }
                var answer = Decision.none(.warmingUp)
                for (index, value) in list.enumerated() { answer = try judge(value, "bench:candles[\(index + 1)]") }
                try reply(answer, to: call)
            },
            "candle": method("candle") { [self] call throws(LuaHostError) in
                try reply(try judge(try call.value(2), "bench:candle"), to: call)
            },
            "trade": method("trade") { [self] call throws(LuaHostError) in
                let trade = try readTrade(try table(call, "trade", ["price", "count", "taker"]))
                scene.hear(trade.price)
                try reply(try answer("on_trade") { strategy.onTrade(trade, context) }, to: call)
            },
            "fire_book": method("fire_book") { [self] call throws(LuaHostError) in
                try require("on_book")
                guard scene.book != nil else {
                    throw LuaHostError("bench:fire_book: there is no book; bench:book sets one")
                }
                scene.hear()
                try reply(try answer("on_book") { strategy.onBook(context) }, to: call)
            },
            "fire_timer": method("fire_timer") { [self] call throws(LuaHostError) in
                try require("on_timer")
                try reply(try answer("on_timer") { strategy.onTimer(context) }, to: call)
            },
            "fill": method("fill") { [self] call throws(LuaHostError) in
                try require("on_fill")
                let news = try FillNews(try table(call, "fill", FillNews.names), strategyName)
                try ask("on_fill") { strategy.onFill(news, context) }
            },
            "settle": method("settle") { [self] call throws(LuaHostError) in
                try require("on_settle")
                let news = try SettlementNews(try table(call, "settle", SettlementNews.names))
                try ask("on_settle") { strategy.onSettle(news, context) }
            },
            "start": method("start") { [self] _ throws(LuaHostError) in
                try ask("on_start") { strategy.onStart(at: scene.now) }
            },
            "stop": method("stop") { [self] _ throws(LuaHostError) in
                try ask("on_stop") { strategy.onStop(at: scene.now) }
            },
            "interval": .property { [self] call in Border.reply(call, interval.microseconds, per: 1_000_000) },
        ]) { $1 }
    }

    // MARK: Asking the strategy

    private var context: StrategyContext {
        StrategyContext(
            now: scene.now,
            view: scene.view,
            indicators: indicators,
            position: scene.position,
            account: scene.account
        )
    }

    /// The length of the candles; as in a run, it follows the market's life until there is one.
    private var interval: TimeSpan { usedInterval ?? strategy.needs.interval.resolved(life: scene.market.life) }

    /// Closes one candle: time passes to its end, and the strategy is asked once the indicators are ready.
    private func judge(_ value: LuaValue, _ place: String) throws(LuaHostError) -> Decision {
        let source = strategy.needs.source
        let candle = try BenchCandle(value, source, place)
        let interval = interval
        usedInterval = interval
        let start = scene.now.floored(to: interval)
        let end = start + interval
        if source == .market {
            let market = scene.market
            guard market.openTime < end, end <= market.closeTime else {
                throw LuaHostError(
                    "\(place) would end at \((end - market.openTime).wholeSeconds) s, but the market trades from 0 to "
                        + "\(market.life.wholeSeconds) s; bench:market{ close_time = … } gives it more time"
                )
            }
            let contract = candle.contract(start: start, interval: interval)
            scene.pass(to: end, last: candle.trades > 0 ? contract.close : nil)
            indicators.add(contract)
            guard indicators.isReady else { return .none(.warmingUp) }
            return try ask("on_candle", failed: { $0.isFailure }) { strategy.onCandle(contract, context) }
        }
        let spot = candle.spot(start: start, interval: interval)
        scene.pass(to: end, last: nil)
        indicators.add(spot)
        guard indicators.isReady else { return .none(.warmingUp) }
        // Of an underlying there are candles at any time, but nobody is asked of a market that is not open.
        guard scene.isOpen else { return .none(.marketInactive) }
        return try ask("on_candle", failed: { $0.isFailure }) { strategy.onSpotCandle(spot, context) }
    }

    /// Asks between candles; nil when the strategy does not have the callback.
    private func answer(_ callback: String, _ call: () -> Decision?) throws(LuaHostError) -> Decision? {
        guard machine.manifest.callbacks[callback] != nil else { return nil }
        guard indicators.isReady else { return .none(.warmingUp) }
        return try ask(callback, failed: { $0 == nil }, call)
    }

    private func readTrade(_ table: TestTable) throws(LuaHostError) -> Trade {
        Trade(
            market: MarketID(0),
            price: try table.required("price", try table.price("price")),
            count: try table.quantity("count") ?? Quantity(contracts: 1),
            taker: try table.choice("taker", ["buy": BookSide.bid, "sell": .ask])
        )
    }

    /// Replies signal, code, trigger side.
    private func reply(_ decision: Decision?, to call: borrowing LuaHostCall) throws(LuaHostError) {
        guard let decision else { return call.replyNil() }
        switch decision {
        case .signal(let signal):
            try call.reply(signal.luaValue)
            call.replyNil()
            call.reply(signal.direction.rawValue)
        case .none(let code, let trigger):
            call.replyNil()
            call.reply(code.text)
            if let trigger { call.reply(trigger.rawValue) }
        }
    }
}

extension Decision {
    /// Whether it stands for a call that failed.
    fileprivate var isFailure: Bool {
        switch self {
        case .none(.scriptFailed, _), .none(.scriptQuarantined, _): true
        default: false
        }
    }
}

extension Signal {
    /// The signal as the script gave it; the entry type is always there.
    fileprivate var luaValue: LuaValue {
        var fields: [String: LuaValue] = [
            "side": .string(direction.rawValue),
            "entry_type": .string(entryType.rawValue),
        ]
        // A market entry without a price has 0, which no script can mean.
        if entryType != .market || entry != .zero { fields["entry"] = Border.value(Int64(entry.units), per: 100) }
        for (name, protection) in [("stop", stop), ("target", target)] {
            switch protection {
            case .price(let price): fields[name] = Border.value(Int64(price.units), per: 100)
            case .offset(let distance): fields[name + "_offset"] = Border.value(Int64(distance.units), per: 100)
            }
        }
        if let count { fields["count"] = Border.value(count.units, per: 100) }
        if let timeToLive { fields["ttl"] = .integer(Int64(timeToLive)) }
        if let confidence { fields["confidence"] = Border.value(Int64(confidence), per: 10_000) }
        if let reason { fields["reason"] = .string(reason) }
        return .record(fields)
    }
}
