import KBotEngine
import KBotLua

/// What scripts can use and must look like, for the analysis that does not run them: made from the registry that binds it.
enum ScriptRules {
    /// The rules for what a text says it is; a text that is no script is taken for a module.
    static func rules(for syntax: LuaSyntax) -> LuaAnalysis.Rules {
        switch syntax.tableText("kind").flatMap(ScriptManifest.Kind.init(rawValue:)) {
        case .strategy: strategy
        case .riskRule: riskRule
        case nil: module
        }
    }

    static let module = LuaAnalysis.Rules(globals: globals, advice: LuaSandboxNames.advice)
    private static let strategy = LuaAnalysis.Rules(
        globals: globals,
        advice: LuaSandboxNames.advice,
        script: script(.strategy, "a strategy", context: .strategyContext(noNeeds, parameters: [], state: .table([])))
    )
    private static let riskRule = LuaAnalysis.Rules(
        globals: globals,
        advice: LuaSandboxNames.advice,
        script: script(.riskRule, "a risk rule", context: .ruleContext(parameters: [], state: .table([])))
    )

    /// Needs of nobody: what `needs` really returns is looked up in the text.
    private static let noNeeds = StrategyNeeds(interval: .auto, indicators: [])

    // MARK: Globals

    private static var globals: [String: HostShape] {
        var globals: [String: HostShape] = [:]
        for name in LuaSandboxNames.functions { globals[name] = .any }
        for (name, fields) in LuaSandboxNames.libraries { globals[name] = .library(name, fields) }
        var kbot: [String: HostShape] = ["api": .number]
        for function in KbotLibrary.functions { kbot[function.name] = .function(result: shape(function.result ?? "")) }
        globals["kbot"] = .object(KBotLua.HostObject("kbot", kbot))
        return globals
    }

    // MARK: Shapes

    private static let records: [String: KBotLua.HostObject] = {
        let all: [HostRecord] = [
            .candle, .trade, .fill, .settlement, .order, .position, .level, .signal, KbotLibrary.clock,
        ]
        return all.reduce(into: [:]) { records, record in
            let fields = record.fields.map { ($0.name, plainShape($0.type)) }
            records[record.type] = KBotLua.HostObject(
                String(record.type.dropFirst("kbot.".count)).lowercased(),
                Dictionary(fields) { first, _ in first }
            )
        }
    }()

    /// The shape of a type in LuaLS notation.
    private static func shape(_ type: String) -> HostShape {
        var type = type[...]
        if type.hasSuffix("?") { type = type.dropLast() }
        if type.hasSuffix("[]") { return .array(of: shape(String(type.dropLast(2)))) }
        if let record = records[String(type)] { return .object(record) }
        return plainShape(String(type))
    }

    private static func plainShape(_ type: String) -> HostShape {
        switch type {
        case "number", "number?", "integer", "integer?": .number
        case "boolean", "boolean?": .boolean
        case "string", "string?": .text
        default: type.hasPrefix("\"") ? .text : .any
        }
    }

    private static func shape(of object: HostObject) -> KBotLua.HostObject {
        var fields: [String: HostShape] = [:]
        for field in object.plainFields { fields[field.name] = shape(field.type) }
        for function in object.functions { fields[function.name] = .function(result: shape(function.result ?? "")) }
        for (field, inner) in object.objects {
            switch inner.type {
            case "kbot.Params": fields[field.name] = parameters
            case "kbot.Indicators": fields[field.name] = indicators
            default: fields[field.name] = .object(shape(of: inner))
            }
        }
        return KBotLua.HostObject(object.path, fields)
    }

    private static let parameters = HostShape.declared(
        HostDeclaration(
            "ctx.params",
            .key("params"),
            by: .field("type"),
            ["integer": .number, "number": .number, "boolean": .boolean, "string": .text, "duration": .text]
        )
    )

    private static let indicators: HostShape = {
        let bands = KBotLua.HostObject("bands", ["lower": .number, "middle": .number, "upper": .number])
        var shapes: [String: HostShape] = [:]
        for name in NeedsReader.indicatorNames { shapes[name] = name == "bollinger" ? .object(bands) : .number }
        return .declared(HostDeclaration("ctx.indicators", .result(of: "needs", key: "indicators"), by: .first, shapes))
    }()

