import Foundation
import KBotModel
import KBotReports
import KBotScripting
import Testing

@testable import KBotRuntime

/// A folder with scripts and tests that goes away with its test.
private final class ScriptFolder {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("kbot-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        let url = URL(fileURLWithPath: path).appendingPathComponent(name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
        return url.path
    }

    /// The messages of a test file's tests, nil for those that passed.
    func messages(_ text: String, named name: String = "script_test.lua") throws -> [String?] {
        let file = try TestFile(try write(name, text), library: ScriptLibrary(home: RunBench.root))
        return (0..<file.count).map { file.run($0).message }
    }
}

@Suite struct TestFileTests {
    private let folder: ScriptFolder

    init() throws { folder = try ScriptFolder() }

    @Test func `scripts and modules are found beside the test`() throws {
        try folder.write("scripts/words.lua", "return { code = 'MODULE' }")
        try folder.write(
            "scripts/script.lua",
            """
            local s = { api = 1, kind = "strategy", name = "script", version = "1" }
            function s.needs() return { candles = { interval = "5s" } } end
            function s.on_candle() return nil, require("words").code end
            return s
            """
        )
        let text = """
            local words = require("words")
            it("finds", function() expect(select(2, test.strategy("script.lua"):candle(50))).to_be(words.code) end)
            it("finds none", function() test.strategy("other.lua") end)
            it("looks nowhere else", function() test.strategy("bollinger_scalper.lua") end)
            it("takes no whole path", function() test.strategy("\(folder.path)/scripts/script.lua") end)
            it("goes nowhere", function() test.strategy("../scripts/script.lua") end)
            """
        let messages = try folder.messages(text, named: "scripts/script_test.lua")
        #expect(messages[0] == nil)
        #expect(
            messages[1] == "script_test.lua:3: test.strategy: there is no script 'other.lua' beside script_test.lua"
        )
        #expect(messages[2]?.contains("there is no script 'bollinger_scalper.lua'") == true)
        #expect(messages[3]?.contains("there is no script '/") == true)
        #expect(messages[4]?.contains("there is no script '../scripts/script.lua'") == true)
    }

    @Test func `a file that cannot be loaded is told with the exit code of scripts`() throws {
        let path = try folder.write("broken_test.lua", "it(")
        do throws(RunFailure) {
            _ = try TestFile(path, library: ScriptLibrary(home: nil))
            Issue.record("it was loaded")
        } catch {
            #expect(error.code == .script && error.message.hasPrefix("broken_test.lua:1: "), "\(error)")
        }
    }

    @Test func `a whole run gives what the report of that run says`() throws {
        var bench = RunBench()
        bench.plan.duration = .hours(2)
        bench.plan.seed = 3
        let report = try bench.run().report
        let trade = try #require(report.trades.first)
        let messages = try folder.messages(
            """
            local run = test.run{ strategy = "bollinger_scalper.lua", duration = "2h", seed = 3 }
            it("has figures", function()
              expect(run.metrics.total_trades).to_be(\(report.metrics.totalTrades))
              expect(run.metrics.net_profit).to_be_near(\(report.metrics.netProfit), 0.0000001)
              expect(run.metrics.win_rate).to_be_near(\(try #require(report.metrics.winRate)), 0.0000001)
              expect(run.metrics.exits.stop).to_be(\(report.metrics.exits[.stop] ?? 0))
              expect(run.funnel.triggers).to_be(\(report.funnel.triggers))
              expect(run.funnel.quiet.INSIDE_BANDS).to_be(\(report.funnel.quiet["INSIDE_BANDS"] ?? 0))
              expect(run.denials).to_equal(run.funnel.denied)
              expect(run.denials.POSITION_OPEN).to_be(\(report.funnel.denied["POSITION_OPEN"].map { "\($0)" } ?? "nil"))
            end)
            it("has trades", function()
              expect(#run.trades).to_be(\(report.trades.count))
              local trade = run.trades[1]
              expect(trade.strategy).to_be("bollinger_scalper")
              expect(trade.market).to_be("\(trade.market)")
              expect(trade.side).to_be("\(trade.direction.rawValue)")
              expect(trade.exit_reason).to_be("\(trade.exit.rawValue)")
              expect(trade.count).to_be_near(\(trade.count))
              expect(trade.gross_pnl - trade.fees).to_be_near(trade.net_pnl, 0.0000001)
              expect(trade.net_pnl).to_be_near(\(trade.netPnL), 0.0000001)
              expect(trade.entry * trade.count / 100).to_be_near(\(trade.entryValue), 0.01)
              expect(trade.closed).to_be_above(trade.opened)
            end)
            """
        )
        #expect(messages == [nil, nil], "\(messages)")
    }

    @Test func `rules, parameters and settings of a run are the test's, and the environment is left alone`() throws {
        try folder.write(
            "no.lua",
            """
            local r = { api = 1, kind = "risk-rule", name = "no", version = "1",
              params = { word = { type = "string", default = "NO" } } }
            function r.check(ctx, order) return "deny", ctx.params.word end
            return r
            """
        )
        let messages = try folder.messages(
            """
            it("denies", function()
              local run = test.run{ strategy = "bollinger_scalper", rules = { "no.lua", "max_spread.lua" }, duration = "1h",
                params = { period = 20, ["no.word"] = "NEVER" } }
              expect(run.trades).to_equal({})
              expect(run.denials.NEVER).to_be_above(0)
            end)
            it("limits", function()
              local function denials(settings)
                local run = test.run{ strategy = "bollinger_scalper.lua", duration = "1h", settings = settings }
                return run.denials
              end
              expect(denials{ INITIAL_CAPITAL = 1 }.RISK_PER_TRADE).to_be_above(0)
              expect(denials{ INITIAL_CAPITAL = 1, LIMITS = "off=all", SIZING = "fixed:1" }.RISK_PER_TRADE).to_be_nil()
            end)
            """
        )
        #expect(messages == [nil, nil], "\(messages)")
    }

    @Test func `the path of a recording begins in the test's folder`() throws {
        var rows = "ts_ms,ticker,yes_price_dollars,count,taker_side\n"
        for second in 0..<30 {
            rows += "\(Tape.open + Int64(second) * 1_000),\(Tape.ticker),0.50,1.00,yes\n"
        }
        try folder.write("data/tape.csv", rows)
        let messages = try folder.messages(
            """
            it("replays", function()
              local run = test.run{ strategy = "bollinger_scalper.lua", feed = "replay:data/tape.csv" }
              expect(run.funnel.markets_seen).to_be(1)
              expect(run.metrics.total_trades).to_be(0)
              expect(run.metrics.win_rate).to_be_nil()
            end)
            """
        )
        #expect(messages == [nil], "\(messages)")
    }

    @Test(arguments: [
        ("strategy = 'nope.lua'", "test.run: --strategy nope.lua: no such script"),
        ("strategy = 'bollinger_scalper.lua', params = { perriod = 1 }", "did you mean 'period'"),
        ("strategy = 'bollinger_scalper.lua', feed = 'replay:none.csv'", "none.csv"),
        (
            "strategy = 'bollinger_scalper.lua', settings = { MAX_POSITION = 1 }",
            "settings: there is no MAX_POSITION; did you mean MAX_POSITIONS?"
        ),
        (
            "strategy = 'bollinger_scalper.lua', settings = { MAX_POSITIONS = 0 }",
            "settings: MAX_POSITIONS: “0” is not allowed"
        ),
        (
            "strategy = 'bollinger_scalper.lua', settings = { KALSHI_ENV = 'live' }",
            "settings: there is no KALSHI_ENV"
        ),
    ])
    func `a run that cannot be made is the test's failure`(request: String, message: String) throws {
        let told = try #require(try folder.messages("it('runs', function() test.run{ \(request) } end)")[0])
        #expect(told.hasPrefix("script_test.lua:1: test.run: ") && told.contains(message), "\(told)")
    }
}

