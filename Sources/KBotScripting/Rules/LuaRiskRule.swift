package import KBotEngine
import KBotLua
package import KBotModel

/// A risk rule written in Lua, behind the engine's port.
///
/// `check(ctx, order)` answers `"allow"`, `"reduce", count, code, text`, `"deny", code, text` or
/// `"halt", until, code, text` (`until` in seconds, nil for until resumed). Anything else, an error or a time-out is a deny.
package final class LuaRiskRule: RiskRule, LuaScript {
    package let machine: ScriptMachine
    private let check: LuaCallSite
    private let order: LuaRecord
    /// `long` and `short`, kept on the script's side.
    private let sides: (long: LuaReference, short: LuaReference)
    /// The strategy that was named last, kept on the script's side.
    private var strategy: (name: StrategyName, text: LuaReference)?
    /// Whether what the rule is asked is kept, for a new version to be tried on.
    package var keepsChecks = false
    /// The last questions, oldest first.
    package private(set) var checks: [RuleCheck] = []

    /// Loads a rule; the arguments are those of ``LuaStrategy``.
    ///
    /// - Throws: ``ScriptFailure`` with file, line and a suggestion.
    package init(
        _ file: ScriptFile,
        parameters: [String: String] = [:],
        seed: UInt64 = 0,
        memory: ScriptMemory = .none,
        modules: @escaping ModuleFinder = noModules
    ) throws(ScriptFailure) {
        machine = try ScriptMachine(
            file,
            kind: .riskRule,
            parameters: parameters,
            seed: seed,
            limits: LuaLimits(),
            modules: modules
        )
        try machine.makeContext(.ruleContext(parameters: machine.parameters, state: memory.state))
        guard let function = machine.manifest.callbacks["check"] else { throw ScriptFailure("\(file.name): no check") }
        let vm = machine.vm
        order = vm.record(vm.shape(HostRecord.order.names))
        check = vm.prepare(function, arguments: 2, results: 4)
        check.arguments.set(0, machine.contextObject)
        check.arguments.set(1, order)
        do throws(LuaError) {
            sides = (try vm.keep(.string("long")), try vm.keep(.string("short")))
        } catch {
            throw ScriptFailure("\(file.name): \(error)")
        }
    }

    /// A strategy's name on the script's side: nearly always that of the order before.
    private func text(of name: StrategyName) -> LuaReference? {
        if let strategy, strategy.name == name { return strategy.text }
        if let strategy { machine.vm.release(strategy.text) }
        strategy = (try? machine.vm.keep(.string(name.text))).map { (name, $0) }
        return strategy?.text
    }

    /// The rule's name.
    package var name: String { machine.manifest.name }

    /// Log lines and errors since the last call.
    package func takeMessages() -> [StrategyMessage] { machine.takeMessages() }

    /// Calls `on_fill(ctx, fill)`.
    package func onFill(_ news: FillNews, _ context: borrowing RuleContext) {
        guard machine.manifest.callbacks["on_fill"] != nil else { return }
        machine.context.show(context) { machine.tell("on_fill", news.luaValue) }
    }

    /// Calls `on_settle(ctx, settlement)`.
    package func onSettle(_ news: SettlementNews, _ context: borrowing RuleContext) {
        guard machine.manifest.callbacks["on_settle"] != nil else { return }
        machine.context.show(context) { machine.tell("on_settle", news.luaValue) }
    }

    /// Calls `on_day(ctx)`.
    package func onDay(at time: Timestamp, account: AccountView) {
        machine.context.show(account, at: time) { machine.tell("on_day") }
    }

    /// Asks the rule.
    package func check(_ proposed: ProposedOrder, _ context: borrowing RuleContext) -> Verdict {
        let slots = order.values
        if let text = text(of: proposed.strategy) { slots.set(0, text) } else { slots.set(0, proposed.strategy.text) }
        slots.set(1, proposed.direction == .long ? sides.long : sides.short)
        Border.set(slots, 2, proposed.price)
        Border.set(slots, 3, proposed.count.units, per: 100)
        Border.set(slots, 4, proposed.plan.entry)
        Border.set(slots, 5, proposed.plan.stop)
        Border.set(slots, 6, proposed.plan.target)
        slots.set(7, proposed.isReducing)
        if keepsChecks { keep(proposed, context) }
        let verdict = machine.context.show(context) {
            machine.guarded("check") { () throws(LuaError) in
                try check.run()
                return try read()
            }
        }
        if let verdict { return verdict }
        return .deny(.ruleFailed, "the rule \(name) could not answer")
    }

    /// Takes over what the version before it was asked.
    package func inheritChecks(of old: LuaRiskRule) {
        keepsChecks = old.keepsChecks
        checks = old.checks
    }

    private func keep(_ order: ProposedOrder, _ context: borrowing RuleContext) {
        if checks.count >= 2 * RuleCheck.kept { checks.removeFirst(RuleCheck.kept) }
        checks.append(
            RuleCheck(
                order: order,
                now: context.now,
                view: context.view,
                position: context.position,
                account: context.account
            )
        )
    }

    private func read() throws(LuaError) -> Verdict {
        let results = check.results
        switch results.string(0) {
        case "allow": return .allow
        case "deny": return .deny(try code(1), text(2))
        case "reduce":
            guard let count = results.number(1), count.isFinite, count >= 0, count <= 1e9 else {
                throw LuaError(kind: .contract, message: "\"reduce\" wants a number of contracts")
            }
            return .reduce(to: Border.quantity(contracts: count), try code(2), text(3))
        case "halt":
            var until: Timestamp?
            if results.kind(1) != .nil {
                guard let seconds = results.number(1), seconds.isFinite, abs(seconds) < 1e11 else {
                    throw LuaError(kind: .contract, message: "\"halt\" wants a time in seconds, or nil")
                }
                until = Timestamp(microseconds: Int64((seconds * 1_000_000).rounded()))
            }
            return .halt(until: until, try code(2), text(3))
        default:
            throw LuaError(
                kind: .contract,
                message: "check must return \"allow\", \"reduce\", \"deny\" or \"halt\", not \(results.kind(0))"
            )
        }
    }

    private func code(_ index: Int) throws(LuaError) -> ReasonCode {
        guard let text = check.results.string(index), !text.isEmpty, text.utf8.count <= 64 else {
            throw LuaError(kind: .contract, message: "a verdict needs a code such as \"SPREAD_TOO_WIDE\"")
        }
        return ReasonCode(Border.text(text))
    }

    /// The sentence of a verdict; empty when the rule gave none.
    private func text(_ index: Int) -> String { check.results.string(index).map { Border.text($0) } ?? "" }
}
