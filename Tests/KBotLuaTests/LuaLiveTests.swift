import KBotLua
import Testing

/// Live fields: values the host keeps ready and fills at most once in each entry.
@Suite struct LuaLiveTests {
    @Test func `a group is filled once in an entry however often its fields are read`() throws {
        let market = try Market()
        #expect(try run("return 1", in: market.vm) == .integer(1))
        #expect(market.feed.fills == 0)
        let script = """
            local sum = 0
            for i = 1, 100 do sum = sum + market.bid + market.ask end
            return sum
            """
        #expect(try run(script, in: market.vm) == .integer(9_200))
        #expect(market.feed.fills == 1 && market.feed.otherFills == 0)
        #expect(try run("return market.bid + market.last", in: market.vm) == .integer(95))
        #expect(market.feed.fills == 2 && market.feed.otherFills == 1)
        // Another object that shares the group shares the fill.
        market.vm.define("other", try market.vm.object(named: "other", ["price": .live(market.quote, 1)]))
        #expect(try run("return {market.bid, other.price}", in: market.vm) == .array([.integer(45), .integer(47)]))
        #expect(market.feed.fills == 3)
    }

    @Test func `each entry reads fresh values, each within one entry the same`() throws {
        let market = try Market()
        market.vm.define("tick", market.vm.function { [feed = market.feed] _ in feed.bid += 1 })
        let script = "return function() local bid = market.bid tick() return bid, market.bid, market.ask end"
        let read = try market.vm.load(LuaSource(name: "f.lua", text: script))
        for bid in Int64(45)...48 {
            #expect(try market.vm.call(read) == [.integer(bid), .integer(bid), .integer(bid + 2)])
        }
        #expect(market.feed.fills == 4)
    }

    @Test func `values are prepared only for a script that read them, and for one entry`() throws {
        let market = try Market()
        let feed = market.feed
        let read = try market.vm.load(
            LuaSource(name: "f.lua", text: "return function(reads) if reads then return market.bid end end")
        )
        // What the script does, how often preparing fills, how often reading does.
        let calls = [
            (false, 0, 0), (true, 0, 1), (true, 1, 0), (false, 1, 0), (false, 0, 0), (true, 0, 1), (true, 1, 0),
        ]
        for (index, (reads, ahead, asked)) in calls.enumerated() {
            feed.bid = Int64(index)
            feed.fills = 0
            market.quote.prepare()
            #expect(feed.fills == ahead, "call \(index)")
            let results = try market.vm.call(read, [.bool(reads)])
            #expect(results == (reads ? [.integer(Int64(index))] : []), "call \(index)")
            #expect(feed.fills == ahead + asked, "call \(index)")
        }
        // What is prepared is good for the next entry alone.
        let reads = [LuaValue.bool(true)]
        feed.bid = 45
        #expect(try market.vm.call(read, reads) == [.integer(45)])
        market.quote.prepare()
        feed.bid = 60
        #expect(try market.vm.call(read, reads) == [.integer(45)])
        #expect(try market.vm.call(read, reads) == [.integer(60)])
        market.quote.prepare()
        feed.bid = 70
        // No call came in between: what was prepared first must not be seen.
        market.quote.prepare()
        #expect(try market.vm.call(read, reads) == [.integer(70)])
    }

