package import KBotEngine
import KBotIndicators
import KBotLua
package import KBotModel

/// A strategy written in Lua, behind the engine's port.
package final class LuaStrategy: Strategy, LuaScript {
    package let machine: ScriptMachine
    /// The script's name.
    package let name: StrategyName
    /// What the script asked to have prepared.
    package let needs: StrategyNeeds
    /// The optional callbacks it defines.
    package let callbacks: StrategyCallbacks
    /// The author's version.
    package var version: String { machine.manifest.version }
    /// Takes over when the script failed too often; its needs are the script's.
    package var fallback: (any Strategy)?

    private let candle: LuaRecord
    private let trade: LuaRecord
    private let onCandle: LuaCallSite
    private let onTrade: LuaCallSite?
    private let onBook: LuaCallSite?
    private let onTimer: LuaCallSite?
    /// `buy` and `sell`, kept on the script's side.
    private let sides: (buy: LuaReference, sell: LuaReference)

    /// Loads a script: `parameters` are values given from outside, as text by name; `seed` is that of its random numbers;
    /// `memory` is what the version before it handed on.
    ///
    /// - Throws: ``ScriptFailure`` with file, line and a suggestion.
    package init(
        _ file: ScriptFile,
        parameters: [String: String] = [:],
        seed: UInt64 = 0,
        memory: ScriptMemory = .none,
        modules: @escaping ModuleFinder = noModules
    ) throws(ScriptFailure) {
        let machine = try ScriptMachine(
            file,
            kind: .strategy,
            parameters: parameters,
            seed: seed,
            limits: LuaLimits(),
            modules: modules
        )
        self.machine = machine
        name = StrategyName(machine.manifest.name)
        needs = try NeedsReader(machine).read()
        try machine.makeContext(
            .strategyContext(needs, parameters: machine.parameters, state: memory.state)
        )
        let vm = machine.vm
        let functions = machine.manifest.callbacks
        callbacks = [
            functions["on_trade"] == nil ? [] : .trade, functions["on_book"] == nil ? [] : .book,
            functions["on_fill"] == nil ? [] : .fill, functions["on_settle"] == nil ? [] : .settle,
        ]
        candle = vm.record(vm.shape(HostRecord.candle.names))
        trade = vm.record(vm.shape(HostRecord.trade.names))
        let signal = vm.shape(HostRecord.signal.names)
        let context = machine.contextObject
        func site(_ callback: String, _ argument: LuaRecord?) -> LuaCallSite? {
            guard let function = functions[callback] else { return nil }
            let site = vm.prepare(function, arguments: argument == nil ? 1 : 2, results: 3, fields: signal)
            site.arguments.set(0, context)
            if let argument { site.arguments.set(1, argument) }
            return site
        }
        guard let onCandle = site("on_candle", candle) else { throw ScriptFailure("\(file.name): no on_candle") }
        self.onCandle = onCandle
        onTrade = site("on_trade", trade)
        onBook = site("on_book", nil)
        onTimer = site("on_timer", nil)
        do throws(LuaError) {
            sides = (try vm.keep(.string("buy")), try vm.keep(.string("sell")))
        } catch {
            throw ScriptFailure("\(file.name): \(error)")
        }
    }

    // MARK: Market data

    /// Calls `on_candle(ctx, candle)`.
    package func onCandle(_ candle: Candle, _ context: borrowing StrategyContext) -> Decision {
        if machine.isQuarantined, let fallback { return fallback.onCandle(candle, context) }
        candle.write(to: self.candle.values)
        return decide("on_candle", onCandle, context) ?? .none(silence)
    }

    /// Calls `on_candle(ctx, candle)` with a candle of the underlying.
    package func onSpotCandle(_ candle: SpotCandle, _ context: borrowing StrategyContext) -> Decision {
        if machine.isQuarantined, let fallback { return fallback.onSpotCandle(candle, context) }
        candle.write(to: self.candle.values)
        return decide("on_candle", onCandle, context) ?? .none(silence)
    }

    /// Calls `on_trade(ctx, trade)`.
    package func onTrade(_ trade: Trade, _ context: borrowing StrategyContext) -> Decision? {
        guard let onTrade else { return nil }
        trade.write(to: self.trade.values, sides: sides)
        return decide("on_trade", onTrade, context)
    }

    /// Calls `on_book(ctx)`.
    package func onBook(_ context: borrowing StrategyContext) -> Decision? {
        onBook.flatMap { decide("on_book", $0, context) }
    }

    /// Calls `on_timer(ctx)`.
    package func onTimer(_ context: borrowing StrategyContext) -> Decision? {
        onTimer.flatMap { decide("on_timer", $0, context) }
    }

    private func decide(_ callback: String, _ site: LuaCallSite, _ context: borrowing StrategyContext) -> Decision? {
        machine.context.show(context) {
            machine.guarded(callback) { () throws(LuaError) in
                try site.run()
                return try DecisionReader(site).read()
            }
        }
    }

    /// The reason for having no answer.
    private var silence: ReasonCode { machine.isQuarantined ? .scriptQuarantined : .scriptFailed }

    // MARK: The strategy's own trades, and the run

    /// Calls `on_fill(ctx, fill)`.
    package func onFill(_ news: FillNews, _ context: borrowing StrategyContext) {
        machine.context.show(context) { machine.tell("on_fill", news.luaValue) }
    }

    /// Calls `on_settle(ctx, settlement)`.
    package func onSettle(_ news: SettlementNews, _ context: borrowing StrategyContext) {
        machine.context.show(context) { machine.tell("on_settle", news.luaValue) }
    }

    /// Calls `on_start(ctx)`.
    package func onStart(at time: Timestamp) {
        machine.context.begin(at: time)
        machine.tell("on_start")
    }

    /// Calls `on_stop(ctx)`, and tells how often errors came.
    package func onStop(at time: Timestamp) {
        machine.context.begin(at: time)
        machine.tell("on_stop")
        machine.tellRepeatedErrors()
    }

    /// Hands over log lines and errors.
    package func takeMessages() -> [StrategyMessage] { machine.takeMessages() }
}

/// A finder for scripts that require nothing.
package let noModules: ModuleFinder = { .failure(ScriptFailure("module '\($0)' was not found")) }

extension ReasonCode {
    /// The script failed too often in a row and is asked no more.
    package static let scriptQuarantined: ReasonCode = "SCRIPT_QUARANTINED"
}
