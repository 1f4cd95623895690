import KBotEngine
import KBotModel
import KBotScripting
import Testing

@Test func `on_start and on_stop are called once, without a market`() throws {
    let strategy = try LuaStrategy(
        Scripts.strategy(
            """
            function s.on_start(ctx) ctx.state.n = 1 ctx.log("start " .. ctx.now) end
            function s.on_stop(ctx) ctx.log("stop " .. ctx.now .. " " .. ctx.state.n) end
            """
        )
    )
    let stage = Stage([strategy])
    stage.trade(48)
    stage.nextCandle()
    stage.finish()
    #expect(stage.lines == ["start 1795375800", "stop 1795375810 1"])
}

@Test(arguments: [
    ("market.bid", "market"), ("market.ticker", "market"), ("account.equity", "account"), ("position", "market"),
    ("market.step(5)", "market"), ("book.has_book", "market"), ("book.levels('bid')", "market"),
])
func `neither market nor account is at hand in on_start`(_ field: String, _ missing: String) throws {
    let strategy = try LuaStrategy(Scripts.strategy("function s.on_start(ctx) return ctx.\(field) end"))
    let failure = try #require(Stage([strategy]).failures.first)
    #expect(failure.contains(" is not available here: no \(missing) is at hand (on_start at "), "\(failure)")
}

@Test(arguments: ["", "m = { 'sma', period = 1 }"])
func `on_trade hears each trade with price, count and taker, once every indicator has a value`(
    indicators: String
) throws {
    let strategy = try LuaStrategy(
        Scripts.strategy(
            indicators: indicators,
            """
            function s.on_trade(ctx, trade)
              ctx.log(trade.price .. " " .. trade.count .. " " .. tostring(trade.taker) .. " " .. ctx.market.last)
            end
            """
        )
    )
    let stage = Stage([strategy])
    stage.trade(47)
    stage.nextCandle()
    stage.trade(48, taker: .bid)
    stage.trade(49, taker: .ask)
    stage.trade(50, taker: nil)
    let first = indicators.isEmpty ? ["47 2.5 sell 47"] : []
    #expect(stage.lines == first + ["48 2.5 buy 48", "49 2.5 sell 49", "50 2.5 nil 50"])
}

@Test func `on_trade may signal, and its reasons are not told`() throws {
    let strategy = try LuaStrategy(
        Scripts.strategy(
            """
            function s.on_trade(ctx, trade)
              if trade.price == 48 then return { side = "long", entry = 48, stop = 44, target = 58 } end
              return nil, "NOT_NOW"
            end
            """
        )
    )
    let stage = Stage([strategy])
    stage.trade(47)
    stage.nextCandle()
    stage.trade(49)
    #expect(stage.orders.isEmpty)
    stage.trade(48)
    #expect(stage.orders.map(\.price) == [Price(cents: 48)])
    #expect(!stage.codes.contains("NOT_NOW"))
}

@Test func `on_fill hears role, side, price, count, fee and liquidity, and the position is there`() throws {
    let stage = try Stage.withLong(
        """
        function s.on_fill(ctx, fill)
          ctx.log(("%s %s %g %g %g %s"):format(fill.role, fill.side, fill.price, fill.count, fill.fee, fill.maker))
          if ctx.position then ctx.log(ctx.position.side .. " " .. ctx.position.stop) end
        end
        """
    )
    try stage.fillLast()
    let count = try #require(stage.orders.first).count.units / 100
    #expect(stage.lines == ["entry buy 48 \(count) 0.0123 true", "long 44"])
    try stage.fillLast()
    #expect(stage.lines.dropFirst(2).first == "target sell 58 \(count) 0.0123 true")
}

@Test(arguments: [
    (Settlement.yes, "yes 100"), (.no, "no 0"), (Settlement(value: Price(units: 3_750)), "scalar 37.5"),
])
func `on_settle hears the result and its value in cents`(_ settlement: Settlement, _ line: String) throws {
    let strategy = try LuaStrategy(
        Scripts.strategy(
            "function s.on_settle(ctx, e) ctx.log(e.result .. ' ' .. e.value) ctx.log(ctx.market.ticker) end"
        )
    )
    let stage = Stage([strategy])
    stage.trade(48)
    stage.see(.settled(Stage.market, settlement))
    #expect(stage.lines == [line, "M0"])
}