    @Test func `what a fill throws is an error at the line of the read and can be caught`() throws {
        let market = try Market()
        market.feed.isBroken = true
        let error = try #require(failure("local a = 1\nreturn market.bid + a", in: market.vm))
        #expect(error.kind == .runtime)
        #expect(error.description == "test.lua:2: the feed is broken")
        let script = """
            local read, message = pcall(function()
                return market.ask
            end)
            return {read, message, market.last}
            """
        #expect(
            try run(script, in: market.vm)
                == .array([.bool(false), .string("test.lua:2: the feed is broken"), .integer(50)])
        )
    }

    @Test func `a failed fill leaves nothing to read and is tried again at the next read`() throws {
        let market = try Market()
        let feed = market.feed
        market.vm.define("mend", market.vm.function { [feed] _ in feed.isBroken = false })
        let script = """
            return function()
                local first = pcall(function() return market.bid end)
                local second = pcall(function() return market.bid end)
                mend()
                return first, second, market.bid, market.ask
            end
            """
        let read = try market.vm.load(LuaSource(name: "f.lua", text: script))
        #expect(try market.vm.call(read) == [.bool(true), .bool(true), .integer(45), .integer(47)])
        feed.bid = 60
        feed.isBroken = true
        feed.fills = 0
        #expect(try market.vm.call(read) == [.bool(false), .bool(false), .integer(60), .integer(62)])
        #expect(feed.fills == 3)
        // What preparing throws is heard by the script that reads.
        feed.isBroken = true
        market.quote.prepare()
        #expect(try run("return 1", in: market.vm) == .integer(1))
        #expect(failure("return market.ask", in: market.vm)?.message == "the feed is broken")
    }

    @Test(arguments: ["error('no')", "local t = nil + 1", "while true do end"])
    func `an entry that failed leaves no value behind`(end: String) throws {
        let market = try Market()
        #expect(failure("local bid = market.bid \(end)", in: market.vm) != nil)
        market.feed.bid = 60
        #expect(try run("return market.bid", in: market.vm) == .integer(60))
        #expect(failure("local bid = market.bid \(end)", in: market.vm) != nil)
        market.feed.bid = 70
        market.quote.prepare()
        #expect(try run("return market.bid", in: market.vm) == .integer(70))
        #expect(market.feed.fills == 4)
    }

    @Test func `a coroutine reads the values of the entry it runs in`() throws {
        let market = try Market()
        let script = """
            local next = coroutine.wrap(function()
                while true do coroutine.yield(market.bid) end
            end)
            return function() return next(), next(), market.bid end
            """
        let read = try market.vm.load(LuaSource(name: "f.lua", text: script))
        for bid in Int64(45)...47 {
            market.feed.bid = bid
            #expect(try market.vm.call(read) == [.integer(bid), .integer(bid), .integer(bid)])
        }
        #expect(market.feed.fills == 3)
        market.feed.isBroken = true
        let error = #expect(throws: LuaError.self) { try market.vm.call(read) }
        #expect(error?.description == "f.lua:2: the feed is broken")
        market.feed.isBroken = false
        #expect(try run("return market.bid", in: market.vm) == .integer(47))
    }

    @Test func `the text of an error is an entry of its own`() throws {
        let market = try Market()
        let script = """
            local bid = market.bid
            error(setmetatable({}, {__tostring = function() return "at " .. bid .. ", now " .. market.bid end}))
            """
        market.feed.step = 1
        #expect(failure(script, in: market.vm)?.message == "at 45, now 46")
        #expect(market.feed.fills == 2)
        #expect(try run("return market.bid", in: market.vm) == .integer(47))
        market.feed.isBroken = true
        let silent = "error(setmetatable({}, {__tostring = function() return market.bid end}))"
        #expect(failure(silent, in: market.vm)?.message == "the error object could not be turned into text")
    }

    @Test func `live fields cannot be written, and unknown ones get a suggestion without a fill`() throws {
        let market = try Market()
        #expect(failure("market.bid = 1", in: market.vm)?.message == "ctx.market.bid is read-only")
        #expect(
            failure("return market.aks", in: market.vm)?.message == "ctx.market has no field 'aks'; did you mean 'ask'?"
        )
        #expect(failure("return market.volume", in: market.vm)?.message == "ctx.market has no field 'volume'")
        #expect(failure("return market[1]", in: market.vm)?.message == "ctx.market has no field of type number")
        #expect(failure("for name in pairs(market) do end", in: market.vm) != nil)
        #expect(market.feed.fills == 0 && market.feed.otherFills == 0)
    }

    @Test func `values of every kind arrive as they were set, nil among them`() throws {
        let vm = LuaVM()
        let list = try vm.keep(.array([.integer(7)]))
        let record = vm.record(vm.shape(["x"]))
        var isEmpty = false
        let group = vm.live(count: 6) { slots in
            for index in 0..<slots.count { slots.setNil(index) }
            if isEmpty { return }
            slots.set(0, Int64(46))
            slots.set(1, 46.0)
            slots.set(2, false)
            slots.set(3, "größer")
            slots.set(4, list)
            record.values.set(0, 1.5)
            slots.set(5, record)
        }
        let names = ["integer", "float", "flag", "text", "list", "record"]
        var fields: [String: LuaHostField] = [:]
        for (index, name) in names.enumerated() { fields[name] = .live(group, index) }
        vm.define("v", try vm.object(named: "v", fields))
        let script = """
            return {math.type(v.integer), math.type(v.float), v.integer == v.float, v.flag, v.text, v.list[1],
                v.record.x, v.list == v.list}
            """
        #expect(
            try run(script, in: vm)
                == .array([
                    .string("integer"), .string("float"), .bool(true), .bool(false), .string("größer"), .integer(7),
                    .number(1.5), .bool(true),
                ])
        )
        isEmpty = true
        for name in names {
            #expect(try run("return v.\(name) == nil", in: vm) == .bool(true), "\(name)")
        }
    }

    /// A machine with `market`: its `bid` and `ask` are one group, its `last` another.
    private final class Market {
        let vm = smallVM()
        let feed = Feed()
        let quote: LuaLive

        init() throws {
            quote = vm.live(count: 2) { [feed] slots throws(LuaHostError) in
                feed.fills += 1
                slots.set(0, feed.bid)
                if feed.isBroken { throw LuaHostError("the feed is broken") }
                slots.set(1, feed.bid + 2)
                feed.bid += feed.step
            }
            let last = vm.live(count: 1) { [feed] slots in
                feed.otherFills += 1
                slots.set(0, Int64(50))
            }
            vm.define(
                "market",
                try vm.object(
                    named: "ctx.market",
                    ["bid": .live(quote, 0), "ask": .live(quote, 1), "last": .live(last, 0)]
                )
            )
        }
    }

    /// What the fills read, apart from the machine so that they do not hold it.
    private final class Feed {
        var bid: Int64 = 45
        /// What each fill adds to `bid` for the next.
        var step: Int64 = 0
        /// Whether filling `bid` and `ask` fails halfway.
        var isBroken = false
        /// How often `bid` and `ask` were filled, and `last`.
        var fills = 0
        var otherFills = 0
    }
}
