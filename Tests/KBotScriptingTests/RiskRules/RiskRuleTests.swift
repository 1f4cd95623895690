import KBotEngine
import KBotModel
import KBotScripting
import Testing

private func verdict(_ check: String, reducing: Bool = false) throws -> Verdict {
    Scene().ask(try LuaRiskRule(Scripts.rule(check)), reducing: reducing)
}

@Test func `a rule allows, reduces, denies and halts`() throws {
    #expect(try verdict("return 'allow'") == .allow)
    #expect(
        try verdict("return 'reduce', 2.559, 'SMALL', 'less'") == .reduce(to: Quantity(units: 255), "SMALL", "less")
    )
    #expect(try verdict("return 'deny', 'NO', 'why'") == .deny("NO", "why"))
    #expect(try verdict("return 'deny', 'NO'") == .deny("NO", ""))
    #expect(
        try verdict("return 'halt', ctx.now + 60, 'STOP', 'a minute'")
            == .halt(until: Timestamp(seconds: 1_000_160), "STOP", "a minute")
    )
    #expect(try verdict("return 'halt', nil, 'STOP'") == .halt(until: nil, "STOP", ""))
}

@Test(arguments: [
    "", "return nil", "return true", "return 'yes'", "return {}", "return 'deny'", "return 'deny', 7",
    "return 'deny', ''",
    "return 'deny', ('x'):rep(65)", "return 'reduce'", "return 'reduce', 'one', 'A'", "return 'reduce', -1, 'A'",
    "return 'reduce', 0/0, 'A'", "return 'reduce', 1/0, 'A'", "return 'reduce', 5", "return 'halt', 'soon', 'A'",
    "return 'halt', 1e300, 'A'", "return 'halt', 0/0, 'A'", "return 'halt', 5", "error('broken')", "return nothere",
    "while true do end", "return order.nothere.x",
])
func `nonsense, errors and endless loops deny`(_ check: String) throws {
    let rule = try LuaRiskRule(Scripts.rule(check))
    #expect(Scene().ask(rule) == .deny(.ruleFailed, "the rule rule could not answer"))
    #expect(rule.takeMessages().first?.failure?.contains("rule.lua") == true)
}

@Test func `a rule that failed three times keeps denying`() throws {
    let rule = try LuaRiskRule(Scripts.rule("if ctx.market.bid == 1 then error('x') end return 'allow'"))
    for _ in 0..<3 { _ = Scene(touch: Touch(bid: Price(cents: 1))).ask(rule) }
    #expect(Scene().ask(rule) == .deny(.ruleFailed, "the rule rule could not answer"))
}

@Test func `a rule sees the order in the script's units`() throws {
    let fields = ["strategy", "side", "price", "count", "entry", "stop", "target", "reducing"]
    let list = fields.map { "tostring(order.\($0))" }.joined(separator: ", ")
    #expect(
        try verdict("return 'deny', 'SEEN', table.concat({ \(list) }, ' ')")
            == .deny("SEEN", "scalper long 45.5 12 45.5 40 60 false")
    )
    #expect(try verdict("return 'deny', 'SEEN', tostring(order.reducing)", reducing: true) == .deny("SEEN", "true"))
    #expect(
        try verdict("return 'deny', 'SEEN', ctx.market.spread .. ' ' .. ctx.account.equity .. ' ' .. ctx.now")
            == .deny("SEEN", "2 1012.5 1000100")
    )
}

@Test func `a rule's verdict is told and followed`() throws {
    func stage(_ check: String) throws -> Stage { try Stage.withLong(rules: [try LuaRiskRule(Scripts.rule(check))]) }
    #expect(try stage("return 'allow'").orders.count == 1)
    #expect(try stage("return 'reduce', 2, 'SMALL'").orders.map(\.count) == [Quantity(contracts: 2)])
    let whole = try stage("return 'allow'").orders.map(\.count)
    #expect(try stage("return 'reduce', 1000000, 'BIG'").orders.map(\.count) == whole)
    let denied = try stage("return 'deny', 'NOT_TODAY', 'why'")
    #expect(denied.orders.isEmpty)
    #expect(denied.denials == ["NOT_TODAY"])
    let failed = try stage("return 5")
    #expect(failed.denials == [.ruleFailed])
    let halted = try stage("return 'halt', nil, 'STORM', 'too wild'")
    #expect(halted.denials == ["STORM"])
    #expect(halted.notes.contains { $0.kind == .blocked(.halted) })
}

@Test func `what a rule logs and where it fails is told`() throws {
    let chatty = try Stage.withLong(rules: [try LuaRiskRule(Scripts.rule("ctx.log('looking') return 'allow'"))])
    #expect(chatty.lines == ["looking"])
    let broken = try Stage.withLong(rules: [try LuaRiskRule(Scripts.rule("error('broken')"))])
    #expect(broken.failures.first?.contains("rule.lua:2: broken (check in M0 at ") == true)
}

@Test(arguments: ["return 'deny', 'NO'", "return 'halt', nil, 'NO'", "return 'reduce', 0, 'NO'", "error('x')"])
func `a reducing order is shown to a rule but never stopped`(_ answer: String) throws {
    let rule = try LuaRiskRule(Scripts.rule("if not order.reducing then return 'allow' end \(answer)"))
    let stage = try Stage.withLong(rules: [rule])
    try stage.fillLast()
    #expect(stage.orders.map(\.price) == [Price(cents: 48), Price(cents: 58)])
    stage.quote(42, 44)
    stage.trade(42)
    let target = stage.orders[1]
    stage.process(.venue(stage.now, .cancelled(target.id, unfilled: target.count, .requested)))
    #expect(stage.orders.last?.reduceOnly == true)
    #expect(stage.orders.last?.count == target.count)
    #expect(stage.verdicts.first?.reducing == false)
    #expect(stage.verdicts.last?.reducing == true)
    #expect(stage.verdicts.last?.verdict != .allow)
}

@Test func `the shipped spread rule denies wide and unknown spreads only`() throws {
    let file = try Scripts.shipped("risk-rules/max_spread.lua")
    let rule = try LuaRiskRule(file)
    func scene(_ bid: Int32?, _ ask: Int32?) -> Scene {
        Scene(touch: Touch(bid: bid.map { Price(units: $0) }, ask: ask.map { Price(units: $0) }))
    }
    #expect(scene(4_500, 4_800).ask(rule) == .allow)
    #expect(scene(4_500, 4_801).ask(rule) == .deny("SPREAD_TOO_WIDE", "spread 3.01 cents, at most 3.00"))
    #expect(scene(4_500, nil).ask(rule) == .deny("SPREAD_UNKNOWN", "bid or ask is missing"))
    #expect(scene(nil, nil).ask(rule, reducing: true) == .allow)
    let narrow = try LuaRiskRule(file, parameters: ["cents": "0.5"])
    #expect(scene(4_500, 4_550).ask(narrow) == .allow)
    #expect(scene(4_500, 4_600).ask(narrow) == .deny("SPREAD_TOO_WIDE", "spread 1.00 cents, at most 0.50"))
    #expect(narrow.parameterTexts.map(\.value) == ["0.5"])
}

@Test func `the shipped spread rule stops an entry in the engine`() throws {
    let rule = try LuaRiskRule(try Scripts.shipped("risk-rules/max_spread.lua"), parameters: ["cents": "1"])
    let stage = try Stage.withLong(rules: [rule])
    #expect(stage.denials == ["SPREAD_TOO_WIDE"])
    #expect(stage.orders.isEmpty)
}
