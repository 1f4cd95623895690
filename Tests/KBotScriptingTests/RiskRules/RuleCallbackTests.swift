import KBotEngine
import KBotModel
import KBotScripting
import Testing

/// What a rule hears besides the orders it judges.
@Suite struct RuleCallbackTests {
    private func rule(_ more: String) throws -> LuaRiskRule {
        try LuaRiskRule(Scripts.rule("return 'allow'", more))
    }

    @Test func `on_fill hears the fills of every strategy, with their names`() throws {
        let tell = """
            function r.on_fill(ctx, f)
              ctx.log(("%s %s %s %g %g %g %s"):format(f.strategy, f.role, f.side, f.price, f.count, f.fee, tostring(f.net_pnl)))
              ctx.log(ctx.position and ctx.position.strategy or "flat")
            end
            """
        let stage = try Stage.withLong(rules: [try rule(tell)])
        try stage.fillLast()
        let count = try #require(stage.orders.first).count.units / 100
        try stage.fillLast()
        let profit = Double(count * 100_000 - 24_600) / 1_000_000
        #expect(
            stage.lines == [
                "test entry buy 48 \(count) 0.0123 nil", "test", "test target sell 58 \(count) 0.0123 \(profit)",
                "flat",
            ]
        )
    }

    @Test func `on_settle hears the end of every market, with the profit of all`() throws {
        let tell = """
            function r.on_settle(ctx, e)
              ctx.log(e.result .. " " .. e.value .. " " .. tostring(e.net_pnl) .. " " .. ctx.market.ticker)
            end
            """
        let stage = try Stage.withLong(rules: [try rule(tell)])
        try stage.fillLast()
        let count = try #require(stage.orders.first).count.units / 100
        stage.see(.settled(Stage.market, .no))
        #expect(stage.lines == ["no 0 \(Double(-count * 480_000 - 12_300) / 1_000_000) M0"])
    }

    @Test func `on_day is called at midnight UTC, with the account and without a market`() throws {
        let tell =
            "function r.on_day(ctx) ctx.log(ctx.now .. ' ' .. ctx.account.capital .. ' ' .. ctx.account.day_pnl) end"
        let stage = Stage([try LuaStrategy(Scripts.strategy())], rules: [try rule(tell)])
        stage.pass(.hours(30))
        // From 19:30 two midnights pass; the new day's capital is set before it is told.
        #expect(stage.lines == ["1795392000 1000 0", "1795478400 1000 0"])
    }

    @Test(arguments: ["ctx.market.ticker", "ctx.position", "ctx.book.has_book", "ctx.market.step(5)"])
    func `no market is at hand in on_day`(_ field: String) throws {
        let stage = Stage(
            [try LuaStrategy(Scripts.strategy())],
            rules: [try rule("function r.on_day(ctx) return \(field) end")]
        )
        stage.pass(.hours(5))
        let failure = try #require(stage.failures.first)
        #expect(failure.contains(" is not available here: no market is at hand (on_day at "), "\(failure)")
    }

    @Test func `a rule keeps count in its state across callbacks`() throws {
        let rule = try LuaRiskRule(
            Scripts.rule(
                "if (ctx.state.losses or 0) >= 1 then return 'deny', 'ONE_LOSS' end return 'allow'",
                """
                function r.on_fill(ctx, f)
                  if f.net_pnl and f.net_pnl < 0 then ctx.state.losses = (ctx.state.losses or 0) + 1 end
                end
                function r.on_day(ctx) ctx.state.losses = 0 end
                """
            )
        )
        let entry = "return { side = 'long', entry = 48, stop = 44, target = 58 }"
        let stage = Stage([try LuaStrategy(Scripts.strategy(onCandle: entry))], rules: [rule])
        stage.trade(48)
        stage.nextCandle()
        try stage.fillLast()
        stage.quote(42, 44)
        stage.trade(42)
        let target = try #require(stage.orders.last)
        stage.process(.venue(stage.now, .cancelled(target.id, unfilled: target.count, .requested)))
        try stage.fillLast()
        stage.quote(48, 50)
        stage.trade(48)
        stage.nextCandle()
        #expect(stage.denials.last == "ONE_LOSS")
    }

    @Test func `a callback that fails three times makes the rule deny every entry, and says so`() throws {
        let stage = Stage(
            [
                try LuaStrategy(
                    Scripts.strategy(onCandle: "return { side = 'long', entry = 48, stop = 44, target = 58 }")
                )
            ],
            rules: [try rule("function r.on_settle() error('broken') end")],
            markets: 4
        )
        for market in Int32(1)...3 { stage.see(.settled(MarketID(market), .yes)) }
        #expect(stage.failures.last?.contains("every entry is denied from now on") == true)
        stage.trade(48)
        stage.nextCandle()
        #expect(stage.denials == [.ruleFailed] && stage.orders.isEmpty)
    }
}
