import KBotEngine
import KBotLua
import KBotModel

/// Asks a strategy what it needs, before any data is read.
struct NeedsReader {
    private let machine: ScriptMachine
    private var script: String { machine.file.name }

    /// The indicators there are.
    static let indicatorNames = [
        "bollinger", "sma", "ema", "wma", "rsi", "atr", "stddev", "zscore", "highest", "lowest", "vwap", "roc",
    ]
    /// Candles a script may look back at.
    private static let longestHistory: Int64 = 500

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
        try check(fields.map(\.name), HostRecord.needs.names, "needs")
        let timer = try timer(answer["timer"])
        if machine.manifest.callbacks["on_timer"] != nil, timer == nil {
            throw ScriptFailure("\(script): on_timer is never called: needs must return timer = \"10s\" or so")
        }
        let candles = try candleFields(answer["candles"])
        let source = try source(candles)
        return StrategyNeeds(
            source: source,
            interval: try interval(candles, source),
            indicators: try indicators(answer["indicators"]),
            history: try history(candles),
            timer: timer
        )
    }

    private func check(_ names: [String], _ known: [String], _ place: String) throws(ScriptFailure) {
        for name in names where !known.contains(name) {
            throw ScriptFailure("\(script): \(place) has an unknown field '\(name)'\(hint(name, known))")
        }
    }

    private func candleFields(_ value: LuaValue?) throws(ScriptFailure) -> LuaValue {
        guard let value, let fields = value.namedFields else {
            throw ScriptFailure(
                "\(script): needs.candles must be a table such as { source = \"market\", interval = \"5s\" }"
            )
        }
        try check(fields.map(\.name), HostRecord.candleNeeds.names, "needs.candles")
        return value
    }

    private func source(_ candles: LuaValue) throws(ScriptFailure) -> CandleSource {
        let symbol = candles["symbol"]
        switch candles["source"] ?? .string("market") {
        case .string("market"):
            guard symbol == nil else {
                throw ScriptFailure("\(script): needs.candles.symbol goes with source = \"spot\"")
            }
            return .market
        case .string("spot"):
            guard let text = symbol?.asString, let name = SpotSymbol(validating: text), text.contains("-") else {
                throw ScriptFailure(
                    "\(script): source = \"spot\" wants needs.candles.symbol, such as \"BTC-USD\""
                )
            }
            return .spot(name)
        case let other:
            let given = other.asString.map { "\"\($0)\"" } ?? other.typeName
            throw ScriptFailure(
                "\(script): needs.candles.source must be \"market\" or \"spot\", not \(given)"
            )
        }
    }

    private func interval(_ candles: LuaValue, _ source: CandleSource) throws(ScriptFailure) -> CandleInterval {
        let span: TimeSpan?
        switch candles["interval"] {
        case .string("auto"):
            guard source == .market else {
                throw ScriptFailure(
                    "\(script): candles of an underlying need a fixed needs.candles.interval such as \"15m\""
                )
            }
            return .auto
        case .string(let text): span = TimeSpan(text)
        case let value: span = seconds(value)
        }
        guard let span, span >= .seconds(1), span <= .hours(24) else {
            throw ScriptFailure(
                "\(script): needs.candles.interval must be \"auto\" or a time from 1s to 24h such as \"5s\" or \"15m\""
            )
        }
        return .fixed(span)
    }

    private func seconds(_ value: LuaValue?) -> TimeSpan? {
        value?.asInteger.flatMap { $0 <= 86_400 ? TimeSpan.seconds(max($0, 0)) : nil }
    }

    private func history(_ candles: LuaValue) throws(ScriptFailure) -> Int {
        guard let value = candles["history"] else { return 0 }
        guard let count = value.asInteger, (0...Self.longestHistory).contains(count) else {
            throw ScriptFailure(
                "\(script): needs.candles.history must be a whole number from 0 to \(Self.longestHistory)"
            )
        }
        return Int(count)
    }

    private func timer(_ value: LuaValue?) throws(ScriptFailure) -> TimeSpan? {
        guard let value else { return nil }
        let span = value.asString.map { TimeSpan($0) } ?? seconds(value)
        guard let span, span >= .seconds(1), span <= .hours(24) else {
            throw ScriptFailure("\(script): needs.timer must be a time from 1s to 24h such as \"10s\"")
        }
        return span
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
        let least: Int64 = ["bollinger", "stddev", "zscore"].contains(kind) ? 2 : 1
        guard let given = value["period"]?.asInteger, (least...500).contains(given) else {
            throw ScriptFailure("\(place).period must be a whole number from \(least) to 500")
        }
        let period = Int(given)
        switch kind {
        case "bollinger":
            guard let deviations = (value["stddev"] ?? .integer(2)).asDouble, deviations > 0, deviations <= 10 else {
                throw ScriptFailure("\(place).stddev must be a number above 0 and up to 10")
            }
            return .bollinger(period: period, deviations: Int64((deviations * 10_000).rounded()))
        case "sma": return .sma(period: period)
        case "ema": return .ema(period: period)
        case "wma": return .wma(period: period)
        case "atr": return .atr(period: period)
        case "stddev": return .stddev(period: period)
        case "zscore": return .zscore(period: period)
        case "highest": return .highest(period: period)
        case "lowest": return .lowest(period: period)
        case "vwap": return .vwap(period: period)
        case "roc": return .roc(period: period)
        default: return .rsi(period: period)
        }
    }
}
