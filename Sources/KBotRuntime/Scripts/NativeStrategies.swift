import KBotEngine
import KBotModel

/// The strategies that are part of the program.
enum NativeStrategies {
    /// Their names.
    static let names = ["bollinger_scalper"]

    /// Makes one, with parameters as given on the command line; the names are those of the reference script.
    static func make(
        _ name: String,
        _ given: [String: String]
    ) throws(RunFailure) -> (strategy: any Strategy, parameters: [(name: String, value: String)]) {
        var parameters = BollingerScalper.Parameters()
        for (key, text) in given.sorted(by: { $0.key < $1.key }) { try set(key, text, in: &parameters) }
        return (
            BollingerScalper(parameters),
            [
                ("geometry", parameters.geometry.rawValue), ("interval", parameters.interval.description),
                ("min_minutes_left", "\(parameters.minMinutesLeft)"),
                ("min_reward_risk", short(parameters.minRewardRisk)), ("min_stop_ticks", "\(parameters.minStopTicks)"),
                ("period", "\(parameters.period)"), ("stddev", short(parameters.deviations)),
                ("target_multiple", short(parameters.targetMultiple)),
            ]
        )
    }

    private static func set(
        _ key: String,
        _ text: String,
        in parameters: inout BollingerScalper.Parameters
    ) throws(RunFailure) {
        func integer(_ range: ClosedRange<Int64>) throws(RunFailure) -> Int64 {
            guard let value = Int64(text), range.contains(value) else {
                throw wrong("an integer from \(range.lowerBound) to \(range.upperBound)")
            }
            return value
        }
        func ratio(_ range: ClosedRange<Int64>) throws(RunFailure) -> Int64 {
            guard let value = parseDecimal(text.utf8, fractionDigits: 4), range.contains(value) else {
                throw wrong(
                    "a number from \(short(range.lowerBound)) to \(short(range.upperBound)), at most four decimals"
                )
            }
            return value
        }
        func wrong(_ wanted: String) -> RunFailure {
            RunFailure(.usage, "--param \(key)=\(text): \(key) must be \(wanted)")
        }
        switch key {
        case "period": parameters.period = Int(try integer(2...500))
        case "stddev": parameters.deviations = try ratio(1_000...100_000)
        case "interval":
            if text == "auto" {
                parameters.interval = .auto
            } else if let span = TimeSpan(text), span >= .seconds(1), span <= .hours(24) {
                parameters.interval = .fixed(span)
            } else {
                throw wrong("auto or a time from 1s to 24h such as 5s or 15m")
            }
        case "geometry":
            guard let geometry = BollingerScalper.Geometry(rawValue: text) else { throw wrong("mirror or reversal") }
            parameters.geometry = geometry
        case "min_minutes_left": parameters.minMinutesLeft = try integer(0...1_440)
        case "min_stop_ticks": parameters.minStopTicks = Int32(try integer(1...100))
        case "min_reward_risk": parameters.minRewardRisk = try ratio(0...1_000_000)
        case "target_multiple": parameters.targetMultiple = try ratio(1_000...200_000)
        default:
            let known = [
                "geometry", "interval", "min_minutes_left", "min_reward_risk", "min_stop_ticks", "period", "stddev",
                "target_multiple",
            ]
            let hint = nearest(to: key, in: known).map { "; did you mean '\($0)'?" } ?? ""
            throw RunFailure(
                .usage,
                "--param \(key): bollinger_scalper has no parameter '\(key)'\(hint)\nits parameters: "
                    + known.joined(separator: ", ")
            )
        }
    }

    private static func short(_ units: Int64) -> String {
        var text = formatDecimal(units, fractionDigits: 4)
        while text.hasSuffix("0"), !text.hasSuffix(".0") { text.removeLast() }
        return text
    }
}
