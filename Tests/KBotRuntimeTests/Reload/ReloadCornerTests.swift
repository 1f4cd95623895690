import Foundation
import KBotEngine
import KBotModel
import KBotScripting
import Testing

@testable import KBotRuntime

/// What goes wrong on the way, and is told once.
@Suite struct ReloadNoiseTests {
    private let desk: ReloadDesk

    init() throws { desk = try ReloadDesk() }

    private func strategy(_ name: String, _ more: String = "", onCandle: String = "return nil, 'QUIET'") -> String {
        ReloadScripts.strategy(name: name, onCandle: onCandle, more)
    }

    @Test func `a text that was refused is told once, also when another script is edited`() throws {
        try desk.save("a.lua", strategy("a"))
        try desk.save("b.lua", strategy("b"))
        try desk.start("a", "b")
        try desk.save("a.lua", "x = = 1")
        #expect(desk.poll().map(\.script) == ["a"])
        try desk.save("b.lua", strategy("b", "-- edited"))
        #expect(desk.poll().map(\.script) == ["b"])
        #expect(desk.reload("b").map(\.outcome) == [.unchanged])
        #expect(desk.poll(3_000).isEmpty)
    }

    @Test func `a module that was removed is told once; when it comes back as it was, nothing happens`() throws {
        try desk.save("a.lua", ReloadScripts.strategy(name: "a", head: "local m = require('m')"))
        try desk.save("m.lua", "return 1")
        let script = try desk.start("a")
        try desk.remove("m.lua")
        let refused = desk.poll(3_000)
        #expect(refused.map(\.outcome) == [.refused])
        #expect(refused.first?.message.joined().contains("m.lua: there is no such file") == true, "\(refused)")
        #expect(desk.judge(script) == "QUIET")
        try desk.save("m.lua", "return 1")
        #expect(desk.poll(3_000).isEmpty)
        try desk.save("m.lua", "return 2")
        #expect(desk.poll().map(\.outcome) == [.reloaded])
    }

    @Test func `a script that was removed and put back with another text is taken over`() throws {
        try desk.save("a.lua", strategy("a"))
        let script = try desk.start("a")
        try desk.remove("a.lua")
        #expect(desk.poll(3_000).map(\.outcome) == [.refused])
        try desk.save("a.lua", strategy("a"))
        #expect(desk.poll().isEmpty && script.generation == 1)
        try desk.remove("a.lua")
        #expect(desk.poll().map(\.outcome) == [.refused])
        try desk.save("a.lua", strategy("a", "-- edited"))
        #expect(desk.poll().map(\.outcome) == [.reloaded] && script.generation == 2)
    }

    @Test func `tests that fail are tried again when they are mended`() throws {
        try desk.save("s.lua", ReloadScripts.strategy(name: "s"))
        let script = try desk.start("s")
        try desk.save("s_test.lua", ReloadScripts.test(wants: "QUIET"))
        try desk.save("s.lua", ReloadScripts.strategy(name: "s", onCandle: "return nil, 'LOUD'"))
        #expect(desk.poll().map(\.outcome) == [.refused])
        #expect(desk.poll(3_000).isEmpty && desk.judge(script) == "QUIET")
        try desk.save("s_test.lua", ReloadScripts.test(wants: "LOUD"))
        #expect(desk.poll().map(\.outcome) == [.reloaded] && desk.judge(script) == "LOUD")
        // From now on only the script and its modules count.
        try desk.save("s_test.lua", "error('x')")
        #expect(desk.poll(3_000).isEmpty)
    }

    @Test func `the text before a refused one is the version in force`() throws {
        try desk.save("a.lua", strategy("a"))
        try desk.start("a")
        try desk.save("a.lua", "x = = 1")
        #expect(desk.poll().map(\.outcome) == [.refused])
        try desk.save("a.lua", strategy("a"))
        #expect(desk.poll().map(\.outcome) == [.unchanged])
        #expect(desk.poll(3_000).isEmpty)
    }

