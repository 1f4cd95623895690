import KBotEngine
import KBotLua

/// Writes the editor's definitions of everything a script sees: one file for the Lua language server, made from the same
/// lists that bind it.
package struct StubWriter {
    private var text = ""
    /// Classes that stand in the text; the same object may be reached in several ways.
    private var told: Set<String> = []

    private init() {}

    /// The definitions, as they are kept in `strategies/_meta/kbot.lua`.
    package static var text: String {
        var writer = StubWriter()
        writer.head()
        writer.aliases()
        for kind in [ScriptManifest.Kind.strategy, .riskRule] { writer.script(kind) }
        for record in [HostRecord.parameter, .needs, .candleNeeds, .indicatorSpec] { writer.add(record) }
        // Bands stand for every indicator here: which there are is known only when a script says what it needs.
        writer.add(.strategyContext(StrategyNeeds(interval: .auto, indicators: []), parameters: [], state: .nil))
        writer.add(.bands("ctx.indicators", at: 0, .market, hot: false))
        writer.add(.ruleContext(parameters: [], state: .nil))
        for record in [HostRecord.candle, .trade, .fill, .settlement, .order, .position, .level, .signal] {
            writer.add(record)
        }
        writer.globals()
        writer.tests()
        return writer.text
    }

    // MARK: Parts

    private mutating func head() {
        line("---@meta _")
        line("-- What scripts of kbot see (api \(ScriptManifest.api)), for editors that run the Lua language server.")
        line(
            "-- Made by the program from what it binds: `kbot stubs --output strategies/_meta/kbot.lua` makes it anew. Nothing"
        )
        line("-- here is run.")
        line("--")
        line(
            "-- Prices are cents of the YES contract, counts contracts, money dollars, times seconds since the epoch, UTC."
        )
    }

    private mutating func aliases() {
        alias("kbot.Side", "\"long\"|\"short\"", "A long buys YES, a short buys NO; prices are YES prices either way.")
        alias("kbot.Span", "string|integer", "A time such as \"5s\", \"15m\" or \"24h\", or whole seconds.")
        alias("kbot.Verdict", "\"allow\"|\"reduce\"|\"deny\"|\"halt\"", "What a risk rule says of an order.")
        alias(
            "kbot.IndicatorKind",
            NeedsReader.indicatorNames.map { "\"\($0)\"" }.joined(separator: "|"),
            "The indicators there are."
        )
    }

    private mutating func script(_ kind: ScriptManifest.Kind) {
        let record = HostRecord.script(kind)
        begin(record.type, record.help)
        for value in record.fields { field(value) }
        // Optional even where kbot needs them: they are added after the table is made, which the server cannot foresee.
        for function in HostFunction.callbacks(kind) { field(function, name: function.name + "?") }
    }

    private mutating func globals() {
        line()
        line("---Pure helpers.")
        line("---@class kbot")
        line("---@field api \(ScriptManifest.api) # The version of the contract this kbot speaks.")
        line("kbot = {}")
        for function in KbotLibrary.functions { define(function, in: "kbot.") }
        add(KbotLibrary.clock)
        define(
            HostFunction(
                "require",
                [("name", "string")],
                "any",
                "Runs `name.lua`, which lies beside the script, once, and gives what it returned."
            )
        )
    }

    private mutating func tests() {
        line()
        line("-- Files that end in _test.lua; `kbot test` runs them.")
        for function in TestDeclarations.globals { define(function) }
        let it = TestDeclarations.it
        begin("kbot.It", it.help)
        line("---@overload \(type(of: it))")
        line("it = {}")
        for function in TestDeclarations.itFunctions { define(function, in: "it.") }
        line()
        line("---Puts scripts to the test.")
        line("---@class kbot.Test")
        line("test = {}")
        for function in TestDeclarations.test { define(function, in: "test.") }
        begin("kbot.Expectation", "What is expected of a value; an expectation that is not met fails the test.")
        line("---@field never kbot.Expectation # The opposite of each of these.")
        for function in TestDeclarations.expectations { field(function) }
        bench(
            "kbot.Bench",
            "A strategy with one market: no engine, no orders; prices are told as the script gave them.",
            TestDeclarations.benchFields,
            TestDeclarations.bench
        )
        bench(
            "kbot.RuleBench",
            "A risk rule with one market.",
            TestDeclarations.ruleBenchFields,
            TestDeclarations.ruleBench
        )
        for record in TestDeclarations.records { add(record) }
    }

    private mutating func bench(_ type: String, _ help: String, _ fields: [HostField], _ methods: [HostFunction]) {
        begin(type, help)
        for value in fields { field(value) }
        for method in methods { field(method, of: type) }
    }

    // MARK: Classes

    private mutating func add(_ object: HostObject) {
        guard told.insert(object.type).inserted else { return }
        begin(object.type, object.help)
        for member in object.members {
            switch member {
            case .values(let list, _, _, _): for value in list { field(value) }
            case .property(let value, _, _), .constant(let value, _), .table(let value, _), .object(let value, _):
                field(value)
            case .function(let function, _, _): field(function)
            }
        }
        // Parameters and indicators have the names that the script gives them.
        if object.members.isEmpty { line("---@field [string] any") }
        for (_, inner) in object.objects { add(inner) }
    }

    private mutating func add(_ record: HostRecord) {
        guard told.insert(record.type).inserted else { return }
        begin(record.type, record.help)
        for value in record.fields { field(value) }
    }

    // MARK: Lines

    private mutating func begin(_ type: String, _ help: String) {
        line()
        line("---\(help)")
        line("---@class \(type)")
    }

    private mutating func alias(_ name: String, _ type: String, _ help: String) {
        line()
        line("---\(help)")
        line("---@alias \(name) \(type)")
    }

    private mutating func field(_ field: HostField) {
        line("---@field \(field.name) \(field.type) # \(field.help)")
    }

    private mutating func field(_ function: HostFunction, name: String? = nil, of bench: String? = nil) {
        line("---@field \(name ?? function.name) \(type(of: function, of: bench)) # \(function.help)")
    }

    private func type(of function: HostFunction, of bench: String? = nil) -> String {
        let arguments = (bench.map { ["self: \($0)"] } ?? []) + function.arguments.map { "\($0.name): \($0.type)" }
        return "fun(\(arguments.joined(separator: ", ")))" + (function.result.map { ": \($0)" } ?? "")
    }

    private mutating func define(_ function: HostFunction, in table: String = "") {
        line()
        line("---\(function.help)")
        for argument in function.arguments { line("---@param \(argument.name) \(argument.type)") }
        if let result = function.result { line("---@return \(result)") }
        let names = function.arguments.map { $0.name.hasSuffix("?") ? String($0.name.dropLast()) : $0.name }
        line("function \(table)\(function.name)(\(names.joined(separator: ", "))) end")
    }

    private mutating func line(_ content: String = "") { text += content + "\n" }
}
