import Foundation
import KBotEngine
import KBotScripting
import Testing

@testable import KBotRuntime

/// New versions that are taken over.
@Suite struct ReloaderTests {
    private typealias Scripts = ReloadScripts

    @Test func `a new default is taken over, and told`() throws {
        let stage = try ReloadStage(Scripts.strategy())
        let old = stage.running.version.hash
        try stage.save(Scripts.strategy(period: 20))
        let result = try #require(stage.reload("scalp"))
        let new = stage.running.version.hash
        #expect(result.outcome == .reloaded && result.script == "scalp", "\(result.message)")
        #expect(result.message.first == "generation 2, sha256 \(old.prefix(12)) → \(new.prefix(12))")
        #expect(result.message.contains("parameters: period 25 → 20"))
        #expect(old != new && stage.running.generation == 2)
        #expect(stage.swaps == [.init(name: "scalp", old: old, new: new, generation: 2, asked: true)])
        #expect(stage.running.current.parameterTexts.first { $0.name == "period" }?.value == "20")
        #expect(stage.running.lastReload?.outcome == .reloaded)
    }

    @Test func `an edit is noticed without being asked for`() throws {
        let stage = try ReloadStage(Scripts.strategy())
        #expect(stage.poll().isEmpty)
        try stage.save(Scripts.strategy(period: 100))
        #expect(stage.poll().map(\.outcome) == [.reloaded])
        #expect(stage.swaps.map(\.asked) == [false] && stage.running.generation == 2)
        #expect(stage.poll().isEmpty)
    }

    @Test func `a parameter given from outside stays, whatever the new default`() throws {
        let stage = try ReloadStage(Scripts.strategy(), parameters: ["period": "30"])
        try stage.save(Scripts.strategy(period: 20))
        let result = try #require(stage.reload())
        #expect(result.outcome == .reloaded && !result.message.joined().contains("period"))
        #expect(stage.running.current.parameterTexts.first { $0.name == "period" }?.value == "30")
    }

    @Test func `a risk rule is exchanged like a strategy`() throws {
        let stage = try ReloadStage(Scripts.rule("FIRST"), .riskRule)
        try stage.save(Scripts.rule("SECOND"))
        let result = try #require(stage.reload("rule"))
        #expect(result.outcome == .reloaded && result.message.contains("no order yet to compare on"))
        #expect(stage.swaps.count == 1 && stage.running.current is LuaRiskRule)
    }

    @Test func `the same text again is no new version`() throws {
        let stage = try ReloadStage(Scripts.strategy())
        try stage.save(Scripts.strategy())
        #expect(stage.reload("scalp")?.outcome == .unchanged)
        #expect(stage.poll().isEmpty && stage.swaps.isEmpty && stage.running.generation == 1)
    }

    @Test func `a name nobody has reloads nothing, the file's name does`() throws {
        let stage = try ReloadStage(Scripts.strategy())
        #expect(stage.reload("nobody") == nil)
        #expect(stage.reload("s.lua")?.outcome == .unchanged)
    }

