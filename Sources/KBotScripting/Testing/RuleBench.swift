import KBotEngine
import KBotLua
import KBotModel

/// A risk rule under test: orders go in, verdicts come out.
final class RuleBench: Bench {
    private let rule: LuaRiskRule

    private static let orderNames = ["strategy", "side", "price", "count", "entry", "stop", "target", "reducing"]

    /// Loads the rule.
    init(
        _ file: ScriptFile,
        _ parameters: [String: String],
        _ modules: @escaping ModuleFinder,
        _ meter: TestMeter
    ) throws(ScriptFailure) {
        rule = try LuaRiskRule(file, parameters: parameters, seed: 1, modules: modules)
        super.init(rule.machine, meter)
    }

    override var fields: [String: LuaHostField] {
        super.fields.merging([
            "check": method("check") { [self] call throws(LuaHostError) in
                let given = call.kind(2) == .nil ? LuaValue.table([]) : try call.value(2)
                let order = try readOrder(try TestTable(given, "bench:check", Self.orderNames))
                try reply(try ask("check", failed: isFailure) { rule.check(order, context) }, to: call)
            },
            "day": method("day") { [self] _ throws(LuaHostError) in
                try require("on_day")
                try ask("on_day") { rule.onDay(at: scene.now, account: scene.account) }
            },
            "fill": method("fill") { [self] call throws(LuaHostError) in
                try require("on_fill")
                let news = try FillNews(try table(call, "fill", FillNews.names), strategyName)
                try ask("on_fill") { rule.onFill(news, context) }
            },
            "settle": method("settle") { [self] call throws(LuaHostError) in
                try require("on_settle")
                let news = try SettlementNews(try table(call, "settle", SettlementNews.names))
                try ask("on_settle") { rule.onSettle(news, context) }
            },
        ]) { $1 }
    }

    private var context: RuleContext {
        RuleContext(now: scene.now, view: scene.view, position: scene.position, account: scene.account)
    }

    /// Reads an order: a long of one contract at 50 cents, unless the test says otherwise; stop and target lie 5 and 10
    /// cents from the entry.
    private func readOrder(_ table: TestTable) throws(LuaHostError) -> ProposedOrder {
        let direction = try table.choice("side", Direction.words) ?? .long
        let price = try table.price("price")
        let entry = try table.price("entry") ?? price ?? Price(cents: 50)
        let grid = scene.market.grid
        func away(_ cents: Int32) -> Price {
            let price = direction == .long ? entry + PriceDelta(cents: cents) : entry - PriceDelta(cents: cents)
            return min(max(price, grid.lowest), grid.highest)
        }
        return ProposedOrder(
            strategy: try table.identifier("strategy") ?? strategyName,
            direction: direction,
            price: price ?? entry,
            count: try table.quantity("count") ?? Quantity(contracts: 1),
            plan: TradePlan(
                entry: entry,
                stop: try table.price("stop") ?? away(-5),
                target: try table.price("target") ?? away(10)
            ),
            isReducing: try table.flag("reducing") ?? false
        )
    }

    /// Whether the verdict is the one that stands for a call that failed.
    private func isFailure(_ verdict: Verdict) -> Bool {
        verdict == .deny(.ruleFailed, "the rule \(rule.name) could not answer")
    }

    /// Replies verdict, code, text, count or time.
    private func reply(_ verdict: Verdict, to call: borrowing LuaHostCall) throws(LuaHostError) {
        switch verdict {
        case .allow: call.reply("allow")
        case .reduce(let count, let code, let text):
            reply("reduce", code, text, to: call)
            Border.reply(call, count.units, per: 100)
        case .deny(let code, let text): reply("deny", code, text, to: call)
        case .halt(let until, let code, let text):
            reply("halt", code, text, to: call)
            if let until { Border.reply(call, until.microseconds, per: 1_000_000) } else { call.replyNil() }
        }
    }

    private func reply(_ word: String, _ code: ReasonCode, _ text: String, to call: borrowing LuaHostCall) {
        call.reply(word)
        call.reply(code.text)
        call.reply(text)
    }
}
