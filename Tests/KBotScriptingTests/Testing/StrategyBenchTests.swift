import KBotScripting
import Testing

/// What `test.strategy` gives a test.
struct StrategyBenchTests {
    /// The outcome of a test body against a strategy with this `on_candle`, as `b`.
    private func outcome(
        _ onCandle: String,
        needs: String = "",
        _ more: String = "",
        test body: String
    ) throws -> String {
        try Suites.outcome(
            "local b = test.strategy('script.lua') \(body)",
            ["script": Suites.strategy(onCandle, needs: needs, more)]
        )
    }

    @Test func `a signal comes back as the script gave it`() throws {
        let signal = """
            return { side = "short", entry = 45.5, stop_offset = 3, target_offset = 6.25, entry_type = "stop", count = 2.5,
              ttl = 7, confidence = 0.5, reason = "why" }
            """
        let body = """
            local signal, code, side = b:candle(50)
            expect(signal).to_equal({ side = "short", entry = 45.5, stop_offset = 3, target_offset = 6.25,
              entry_type = "stop", count = 2.5, ttl = 7, confidence = 0.5, reason = "why" })
            expect(code).to_be_nil()
            expect(side).to_be("short")
            expect(math.type(signal.ttl)).to_be("integer")
            """
        #expect(try outcome(signal, test: body) == "passed")
        let market = #"return { side = "long", entry_type = "market", stop = 40, target = 60 }"#
        let expected =
            #"expect(b:candle(50)).to_equal({ side = "long", entry_type = "market", stop = 40, target = 60 })"#
        #expect(try outcome(market, test: expected) == "passed")
    }

    @Test func `code and trigger side come back without a signal`() throws {
        let body = """
            local signal, code, side = b:candles{ 40, 41 }
            expect(signal).to_be_nil()
            expect(code).to_be("WHY")
            expect(side).to_be("long")
            """
        #expect(try outcome(#"return nil, "WHY", "long""#, test: body) == "passed")
        #expect(try outcome("", test: #"expect(select(2, b:candle(50))).to_be("NO_SIGNAL")"#) == "passed")
    }

    @Test func `candles are what the test wrote, each as long as the interval, and the clock moves with them`() throws {
        let onCandle = """
            ctx.state.seen = candle
            ctx.state.now, ctx.state.last, ctx.state.age = ctx.now, ctx.market.last, ctx.market.feed_age
            """
        let body = """
            local open = 1780272000
            b:candle{ open = 41, high = 43, low = 40, close = 42.5, volume = 12.5, trades = 3 }
            expect(b.state).to_equal({ now = open + 10, last = 42.5, age = 0, seen = {
              open = 41, high = 43, low = 40, close = 42.5, volume = 12.5, trades = 3, start = open, time = open + 10 } })
            b:candle(50)
            expect(b.state.seen).to_equal({
              open = 50, high = 50, low = 50, close = 50, volume = 1, trades = 1, start = open + 10, time = open + 20 })
            b:candle{ open = 50, close = 45, trades = 4 }
            expect(b.state.seen.high).to_be(50)
            expect(b.state.seen.low).to_be(45)
            expect(b.state.seen.volume).to_be(4)
            b:candle{ close = 44, trades = 0 }
            expect(b.state.seen.volume).to_be(0)
            expect(b.state.last).to_be(45)
            -- Candles begin at multiples of their length.
            b:at(123)
            b:candle(50)
            expect(b.state.seen.start).to_be(open + 120)
            expect(b.interval).to_be(10)
            """
        #expect(try outcome(onCandle, test: body) == "passed")
    }

    @Test func `the strategy is asked once its indicators are ready, and they are the real ones`() throws {
        let needs = #"indicators = { mean = { "sma", period = 3 }, bands = { "bollinger", period = 2, stddev = 1 } }"#
        let onCandle =
            "return nil, ('%g %g %g'):format(ctx.indicators.mean, ctx.indicators.bands.lower, ctx.indicators.bands.upper)"
        let body = """
            expect(select(2, b:candles{ 40, 50 })).to_be("WARMING_UP")
            expect(select(2, b:candle(60))).to_be("50 50 60")
            """
        #expect(try outcome(onCandle, needs: needs, test: body) == "passed")
    }

