import KBotEngine
import KBotModel
import KBotReports

/// A limit every entry must pass, by the name under which it can be switched off.
package enum LimitName: String, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    /// Loss one trade may make at its stop.
    case riskPerTrade = "risk_per_trade"
    /// Loss of one UTC day.
    case dailyLoss = "daily_loss"
    /// What settlement could take at most.
    case maxExposure = "max_exposure"
    /// Positions and resting entries at one time.
    case maxPositions = "max_positions"
    /// The pause after losses in a row.
    case circuitBreaker = "circuit_breaker"
    /// Least reward divided by risk.
    case rewardRisk = "reward_risk"
    /// Least time to the market's close.
    case minTimeToClose = "min_time_to_close"
    /// Distance through the touch.
    case priceCollar = "price_collar"
    /// Entry orders in any minute.
    case orderRate = "order_rate"

    /// The name.
    package var description: String { rawValue }
}

/// A limit with its value and where that came from, for the start of a run and its report.
package struct LimitInForce: Hashable, Sendable, CustomStringConvertible {
    /// Name: `max_exposure`.
    package let name: LimitName
    /// Value: `20% = $200.00`, or `off`.
    package let value: String
    /// Where it came from: `.env MAX_EXPOSURE`.
    package let source: String

    /// `max_exposure 20% = $200.00 (.env MAX_EXPOSURE)`.
    package var description: String { "\(name) \(value) (\(source))" }
}

extension LimitName {
    /// Reads `off=daily_loss,circuit_breaker` or `off=all`.
    ///
    /// - Returns: the limits to switch off, in the order of the list of limits, or what is wrong with each faulty part.
    static func parse(off text: String) -> (limits: [LimitName], problems: [String]) {
        let names = allCases.map(\.rawValue).joined(separator: ", ")
        guard text.hasPrefix("off=") else {
            return ([], ["\(shown(text)) is not allowed: give off=all, or off= and names of \(names)"])
        }
        var chosen: Set<LimitName> = []
        var problems: [String] = []
        for part in text.dropFirst(4).split(separator: ",", omittingEmptySubsequences: false) {
            let word = String(part.trimmed)
            if word == "all" {
                chosen.formUnion(allCases)
            } else if let limit = LimitName(rawValue: word) {
                chosen.insert(limit)
            } else {
                let near = nearest(to: word.lowercased().replacing("-", with: "_"), in: allCases.map(\.rawValue))
                let hint = near.map { "did you mean \($0)?" } ?? "the limits are \(names)"
                problems.append(
                    word.isEmpty ? "a name is missing; \(hint)" : "no limit is called \(shown(word)); \(hint)"
                )
            }
        }
        return (allCases.filter(chosen.contains), problems)
    }
}

/// The limits as they were read.
struct LimitValues {
    var capital: Money
    var sizing: Sourced<Sizing>
    var riskPerTrade: Sourced<RiskLimits.Amount>
    var dailyLoss: Sourced<RiskLimits.Amount>
    var maxExposure: Sourced<RiskLimits.Amount>
    var maxPositions: Sourced<Int>
    var losses: Sourced<Int>
    var pause: Sourced<RiskLimits.Pause>
    var rewardRisk: Sourced<Int64>
    var timeToClose: Sourced<TimeSpan>
    var collar: Sourced<PriceDelta>
    var rate: Sourced<Int>

    /// What the engine enforces.
    func limits(off: [LimitName]) -> RiskLimits {
        func on<Value>(_ name: LimitName, _ value: Sourced<Value>) -> Value? {
            off.contains(name) ? nil : value.value
        }
        var limits = RiskLimits()
        limits.riskPerTrade = on(.riskPerTrade, riskPerTrade)
        limits.dailyLoss = on(.dailyLoss, dailyLoss)
        limits.maxExposure = on(.maxExposure, maxExposure)
        limits.maxPositions = on(.maxPositions, maxPositions)
        limits.circuitBreakerLosses = on(.circuitBreaker, losses)
        limits.circuitBreakerPause = pause.value
        limits.minRewardRisk = on(.rewardRisk, rewardRisk)
        limits.minTimeToClose = on(.minTimeToClose, timeToClose)
        limits.priceCollar = on(.priceCollar, collar)
        limits.ordersPerMinute = on(.orderRate, rate)
        return limits
    }

    /// Each limit in words, in the order of ``LimitName``.
    func inForce(off: [LimitName]) -> [LimitInForce] {
        LimitName.allCases.map { name in
            guard !off.contains(name) else { return LimitInForce(name: name, value: "off", source: "--limits") }
            let (value, sources) = described(name)
            var unique: [String] = []
            for source in sources.map(\.description) where !unique.contains(source) { unique.append(source) }
            return LimitInForce(name: name, value: value, source: unique.joined(separator: ", "))
        }
    }

    private func described(_ name: LimitName) -> (String, [SettingSource]) {
        switch name {
        case .riskPerTrade:
            if case .fixed(let count) = sizing.value {
                let text = shortDecimal(count.units, fractionDigits: Quantity.fractionDigits)
                return ("not used with sizing fixed:\(text)", [sizing.source])
            }
            return (text(riskPerTrade.value), [riskPerTrade.source])
        case .dailyLoss: return (text(dailyLoss.value), [dailyLoss.source])
        case .maxExposure: return (text(maxExposure.value), [maxExposure.source])
        case .maxPositions: return ("\(maxPositions.value)", [maxPositions.source])
        case .circuitBreaker:
            let until =
                switch pause.value {
                case .span(let span): "for \(span)"
                case .day: "until 00:00 UTC"
                case .manual: "for the rest of the run"
                }
            let count = losses.value == 1 ? "1 loss" : "\(losses.value) losses in a row"
            return ("\(count), then a pause \(until)", [losses.source, pause.source])
        case .rewardRisk: return (shortDecimal(rewardRisk.value, fractionDigits: 4), [rewardRisk.source])
        case .minTimeToClose: return ("\(timeToClose.value)", [timeToClose.source])
        case .priceCollar: return (shortDecimal(Int64(collar.value.units), fractionDigits: 2) + "¢", [collar.source])
        case .orderRate: return ("\(rate.value) a minute", [rate.source])
        }
    }

    /// `20% = $200.00`, or `$50.00`.
    private func text(_ amount: RiskLimits.Amount) -> String {
        switch amount {
        case .share: "\(amount) = \(amount.money(of: capital).dollarText)"
        case .dollars(let money): money.dollarText
        }
    }
}

/// A decimal without zeros at its end: `2`, `2.5`.
private func shortDecimal(_ units: Int64, fractionDigits: Int) -> String {
    var text = formatDecimal(units, fractionDigits: fractionDigits)
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
}
