import KBotEngine
import KBotModel
import KBotScripting
import Testing

/// A script on 10-second candles that needs a timer; the bodies are those of the callbacks.
private func script(
    candles: String = "interval = '10s'",
    timer: String? = nil,
    indicators: String = "",
    onCandle: String = "",
    _ more: String
) throws -> LuaStrategy {
    let timer = timer.map { ", timer = \($0)" } ?? ""
    return try LuaStrategy(
        Scripts.file(
            """
            local s = { api = 1, kind = "strategy", name = "test", version = "1" }
            function s.needs() return { candles = { \(candles) }, indicators = { \(indicators) }\(timer) } end
            function s.on_candle(ctx, candle) \(onCandle) end
            \(more)
            return s
            """
        )
    )
}

private let long = "{ side = 'long', entry = 48, stop = 44, target = 58 }"

@Suite struct BookCallbackTests {
    @Test func `on_book hears every change of a book that is in sync, and sees it changed`() throws {
        let tell = "function s.on_book(ctx) ctx.log(ctx.market.bid .. ' ' .. ctx.book.bid_size) end"
        let stage = Stage([try script(tell)])
        stage.see(.delta(Stage.market, .yes, Price(cents: 49), Quantity(contracts: 7)))
        #expect(stage.lines == ["48 100", "49 7"])
        // Deltas on a book that lost messages mean nothing, until a snapshot comes.
        stage.see(.gap(Stage.market))
        stage.see(.delta(Stage.market, .yes, Price(cents: 48), Quantity(contracts: 9)))
        #expect(stage.lines.count == 2)
        stage.quote(47, 50)
        #expect(stage.lines.last == "47 100")
        stage.see(.status(Stage.market, .inactive))
        stage.quote(46, 50)
        #expect(stage.lines.count == 3)
        stage.see(.status(Stage.market, .active))
        stage.quote(45, 50)
        #expect(stage.lines.last == "45 100")
        stage.pass(.hours(2))
        stage.quote(44, 50)
        #expect(stage.lines.count == 4)
    }

    @Test func `on_book waits until every indicator has a value`() throws {
        let stage = Stage([
            try script(indicators: "m = { 'sma', period = 2 }", "function s.on_book(ctx) ctx.log('x') end")
        ])
        stage.trade(48)
        stage.nextCandle()
        stage.quote(47, 50)
        #expect(stage.lines.isEmpty)
        stage.nextCandle()
        stage.quote(48, 50)
        #expect(stage.lines == ["x"])
    }

    @Test func `on_book may signal, and its reasons are not told`() throws {
        let body = "function s.on_book(ctx) if ctx.market.bid == 49 then return \(long) end return nil, 'NOT_NOW' end"
        let stage = Stage([try script(body)])
        stage.quote(47, 50)
        #expect(stage.orders.isEmpty && !stage.codes.contains("NOT_NOW"))
        stage.quote(49, 51)
        #expect(stage.orders.map(\.price) == [Price(cents: 48)])
    }
}

@Suite struct TimerCallbackTests {
    @Test(arguments: [("'10s'", 10), ("7", 7), ("'1m'", 60)])
    func `on_timer is called at every multiple since the epoch, for each open market`(timer: String, seconds: Int64)
        throws
    {
        let body = "function s.on_timer(ctx) ctx.log(ctx.now .. ' ' .. ctx.market.ticker) end"
        let stage = Stage([try script(timer: timer, body)], markets: 2)
        let start = stage.now.microseconds / 1_000_000
        stage.pass(.seconds(130))
        let times = (start + 1...start + 130).filter { $0 % seconds == 0 }
        #expect(stage.lines == times.flatMap { ["\($0) M0", "\($0) M1"] })
    }

    @Test func `on_timer stops with the market and pauses with it`() throws {
        let stage = Stage([try script(timer: "'10m'", "function s.on_timer(ctx) ctx.log('x') end")])
        stage.pass(.minutes(10))
        stage.see(.status(Stage.market, .inactive))
        stage.pass(.minutes(10))
        #expect(stage.lines == ["x"])
        stage.see(.status(Stage.market, .active))
        stage.pass(.hours(3))
        // At 20:00, 20:10 and 20:20; the market closes at 20:30.
        #expect(stage.lines.count == 4)
    }

