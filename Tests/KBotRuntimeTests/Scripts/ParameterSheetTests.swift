import Foundation
import KBotScripting
import Testing

@testable import KBotRuntime

@Suite struct ParameterSheetTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path
    private let folder: FeedFolder

    init() throws { folder = try FeedFolder() }

    private func load(_ names: [String], _ arguments: String...) throws(RunFailure) -> [ParameterSheet] {
        try ParameterSheet.load(names, arguments: arguments, library: ScriptLibrary(home: Self.root))
    }

    private func failure(_ names: [String], _ arguments: String...) -> RunFailure? {
        do throws(RunFailure) {
            _ = try ParameterSheet.load(names, arguments: arguments, library: ScriptLibrary(home: Self.root))
            return nil
        } catch {
            return error
        }
    }

    /// A strategy with these parameters.
    private func script(_ parameters: String) throws -> String {
        try folder.write(
            "mine.lua",
            """
            return { api = 1, kind = "strategy", name = "mine", version = "1", params = { \(parameters) },
              needs = function() return { candles = { interval = "5s" } } end, on_candle = function() end }
            """
        )
    }

    @Test func `strategies and risk rules are found by their names, with what they say of themselves`() throws {
        let sheets = try load(["bollinger_scalper", "max_spread.lua"])
        #expect(sheets.map(\.kind) == ["strategy", "risk-rule"])
        #expect(sheets.map(\.name) == ["bollinger_scalper", "max_spread"])
        let period = try #require(sheets[0].parameters.first { $0.name == "period" })
        #expect(period.type == "integer" && period.range == "2 to 500" && period.optimize && period.reload == "live")
        #expect(period.texts == ("25", "25", "5") && !period.help.isEmpty)
        let geometry = try #require(sheets[0].parameters.first { $0.name == "geometry" })
        #expect(geometry.choices == ["mirror", "reversal"] && geometry.range == "mirror, reversal")
        #expect(sheets[1].parameters.map(\.range) == ["0.01 to 99"])
    }

    @Test(arguments: [
        ("type = 'integer', default = 3", "integer", "", "3"),
        ("type = 'integer', default = 3, min = 1", "integer", "at least 1", "3"),
        ("type = 'number', default = 0.5, max = 2.5", "number", "at most 2.5", "0.5"),
        ("type = 'boolean', default = false", "boolean", "", "false"),
        ("type = 'string', default = 'x y'", "string", "", "x y"),
        ("type = 'duration', default = '15m', reload = 'restart'", "duration", "", "15m"),
    ])
    func `a parameter is told by type, range and default`(
        declaration: String,
        type: String,
        range: String,
        fallback: String
    ) throws {
        let row = try #require(try load([try script("x = { \(declaration) }")]).first?.parameters.first)
        #expect(row.type == type && row.range == range && row.texts.fallback == fallback)
        #expect(row.reload == (type == "duration" ? "restart" : "live"))
    }

    @Test func `values from outside are in force, the last one wins, and other scripts keep theirs`() throws {
        let sheets = try load(
            ["bollinger_scalper", "max_spread"],
            "period=30",
            "bollinger_scalper.period=31",
            "max_spread.cents=2.5"
        )
        #expect(sheets[0].parameters.first { $0.name == "period" }?.texts.value == "31")
        #expect(sheets[1].parameters.map(\.texts.value) == ["2.5"])
    }

    @Test func `a document of values keeps their types`() throws {
        let sheets = try load([
            try script("b = { type = 'boolean', default = true }, n = { type = 'number', default = 2.5 }")
        ])
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let text = String(decoding: try encoder.encode(sheets[0].parameters), as: UTF8.self)
        #expect(text.contains(#""default":true"#) && text.contains(#""value":2.5"#) && !text.contains("null"))
    }

    @Test func `arguments that do not fit are refused with what is wanted`() {
        let range = failure(["bollinger_scalper"], "period=1")
        #expect(range?.code == .usage && range?.message.contains("an integer from 2 to 500") == true)
        let name = failure(["bollinger_scalper"], "perod=3")
        #expect(name?.code == .usage && name?.message.contains("did you mean 'period'") == true)
        let owner = failure(["max_spread"], "max_spred.cents=3")
        #expect(owner?.code == .usage && owner?.message.contains("did you mean max_spread.cents?") == true)
        let rule = failure(["max_spread"], "cents=3")
        #expect(rule?.code == .usage && rule?.message.hasSuffix("write --param max_spread.cents=3") == true)
        #expect(failure(["max_spread"], "=3")?.code == .usage)
        #expect(failure(["native:bollinger_scalper"])?.code == .usage)
    }

    @Test func `a script that is missing or broken is the script's fault`() throws {
        let missing = failure(["bolinger_scalper"])
        #expect(missing?.code == .script && missing?.message.contains("did you mean bollinger_scalper.lua?") == true)
        #expect(missing?.message.contains("\n  risk-rules/bolinger_scalper.lua") == true)
        let syntax = failure([try folder.write("a.lua", "return {")])
        #expect(syntax?.code == .script && syntax?.message.contains("a.lua:1") == true)
        let kind = failure([try folder.write("b.lua", "return { api = 1, kind = 'x' }")])
        #expect(kind?.code == .script)
        let needs = failure([
            try folder.write(
                "c.lua",
                "return { api = 1, kind = 'strategy', name = 'c', version = '1', needs = function() end, on_candle = function() end }"
            )
        ])
        #expect(needs?.code == .script && needs?.message.contains("needs must return") == true)
    }

    @Test func `tests are not suggested as scripts`() throws {
        #expect(
            !ScriptLibrary(home: Self.root + "/templates").names(on: .riskRules).contains { $0.hasSuffix("_test.lua") }
        )
    }
}
