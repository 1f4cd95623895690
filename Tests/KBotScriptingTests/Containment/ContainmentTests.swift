import KBotEngine
import KBotModel
import KBotScripting
import Testing

// MARK: Scripts beside each other

/// A script that behaves: a long at its second candle, and a line for everything it sees.
private func sibling() throws -> LuaStrategy {
    try LuaStrategy(
        Scripts.file(
            """
            local s = { api = 1, kind = "strategy", name = "sibling", version = "1" }
            function s.needs()
              return { candles = { interval = "10s" }, indicators = { mean = { "sma", period = 2 } } }
            end
            function s.on_candle(ctx, candle)
              local state = ctx.state
              state.n = (state.n or 0) + 1
              ctx.log(("x"):rep(state.n) .. " " .. candle.close .. " " .. ctx.market.bid .. " " .. ctx.indicators.mean)
              if state.n > 1 then return nil, "WAITING" end
              return { side = "long", entry = 48, stop = 44, target = 58 }
            end
            function s.on_fill(ctx, fill) ctx.log(fill.role .. " " .. fill.price .. " " .. ctx.account.cash) end
            return s
            """,
            name: "sibling.lua"
        )
    )
}

/// Six candles, a long filled after the second and stopped out at the end, with these scripts in the engine.
private func drive(_ strategies: [any Strategy]) throws -> Stage {
    let stage = Stage(strategies)
    for candle in 1...6 {
        stage.trade(48)
        stage.nextCandle()
        if candle == 2 { try stage.fillLast() }
    }
    let target = try #require(stage.orders.last)
    stage.quote(42, 44)
    stage.trade(42)
    stage.process(.venue(stage.now, .cancelled(target.id, unfilled: target.count, .requested)))
    try stage.fillLast()
    stage.finish()
    return stage
}

extension Stage {
    /// Everything told but what names this strategy.
    fileprivate func notes(without name: StrategyName) -> [Note] {
        notes.filter { note in
            switch note.kind {
            case .trigger(let teller, _): teller != name
            case .signal(let teller, _, _): teller != name
            case .noSignal(let teller, _, _): teller != name
            case .denied(let teller, _, _): teller != name
            case .exit(let teller, _): teller != name
            case .script(let teller, _): teller != name
            case .warning(_, let text): !text.hasPrefix("\(name): ")
            default: true
            }
        }
    }

    /// The reasons one strategy gave for having no signal.
    fileprivate func codes(of name: StrategyName) -> [ReasonCode] {
        notes.compactMap { note in
            if case .noSignal(let teller, let code, _) = note.kind, teller == name { code } else { nil }
        }
    }

    /// The strategies whose rule was met.
    fileprivate var triggers: [StrategyName] {
        notes.compactMap { if case .trigger(let name, _) = $0.kind { name } else { nil } }
    }
}

@Test(arguments: HostileCase.all)
func `a hostile script is told of, then asked no more, and the script beside it notices nothing`(
    _ hostile: HostileCase
) throws {
    let stage = try drive([try LuaStrategy(hostile.script), try sibling()])

    let quarantined = ReasonCode.scriptQuarantined
    #expect(
        stage.codes(of: "hostile")
            == [.scriptFailed, .scriptFailed, quarantined, quarantined, quarantined, quarantined]
    )
    let failures = stage.failures.filter { $0.hasPrefix("hostile: ") }
    let first = try #require(failures.first)
    if hostile.hasLine {
        #expect(first.hasPrefix("hostile: hostile.lua:\(HostileCase.line): "), "\(first)")
        #expect(first.contains("\n  \(HostileCase.line) | "), "\(first)")
    } else {
        #expect(first.hasPrefix("hostile: hostile.lua:"), "\(first)")
    }
    #expect(hostile.told.isEmpty || hostile.told.contains { first.contains($0) }, "\(first)")
    #expect(first.contains(" (on_candle in M0 at "), "\(first)")
    #expect(!first.contains("0x"), "\(first)")
    #expect(failures.contains { $0.contains("hostile.lua failed 3 times in a row and is asked no more") })

    let alone = try drive([try sibling()])
    let harmless = try drive([
        try LuaStrategy(HostileCase.script("return nil, 'NOTHING'")), try sibling(),
    ])
    #expect(stage.notes(without: "hostile") == alone.notes)
    #expect(stage.notes(without: "hostile") == harmless.notes(without: "hostile"))
    #expect(stage.orders == alone.orders)
    #expect(alone.notes.contains { $0.kind == .exit("sibling", .stop) })
    #expect(alone.failures.isEmpty)
}

