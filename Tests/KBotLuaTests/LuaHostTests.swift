import KBotLua
import Testing

/// The border between host and script: objects, calls, conversion, statistics, life cycle.
@Suite struct LuaHostTests {
    @Test func `a property is computed only when it is read`() throws {
        let vm = LuaVM()
        var reads = 0
        let market = try vm.object(
            named: "ctx.market",
            [
                "bid": .property { call throws(LuaHostError) in
                    reads += 1
                    call.reply(45.5)
                },
                "ask": .property { call throws(LuaHostError) in call.reply(Int64(47)) },
                "ticker": .constant(.string("KX")),
            ]
        )
        vm.define("market", market)
        #expect(try run("return market.ticker", in: vm) == .string("KX"))
        #expect(reads == 0)
        #expect(try run("return market.bid + market.bid + market.ask", in: vm) == .number(138))
        #expect(reads == 2)
    }

    @Test func `a host object refuses writes, unknown fields and inspection`() throws {
        let vm = LuaVM()
        vm.define("market", try vm.object(named: "ctx.market", ["bid": .constant(.integer(45))]))
        #expect(try #require(failure("market.bid = 1", in: vm)).message == "ctx.market.bid is read-only")
        #expect(
            try #require(failure("return market.bd", in: vm)).message
                == "ctx.market has no field 'bd'; did you mean 'bid'?"
        )
        #expect(try #require(failure("return market[1]", in: vm)).message.contains("no field of type number"))
        #expect(try run("return getmetatable(market)", in: vm) == .nil)
        #expect(try run("return tostring(market)", in: vm) == .string("ctx.market"))
        for script in ["pairs(market)", "setmetatable(market, {})", "rawget(market, 'bid')", "return #market"] {
            #expect(failure(script, in: vm) != nil)
        }
    }

    @Test func `a host function gets arguments and replies`() throws {
        let vm = LuaVM()
        var got: [LuaValue] = []
        let ctx = try vm.object(
            named: "ctx",
            [
                "sum": .function { call throws(LuaHostError) in
                    guard let a = call.number(1), let b = call.number(2) else {
                        throw LuaHostError("two numbers, please")
                    }
                    call.reply(a + b)
                    call.reply("done")
                },
                "keep": .function { call throws(LuaHostError) in got.append(try call.value(1)) },
                "table": .function { call throws(LuaHostError) in try call.reply(LuaValue.record(["a": .integer(1)])) },
            ]
        )
        vm.define("ctx", ctx)
        #expect(try run("return {ctx.sum(1, 2.5)}", in: vm) == .array([.number(3.5), .string("done")]))
        #expect(try #require(failure("\nctx.sum('x')", in: vm)).description == "test.lua:2: two numbers, please")
        _ = try run("ctx.keep({1, {x = 'y'}})", in: vm)
        #expect(got == [.array([.integer(1), .table([LuaField(key: .string("x"), value: .string("y"))])])])
        #expect(try run("return ctx.table().a", in: vm) == .integer(1))
        #expect(try run("return pcall(ctx.sum)", in: vm) == .bool(false))
        #expect(try run("return coroutine.wrap(function() return ctx.sum(1, 2) end)()", in: vm) == .number(3))
    }

    @Test func `a host function cannot call back into the script`() throws {
        let vm = LuaVM()
        let function = try vm.load(LuaSource(name: "f.lua", text: "return function() return 1 end"))
        let site = vm.prepare(function, arguments: 0)
        var refusals: [LuaError.Kind] = []
        vm.define(
            "host",
            vm.function { [unowned vm, unowned site] call throws(LuaHostError) in
                do throws(LuaError) { _ = try vm.call(function) } catch { refusals.append(error.kind) }
                do throws(LuaError) { try site.run() } catch { refusals.append(error.kind) }
                do throws(LuaError) {
                    _ = try vm.load(LuaSource(name: "g.lua", text: "return 1"))
                } catch {
                    refusals.append(error.kind)
                }
                call.reply("still here")
            }
        )
        #expect(try run("return coroutine.wrap(function() return host() end)()", in: vm) == .string("still here"))
        #expect(try run("return host()", in: vm) == .string("still here"))
        #expect(refusals == Array(repeating: .contract, count: 6))
    }

    @Test func `a state table belongs to the script and survives calls`() throws {
        let vm = LuaVM()
        let state = try vm.keep(.table([]))
        vm.define("ctx", try vm.object(named: "ctx", ["state": .reference(state)]))
        let count = try vm.load(
            LuaSource(
                name: "f.lua",
                text: "return function() ctx.state.n = (ctx.state.n or 0) + 1 return ctx.state.n end"
            )
        )
        for expected in 1...3 {
            #expect(try vm.call(count) == [.integer(Int64(expected))])
        }
        #expect(try vm.value(of: state)["n"] == .integer(3))
    }

    @Test func `a prepared call takes a record and reads a reason code`() throws {
        let vm = LuaVM()
        let module = try vm.load(
            LuaSource(
                name: "s.lua",
                text: "return {on_candle = function(ctx, c) return nil, 'C' .. c.close, c.note end}"
            )
        )
        let candle = vm.record(vm.shape(["close", "open", "note"]))
        let site = vm.prepare(try #require(vm.field("on_candle", of: module)), arguments: 2, results: 3)
        site.arguments.setNil(0)
        site.arguments.set(1, candle)
        for close in [Int64(1), 2, 1] {
            candle.values.set(0, close)
            candle.values.set(2, "note \(close)")
            try site.run()
            #expect(site.results.kind(0) == .nil)
            #expect(site.results.string(1) == "C\(close)")
            #expect(site.results.string(2) == "note \(close)")
        }
    }

    @Test(arguments: [false, true])
    func `a record becomes a fresh table or the same one`(reuses: Bool) throws {
        let vm = LuaVM()
        let keep = try vm.load(
            LuaSource(
                name: "s.lua",
                text: "local last return function(c) local same = last == c last = c return same, c.x end"
            )
        )
        let record = vm.record(vm.shape(["x"]), reusesTable: reuses)
        let site = vm.prepare(keep, arguments: 1, results: 2)
        site.arguments.set(0, record)
        record.values.set(0, 1.5)
        try site.run()
        record.values.setNil(0)
        try site.run()
        #expect(site.results.boolean(0) == reuses)
        #expect(site.results.kind(1) == .nil)
    }

    @Test func `a prepared call reads the known fields of a table and names an unknown one`() throws {
        let vm = LuaVM()
        let function = try vm.load(
            LuaSource(
                name: "s.lua",
                text: "return function(n) return {side = 'long', entry = n, stop = 4.5, stp = 1} end"
            )
        )
        let site = vm.prepare(function, arguments: 1, fields: vm.shape(["side", "entry", "stop", "target"]))
        site.arguments.set(0, Int64(46))
        try site.run()
        let fields = try #require(site.fields)
        #expect(site.results.kind(0) == .table)
        #expect(fields.string(0) == "long")
        #expect(fields.integer(1) == 46 && fields.number(1) == 46)
        #expect(fields.number(2) == 4.5 && fields.integer(2) == nil)
        #expect(fields.kind(3) == .nil)
        #expect(site.unknownField() == "stp")
        #expect(nearestName(to: "stp", in: ["side", "stop", "entry"]) == "stop")
        #expect(try site.value(0)["entry"] == .integer(46))
    }

    @Test func `a failing prepared call can be made again`() throws {
        let vm = LuaVM()
        let function = try vm.load(LuaSource(name: "s.lua", text: "return function(x)\n return x.y.z end"))
        let site = vm.prepare(function, arguments: 1)
        for _ in 0..<100 {
            let error = #expect(throws: LuaError.self) { try site.run() }
            #expect(error?.line == 2)
        }
        #expect(vm.statistics.errors == 100)
    }

    @Test func `more codes than the cache holds are still read`() throws {
        let vm = LuaVM()
        let function = try vm.load(LuaSource(name: "s.lua", text: "return function(n) return 'CODE_' .. n end"))
        let site = vm.prepare(function, arguments: 1)
        for round in 0..<2 {
            for n in 0..<600 {
                site.arguments.set(0, Int64(n))
                try site.run()
                #expect(site.results.string(0) == "CODE_\(n)", "round \(round)")
            }
        }
    }

    @Test func `values survive a round trip`() throws {
        let vm = LuaVM()
        let value = LuaValue.record([
            "list": .array([.integer(1), .number(2.5), .string("ü"), .bool(false)]),
            "empty": .table([]),
            "nested": .record(["a": .record(["b": .string("")])]),
            "large": .integer(.max),
        ])
        let kept = try vm.keep(value)
        #expect(try vm.value(of: kept) == value)
        let identity = try vm.load(LuaSource(name: "i.lua", text: "return function(...) return ... end"))
        #expect(try vm.call(identity, [value, .nil, .integer(1)]) == [value, .nil, .integer(1)])
    }

    @Test(arguments: [
        ("local t = {} t.a = {t} return t", "a.[1]: the table contains itself"),
        ("local t = {} for i = 1, 40 do t = {t} end return t", "nested deeper than 32 tables"),
        ("local t = {} for i = 1, 200 do t[i] = i end return {t}", "more than 100 values"),
        ("return {x = {('a'):rep(60000), ('b'):rep(60000)}}", "bytes of text"),
        ("return {f = print}", "f: a function is no data"),
        ("return {c = coroutine.create(print)}", "c: a coroutine is no data"),
        ("return {[{}] = 1}", "a key must be"),
        ("return {s = '\\xff'}", "s: the text is not UTF-8"),
    ])
    func `a value that cannot cross is refused with its path`(script: String, message: String) throws {
        let vm = LuaVM()
        let reference = try vm.load(LuaSource(name: "t.lua", text: script))
        let limits = LuaConversionLimits(values: 100, bytes: 100_000, allowsFunctions: false)
        let error = #expect(throws: LuaError.self) { try vm.value(of: reference, limits: limits) }
        #expect(error?.kind == .contract)
        #expect(error?.message.contains(message) == true, "\(String(describing: error))")
        #expect(try run("return 1", in: vm) == .integer(1))
    }

    @Test func `a value too deep for a script is refused`() throws {
        var value = LuaValue.integer(1)
        for _ in 0..<50 { value = .array([value]) }
        let vm = LuaVM()
        #expect(throws: LuaError.self) { try vm.keep(value) }
        let nan = LuaValue.table([LuaField(key: .number(.nan), value: .integer(1))])
        #expect(throws: LuaError.self) { try vm.keep(nan) }
    }

    @Test func `a manifest tells which callbacks exist`() throws {
        let vm = LuaVM()
        let module = try vm.load(
            LuaSource(
                name: "m.lua",
                text: "return {api = 1, name = 'x', params = {n = {default = 5}}, on_candle = function() end}"
            )
        )
        let manifest = try vm.value(of: module)
        #expect(manifest["api"]?.asInteger == 1)
        #expect(manifest["params"]?["n"]?["default"]?.asDouble == 5)
        #expect(manifest["on_candle"]?.asFunction != nil)
        #expect(manifest["on_trade"] == nil && vm.field("on_trade", of: module) == nil)
        #expect(manifest.namedFields?.map(\.name) == ["api", "name", "on_candle", "params"])
    }

    @Test func `statistics count calls, errors, memory and instructions`() throws {
        let vm = LuaVM()
        let spin = try vm.load(LuaSource(name: "s.lua", text: "return function(n) for i = 1, n do end end"))
        _ = try vm.call(spin, [.integer(100_000)])
        let statistics = vm.statistics
        #expect(statistics.calls == 2 && statistics.errors == 0)
        #expect((100_000...102_000).contains(statistics.lastInstructions))
        #expect(statistics.memoryBytes > 0 && statistics.peakMemoryBytes >= statistics.memoryBytes)
    }

    @Test func `a call can have its own budget`() throws {
        let vm = LuaVM()
        let spin = try vm.load(LuaSource(name: "s.lua", text: "return function() for i = 1, 100000 do end end"))
        _ = try vm.call(spin)
        let error = #expect(throws: LuaError.self) { try vm.call(spin, instructions: 10_000) }
        #expect(error?.kind == .instructionLimit)
    }

    @Test func `memory returns to zero at close`() throws {
        let vm = smallVM()
        _ = failure("local t = {} while true do t[#t + 1] = {} end", in: vm)
        _ = failure("while true do end", in: vm)
        _ = try run("local t = {} for i = 1, 100 do t['k' .. i] = {} end for k in pairs(t) do end", in: vm)
        #expect(vm.close() == 0)
    }

    @Test func `a thousand machines come and go`() throws {
        for seed in 0..<1000 {
            let vm = LuaVM(seed: UInt64(seed))
            #expect(try run("local t = {} for i = 1, 10 do t[i] = i end return #t", in: vm) == .integer(10))
            #expect(vm.close() == 0)
        }
    }

    @Test func `repeated calls do not grow memory`() throws {
        let vm = LuaVM()
        let function = try vm.load(LuaSource(name: "s.lua", text: "return function(t) return {a = t} end"))
        for _ in 0..<1000 { _ = try vm.call(function, [.array([.integer(1)])]) }
        vm.collectGarbage()
        let before = vm.statistics.memoryBytes
        for _ in 0..<5000 { _ = try vm.call(function, [.array([.integer(1)])]) }
        vm.collectGarbage()
        #expect(vm.statistics.memoryBytes <= before)
    }
}
