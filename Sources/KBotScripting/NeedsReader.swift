import KBotEngine
import KBotLua
import KBotModel

/// Asks a strategy what it needs, before any data is read.
struct NeedsReader {
    private let machine: ScriptMachine
    private var script: String { machine.file.name }

    private static let fields = ["candles", "indicators"]
    private static let candleFields = ["source", "interval"]
    private static let indicatorNames = ["bollinger", "sma", "ema", "atr", "rsi"]

    init(_ machine: ScriptMachine) { self.machine = machine }

    /// Calls `needs(params)` and reads its answer.
    func read() throws(ScriptFailure) -> StrategyNeeds {
        guard let function = machine.manifest.callbacks["needs"] else {
            throw ScriptFailure("\(script): a strategy needs a function 'needs'")
        }
        let answer: LuaValue
        do throws(LuaError) {
            answer = try machine.vm.call(function, [machine.parameterTable]).first ?? .nil
        } catch {
            throw ScriptFailure("\(error) (needs)")
        }
        guard let fields = answer.namedFields else {
            throw ScriptFailure("\(script): needs must return a table such as { candles = { interval = \"5s\" } }")
        }
        try check(fields.map(\.name), Self.fields, "needs")
        return StrategyNeeds(
            interval: try interval(answer["candles"]),
            indicators: try indicators(answer["indicators"])
        )
    }

    private func check(_ names: [String], _ known: [String], _ place: String) throws(ScriptFailure) {
        for name in names where !known.contains(name) {
            throw ScriptFailure("\(script): \(place) has an unknown field '\(name)'\(hint(name, known))")
        }
    }

    private func interval(_ candles: LuaValue?) throws(ScriptFailure) -> CandleInterval {
        guard let candles, let fields = candles.namedFields else {
            throw ScriptFailure(
                "\(script): needs.candles must be a table such as { source = \"market\", interval = \"5s\" }"
            )
        }
        try check(fields.map(\.name), Self.candleFields, "needs.candles")
        let source = candles["source"] ?? .string("market")
        guard source == .string("market") else {
            let given = source.asString.map { "\"\($0)\"" } ?? source.typeName
            throw ScriptFailure("\(script): needs.candles.source must be \"market\", not \(given)")
        }
        let span: TimeSpan?
        switch candles["interval"] {
        case .string("auto"): return .auto
        case .string(let text): span = TimeSpan(text)
        case let value: span = value?.asInteger.flatMap { $0 <= 86_400 ? TimeSpan.seconds(max($0, 0)) : nil }
        }
        guard let span, span >= .seconds(1), span <= .hours(24) else {
            throw ScriptFailure(
                "\(script): needs.candles.interval must be \"auto\" or a time from 1s to 24h such as \"5s\" or \"15m\""
            )
        }
        return .fixed(span)
    }

    private func indicators(_ value: LuaValue?) throws(ScriptFailure) -> [(name: String, spec: IndicatorSpec)] {
        guard let value else { return [] }
        guard let fields = value.elements?.isEmpty == true ? [] : value.namedFields else {
            throw ScriptFailure(
                "\(script): needs.indicators must be a table such as { bands = { \"bollinger\", period = 25, stddev = 2.0 } }"
            )
        }
        var result: [(name: String, spec: IndicatorSpec)] = []
        for (name, spec) in fields { result.append((name, try indicator(name, spec))) }
        return result
    }

    private func indicator(_ name: String, _ value: LuaValue) throws(ScriptFailure) -> IndicatorSpec {
        let place = "\(script): needs.indicators.\(name)"
        let fields: [LuaField] =
            switch value {
            case .table(let fields): fields
            case .array(let elements): elements.enumerated().map { LuaField(key: .integer(Int64($0 + 1)), value: $1) }
            default: []
            }
        guard let kind = fields.first(where: { $0.key == .integer(1) })?.value.asString else {
            throw ScriptFailure("\(place) must be a table such as { \"bollinger\", period = 25, stddev = 2.0 }")
        }
        guard Self.indicatorNames.contains(kind) else {
            throw ScriptFailure("\(place): there is no indicator \"\(kind)\"\(hint(kind, Self.indicatorNames))")
        }
        let known = kind == "bollinger" ? ["period", "stddev"] : ["period"]
        for field in fields where field.key != .integer(1) {
            guard case .string(let key) = field.key, known.contains(key) else {
                throw ScriptFailure("\(place): \(kind) takes \(known.joined(separator: " and ")) only")
            }
        }
        let least: Int64 = kind == "bollinger" ? 2 : 1
        guard let period = value["period"]?.asInteger, (least...500).contains(period) else {
            throw ScriptFailure("\(place).period must be a whole number from \(least) to 500")
        }
        switch kind {
        case "bollinger":
            guard let deviations = (value["stddev"] ?? .integer(2)).asDouble, deviations > 0, deviations <= 10 else {
                throw ScriptFailure("\(place).stddev must be a number above 0 and up to 10")
            }
            return .bollinger(period: Int(period), deviations: Int64((deviations * 10_000).rounded()))
        case "sma": return .sma(period: Int(period))
        case "ema": return .ema(period: Int(period))
        case "atr": return .atr(period: Int(period))
        default: return .rsi(period: Int(period))
        }
    }
}