// MARK: Wrong values

/// One candle answered with a signal of these fields.
private func candleAnswered(with fields: [String: String]) throws -> Stage {
    let table = fields.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)" }.joined(separator: ", ")
    let stage = Stage([try LuaStrategy(Scripts.strategy(onCandle: "return { \(table) }"))])
    stage.trade(48)
    stage.nextCandle()
    return stage
}

private let goodSignals = [
    ["side": "'long'", "entry": "48", "stop": "44", "target": "58"],
    ["side": "'short'", "entry": "50", "stop": "54", "target": "40"],
]

@Test(arguments: WrongValues.signalFields, WrongValues.all)
func `a wrong value in a signal is refused by the field's name, or harmless`(
    _ field: String,
    _ value: String
) throws {
    // An offset takes the place of the price it stands for, and without either it is the price that is missed.
    let price = field.replacing("_offset", with: "")
    for good in goodSignals {
        let wanted = try #require(try candleAnswered(with: good).orders.first)
        var fields = good
        if price != field { fields[price] = nil }
        fields[field] = value
        let stage = try candleAnswered(with: fields)
        if WrongValues.legal(in: field).contains(value) {
            #expect(stage.failures.isEmpty)
            #expect(stage.triggers == ["test"])
            for order in stage.orders {
                #expect(order.count.units > 0 && order.count <= wanted.count)
                #expect(order.price.units > 0 && order.price.units < 10_000)
            }
        } else {
            #expect(stage.codes == [.scriptFailed])
            #expect(stage.triggers.isEmpty)
            #expect(stage.orders.isEmpty)
            #expect(stage.failures.count == 1)
            let told = try #require(stage.failures.first)
            #expect(told.hasPrefix("test: test.lua: signal field '\(price)"), "\(told)")
            #expect(told.contains(" (on_candle in M0 at "), "\(told)")
        }
    }
}

@Test(arguments: VerdictCase.all, VerdictCase.values)
func `a wrong value in a verdict denies, or makes a verdict that enlarges nothing`(
    _ verdict: VerdictCase,
    _ value: String
) throws {
    let wanted = try #require(try Stage.withLong().orders.first)
    let rule = try LuaRiskRule(Scripts.rule(verdict.answer.replacing("V", with: value)))
    let stage = try Stage.withLong(rules: [rule])
    #expect(stage.verdicts.count == 1)
    let given = try #require(stage.verdicts.first?.verdict)
    if verdict.legal.contains(value) {
        #expect(stage.failures.isEmpty)
        #expect(stage.denials != [.ruleFailed])
        switch given {
        case .allow: #expect(stage.orders == [wanted])
        case .reduce(let most, _, _): #expect(stage.orders.allSatisfy { $0.count <= min(most, wanted.count) })
        case .deny, .halt: #expect(stage.orders.isEmpty)
        }
    } else {
        #expect(given == .deny(.ruleFailed, "the rule rule could not answer"))
        #expect(stage.denials == [.ruleFailed])
        #expect(stage.orders.isEmpty)
        #expect(stage.failures.count == 1)
        let told = try #require(stage.failures.first)
        #expect(told.hasPrefix("rule: rule.lua: "), "\(told)")
        #expect(told.contains(" (check in M0 at "), "\(told)")
    }
}

// MARK: What is told, and what stays

