import Foundation
import KBotEngine
import KBotLua
import Testing

@testable import KBotScripting

/// The editor's definitions fit what scripts see.
@Suite struct StubTests {
    private let text = StubWriter.text

    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// The fields of a class, by name, with the rest of their lines.
    private func fields(of type: String) throws -> [String: String] {
        let start = try #require(text.firstRange(of: "---@class \(type)\n"), "no class \(type)").upperBound
        var fields: [String: String] = [:]
        for line in text[start...].split(separator: "\n", omittingEmptySubsequences: false) {
            guard let match = line.firstMatch(of: /^---@field (\S+?)\?? (.*)$/) else { break }
            fields[String(match.1)] = String(match.2)
        }
        return fields
    }

    @Test func `the file in the repository is up to date`() throws {
        let file = Self.root.appendingPathComponent("strategies/_meta/kbot.lua")
        let kept = try? String(contentsOf: file, encoding: .utf8)
        #expect(
            kept == text,
            "strategies/_meta/kbot.lua is stale; renew it: ./kbot stubs --output strategies/_meta/kbot.lua"
        )
    }

    @Test func `the definitions are valid Lua`() throws {
        // Inside a function, so that it is compiled and not run: scripts cannot write globals.
        let source = LuaSource(name: "kbot.lua", text: "local function never()\n\(text)\nend")
        _ = try LuaVM().load(source)
        #expect(throws: LuaError.self) { try LuaVM().load(LuaSource(name: "kbot.lua", text: source.text + "\nend")) }
    }

    @Test func `every type that is named is defined, once`() {
        let defined = text.matches(of: /(?m)^---@(?:class|alias) (kbot\S*)/).map { String($0.1) }
        #expect(Set(defined).count == defined.count)
        let lines = text.split(separator: "\n").filter { $0.hasPrefix("---@") }
        for line in lines {
            let type = line.firstRange(of: " # ").map { line[..<$0.lowerBound] } ?? line
            for match in type.matches(of: /kbot\.[A-Z]\w*/) {
                #expect(defined.contains(String(match.output)), "\(line)")
            }
        }
    }

    @Test func `no line has an unfinished or a doubled part`() {
        for line in text.split(separator: "\n") {
            #expect(!line.hasSuffix(" ") && !line.contains("  ") && !line.contains("??"), "\(line)")
            if line.hasPrefix("---@field ") {
                #expect(line.contains(" # ") || line.hasSuffix("[string] any"), "\(line)")
            }
        }
    }

    @Test func `a class has exactly what is bound`() throws {
        let needs = StrategyNeeds(interval: .auto, indicators: [])
        for object in [
            HostObject.strategyContext(needs, parameters: [], state: .nil),
            .ruleContext(parameters: [], state: .nil), .market, .book, .account,
            .bands("ctx.indicators.bands", at: 0, .market, hot: false),
        ] {
            let bound =
                object.plainFields.map(\.name) + object.functions.map(\.name) + object.objects.map(\.field.name)
            #expect(try fields(of: object.type).keys.sorted() == bound.sorted(), "\(object.type)")
        }
    }

    @Test(arguments: [ScriptManifest.Kind.strategy, .riskRule])
    func `the table of a script has exactly the keys that are allowed`(kind: ScriptManifest.Kind) throws {
        let allowed =
            ["api", "kind", "name", "version", "description", "params"] + ScriptManifest.callbackNames(kind)
        let type = HostRecord.script(kind).type
        #expect(try fields(of: type).keys.sorted() == allowed.sorted())
    }

    @Test func `optional arguments, results and values are told as such`() throws {
        let market = try fields(of: "kbot.Market")
        #expect(market["bid"]?.hasPrefix("number? # ") == true)
        #expect(
            market["round"]?.hasPrefix("fun(price: number, mode?: \"nearest\"|\"down\"|\"up\"): number? # ") == true
        )
        #expect(try fields(of: "kbot.Params") == ["[string]": "any"])
        let strategy = try fields(of: "kbot.Strategy")
        #expect(strategy["on_stop"]?.hasPrefix("fun(ctx: kbot.Context) # ") == true)
        #expect(
            text.contains(
                "---@param seconds number\n---@param zone? string\n---@return kbot.Clock\nfunction kbot.clock(seconds, zone) end\n"
            )
        )
    }

    @Test func `benches have exactly what is told of them`() throws {
        let meter = TestMeter(instructions: .max)
        let strategy = try StrategyBench(Scripts.strategy(), [:], noModules, meter)
        let told = TestDeclarations.bench.map(\.name) + TestDeclarations.benchFields.map(\.name)
        #expect(strategy.fields.keys.sorted() == told.sorted())
        let rule = try RuleBench(Scripts.rule("return 'allow'"), [:], noModules, meter)
        let toldOfRules = TestDeclarations.ruleBench.map(\.name) + TestDeclarations.ruleBenchFields.map(\.name)
        #expect(rule.fields.keys.sorted() == toldOfRules.sorted())
    }

    @Test func `test files see exactly the functions that are told`() throws {
        // The error of an unknown name lists those there are.
        let expectations = try Suites.outcome("expect(1).nothing()")
        let known = try #require(expectations.firstMatch(of: /there is never, and ([a-z_, ]+)/)).1.split(
            separator: ", "
        )
        #expect(known.map(String.init).sorted() == TestDeclarations.expectations.map(\.name).sorted())
        let globals = TestDeclarations.globals.map(\.name)
        let functions =
            TestDeclarations.test.map { "test.\($0.name)" } + TestDeclarations.itFunctions.map { "it.\($0.name)" }
        for name in globals + functions {
            #expect(try Suites.outcome("expect(\(name)).to_exist()") == "passed", "\(name)")
        }
    }
}
