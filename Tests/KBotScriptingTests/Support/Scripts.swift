import Foundation
import KBotEngine
import KBotScripting

/// Makes scripts of few words.
enum Scripts {
    /// A script as if read from `test.lua`.
    static func file(_ text: String, name: String = "test.lua") -> ScriptFile {
        ScriptFile(path: "strategies/\(name)", name: name, text: text, hash: "")
    }

    /// A script of the repository, such as `strategies/bollinger_scalper.lua`.
    static func shipped(_ path: String) throws -> ScriptFile {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
        return ScriptFile(path: path, name: URL(fileURLWithPath: path).lastPathComponent, text: text, hash: "")
    }

    /// A strategy on 10-second candles; `onCandle` is the body of that callback, `more` stands before the end.
    static func strategy(
        onCandle: String = "",
        indicators: String = "",
        params: String = "",
        _ more: String = ""
    ) -> ScriptFile {
        file(
            """
            local s = { api = 1, kind = "strategy", name = "test", version = "1.2", params = { \(params) } }
            function s.needs(params) return { candles = { interval = "10s" }, indicators = { \(indicators) } } end
            function s.on_candle(ctx, candle) \(onCandle) end
            \(more)
            return s
            """
        )
    }

    /// A risk rule; `check` is the body of its function.
    static func rule(_ check: String, params: String = "", _ more: String = "") -> ScriptFile {
        file(
            """
            local r = { api = 1, kind = "risk-rule", name = "rule", version = "1", params = { \(params) } }
            function r.check(ctx, order) \(check) end
            \(more)
            return r
            """,
            name: "rule.lua"
        )
    }

    /// Why a strategy cannot be used; nil when it can.
    static func failure(of file: ScriptFile, _ parameters: [String: String] = [:]) -> ScriptFailure? {
        do throws(ScriptFailure) {
            _ = try LuaStrategy(file, parameters: parameters)
            return nil
        } catch {
            return error
        }
    }

    /// What is said of a strategy that cannot be used.
    static func complaint(_ text: String) -> String? { failure(of: file(text))?.description }

    /// Why a risk rule cannot be used; nil when it can.
    static func ruleFailure(of file: ScriptFile) -> ScriptFailure? {
        do throws(ScriptFailure) {
            _ = try LuaRiskRule(file)
            return nil
        } catch {
            return error
        }
    }
}

extension StrategyMessage {
    /// The line of a log message.
    var line: String? { if case .log(let line) = self { line } else { nil } }
    /// The text of a failure.
    var failure: String? { if case .failure(let text) = self { text } else { nil } }
}