    @Test func `the script sees the market, the account and the position of the test`() throws {
        let onCandle = """
            local m, a, p = ctx.market, ctx.account, ctx.position
            ctx.state.seen = { ticker = m.ticker, series = m.series, underlying = m.underlying, bid = m.bid, ask = m.ask,
              last = m.last, strike = m.strike, exposure = m.exposure, step = m.step(5), left = m.minutes_left,
              life = m.close_time - m.open_time, equity = a.equity, streak = a.losing_streak, position = p and p.side,
              stop = p and p.stop, strategy = p and p.strategy, has_book = ctx.book.has_book, size = ctx.book.bid_size }
            """
        let body = """
            b:candle(50)
            expect(b.state.seen).to_equal({ ticker = "KXBTC15M-TEST", series = "KXBTC15M", underlying = "BTC", bid = 49,
              ask = 51, last = 50, exposure = 0, step = 0.1, left = 14 + 50 / 60, life = 900, equity = 1000, streak = 0,
              has_book = false, size = 0 })
            b:market{ ticker = "KXETHD-1", series = "KXETHD", bid = 44.5, ask = false, last = 46, strike = 4321.5,
              exposure = 12.5, grid = "cent", status = "active", minutes_left = 20 }
            b:account{ equity = 900.5, losing_streak = 2 }
            b:position{ side = "short", count = 3, entry = 60 }
            b:candle{ close = 50, trades = 0 }
            expect(b.state.seen).to_equal({ ticker = "KXETHD-1", series = "KXETHD", underlying = "ETH", bid = 44.5,
              last = 46, strike = 4321.5, exposure = 12.5, step = 1, left = 20 - 10 / 60, life = 1210, equity = 900.5,
              streak = 2, position = "short", stop = 99, strategy = "script", has_book = false, size = 0 })
            b:position(nil)
            b:book{ bids = {{ 45, 100 }, { 44, 50 }}, asks = {{ 47, 80 }} }
            b:candle(50)
            expect(b.state.seen.position).to_be_nil()
            expect(b.state.seen.bid).to_be(45)
            expect(b.state.seen.ask).to_be(47)
            expect(b.state.seen.size).to_be(100)
            b:book(nil)
            b:candle(50)
            expect(b.state.seen.has_book).to_be_false()
            expect(b.state.seen.bid).to_be(44.5)
            """
        #expect(try outcome(onCandle, test: body) == "passed")
    }

    @Test func `open and close of the market move together, and the clock with them`() throws {
        let onCandle =
            "ctx.state.open, ctx.state.left, ctx.state.now = ctx.market.open_time, ctx.market.seconds_left, ctx.now"
        let body = """
            b:at(100)
            b:market{ open_time = 1800000000 }
            b:candle(50)
            expect(b.state).to_equal({ open = 1800000000, left = 790, now = 1800000110 })
            b:market{ close_time = 1800086400 }
            b:candle(50)
            expect(b.state.left).to_be(86400 - 120)
            """
        #expect(try outcome(onCandle, test: body) == "passed")
    }

    @Test func `trades, books and timers are heard once the indicators are ready`() throws {
        let more = """
            function s.on_trade(ctx, trade) return nil, ("%g %g %s %g"):format(trade.price, trade.count, trade.taker, ctx.market.last) end
            function s.on_book(ctx) return nil, "BOOK_" .. ctx.market.bid, "short" end
            function s.on_timer(ctx) return { side = "long", entry = 50, stop = 45, target = 60 } end
            """
        let body = """
            expect(select(2, b:trade{ price = 48 })).to_be("WARMING_UP")
            b:candles{ 50, 50 }
            expect(select(2, b:trade{ price = 48, count = 2.5, taker = "sell" })).to_be("48 2.5 sell 48")
            expect(select(2, b:trade{ price = 47 })).to_be("47 1 nil 47")
            expect(function() b:fire_book() end).to_fail("there is no book")
            b:book{ bids = {{ 45, 1 }} }
            local _, code, side = b:fire_book()
            expect(code .. side).to_be("BOOK_45short")
            expect(b:fire_timer().entry).to_be(50)
            """
        let needs = #"timer = "10s", indicators = { mean = { "sma", period = 2 } }"#
        #expect(try outcome("", needs: needs, more, test: body) == "passed")
        let silent = "b:candle(50) expect(b:trade{ price = 48 }).to_be_nil()"
        #expect(try outcome("", test: silent) == "passed")
    }

