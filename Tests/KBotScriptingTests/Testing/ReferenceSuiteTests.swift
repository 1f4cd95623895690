import KBotScripting
import Testing

/// The tests that ship with kbot's own scripts.
struct ReferenceSuiteTests {
    /// A script that ships, with one thing changed in it.
    struct Change: Sendable, CustomTestStringConvertible {
        var script = "strategies/bollinger_scalper"
        let old: String
        let new: String

        init(_ old: String, _ new: String) {
            self.old = old
            self.new = new
        }

        init(rule old: String, _ new: String) {
            self.init(old, new)
            script = "risk-rules/max_spread"
        }

        var testDescription: String { "\(old) → \(new)" }
    }

    /// The failures of the tests beside a script, run against this text of it.
    private func failures(_ script: String, _ text: String) throws -> [String] {
        let name = String(script.split(separator: "/")[1]) + ".lua"
        let file = ScriptFile(path: "\(script).lua", name: name, text: text, hash: "")
        let tests = try ScriptTests(
            try Scripts.shipped("\(script)_test.lua"),
            in: TestSurroundings(
                script: { .success($0 == name ? file : nil) },
                modules: { _ in noModules }
            )
        )
        return tests.tests.compactMap { test in
            let outcome = tests.run(test).outcome
            return outcome == .passed ? nil : "\(test.fullName): \(outcome.text)"
        }
    }

    @Test(arguments: ["strategies/bollinger_scalper", "risk-rules/max_spread"])
    func `the tests that ship pass`(script: String) throws {
        let failures = try failures(script, try Scripts.shipped("\(script).lua").text)
        #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
    }

    @Test(arguments: [
        Change("period = params.period", "period = 25"),
        Change("stddev = params.stddev", "stddev = 2.0"),
        Change("interval = params.interval", "interval = \"auto\""),
        Change("candle.open < bands.lower and ", ""),
        Change("candle.open < bands.lower and candle.close < bands.lower", "candle.open < bands.lower"),
        Change(
            "candle.open < bands.lower and candle.close < bands.lower",
            "math.max(candle.open, candle.close) <= bands.lower"
        ),
        Change("candle.open > bands.upper and ", ""),
        Change("candle.open > bands.upper and candle.close > bands.upper", "candle.open > bands.upper"),
        Change(
            "candle.open > bands.upper and candle.close > bands.upper",
            "math.min(candle.open, candle.close) >= bands.upper"
        ),
        Change("< params.min_minutes_left * 60", "<= params.min_minutes_left * 60"),
        Change("< params.min_minutes_left * 60", "< 8 * 60"),
        Change("\"TOO_CLOSE_TO_EXPIRY\", side", "\"TOO_CLOSE_TO_EXPIRY\""),
        Change("candle.trades == 0", "candle.trades < 0"),
        Change("\"NO_TRADES_IN_CANDLE\", side", "\"NO_TRADES_IN_CANDLE\""),
        Change("math.max(snap(candle.high - candle.low), market.step(outer))", "snap(candle.high - candle.low)"),
        Change("market.step(outer)", "market.step(50)"),
        Change("outer, outer - sign * R, \"limit\"", "outer, outer - 2 * sign * R, \"limit\""),
        Change("outer, outer - sign * R, \"limit\"", "inner, outer - sign * R, \"limit\""),
        Change("inner, outer, \"stop\"", "inner, outer, \"limit\""),
        Change("inner, outer, \"stop\"", "outer, inner, \"stop\""),
        Change("if entry == stop then entry = snap(outer + sign * R) end", ""),
        Change("math.max(snap(stop), market.lowest_price)", "snap(stop)"),
        Change(
            "stop = math.min(math.max(snap(stop), market.lowest_price), market.highest_price)",
            "stop = math.max(snap(stop), market.lowest_price)"
        ),
        Change("R * params.target_multiple", "R * 2"),
        Change("target < market.lowest_price", "target <= market.lowest_price"),
        Change("target > market.highest_price", "target >= market.highest_price"),
        Change("target < market.lowest_price or ", ""),
        Change("\"TARGET_OUT_OF_RANGE\", side", "\"TARGET_OUT_OF_RANGE\""),
        Change(
            "R < snap(market.step(entry) * params.min_stop_ticks)",
            "R <= snap(market.step(entry) * params.min_stop_ticks)"
        ),
        Change("market.step(entry) * params.min_stop_ticks", "market.step(50) * params.min_stop_ticks"),
        Change("market.step(entry) * params.min_stop_ticks", "market.step(entry) * 3"),
        Change("R <= spread", "R < spread"),
        Change("spread and R <= spread", "R <= (spread or 99)"),
        Change("if side == \"short\" then exit_price = market.ask end", ""),
        Change("sign * (exit_price - stop) <= 0", "sign * (exit_price - stop) < 0"),
        Change("exit_price and sign", "sign"),
        Change("\"STOP_ALREADY_TOUCHED\", side", "\"STOP_ALREADY_TOUCHED\""),
        Change("sign * (entry - stop) <= 0", "sign * (entry - stop) < 0"),
        Change("\"INVALID_GEOMETRY\", side", "\"INVALID_GEOMETRY\""),
        Change(
            "< snap(sign * (entry - stop)) * params.min_reward_risk",
            "<= snap(sign * (entry - stop)) * params.min_reward_risk"
        ),
        Change("snap(sign * (entry - stop)) * params.min_reward_risk", "R * params.min_reward_risk"),
        Change("\"REWARD_RISK_TOO_LOW\", side", "\"REWARD_RISK_TOO_LOW\""),
        Change(rule: "default = 3,", "default = 4,"),
        Change(rule: "if order.reducing then return \"allow\" end", ""),
        Change(rule: "spread > ctx.params.cents", "spread >= ctx.params.cents"),
        Change(rule: "spread > ctx.params.cents", "spread > 3"),
        Change(rule: "\"SPREAD_UNKNOWN\"", "\"SPREAD_TOO_WIDE\""),
    ])
    func `the tests that ship notice every change of a rule`(change: Change) throws {
        let text = try Scripts.shipped("\(change.script).lua").text
        try #require(text.contains(change.old), "the script does not say this any more")
        let changed = text.replacing(change.old, with: change.new)
        #expect(try !failures(change.script, changed).isEmpty)
    }
}
