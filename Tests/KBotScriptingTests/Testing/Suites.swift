import Foundation
import KBotScripting

/// Test files of few words, and the scripts beside them.
enum Suites {
    /// A test file as if read from `script_test.lua`.
    static func file(_ text: String) -> ScriptFile {
        ScriptFile(path: "strategies/script_test.lua", name: "script_test.lua", text: text, hash: "")
    }

    /// Loads tests; `scripts` are the files beside them, by name without `.lua`.
    static func load(
        _ text: String,
        _ scripts: [String: String] = [:],
        run: TestRunner = .none,
        instructions: Int = .max
    ) throws(ScriptFailure) -> ScriptTests {
        try ScriptTests(file(text), in: surroundings(scripts, run: run), instructions: instructions)
    }

    /// What tests are run with.
    static func surroundings(_ scripts: [String: String], run: TestRunner = .none) -> TestSurroundings {
        TestSurroundings(script: finder(scripts), modules: { _ in modules(scripts) }, run: run)
    }

    /// Finds scripts beside a test.
    static func finder(_ scripts: [String: String]) -> (String) -> Result<ScriptFile?, ScriptFailure> {
        { name in
            let text = scripts[name.hasSuffix(".lua") ? String(name.dropLast(4)) : name]
            return .success(text.map { ScriptFile(path: "strategies/\(name)", name: name, text: $0, hash: "") })
        }
    }

    /// Finds modules beside a script.
    static func modules(_ scripts: [String: String]) -> ModuleFinder {
        { name in
            guard let text = scripts[name] else { return .failure(ScriptFailure("module '\(name)' was not found")) }
            return .success(ScriptFile(path: "", name: "\(name).lua", text: text, hash: ""))
        }
    }

    /// Runs every test; by full name what is wrong, `skipped: reason`, or `passed`.
    static func outcomes(
        _ text: String,
        _ scripts: [String: String] = [:],
        run: TestRunner = .none
    ) throws(ScriptFailure) -> [String] {
        let tests = try load(text, scripts, run: run)
        return tests.tests.map { "\($0.fullName): \(tests.run($0).outcome.text)" }
    }

    /// The outcome of one test with this body.
    static func outcome(
        _ body: String,
        _ scripts: [String: String] = [:],
        run: TestRunner = .none
    ) throws(ScriptFailure) -> String {
        let tests = try load("it(\"works\", function()\n\(body)\nend)", scripts, run: run)
        return tests.run(tests.tests[0]).outcome.text
    }

    /// Why a file cannot be loaded.
    static func complaint(_ text: String) -> String? {
        do throws(ScriptFailure) {
            _ = try load(text)
            return nil
        } catch {
            return error.description
        }
    }

    /// A strategy on 10-second candles; `onCandle` is the body of that callback.
    static func strategy(_ onCandle: String, needs: String = "", _ more: String = "") -> String {
        """
        local s = { api = 1, kind = "strategy", name = "script", version = "1",
          params = { size = { type = "number", default = 2.5, min = 0, max = 10 } } }
        function s.needs(params) return { candles = { interval = "10s" }, \(needs) } end
        function s.on_candle(ctx, candle) \(onCandle) end
        \(more)
        return s
        """
    }

    /// A risk rule; `check` is the body of its function.
    static func rule(_ check: String, _ more: String = "") -> String {
        """
        local r = { api = 1, kind = "risk-rule", name = "rule", version = "1" }
        function r.check(ctx, order) \(check) end
        \(more)
        return r
        """
    }
}

extension TestOutcome {
    /// The outcome in words.
    var text: String {
        switch self {
        case .passed: "passed"
        case .failed(let failure): failure.message
        case .skipped(let reason): "skipped: \(reason)"
        }
    }
}