    @Test func `start, stop, fills, settlements, logs and state`() throws {
        let more = """
            function s.on_start(ctx) ctx.state.started = true end
            function s.on_stop(ctx) ctx.log("stopped") end
            function s.on_fill(ctx, fill) ctx.state.fill = fill print("fill", fill.role) end
            function s.on_settle(ctx, settlement) ctx.state.settlement = settlement end
            """
        let body = """
            expect(b.logs).to_equal({})
            b:start()
            b:fill{ role = "target", side = "sell", price = 55, count = 3, fee = 0.05, maker = true, net_pnl = -1.5 }
            b:settle{ result = "scalar", value = 40, net_pnl = 2 }
            expect(b.state).to_equal({ started = true,
              fill = { role = "target", side = "sell", price = 55, count = 3, fee = 0.05, maker = true, net_pnl = -1.5,
                strategy = "script" },
              settlement = { result = "scalar", value = 40, net_pnl = 2 } })
            b:settle{ result = "yes" }
            expect(b.state.settlement).to_equal({ result = "yes", value = 100 })
            b:stop()
            expect(b.logs).to_equal({ "fill\\ttarget", "stopped" })
            """
        #expect(try outcome("", more, test: body) == "passed")
    }

    @Test func `candles of an underlying are in dollars and heard while the market is open`() throws {
        let script = """
            local s = { api = 1, kind = "strategy", name = "script", version = "1" }
            function s.needs() return { candles = { source = "spot", symbol = "BTC-USD", interval = "15m", history = 2 },
              indicators = { mean = { "sma", period = 2 } } } end
            function s.on_candle(ctx, candle)
              ctx.state.seen = candle
              return nil, ("%g %g"):format(ctx.indicators.mean, #ctx.candles(2))
            end
            return s
            """
        let body = """
            local b = test.strategy("script.lua")
            b:at(-1800)
            expect(b.interval).to_be(900)
            expect(select(2, b:candle(64000.5))).to_be("WARMING_UP")
            expect(select(2, b:candle{ open = 64000, close = 64001.5, volume = 0.25 })).to_be("64001 2")
            expect(b.state.seen.close).to_be(64001.5)
            expect(b.state.seen.volume).to_be(0.25)
            expect(select(2, b:candle(64000))).to_be("MARKET_INACTIVE")
            """
        #expect(try Suites.outcome(body, ["script": script]) == "passed")
    }

    @Test func `parameters and modules reach the script`() throws {
        let script = Suites.strategy("return nil, ctx.params.size .. require('words').word")
        let outcome = try Suites.outcome(
            """
            local b = test.strategy("script", { size = 7 })
            expect(select(2, b:candle(50))).to_be("7.0x")
            """,
            ["script": script, "words": "return { word = 'x' }"]
        )
        #expect(outcome == "passed")
    }

    @Test func `two benches are two scripts`() throws {
        let body = """
            local c = test.strategy("script.lua")
            b:candle(50)
            b:candle(50)
            c:candle(50)
            expect(b.state.count).to_be(2)
            expect(c.state.count).to_be(1)
            local copy = b.state
            copy.count = 9
            expect(b.state.count).to_be(2)
            """
        #expect(try outcome("ctx.state.count = (ctx.state.count or 0) + 1", test: body) == "passed")
    }
}