    // MARK: The script's table

    private static func script(
        _ kind: ScriptManifest.Kind,
        _ noun: String,
        context: HostObject
    ) -> LuaAnalysis.Script {
        let full = shape(of: context)
        let bare = KBotLua.HostObject(
            "ctx",
            full.fields.merging(
                ["market", "book", "account", "indicators", "position", "candles"].map {
                    ($0, HostShape.unavailable(because: "no market is at hand"))
                }
            ) { $1 }
        )
        // At the day's change a rule has no market, but the account.
        let daily = KBotLua.HostObject("ctx", bare.fields.merging(["account": full.fields["account"] ?? .any]) { $1 })
        var callbacks: [String: LuaAnalysis.Callback] = [:]
        for function in HostFunction.callbacks(kind) {
            let arguments = function.arguments.map { argument -> (name: String, shape: HostShape) in
                switch argument.type {
                case "kbot.Context", "kbot.RuleContext":
                    let context =
                        switch function.name {
                        case "on_start", "on_stop", "save", "load": bare
                        case "on_day": daily
                        default: full
                        }
                    return (argument.name, .object(context))
                case "kbot.Params": return (argument.name, parameters)
                default: return (argument.name, shape(argument.type))
                }
            }
            callbacks[function.name] = LuaAnalysis.Callback(arguments, results: results(of: function.name, kind))
        }
        return LuaAnalysis.Script(noun: noun, keys: facts(kind), callbacks: callbacks)
    }

    private static func results(of callback: String, _ kind: ScriptManifest.Kind) -> [LuaAnalysis.Literal] {
        switch callback {
        case "needs": [needs]
        case "on_candle", "on_trade", "on_book", "on_timer":
            [signal, .any, .words(["long", "short"], noun: "a side", orNil: true)]
        case "check": [.words(["allow", "reduce", "deny", "halt"], noun: "a verdict", orNil: false)]
        default: []
        }
    }

    private static func keys(_ record: HostRecord, _ known: [String: LuaAnalysis.Literal]) -> [String: LuaAnalysis
        .Literal]
    {
        var keys = known
        for name in record.names where keys[name] == nil { keys[name] = .any }
        return keys
    }

    private static let signal = LuaAnalysis.Literal.record(
        keys(
            .signal,
            [
                "side": .words(["long", "short"], noun: "a side", orNil: false),
                "entry_type": .words(["limit", "stop", "market"], noun: "an entry type", orNil: true),
            ]
        ),
        noun: "a signal"
    )

    private static let needs: LuaAnalysis.Literal = {
        var indicators: [String: LuaAnalysis.Literal] = [:]
        for name in NeedsReader.indicatorNames {
            let fields = name == "bollinger" ? ["period", "stddev"] : ["period"]
            indicators[name] = .record(
                Dictionary(uniqueKeysWithValues: fields.map { ($0, .any) }),
                noun: "the indicator \(name)"
            )
        }
        let candles = LuaAnalysis.Literal.record(
            keys(.candleNeeds, ["source": .words(["market", "spot"], noun: "a source", orNil: true)]),
            noun: "'candles'"
        )
        return .record(
            keys(
                .needs,
                ["candles": candles, "indicators": .map(.variant(.first, indicators, noun: "an indicator"))]
            ),
            noun: "what needs returns"
        )
    }()

    private static func facts(_ kind: ScriptManifest.Kind) -> [String: LuaAnalysis.Literal] {
        let reload = LuaAnalysis.Literal.words(["live", "restart"], noun: "a way to reload", orNil: true)
        let parameter = LuaAnalysis.Literal.record(keys(.parameter, ["reload": reload]), noun: "a parameter")
        let types = ["integer", "number", "boolean", "string", "duration"]
        let parameters = Dictionary(uniqueKeysWithValues: types.map { ($0, parameter) })
        return keys(
            .script(kind),
            [
                "kind": .words(ScriptManifest.Kind.allCases.map(\.rawValue), noun: "a kind of script", orNil: false),
                "params": .map(.variant(.field("type"), parameters, noun: "a type")),
            ]
        )
    }
}