@Suite struct TestDiscoveryTests {
    private let folder: ScriptFolder

    init() throws { folder = try ScriptFolder() }

    private func found(_ paths: String...) throws -> [String] {
        try TestDiscovery.files(in: paths.map { folder.path + "/" + $0 }).map {
            String($0.dropFirst(folder.path.count + 1))
        }
    }

    @Test func `folders are searched by name, hidden ones and _meta are not`() throws {
        for name in [
            "b_test.lua", "a/z_test.lua", "a/deep/y_test.lua", "a/y.lua", "a/.hidden/x_test.lua", ".w_test.lua",
            "_meta/v_test.lua", "a/_meta/u_test.lua", "c/test.lua", "c_test.lua.txt",
        ] { try folder.write(name, "") }
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/a/loop", withDestinationPath: folder.path)
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/linked_test.lua",
            withDestinationPath: "b_test.lua"
        )
        #expect(try found("") == ["a/deep/y_test.lua", "a/z_test.lua", "b_test.lua", "linked_test.lua"])
        #expect(try found("b_test.lua", "a", "b_test.lua") == ["b_test.lua", "a/deep/y_test.lua", "a/z_test.lua"])
        #expect(try found("_meta/v_test.lua", "c") == ["_meta/v_test.lua"])
    }

    @Test func `what is no test file is refused with a hint`() throws {
        try folder.write("script.lua", "")
        try folder.write("script_test.lua", "")
        for (name, message) in [
            ("none", "there is no such file or folder"), ("script.lua", "did you mean \(folder.path)/script_test.lua?"),
        ] {
            do throws(RunFailure) {
                _ = try TestDiscovery.files(in: [folder.path + "/" + name])
                Issue.record("\(name) was taken")
            } catch {
                #expect(error.code == .usage && error.message.contains(message), "\(error)")
            }
        }
    }
}