    @Test func `on_timer may signal`() throws {
        let stage = Stage([try script(timer: "'10s'", "function s.on_timer(ctx) return \(long) end")])
        stage.pass(.seconds(10))
        #expect(stage.orders.map(\.price) == [Price(cents: 48)])
    }
}

@Suite struct SpotCallbackTests {
    private let spot = "source = 'spot', symbol = 'BTC-USD', interval = '10s', history = 3"

    private func price(_ stage: Stage, _ dollars: Int64) {
        stage.see(.spot("BTC-USD", SpotPrice(units: dollars * 10_000)))
    }

    @Test func `on_candle hears candles of the underlying, once for each open market on it`() throws {
        let body = "ctx.log(candle.close .. ' ' .. ctx.market.ticker .. ' ' .. #ctx.candles(3)) return nil, 'SEEN'"
        let stage = Stage([try script(candles: spot, onCandle: body, "")], markets: 2, series: "KXBTC15M")
        price(stage, 95_000)
        stage.pass(.seconds(10))
        price(stage, 95_100)
        stage.pass(.seconds(10))
        #expect(stage.lines == ["95000 M0 1", "95000 M1 1", "95100 M0 2", "95100 M1 2"])
        #expect(stage.codes == ["SEEN", "SEEN", "SEEN", "SEEN"])
    }

    @Test func `markets on another underlying hear nothing of it`() throws {
        let stage = Stage([try script(candles: spot, onCandle: "ctx.log('x')", "")], series: "KXETH15M")
        price(stage, 95_000)
        stage.pass(.seconds(30))
        #expect(stage.lines.isEmpty && stage.codes.isEmpty)
    }

    @Test func `a signal on a candle of the underlying is an order in the market, in cents`() throws {
        let body = "if candle.close > 95050 then return \(long) end"
        let stage = Stage([try script(candles: spot, onCandle: body, "")], series: "KXBTC15M")
        price(stage, 95_000)
        stage.pass(.seconds(10))
        #expect(stage.orders.isEmpty)
        price(stage, 95_100)
        stage.pass(.seconds(10))
        #expect(stage.orders.map(\.price) == [Price(cents: 48)])
    }

    @Test func `indicators warm up on the underlying, whatever the market does`() throws {
        let strategy = try script(
            candles: spot,
            indicators: "m = { 'sma', period = 2 }",
            onCandle: "ctx.log(ctx.indicators.m)",
            ""
        )
        let stage = Stage([strategy], series: "KXBTC15M")
        price(stage, 95_000)
        stage.pass(.seconds(10))
        #expect(stage.codes == [.warmingUp])
        price(stage, 95_101)
        stage.pass(.seconds(10))
        #expect(stage.lines == ["95050.5"])
    }
}

/// What is told of fills and settlements, and to whom.
@Suite struct ProfitTests {
    @Test func `net_pnl comes with the fill that closed the trade and with no other`() throws {
        let stage = try Stage.withLong("function s.on_fill(ctx, f) ctx.log(f.role .. ' ' .. tostring(f.net_pnl)) end")
        try stage.fillLast()
        let count = try #require(stage.orders.first).count.units / 100
        try stage.fillLast()
        // Ten cents a contract, less two fees of 0.0123 dollar.
        let profit = Double(count * 100_000 - 24_600) / 1_000_000
        #expect(stage.lines == ["entry nil", "target \(profit)"])
    }

    @Test func `net_pnl comes with the settlement of what was held, and not without`() throws {
        let tell = "function s.on_settle(ctx, e) ctx.log(tostring(e.net_pnl)) end"
        let stage = try Stage.withLong(tell)
        try stage.fillLast()
        let count = try #require(stage.orders.first).count.units / 100
        stage.see(.settled(Stage.market, .yes))
        #expect(stage.lines == ["\(Double(count * 520_000 - 12_300) / 1_000_000)"])
        let flat = try Stage.withLong(tell)
        flat.see(.settled(Stage.market, .yes))
        #expect(flat.lines == ["nil"])
    }

    @Test func `a strategy reads its own position and its name`() throws {
        let stage = try Stage.withLong(
            "function s.on_fill(ctx, f) ctx.log(ctx.position and ctx.position.strategy .. ctx.position.count or 'flat') end"
        )
        try stage.fillLast()
        let count = try #require(stage.orders.first).count.units / 100
        try stage.fillLast()
        #expect(stage.lines == ["test\(count)", "flat"])
    }
}
