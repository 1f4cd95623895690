import Foundation
import KBotModel

@testable import KBotReports

/// A made-up outcome of a sweep, as `kbot sweep --json` writes one.
struct SampleSweep: Sendable, CustomStringConvertible {
    var name = "sweep"
    var axes: [(name: String, values: [String])] = [("period", ["10", "20", "30", "40"])]
    var objective = "net"
    /// Trials left out of the full grid.
    var missing: Set<Int> = []
    /// Trials that could not run.
    var failing: Set<Int> = []
    var windows = 1
    var isChosen = true
    var isSimulated = false
    var limitsOff = ["daily_loss", "circuit_breaker"]
    /// Whether the best ran with all limits on, too.
    var hasLimited = true
    /// What stands on the command line behind the strategy.
    var options: [String] = []
    var script = "flip"

    var description: String { name }

    /// Of each kind of chart, and of what can be missing.
    static let all: [SampleSweep] = [
        SampleSweep(name: "curve"),
        SampleSweep(name: "words", axes: [("mood", ["calm", "wild"])], objective: "win_rate", isSimulated: true),
        SampleSweep(
            name: "map",
            axes: [("period", ["10", "20", "30"]), ("stddev", ["1.5", "2", "2.25", "2.5", "3"])],
            objective: "profit_factor",
            missing: [2],
            failing: [7],
            windows: 5
        ),
        SampleSweep(
            name: "many",
            axes: [("period", ["10", "20"]), ("stddev", ["1.5", "2"]), ("mood", ["calm", "wild"])],
            objective: "drawdown",
            limitsOff: []
        ),
        SampleSweep(
            name: "sparse",
            axes: [("a", (1...40).map { "\($0)" }), ("b", (1...40).map { "\($0)" })],
            objective: "sharpe",
            missing: Set(31...1_600)
        ),
        SampleSweep(name: "nothing", objective: "expectancy", isChosen: false),
    ]

    private func combinations() -> [[String]] {
        axes.reduce([[]]) { lists, axis in lists.flatMap { list in axis.values.map { list + [$0] } } }
    }

    private func figures(_ generator: inout SeededGenerator, trades: Int) -> [String: Any] {
        func money(_ range: ClosedRange<Int64>) -> String {
            "\(Money(units: Int64.random(in: range, using: &generator)))"
        }
        var figures: [String: Any] = [
            "trades": trades, "wins": trades / 3, "net": money(-90_000_000...90_000_000),
            "gross_profit": money(0...99_000_000), "gross_loss": money(0...99_000_000), "fees": money(0...9_000_000),
            "drawdown": money(0...99_000_000), "markets": trades / 2,
        ]
        if trades > 1 {
            figures["sharpe"] = Double.random(in: -0.4...0.4, using: &generator)
            figures["trade_sharpe"] = Double.random(in: -0.4...0.4, using: &generator)
        }
        return figures
    }

    private func score(_ figures: [String: Any], _ number: Int, _ generator: inout SeededGenerator) -> Double? {
        switch objective {
        case "net": return Double(figures["net"] as? String ?? "")
        case "drawdown": return Double(figures["drawdown"] as? String ?? "")
        case "sharpe": return figures["sharpe"] as? Double
        case "profit_factor":
            return number == 4 ? .greatestFiniteMagnitude : Double.random(in: 0...3, using: &generator)
        default: return number == 3 ? nil : Double.random(in: 0...1, using: &generator)
        }
    }

    /// The document.
    func json() throws -> [UInt8] {
        var generator = SeededGenerator(seed: 5)
        var rows: [[String: Any]] = []
        for (index, values) in combinations().enumerated() where !missing.contains(index + 1) {
            let number = index + 1
            let inSample = figures(&generator, trades: number % 5 == 0 ? 0 : 40 + number)
            var row: [String: Any] = [
                "number": number, "qualifies": isChosen && !failing.contains(number), "in_sample": inSample,
                "out_of_sample": figures(&generator, trades: 12),
                "parameters": zip(axes, values).map { ["name": $0.name, "value": $1] },
            ]
            if failing.contains(number) {
                row["failure"] = "flip.lua:3: no luck <here>\nsecond line"
            } else {
                row["score"] = score(inSample, number, &generator)
                row["report"] = ["net_profit": "-3.500000", "total_trades": 77]
                if hasLimited, !limitsOff.isEmpty, number < 11 {
                    row["limited"] = ["net_profit": "-1.250000", "total_trades": 9]
                }
            }
            rows.append(row)
        }
        let best = rows.firstIndex { $0["failure"] == nil } ?? 0
        rows.swapAt(0, best)
        var document: [String: Any] = [
            "plan": plan(), "rows": rows, "ran": rows.count - failing.count, "failed": failing.count, "dropped": 0,
            "with_script_errors": 0, "out_of_sample": figures(&generator, trades: 30), "windows": windows(&generator),
            "fees_charged": "none", "caveats": ["no fees are charged, as --fees none asks", "2 results <inferred>"],
        ]
        if isChosen {
            document["chosen"] = rows[0]["number"]
            let verdict = sweep(trials: 3, markets: 40, later: 30, stake: 50, seed: 9, resamples: 200) { _, generator in
                FairGame.coin.draw(&generator)
            }
            document["verdict"] = try JSONSerialization.jsonObject(with: JSONEncoder().encode(verdict))
        }
        let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try JSONSerialization.data(withJSONObject: document, options: options))
    }

    private func plan() -> [String: Any] {
        [
            "key": "0a1b", "version": "0.1.0", "scripts": ["strategy \(script) 1.0.0 native"], "search": "grid",
            "seed": 1,
            "axes": axes.map { ["name": $0.name, "values": $0.values] }, "fixed": ["interval=5s"],
            "trials": combinations().count, "objective": objective,
            "constraints": isChosen ? [] : [["measure": "trades", "relation": ">=", "bound": 500]], "split": "30%",
            "limits_off": limitsOff, "fills": "realistic", "capital": "1000.000000", "is_simulated": isSimulated,
            "arguments": ["--strategy", script] + options,
            "data": [
                "first": "2026-06-01T00:00:01.577000Z", "last": "2026-06-02T23:59:54.741000Z", "rows": 916_098,
                "fingerprint": "5ad8", "sources": ["trades.csv.gz: 916098 trades of 192 markets", "2 gaps"],
                "markets": [],
            ] as [String: Any],
        ]
    }

    private func windows(_ generator: inout SeededGenerator) -> [[String: Any]] {
        (0..<windows).map { index in
            var window: [String: Any] = [
                "fold": ["from": "past", "split": "2026-06-02T0\(index):30:00.000000Z", "to": "future"]
            ]
            // The choice of the second window fails: nothing qualified.
            if isChosen, index != 1 {
                window["chosen"] = 1
                window["in_sample"] = figures(&generator, trades: 40)
                window["out_of_sample"] = figures(&generator, trades: 7)
            }
            return window
        }
    }
}
