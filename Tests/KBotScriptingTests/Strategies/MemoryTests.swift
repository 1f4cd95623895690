import KBotEngine
import KBotModel
import KBotScripting
import Testing

/// What one version of a script hands to the next.
@Suite struct MemoryTests {
    /// The next version of a script that ran this body once; both have these functions.
    private func handedOn(_ body: String, _ functions: String = "", show: String = "ctx.state.n") throws -> String? {
        let text = { (body: String) in
            Scripts.strategy(onCandle: "\(body) return nil, tostring(\(show))", functions)
        }
        let old = try LuaStrategy(text(body))
        _ = Scene().ask(old)
        let memory = try old.memory(at: Timestamp(seconds: 77))
        let new = try LuaStrategy(text(""), memory: memory)
        try new.load(memory, at: Timestamp(seconds: 77))
        let decision = Scene().ask(new)
        return new.takeMessages().compactMap(\.failure).first ?? decision.code?.text
    }

    @Test(arguments: [
        ("ctx.state.n = 5", "ctx.state.n", "5"), ("ctx.state.n = 5.5", "ctx.state.n", "5.5"),
        ("ctx.state.n = 5.0", "math.type(ctx.state.n)", "float"), ("ctx.state.n = true", "ctx.state.n", "true"),
        ("ctx.state.n = 'ä'", "ctx.state.n", "ä"), ("ctx.state.n = math.huge", "ctx.state.n", "inf"),
        ("ctx.state.n = math.mininteger", "ctx.state.n", "-9223372036854775808"),
        ("ctx.state.n = { a = { b = { 1, 2, 3 } } }", "#ctx.state.n.a.b", "3"),
        ("ctx.state[3] = 'x'", "ctx.state[3]", "x"),
        ("ctx.state[-1] = 'x' ctx.state[2.5] = 'y'", "ctx.state[2.5]", "y"),
        ("ctx.state[true] = 'x'", "ctx.state[true]", "x"), ("ctx.state.n = candle", "ctx.state.n.close", "46"),
        ("ctx.state.n = {}", "type(ctx.state.n)", "table"), ("", "ctx.state.n", "nil"),
    ])
    func `plain data in the state goes on to the next version`(_ body: String, _ show: String, _ value: String) throws {
        #expect(try handedOn(body, show: show) == value)
    }

    @Test func `what save returns is what load gets`() throws {
        let functions = """
            function s.save(ctx) return { now = ctx.now, list = { 1, 2 }, text = "x" } end
            function s.load(ctx, saved) ctx.state.n = saved.now .. saved.text .. #saved.list end
            """
        #expect(try handedOn("", functions) == "77x2")
    }

    @Test func `load is not called without anything saved`() throws {
        #expect(try handedOn("ctx.state.n = 1", "function s.load(ctx, saved) ctx.state.n = 2 end") == "1")
        #expect(
            try handedOn("", "function s.save() end function s.load(ctx, x) ctx.state.n = tostring(x) end") == "nil"
        )
    }

    @Test(arguments: [
        ("f = function() end", "f: a function is no data"), ("c = coroutine.create(print)", "c: "),
        ("a = { b = { c = print } }", "a.b.c: "), ("m = ctx.market", "m: "),
        ("me = ctx.state", "me: the table contains itself"),
        ("[ctx.state] = 1", "a key must be a number, a string or a boolean"), ("big = ('x'):rep(65536)", "big: "),
    ])
    func `what is no plain data, or too much of it, cannot be handed on, and says where`(
        _ field: String,
        _ message: String
    ) throws {
        let assignment = field.hasPrefix("[") ? "ctx.state\(field)" : "ctx.state.\(field)"
        let strategy = try LuaStrategy(Scripts.strategy(onCandle: assignment))
        _ = Scene().ask(strategy)
        #expect(strategy.takeMessages().isEmpty)
        let failure = #expect(throws: ScriptFailure.self) { try strategy.memory() }
        let told = try #require(failure?.description)
        #expect(told.hasPrefix("test.lua: what it keeps cannot be handed on: "), "\(told)")
        #expect(told.contains(message), "\(told)")
    }

    @Test(arguments: [
        "local t = ctx.state for i = 1, 40 do t.t = {} t = t.t end", "for i = 1, 10001 do ctx.state[i] = i end",
        "for i = 1, 9 do ctx.state[i] = ('x'):rep(8000) end",
    ])
    func `too deep, too many and too long are refused`(body: String) throws {
        let strategy = try LuaStrategy(Scripts.strategy(onCandle: body))
        _ = Scene().ask(strategy)
        #expect(throws: ScriptFailure.self) { try strategy.memory() }
    }

    @Test(arguments: [
        ("function s.save() error('full') end", "full"),
        ("function s.save() while true do end end", "instruction limit"),
        ("function s.save() return print end", "a function"),
        ("function s.save(ctx) return ctx.market.bid end", "no market is at hand"),
        ("function s.save(ctx) return ctx.account.cash end", "no account is at hand"),
    ])
    func `a save that fails says so, and the script goes on`(_ save: String, _ message: String) throws {
        let strategy = try LuaStrategy(Scripts.strategy(onCandle: "return nil, 'FINE'", save))
        for _ in 0..<4 {
            let failure = #expect(throws: ScriptFailure.self) { try strategy.memory() }
            #expect(failure?.description.contains(message) == true, "\(failure?.description ?? "")")
        }
        #expect(Scene().ask(strategy) == .none("FINE") && !strategy.isQuarantined)
    }

    @Test func `figures of an earlier call are not what save reads`() throws {
        let strategy = try LuaStrategy(
            Scripts.strategy(
                onCandle: "local x = ctx.indicators.b.lower return nil, 'SEEN'",
                indicators: "b = { 'bollinger', period = 2 }",
                "function s.save(ctx) return ctx.indicators.b.lower end"
            )
        )
        let scene = Scene(history: [4_400])
        for _ in 0..<3 { #expect(scene.ask(strategy) == .none("SEEN")) }
        let failure = #expect(throws: ScriptFailure.self) { try strategy.memory() }
        #expect(failure?.description.contains("no market is at hand") == true)
    }

    @Test func `a rule hands on its memory, too`() throws {
        let file = Scripts.rule(
            "ctx.state.n = (ctx.state.n or 0) + 1 return 'deny', 'N', ctx.state.n .. ' ' .. tostring(ctx.state.seen)",
            """
            function r.save(ctx) return { extra = ctx.now } end
            function r.load(ctx, saved) ctx.state.seen = saved.extra + ctx.now end
            """
        )
        let old = try LuaRiskRule(file)
        _ = Scene().ask(old)
        let memory = try old.memory(at: Timestamp(seconds: 5))
        let new = try LuaRiskRule(file, memory: memory)
        try new.load(memory, at: Timestamp(seconds: 6))
        #expect(Scene().ask(new) == .deny("N", "2 11"))
    }
}