@Test func `only the callbacks a script defines are asked for`() throws {
    #expect(try LuaStrategy(Scripts.strategy("function s.on_trade() end")).callbacks == .trade)
    #expect(try LuaStrategy(Scripts.strategy("function s.on_fill() end")).callbacks == .fill)
    #expect(try LuaStrategy(Scripts.strategy("function s.on_settle() end")).callbacks == .settle)
}

@Test func `an error names file, line, callback, market and time, and yields nothing`() throws {
    let strategy = try LuaStrategy(Scripts.strategy(onCandle: "\nlocal x = candle.open + nil"))
    let stage = Stage([strategy])
    stage.trade(48)
    stage.nextCandle()
    #expect(stage.codes == [.scriptFailed])
    let failure = try #require(stage.failures.first)
    #expect(failure.hasPrefix("test: test.lua:4: attempt to perform arithmetic on a nil value"))
    #expect(
        failure.hasSuffix("(on_candle in M0 at 2026-11-22T19:30:10.000000Z)\n  4 | local x = candle.open + nil end"),
        "\(failure)"
    )
}

@Test(arguments: [
    "while true do end", "local s = 'x' while true do s = s .. s end", "pcall(function() while true do end end)",
])
func `a script over its limits yields nothing`(_ body: String) throws {
    let (decision, messages) = try Scene().run(body)
    #expect(decision == .none(.scriptFailed))
    #expect(messages.count == 1)
}

/// A script that fails whenever the bid is 1 cent.
private func fragile() throws -> LuaStrategy {
    try LuaStrategy(Scripts.strategy(onCandle: "if ctx.market.bid == 1 then error('broken') end return nil, 'FINE'"))
}

@Test func `three failures in a row quarantine a script, and not before`() throws {
    let strategy = try fragile()
    let broken = Scene(touch: Touch(bid: Price(cents: 1)))
    for _ in 0..<2 {
        #expect(broken.ask(strategy) == .none(.scriptFailed))
        #expect(!strategy.isQuarantined)
    }
    #expect(broken.ask(strategy) == .none(.scriptQuarantined))
    #expect(strategy.isQuarantined)
    #expect(Scene().ask(strategy) == .none(.scriptQuarantined))
    let failures = strategy.takeMessages().compactMap(\.failure)
    // The same error is told once; how often it came is told with the tenth, and at the end.
    #expect(failures.count == 2)
    #expect(failures.last?.hasPrefix("test.lua failed 3 times in a row and is asked no more") == true)
    #expect(strategy.takeMessages().isEmpty)
}

@Test func `a success in between starts the count anew`() throws {
    let strategy = try fragile()
    let broken = Scene(touch: Touch(bid: Price(cents: 1)))
    for _ in 0..<5 {
        for _ in 0..<2 { #expect(broken.ask(strategy) == .none(.scriptFailed)) }
        #expect(Scene().ask(strategy) == .none("FINE"))
    }
    #expect(!strategy.isQuarantined)
}

@Test func `a quarantined script keeps its position's target`() throws {
    let stage = try Stage.withLong(
        "function s.on_fill() end local first = s.on_candle "
            + "function s.on_candle(ctx, c) if ctx.state.done then error('broken') end return first(ctx, c) end"
    )
    try stage.fillLast()
    for _ in 0..<4 { stage.nextCandle() }
    #expect(stage.codes.suffix(2) == ["SCRIPT_QUARANTINED", "SCRIPT_QUARANTINED"])
    #expect(stage.orders.last?.price == Price(cents: 58))
    stage.quote(42, 44)
    stage.trade(42)
    let target = try #require(stage.orders.last)
    stage.process(.venue(stage.now, .cancelled(target.id, unfilled: target.count, .requested)))
    #expect(stage.orders.last?.reduceOnly == true)
}
