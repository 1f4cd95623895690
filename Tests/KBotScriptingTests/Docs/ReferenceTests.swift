import Foundation
import KBotLua
import Testing

@testable import KBotScripting

/// docs/scripting-api.md leaves nothing out that scripts can declare, read or call.
@Suite struct ReferenceTests {
    /// Every word between backticks, and the page as a whole.
    private static let (words, page): (Set<String>, String) = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let path = root.appendingPathComponent("docs/scripting-api.md")
        guard let page = try? String(contentsOf: path, encoding: .utf8) else { return ([], "") }
        let prose = page.replacing(/```(?s:.)*?```/, with: "")
        let spans = prose.matches(of: /`([^`]+)`/).map(\.1)
        return (Set(spans.flatMap { $0.matches(of: /[A-Za-z_][A-Za-z0-9_]*/).map { String($0.0) } }), page)
    }()

    private func look(for names: [String], of what: String) {
        for name in names where !Self.words.contains(name) {
            Issue.record("docs/scripting-api.md does not name \(what)\(name)")
        }
    }

    private func look(for object: KBotScripting.HostObject) {
        look(for: object.plainFields.map(\.name) + object.functions.map(\.name), of: "\(object.path).")
        for (field, inner) in object.objects {
            look(for: [field.name], of: "\(object.path).")
            look(for: inner)
        }
    }

    @Test func `it names every field and function of ctx and kbot`() throws {
        let strategy = try LuaStrategy(Scripts.strategy(indicators: "bands = { 'bollinger', period = 3 }"))
        look(for: KBotScripting.HostObject.strategyContext(strategy.needs, parameters: [], state: .table([])))
        look(for: KBotScripting.HostObject.ruleContext(parameters: [], state: .table([])))
        look(for: KbotLibrary.functions.map(\.name) + KbotLibrary.clock.names + ["api"], of: "kbot.")
    }

    @Test func `it names every key of the tables that scripts write and get`() {
        let records: [HostRecord] = [
            .script(.strategy), .script(.riskRule), .parameter, .needs, .candleNeeds, .candle, .trade, .fill,
            .settlement,
            .order, .position, .level, .signal,
        ]
        for record in records { look(for: record.names, of: "\(record.type): ") }
        look(for: ScriptManifest.callbackNames(.strategy) + ScriptManifest.callbackNames(.riskRule), of: "callback ")
        look(for: NeedsReader.indicatorNames, of: "indicator ")
    }

    @Test func `it names what test files see`() {
        let functions = TestDeclarations.globals + TestDeclarations.test + TestDeclarations.expectations
        look(for: (functions + TestDeclarations.bench + TestDeclarations.ruleBench).map(\.name), of: "")
        look(for: (TestDeclarations.benchFields + TestDeclarations.ruleBenchFields).map(\.name), of: "bench.")
        for record in TestDeclarations.records { look(for: record.names, of: "\(record.type): ") }
    }

    @Test func `it names what the sandbox has, and its limits`() {
        look(for: LuaSandboxNames.functions + LuaSandboxNames.libraries.keys.sorted(), of: "")
        let limits = LuaLimits()
        for number in [limits.callInstructions, limits.loadInstructions] {
            #expect(Self.page.contains("\(number.formatted(.number.locale(Locale(identifier: "en_US")))) instructions"))
        }
        #expect(Self.page.contains("\(limits.memoryBytes >> 20) MiB"))
        #expect(Self.page.contains("\(ScriptMachine.stateLimits.bytes >> 10) KiB"))
    }
}