@Test func `an error is told once with its source line, then counted`() throws {
    let strategy = try LuaStrategy(
        HostileCase.script(
            "ctx.state.n = (ctx.state.n or 0) + 1 if ctx.state.n % 3 > 0 then error('odd') end return nil, 'FINE'"
        )
    )
    let stage = Stage([strategy])
    for _ in 1...15 {
        stage.trade(48)
        stage.nextCandle()
    }
    // Two failures, then a success: never three in a row, so it is asked every time.
    let round: [ReasonCode] = [.scriptFailed, .scriptFailed, "FINE"]
    #expect(stage.codes == Array(repeating: round, count: 5).flatMap { $0 })
    #expect(stage.failures.count == 2)
    let first = try #require(stage.failures.first)
    #expect(first.hasPrefix("hostile: hostile.lua:4: odd (on_candle in M0 at "), "\(first)")
    #expect(first.contains("\n  4 | ctx.state.n = "), "\(first)")
    let tenth = try #require(stage.failures.last)
    #expect(tenth.hasPrefix("hostile: hostile.lua:4: odd (10 times so far, last on_candle in M0 at "), "\(tenth)")
    stage.finish()
    #expect(stage.failures.count == 3)
    #expect(stage.failures.last == "hostile: hostile.lua:4: odd (10 times in all)")
}

/// A stage with a filled long whose script has failed ever since, and is asked no more.
private func stageWithOrphan() throws -> Stage {
    let stage = try Stage.withLong(
        """
        local enter = s.on_candle
        function s.on_candle(ctx, candle)
          if ctx.state.done then error("broken") end
          return enter(ctx, candle)
        end
        """
    )
    try stage.fillLast()
    for _ in 1...4 {
        stage.trade(48)
        stage.nextCandle()
    }
    #expect(stage.codes == [.scriptFailed, .scriptFailed, .scriptQuarantined, .scriptQuarantined])
    #expect(stage.failures.contains { $0.contains("what is open keeps its stops and targets") })
    #expect(stage.orders.map(\.price) == [Price(cents: 48), Price(cents: 58)])
    return stage
}

@Test func `the stop of a position still fires when its script is asked no more`() throws {
    let stage = try stageWithOrphan()
    let target = try #require(stage.orders.last)
    stage.quote(42, 44)
    stage.trade(42)
    stage.process(.venue(stage.now, .cancelled(target.id, unfilled: target.count, .requested)))
    #expect(stage.notes.contains { $0.kind == .exit("test", .stop) })
    let exit = try #require(stage.orders.last)
    #expect(exit.reduceOnly)
    #expect(exit.count == target.count)
    #expect(exit.id != target.id)
}

@Test func `the target of a position still fills when its script is asked no more`() throws {
    let stage = try stageWithOrphan()
    try stage.fillLast()
    let exits: [ClosedTrade.Exit] = stage.notes.compactMap { note in
        if case .closed(let trade) = note.kind { trade.exit } else { nil }
    }
    #expect(exits == [.target])
}

/// A native strategy that signals once.
private final class Understudy: Strategy {
    let name: StrategyName = "understudy"
    let version = "1"
    let needs = StrategyNeeds(interval: .fixed(.seconds(10)), indicators: [])
    let callbacks: StrategyCallbacks = []
    private(set) var candles: [Candle] = []

    func onCandle(_ candle: Candle, _ context: borrowing StrategyContext) -> Decision {
        candles.append(candle)
        guard candles.count == 2 else { return .none("UNDERSTUDY") }
        return .signal(
            Signal(direction: .long, entry: Price(cents: 48), stop: Price(cents: 44), target: Price(cents: 58))
        )
    }
}

@Test func `a fallback answers the candles of a script that is asked no more`() throws {
    let strategy = try LuaStrategy(HostileCase.script("error('broken')"))
    let understudy = Understudy()
    strategy.fallback = understudy
    let stage = Stage([strategy])
    for candle in 1...5 {
        stage.trade(48)
        stage.nextCandle()
        #expect(understudy.candles.count == max(0, candle - 3))
    }
    #expect(stage.codes == [.scriptFailed, .scriptFailed, .scriptQuarantined, "UNDERSTUDY"])
    // What the understudy wants is done in the script's name: its budget and its positions.
    #expect(stage.triggers == ["hostile"])
    #expect(stage.orders.map(\.price) == [Price(cents: 48)])
}
