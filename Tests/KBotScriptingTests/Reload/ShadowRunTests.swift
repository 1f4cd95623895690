import KBotEngine
import KBotModel
import KBotScripting
import Testing

/// Two versions of a script on what was seen lately.
@Suite struct ShadowRunTests {
    private func strategy(_ onCandle: String, interval: String = "'10s'", needs: String = "", _ more: String = "") throws
        -> LuaStrategy
    {
        try LuaStrategy(
            Scripts.file(
                """
                local s = { api = 1, kind = "strategy", name = "test", version = "1" }
                function s.needs() return { candles = { interval = \(interval) }, \(needs) } end
                function s.on_candle(ctx, candle) \(onCandle) end
                \(more)
                return s
                """
            )
        )
    }

    /// A long when the close is below a price.
    private func buyer(below cents: Int, stop: Int = 20, interval: String = "'10s'", needs: String = "") throws
        -> LuaStrategy
    {
        try strategy(
            "if candle.close < \(cents) then return { side = 'long', entry = candle.close, stop = \(stop), target = 90 } end",
            interval: interval,
            needs: needs
        )
    }

    /// Candles at 50, 49, 48, …
    private func falling(_ count: Int64, book: OrderBook? = nil) -> CandleTape {
        var tape = CandleTape()
        for number in 0..<count { tape.append(.flat(at: 50 - Int32(number), number, book: book)) }
        return tape
    }

    @Test func `the same signals are no difference`() throws {
        let result = ShadowRun.compare(try buyer(below: 48), try buyer(below: 48), on: falling(5))
        #expect(result.text == "last 5 candles: 2 signals before, 2 after" && result.failure == nil)
    }