    @Test func `the shadow run says what it compared`() throws {
        let stage = try ReloadStage(Scripts.strategy())
        stage.record(3)
        try stage.save(
            Scripts.strategy(onCandle: #"return { side = "long", entry = 45, stop = 40, target = 60 }"#)
        )
        let message = try #require(stage.reload()).message.joined(separator: "\n")
        #expect(message.contains("last 3 candles: 0 signals before, 3 after; first difference"), "\(message)")
    }

    @Test func `its own tests are run and told`() throws {
        let stage = try ReloadStage(Scripts.strategy(), files: ["s_test.lua": Scripts.test(wants: "NEW")])
        try stage.save(Scripts.strategy(onCandle: #"return nil, "NEW""#))
        let result = try #require(stage.reload())
        #expect(result.outcome == .reloaded && result.message.contains("its own tests: 1 passed"), "\(result.message)")
    }

    // MARK: What is handed on

    @Test func `state is handed on`() throws {
        let count = #"ctx.state.n = (ctx.state.n or 0) + 1 return nil, "N" .. ctx.state.n"#
        let stage = try ReloadStage(Scripts.strategy(onCandle: count))
        #expect(stage.judge(3) == "N3")
        try stage.save(Scripts.strategy(period: 20, onCandle: count))
        #expect(stage.reload()?.outcome == .reloaded)
        #expect(stage.judge() == "N4")
    }

    @Test func `what save returns comes to load`() throws {
        func text(_ period: Int) -> String {
            Scripts.strategy(
                period: period,
                head: "local kept = 0",
                onCandle: #"kept = kept + 1 return nil, "K" .. kept"#,
                """
                function s.save(ctx) return { kept = kept } end
                function s.load(ctx, saved) kept = saved.kept + 100 end
                """
            )
        }
        let stage = try ReloadStage(text(25))
        #expect(stage.judge(2) == "K2")
        try stage.save(text(20))
        #expect(stage.reload()?.outcome == .reloaded)
        #expect(stage.judge() == "K103")
    }

    @Test func `calls and errors are counted through all versions`() throws {
        let stage = try ReloadStage(Scripts.strategy(onCandle: #"error("boom")"#))
        stage.judge(2)
        try stage.save(Scripts.strategy())
        #expect(stage.reload()?.outcome == .reloaded)
        #expect(stage.running.past.errors == 2 && stage.running.past.calls >= 2)
    }

    @Test func `a quarantine survives an edit and ends when an operator asks`() throws {
        let stage = try ReloadStage(Scripts.strategy(onCandle: #"error("boom")"#))
        stage.judge(3)
        #expect(stage.running.current.isQuarantined)
        try stage.save(Scripts.strategy())
        let results = stage.poll()
        #expect(results.map(\.outcome) == [.reloaded])
        #expect(results.first?.message.last == "still in quarantine; kbot reload scalp gives it another chance")
        #expect(stage.running.current.isQuarantined && stage.judge() == "SCRIPT_QUARANTINED")
        #expect(stage.reload("scalp")?.outcome == .reloaded)
        #expect(!stage.running.current.isQuarantined && stage.judge() == "QUIET")
        #expect(stage.swaps.map(\.asked) == [false, true] && stage.running.generation == 3)
    }

    // MARK: Many

    @Test func `a thousand reloads leave no file open and no memory behind`() throws {
        let count = #"ctx.state.n = (ctx.state.n or 0) + 1 return nil, "N" .. ctx.state.n"#
        let stage = try ReloadStage(Scripts.strategy(onCandle: count))
        let before = stage.openFiles
        var early = 0
        for round in 1...1_000 {
            stage.judge()
            try stage.save(Scripts.strategy(period: round.isMultiple(of: 2) ? 25 : 20, onCandle: count))
            try #require(stage.reload()?.outcome == .reloaded, "round \(round)")
            if round == 10 { early = stage.running.current.statistics.memoryBytes }
        }
        #expect(stage.openFiles == before)
        #expect(early > 0 && stage.running.current.statistics.memoryBytes <= early * 2)
        #expect(stage.running.generation == 1_001 && stage.swaps.count == 1_000)
        #expect(stage.judge() == "N1001")
    }
}

/// New texts that are refused: the version in force goes on as if nothing had been.
@Suite struct ReloadRefusalTests {
    private typealias Scripts = ReloadScripts

    /// A text that is refused.
    struct Refusal: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var before = ReloadScripts.strategy()
        let after: String
        var files: [String: String] = [:]
        /// What the message says.
        let words: [String]
    }

    private static let refusals = [
        Refusal(testDescription: "syntax error", after: "local s = = 1\nreturn s\n", words: ["s.lua:1"]),
        Refusal(
            testDescription: "unknown field where no candle has come by yet",
            after: Scripts.strategy(
                onCandle: #"if candle.trades < 0 then return nil, ctx.market.tickr end return nil, "QUIET""#
            ),
            words: ["s.lua:", "tickr"]
        ),
        Refusal(
            testDescription: "unknown field of the script",
            after: Scripts.strategy("s.on_candel = function() end"),
            words: ["on_candel"]
        ),
        Refusal(
            testDescription: "another name",
            after: Scripts.strategy(name: "other"),
            words: ["the script is now called 'other', not 'scalp': that wants a new run"]
        ),
        Refusal(
            testDescription: "another kind",
            after: Scripts.rule("FIRST"),
            words: ["s.lua"]
        ),
        Refusal(
            testDescription: "a parameter that wants a new run",
            before: Scripts.strategy(params: #"pace = { type = "integer", default = 1, reload = "restart" }"#),
            after: Scripts.strategy(params: #"pace = { type = "integer", default = 2, reload = "restart" }"#),
            words: [#"pace 1 → 2: this parameter is declared reload = "restart""#]
        ),
        Refusal(
            testDescription: "a failing test beside it",
            after: Scripts.strategy(onCandle: #"return nil, "NEW""#),
            files: ["s_test.lua": Scripts.test(wants: "QUIET")],
            words: ["1 of its own tests fail: answers", #"expected "QUIET", got "NEW""#]
        ),
        Refusal(
            testDescription: "an error in the shadow run",
            after: Scripts.strategy(onCandle: #"error("boom")"#),
            words: ["failed in the shadow run", "boom"]
        ),
        Refusal(
            testDescription: "state that cannot be handed on",
            before: Scripts.strategy(onCandle: #"ctx.state.f = function() end return nil, "QUIET""#),
            after: Scripts.strategy(period: 20),
            words: ["what it keeps cannot be handed on"]
        ),
        Refusal(
            testDescription: "load fails",
            before: Scripts.strategy("function s.save(ctx) return { 1 } end"),
            after: Scripts.strategy(#"function s.load(ctx, saved) error("cannot read that") end"#),
            words: ["cannot read that", "(load)"]
        ),
        Refusal(
            testDescription: "on_start fails",
            after: Scripts.strategy(#"function s.on_start(ctx) error("not today") end"#),
            words: ["not today"]
        ),
        Refusal(testDescription: "wrong needs", after: Scripts.strategy(interval: "soon"), words: ["interval"]),
        Refusal(
            testDescription: "a module that is not there",
            after: Scripts.strategy(head: #"local levels = require("levels")"#),
            words: ["module 'levels'"]
        ),
    ]

    @Test(arguments: refusals)
    func `what cannot be used is refused`(refusal: Refusal) throws {
        let stage = try ReloadStage(refusal.before, files: refusal.files)
        let (version, current) = (stage.running.version, stage.running.current)
        stage.record(3)
        stage.judge()
        try stage.save(refusal.after)
        let result = try #require(stage.reload())
        let message = result.message.joined(separator: "\n")
        #expect(result.outcome == .refused, "\(message)")
        for words in refusal.words { #expect(message.contains(words), "\(message)") }
        #expect(result.message.last == "the version in force goes on")
        #expect(stage.running.version == version && stage.running.generation == 1)
        #expect(stage.running.current === current && stage.swaps.isEmpty)
        #expect(stage.judge() == "QUIET")
        #expect(stage.running.lastReload?.outcome == .refused)
        // It is told once.
        #expect(stage.poll().isEmpty)
    }

    @Test func `after a refusal the next good text is taken over`() throws {
        let stage = try ReloadStage(ReloadScripts.strategy())
        try stage.save("local s = = 1\n")
        #expect(stage.poll().map(\.outcome) == [.refused])
        try stage.save(ReloadScripts.strategy(period: 100))
        #expect(stage.poll().map(\.outcome) == [.reloaded])
        #expect(stage.running.generation == 2)
    }

    @Test func `a module that was missing is waited for`() throws {
        let stage = try ReloadStage(ReloadScripts.strategy())
        try stage.save(ReloadScripts.strategy(head: #"local levels = require("levels")"#))
        #expect(stage.poll().map(\.outcome) == [.refused])
        #expect(stage.poll().isEmpty)
        try stage.save("return { low = 1 }\n", as: "levels.lua")
        #expect(stage.poll().map(\.outcome) == [.reloaded])
        #expect(stage.running.version.modules.map(\.name) == ["levels.lua"])
        let hash = stage.running.version.hash
        try stage.save("return { low = 1, high = 99 }\n", as: "levels.lua")
        #expect(stage.poll().map(\.outcome) == [.reloaded])
        #expect(stage.running.version.hash != hash && stage.running.generation == 3)
    }

    @Test func `a file that was removed leaves its version in force`() throws {
        let stage = try ReloadStage(ReloadScripts.strategy())
        try stage.remove("s.lua")
        let results = stage.poll()
        #expect(results.map(\.outcome) == [.refused] && results.first?.message.first?.contains("was removed") == true)
        #expect(stage.reload("scalp")?.outcome == .refused)
        #expect(stage.running.generation == 1 && stage.judge() == "QUIET" && stage.swaps.isEmpty)
    }
}

/// Versions that are kept, and reloads that are read back.
@Suite struct KeptVersionTests {
    private func stage() throws -> ReloadStage {
        try ReloadStage(
            ReloadScripts.strategy(head: #"local levels = require("levels")"#),
            files: ["levels.lua": "return { low = 1 }\n"]
        )
    }

    @Test func `every version is kept with its modules`() throws {
        let stage = try stage()
        let first = stage.running.version
        try stage.save("return { low = 2, high = 99 }\n", as: "levels.lua")
        #expect(stage.reload()?.outcome == .reloaded)
        let second = stage.running.version
        #expect(first.modules.count == 1 && first.hash != second.hash && first.file == second.file)
        #expect(try stage.store.load(first.hash) == first)
        #expect(try stage.store.load(second.hash) == second)
        guard case .success(let module) = first.finder("levels") else {
            Issue.record("the module of the first version is gone")
            return
        }
        #expect(module.text == "return { low = 1 }\n")
    }

    @Test func `a text that was changed afterwards is refused`() throws {
        let stage = try stage()
        let version = stage.running.version
        let module = try #require(version.modules.first)
        try stage.save("return { low = 3 }\n", as: "state/scripts/\(module.hash).lua")
        #expect(throws: RunFailure.self) { try stage.store.load(version.hash) }
    }

    @Test func `a manifest that names other texts is refused`() throws {
        let stage = try stage()
        let folder = stage.folder.path + "/state/scripts/"
        let hash = stage.running.version.hash
        let other = String(repeating: "0", count: 64)
        try FileManager.default.copyItem(atPath: "\(folder)\(hash).json", toPath: "\(folder)\(other).json")
        #expect(throws: RunFailure.self) { try stage.store.load(other) }
    }

    @Test func `a version that was never kept is refused`() throws {
        let stage = try stage()
        #expect(throws: RunFailure.self) { try stage.store.load("00ff") }
    }

    // MARK: Reloads of an earlier run

    private static let candle = #"{"type":"candle","ts":"2026-11-22T23:15:00.000000Z","market":"M","trades":3}"#
    private static let reload =
        #"{"type":"reload","ts":"2026-11-22T23:15:01.000000Z","script":"scalp","generation":2,"old":"00aa","#
        + #""new":"00bb","after_events":812,"asked":true}"#

    @Test func `reloads are read out of an event stream, in order`() throws {
        let folder = try FeedFolder()
        let later = Self.reload.replacing("\"generation\":2", with: "\"generation\":3").replacing("true", with: "false")
        let path = try folder.write("ev", [Self.candle, Self.reload, Self.candle, later, ""].joined(separator: "\n"))
        let swaps = try RecordedReloads.read(path)
        #expect(
            swaps == [
                ScriptSwap(
                    script: "scalp",
                    oldHash: "00aa",
                    newHash: "00bb",
                    generation: 2,
                    afterEvents: 812,
                    isAsked: true
                ),
                ScriptSwap(script: "scalp", oldHash: "00aa", newHash: "00bb", generation: 3, afterEvents: 812),
            ]
        )
    }

    @Test(arguments: ["\"old\":\"00aa\",", "}", "812", "\"asked\":"])
    func `a reload that is not whole is refused with its line`(missing: String) throws {
        let path = try FeedFolder.kept("ev", [Self.candle, Self.reload.replacing(missing, with: "")])
        let failure = try #require(throws: RunFailure.self) { try RecordedReloads.read(path.file) }
        #expect(failure.code == .data && failure.message.contains("\(path.file):2:"))
    }

    @Test func `a stream without reloads, or none at all, is wrong usage`() throws {
        let path = try FeedFolder.kept("ev", [Self.candle])
        for file in [path.file, path.file + ".missing"] {
            let failure = try #require(throws: RunFailure.self) { try RecordedReloads.read(file) }
            #expect(failure.code == .usage && failure.message.contains("--reloads \(file)"))
        }
    }
}

extension FeedFolder {
    /// A file of lines, with the folder that must outlive its use.
    fileprivate static func kept(_ name: String, _ lines: [String]) throws -> (folder: FeedFolder, file: String) {
        let folder = try FeedFolder()
        return (folder, try folder.write(name, lines.map { $0 + "\n" }.joined()))
    }
}

extension ReloadStage {
    /// Open files below the stage's folder; other tests open theirs at the same time.
    fileprivate var openFiles: Int {
        let manager = FileManager.default
        let numbers = (try? manager.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        let targets = numbers.compactMap { try? manager.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)") }
        return targets.count { $0.hasPrefix(folder.path) }
    }
}