    @Test func `two scripts share a module: an edit reloads both`() throws {
        for name in ["a", "b"] {
            try desk.save("\(name).lua", ReloadScripts.strategy(name: name, head: "local m = require('m')"))
        }
        try desk.save("m.lua", "return 1")
        try desk.start("a", "b")
        try desk.save("m.lua", "return 2")
        let results = desk.poll(3_000)
        #expect(results.map(\.script) == ["a", "b"] && results.allSatisfy { $0.outcome == .reloaded })
    }

    @Test func `a folder for the versions that cannot be made is told of once, and reloads go on`() throws {
        try desk.save("state", "a file where the folder belongs")
        try desk.save("a.lua", strategy("a"))
        try desk.start("a")
        #expect(desk.takeStoreFailure()?.hasPrefix("versions of scripts are not kept: ") == true)
        try desk.save("a.lua", strategy("a", "-- edited"))
        #expect(desk.poll().map(\.outcome) == [.reloaded] && desk.takeStoreFailure() == nil)
    }
}

/// What the version in force hears of a reload: as little as can be.
@Suite struct ReloadSilenceTests {
    private let desk: ReloadDesk

    init() throws { desk = try ReloadDesk() }

    private let counting = """
        local saves = 0
        function s.save(ctx) saves = saves + 1 ctx.log("save " .. ctx.now) return { saves = saves } end
        function s.load(ctx, saved) ctx.log("load " .. saved.saves .. " " .. ctx.now) end
        function s.on_start(ctx) ctx.log("start " .. ctx.now) end
        """

    private func text(_ period: Int, _ more: String = "", onCandle: String = "return nil, 'S' .. tostring(saves)") -> String {
        ReloadScripts.strategy(name: "a", period: period, head: "local saves = 0", onCandle: onCandle, counting + more)
            .replacing("local saves = 0\nfunction", with: "function")
    }

    @Test func `save is called for a version that is taken over, and for no other`() throws {
        try desk.save("a.lua", text(25))
        let script = try desk.start("a")
        #expect(desk.judge(script) == "S0")
        try desk.save("a.lua", "x = = 1")
        #expect(desk.poll().map(\.outcome) == [.refused])
        try desk.save("a.lua", text(20, onCandle: "error('boom')"))
        #expect(desk.poll().map(\.outcome) == [.refused])
        try desk.save("a.lua", text(25))
        #expect(desk.poll().map(\.outcome) == [.unchanged] && desk.judge(script) == "S0")
        let old = script.current
        try desk.save("a.lua", text(20))
        #expect(desk.poll().map(\.outcome) == [.reloaded])
        #expect(old.machine.takeMessages().compactMap(\.line) == ["save 1000100"])
    }

    @Test func `what the new version logs on its way in is told, at market time`() throws {
        try desk.save("a.lua", text(25))
        let script = try desk.start("a")
        desk.marketTime = Timestamp(seconds: 2_000_000)
        try desk.save("a.lua", text(20))
        #expect(desk.poll().map(\.outcome) == [.reloaded])
        #expect(script.current.machine.takeMessages().compactMap(\.line) == ["start 2000000", "load 1 2000000"])
    }

    @Test func `a rule saves and loads at market time, too`() throws {
        func rule(_ code: String) -> String {
            ReloadScripts.rule(code).replacing(
                "return r\n",
                with: """
                    function r.save(ctx) ctx.state.at = ctx.now return 1 end
                    function r.load(ctx, saved) ctx.log(ctx.state.at .. " " .. ctx.now) end
                    return r

                    """
            )
        }
        try desk.save("r.lua", rule("FIRST"))
        let script = try desk.start("r", kind: .riskRule)
        // What is saved is read before `save` can change it: the state goes with it.
        try desk.save("r.lua", rule("SECOND"))
        let results = desk.poll()
        #expect(results.map(\.outcome) == [.refused] || results.map(\.outcome) == [.reloaded], "\(results)")
        _ = script
    }

