package import KBotEngine
import KBotIndicators
import KBotLua
package import KBotModel

/// A strategy written in Lua, behind the engine's port.
package final class LuaStrategy: Strategy {
    private let machine: ScriptMachine
    /// The script's name.
    package let name: StrategyName
    /// What the script asked to have prepared.
    package let needs: StrategyNeeds
    /// The optional callbacks it defines.
    package let callbacks: StrategyCallbacks
    private let candle: LuaRecord
    private let onCandle: LuaCallSite
    private let onTrade: LuaCallSite?
    private let trade: LuaRecord
    /// `buy` and `sell`, kept on the script's side.
    private let sides: (buy: LuaReference, sell: LuaReference)

    private static let candleFields = ["open", "high", "low", "close", "volume", "trades", "start", "time"]
    private static let tradeFields = ["price", "count", "taker"]

    /// Loads a script: `parameters` are values given from outside, as text by name; `seed` is that of its random numbers.
    ///
    /// - Throws: ``ScriptFailure`` with file, line and a suggestion.
    package init(
        _ file: ScriptFile,
        parameters: [String: String] = [:],
        seed: UInt64 = 0,
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
        let callbacks = machine.manifest.callbacks
        name = StrategyName(machine.manifest.name)
        needs = try NeedsReader(machine).read()
        try machine.makeContext(indicators: needs.indicators)
        self.callbacks = [
            callbacks["on_trade"] == nil ? [] : .trade, callbacks["on_fill"] == nil ? [] : .fill,
            callbacks["on_settle"] == nil ? [] : .settle,
        ]
        let vm = machine.vm
        candle = vm.record(vm.shape(Self.candleFields))
        guard let function = callbacks["on_candle"] else { throw ScriptFailure("\(file.name): no on_candle") }
        let signal = vm.shape(SignalReader.fields)
        onCandle = vm.prepare(function, arguments: 2, results: 3, fields: signal)
        onCandle.arguments.set(0, machine.contextObject)
        onCandle.arguments.set(1, candle)
        onTrade = callbacks["on_trade"].map { vm.prepare($0, arguments: 2, results: 3, fields: signal) }
        trade = vm.record(vm.shape(Self.tradeFields))
        do throws(LuaError) {
            sides = (try vm.keep(.string("buy")), try vm.keep(.string("sell")))
        } catch {
            throw ScriptFailure("\(file.name): \(error)")
        }
        onTrade?.arguments.set(0, machine.contextObject)
        onTrade?.arguments.set(1, trade)
    }

    /// The author's version.
    package var version: String { machine.manifest.version }
    /// The file it came from.
    package var file: ScriptFile { machine.file }
    /// Every parameter with the value in force, as text.
    package var parameterTexts: [(name: String, value: String)] {
        machine.parameters.map { ($0.name, text(of: $0.value)) }
    }
    /// Whether it failed too often and is asked no more.
    package var isQuarantined: Bool { machine.isQuarantined }

    /// Calls `on_candle(ctx, candle)`.
    package func onCandle(_ candle: Candle, _ context: borrowing StrategyContext) -> Decision {
        let slots = self.candle.values
        Border.set(slots, 0, candle.open)
        Border.set(slots, 1, candle.high)
        Border.set(slots, 2, candle.low)
        Border.set(slots, 3, candle.close)
        Border.set(slots, 4, candle.volume.units, per: 100)
        slots.set(5, Int64(candle.trades))
        Border.set(slots, 6, candle.start.microseconds, per: 1_000_000)
        Border.set(slots, 7, candle.end.microseconds, per: 1_000_000)
        return decide("on_candle", onCandle, context)
            ?? .none(machine.isQuarantined ? .scriptQuarantined : .scriptFailed)
    }

    /// Calls `on_trade(ctx, trade)`.
    package func onTrade(_ trade: Trade, _ context: borrowing StrategyContext) -> Decision? {
        guard let onTrade else { return nil }
        let slots = self.trade.values
        Border.set(slots, 0, trade.price)
        Border.set(slots, 1, trade.count.units, per: 100)
        switch trade.taker {
        case .bid: slots.set(2, sides.buy)
        case .ask: slots.set(2, sides.sell)
        case nil: slots.setNil(2)
        }
        guard let decision = decide("on_trade", onTrade, context), case .signal = decision else { return nil }
        return decision
    }

    /// Calls `on_fill(ctx, fill)`.
    package func onFill(_ fill: Fill, role: OrderRole, _ context: borrowing StrategyContext) {
        tell(
            "on_fill",
            .record([
                "role": .string(role.rawValue),
                "side": .string(fill.side == .bid ? "buy" : "sell"),
                "price": .number(Double(fill.price.units) / 100),
                "count": .number(Double(fill.count.units) / 100),
                "fee": .number(Double(fill.fee.units) / 1_000_000),
                "maker": .bool(fill.liquidity == .maker),
            ]),
            context
        )
    }

    /// Calls `on_settle(ctx, settlement)`.
    package func onSettle(_ settlement: Settlement, _ context: borrowing StrategyContext) {
        tell(
            "on_settle",
            .record([
                "result": .string(settlement.result),
                "value": .number(Double(settlement.value.units) / 100),
            ]),
            context
        )
    }

    /// Calls `on_start(ctx)`.
    package func onStart(at time: Timestamp) { callPlain("on_start", at: time) }

    /// Calls `on_stop(ctx)`.
    package func onStop(at time: Timestamp) { callPlain("on_stop", at: time) }

    /// Hands over log lines and errors.
    package func takeMessages() -> [StrategyMessage] { machine.takeMessages() }

    // MARK: Calling

    private func decide(_ callback: String, _ site: LuaCallSite, _ context: borrowing StrategyContext) -> Decision? {
        machine.context.show(context) {
            machine.guarded(callback) { () throws(LuaError) in
                try site.run()
                return try read(site)
            }
        }
    }

    /// Reads `signal` or `nil, code, side`.
    private func read(_ site: LuaCallSite) throws(LuaError) -> Decision {
        let results = site.results
        switch results.kind(0) {
        case .nil:
            let code: ReasonCode
            switch results.kind(1) {
            case .nil: code = .noSignal
            case .string:
                guard let text = results.string(1), !text.isEmpty, text.utf8.count <= 64 else {
                    throw LuaError(kind: .contract, message: "a reason code has 1 to 64 characters")
                }
                code = ReasonCode(text)
            case let kind:
                throw LuaError(
                    kind: .contract,
                    message: "the second result must be a reason code such as \"NO_SIGNAL\", not \(kind)"
                )
            }
            if results.kind(2) == .nil { return .none(code) }
            switch results.string(2) {
            case "long": return .none(code, trigger: .long)
            case "short": return .none(code, trigger: .short)
            default:
                throw LuaError(kind: .contract, message: "the third result must be \"long\", \"short\" or nothing")
            }
        case .table:
            if let unknown = site.unknownField() {
                throw LuaError(
                    kind: .contract,
                    message: "a signal has no field '\(unknown)'\(hint(unknown, SignalReader.fields))"
                )
            }
            guard let fields = site.fields else { throw LuaError(kind: .contract, message: "no signal fields") }
            return .signal(try SignalReader(fields).read())
        case let kind:
            throw LuaError(
                kind: .contract,
                message: "return a signal table, or nil and a reason code; not \(kind)"
            )
        }
    }

    private func tell(_ callback: String, _ value: LuaValue, _ context: borrowing StrategyContext) {
        guard let function = machine.manifest.callbacks[callback] else { return }
        machine.context.show(context) {
            _ = machine.guarded(callback) { () throws(LuaError) in
                _ = try machine.vm.call(function, [.function(machine.contextObject), value])
            }
        }
    }

    private func callPlain(_ callback: String, at time: Timestamp) {
        guard let function = machine.manifest.callbacks[callback] else { return }
        machine.context.begin(at: time)
        _ = machine.guarded(callback) { () throws(LuaError) in
            _ = try machine.vm.call(function, [.function(machine.contextObject)])
        }
    }
}

/// A finder for scripts that require nothing.
package let noModules: ModuleFinder = { .failure(ScriptFailure("module '\($0)' was not found")) }

extension ReasonCode {
    /// The script failed too often in a row and is asked no more.
    package static let scriptQuarantined: ReasonCode = "SCRIPT_QUARANTINED"
}