    @Test func `the first difference is told with its time, its market and both signals`() throws {
        let wider = ShadowRun.compare(try buyer(below: 48), try buyer(below: 50), on: falling(5))
        #expect(
            wider.text == "last 5 candles: 2 signals before, 4 after; first difference 1970-01-01T00:00:20.000000Z M0: "
                + "none before, long 49.0, stop 20.0, target 90.0 after"
        )
        let narrower = ShadowRun.compare(try buyer(below: 48), try buyer(below: 47), on: falling(5))
        #expect(narrower.text.hasSuffix("00:00:40.000000Z M0: long 47.0, stop 20.0, target 90.0 before, none after"))
        let other = ShadowRun.compare(try buyer(below: 48), try buyer(below: 48, stop: 30), on: falling(5))
        #expect(other.text.hasSuffix("long 47.0, stop 20.0, target 90.0 before, long 47.0, stop 30.0, target 90.0 after"))
    }

    @Test func `without candles there is nothing to compare on`() throws {
        let result = ShadowRun.compare(try buyer(below: 48), try strategy("error('x')"), on: CandleTape())
        #expect(result.text == "no candle yet to compare on" && result.failure == nil)
    }

    @Test(arguments: ["error('boom')", "return 5", "return { side = 'up' }", "while true do end", "return nil, {}"])
    func `a failure of the new version is told, one of the old is not`(body: String) throws {
        let new = ShadowRun.compare(try buyer(below: 48), try strategy(body), on: falling(5))
        #expect(new.failure?.hasPrefix("test.lua") == true, "\(new)")
        let old = ShadowRun.compare(try strategy(body), try buyer(below: 48), on: falling(5))
        #expect(old.failure == nil && old.text.hasPrefix("last 5 candles: 0 signals before, 2 after"))
    }

    @Test func `an on_start that fails is a failure`() throws {
        let new = try strategy("", "function s.on_start() error('boom') end")
        #expect(ShadowRun.compare(try buyer(below: 48), new, on: falling(1)).failure?.contains("boom") == true)
    }

    @Test func `indicators warm up in each market on its own`() throws {
        let mean = "if ctx.indicators.m < 49 then return { side = 'long', entry = 40, stop = 20, target = 90 } end"
        func averaging() throws -> LuaStrategy {
            try strategy(mean, needs: "indicators = { m = { 'sma', period = 2 } }")
        }
        var tape = CandleTape()
        for number in Int64(0)..<3 {
            tape.append(.flat(at: 60, number, market: 0))
            tape.append(.flat(at: 40, number, market: 1))
        }
        let result = ShadowRun.compare(try averaging(), try averaging(), on: tape)
        #expect(result.text == "last 6 candles: 2 signals before, 2 after" && result.failure == nil, "\(result)")
    }

    @Test func `one candle of the underlying counts once, whatever the number of markets`() throws {
        func averaging() throws -> LuaStrategy {
            try LuaStrategy(
                Scripts.file(
                    """
                    local s = { api = 1, kind = "strategy", name = "test", version = "1" }
                    function s.needs() return {
                      candles = { source = "spot", symbol = "BTC-USD", interval = "10s" },
                      indicators = { m = { "sma", period = 2 } } }
                    end
                    function s.on_candle(ctx, candle)
                      assert(ctx.indicators.m == candle.close - 50)
                      return { side = "long", entry = 40, stop = 20, target = 90 }
                    end
                    return s
                    """
                )
            )
        }
        var tape = CandleTape()
        for number in Int64(0)..<3 {
            for market in Int32(0)..<2 { tape.append(.spot(at: 95_000 + number * 100, number, market: market)) }
        }
        let result = ShadowRun.compare(try averaging(), try averaging(), on: tape)
        #expect(result.text == "last 6 candles: 4 signals before, 4 after" && result.failure == nil, "\(result)")
    }

    // MARK: Callbacks between candles

    private static let reader = "function s.on_book(ctx) local p = ctx.book.levels('bid', 1)[1].price end"

    @Test func `on_book is asked where there was a book, and only there`() throws {
        var book = OrderBook()
        book.replace(with: BookSnapshot(yes: [BookLevel(price: Price(cents: 48), count: Quantity(contracts: 1))], no: []))
        let careful = ShadowRun.compare(try buyer(below: 1), try strategy("", Self.reader), on: falling(3))
        #expect(careful.failure == nil, "\(careful)")
        let failing = try strategy("", "function s.on_book(ctx) error('boom') end")
        #expect(ShadowRun.compare(try buyer(below: 1), failing, on: falling(3)).failure == nil)
        let shown = ShadowRun.compare(
            try buyer(below: 1),
            try strategy("", "function s.on_book(ctx) error('boom') end"),
            on: falling(3, book: book)
        )
        #expect(shown.failure?.contains("boom (on_book in M0 at ") == true, "\(shown)")
        #expect(
            ShadowRun.compare(try buyer(below: 1), try strategy("", Self.reader), on: falling(3, book: book)).failure == nil
        )
    }

    @Test func `on_timer is asked of open markets, and only of them`() throws {
        let body = "function s.on_timer(ctx) if ctx.market.seconds_left <= 0 then error('closed') end return nil end"
        var tape = CandleTape()
        // The last candle of a market closes with it.
        for number in Int64(355)..<360 { tape.append(.flat(at: 50, number)) }
        let new = try strategy("", needs: "timer = '10s'", body)
        #expect(ShadowRun.compare(try buyer(below: 1), new, on: tape).failure == nil)
        let failing = try strategy("", needs: "timer = '10s'", "function s.on_timer(ctx) error('boom') end")
        #expect(ShadowRun.compare(try buyer(below: 1), failing, on: tape).failure?.contains("boom") == true)
    }

    // MARK: Other candles

    @Test func `longer candles are made of the shorter ones`() throws {
        let seen = "ctx.log(candle.open .. ' ' .. candle.low .. ' ' .. candle.close .. ' ' .. candle.trades)"
        let new = try strategy("\(seen) if candle.close ~= 48 and candle.close ~= 45 then error('x') end", interval: "'30s'")
        let result = ShadowRun.compare(try buyer(below: 1), new, on: falling(6))
        #expect(result.failure == nil && result.text == "last 6 candles: 0 signals before, 0 after", "\(result)")
    }

    @Test func `candles that cannot be made of those before are not compared on`() throws {
        for interval in ["'5s'", "'15s'", "'auto'"] {
            let new = try strategy("error('x')", interval: interval)
            let result = ShadowRun.compare(try buyer(below: 48), new, on: falling(6))
            #expect(result.failure == nil && result.text.hasPrefix("other candles than before"), "\(interval): \(result)")
        }
    }

    // MARK: Rules

    private func checks(_ count: Int) throws -> [RuleCheck] {
        let rule = try LuaRiskRule(Scripts.rule("return 'allow'"))
        rule.keepsChecks = true
        for index in 0..<count {
            var scene = Scene()
            scene.now = scene.now + .seconds(Int64(index))
            _ = scene.ask(rule)
        }
        return rule.checks
    }

    @Test func `a rule is asked about the last hundred orders`() throws {
        let old = try LuaRiskRule(Scripts.rule("return 'allow'"))
        let new = try LuaRiskRule(Scripts.rule("if order.count > 5 then return 'reduce', 5, 'SMALL', 'less' end return 'allow'"))
        let result = ShadowRun.compare(old, new, on: try checks(250))
        #expect(
            result.text == "last 100 orders: 100 verdicts differ; first 1970-01-12T13:50:50.000000Z KXBTC15M-TEST: "
                + "allow before, reduce to 5.00 (SMALL) after",
            "\(result.text)"
        )
        #expect(result.failure == nil)
    }

    @Test func `a rule that fails is refused, one without orders is not tried`() throws {
        func rule(_ body: String) throws -> LuaRiskRule { try LuaRiskRule(Scripts.rule(body)) }
        let failing = ShadowRun.compare(try rule("return 'allow'"), try rule("error('boom')"), on: try checks(2))
        #expect(failing.failure?.contains("boom") == true)
        let none = ShadowRun.compare(try rule("return 'allow'"), try rule("error('boom')"), on: [])
        #expect(none.text == "no order yet to compare on" && none.failure == nil)
    }

    @Test func `neither version's own account of things is touched`() throws {
        let old = try buyer(below: 48)
        let statistics = old.statistics.calls
        let fresh = try buyer(below: 48)
        _ = ShadowRun.compare(fresh, try buyer(below: 50), on: falling(5))
        #expect(old.statistics.calls == statistics && old.takeMessages().isEmpty)
    }
}