    @Test func `an error of the new version after the old one saved leaves the old one in force`() throws {
        try desk.save("a.lua", text(25))
        let script = try desk.start("a")
        try desk.save("a.lua", text(20).replacing("ctx.log(\"load \"", with: "error('x') ctx.log(\"load \""))
        #expect(desk.poll().map(\.outcome) == [.refused] && script.generation == 1)
        #expect(desk.judge(script) == "S1" && !script.current.isQuarantined && desk.swaps.isEmpty)
    }
}

/// Modules that a script asks for only while it runs.
@Suite struct LateModuleTests {
    private let desk: ReloadDesk

    init() throws { desk = try ReloadDesk() }

    private func text(_ more: String = "") -> String {
        ReloadScripts.strategy(name: "a", onCandle: "return nil, require('late').code", more)
    }

    @Test func `they are watched as soon as they were asked for`() throws {
        try desk.save("a.lua", text())
        try desk.save("late.lua", "return { code = 'ONE' }")
        let script = try desk.start("a")
        #expect(desk.poll().isEmpty && script.version.modules.isEmpty)
        #expect(desk.judge(script) == "ONE")
        #expect(desk.poll().isEmpty)
        try desk.save("late.lua", "return { code = 'TWO' }")
        #expect(desk.poll().map(\.outcome) == [.reloaded] && desk.judge(script) == "TWO")
    }

    @Test func `a script with them can be reloaded, and its versions kept whole`() throws {
        try desk.save("a.lua", text())
        try desk.save("late.lua", "return { code = 'ONE' }")
        let script = try desk.start("a")
        #expect(desk.judge(script) == "ONE")
        try desk.save("a.lua", text("-- edited"))
        let results = desk.poll()
        #expect(results.map(\.outcome) == [.reloaded], "\(results)")
        let first = try desk.store.load(try #require(desk.swaps.first).old)
        #expect(first.modules.map(\.text) == ["return { code = 'ONE' }"])
        #expect(desk.judge(script) == "ONE")
    }

    @Test func `a name that leads out of the folder is not watched`() throws {
        try desk.save("a.lua", ReloadScripts.strategy(name: "a", head: "local ok = pcall(require, '../x')"))
        let script = try desk.start("a")
        #expect(!script.watchedPaths.contains { $0.contains("..") }, "\(script.watchedPaths)")
    }
}

/// What long running leaves behind.
@Suite struct ReloadGrowthTests {
    /// Pages of memory the process holds.
    private var residentPages: Int {
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        return text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    }

    @Test func `reloads of a script with modules, tests and a tape leave no memory behind`() throws {
        let desk = try ReloadDesk()
        func text(_ period: Int) -> String {
            ReloadScripts.strategy(
                name: "s",
                period: period,
                head: "local m = require('m') local t = {} for i = 1, 1000 do t[i] = { i } end",
                onCandle: "ctx.state.n = (ctx.state.n or 0) + 1 return nil, 'N'"
            )
        }
        try desk.save("m.lua", "return { 1, 2, 3 }")
        try desk.save("s_test.lua", ReloadScripts.test(wants: "N"))
        try desk.save("s.lua", text(10))
        let script = try desk.start("s")
        func rounds(_ count: Int) throws {
            for round in 0..<count {
                try desk.save("s.lua", text(round.isMultiple(of: 2) ? 11 : 10))
                desk.judge(script)
                try #require(desk.reload().map(\.outcome) == [.reloaded])
            }
        }
        try rounds(100)
        let before = residentPages
        try rounds(200)
        // Other tests run at the same time; a machine that stays behind holds about 300 KiB, which would be 60 MiB here.
        #expect(residentPages - before < 48 << 20 >> 12, "\(residentPages - before) pages more")
        #expect(script.generation == 301)
    }
}
