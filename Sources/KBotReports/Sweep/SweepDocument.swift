import KBotModel

/// The outcome of a sweep as it was written: its JSON, and what a page draws of it.
///
/// The JSON is the one source: the page asks it for each number by a JSON Pointer, so that a number in the page is a
/// number in the document by construction.
package struct SweepDocument: Sendable {
    /// A parameter that varies, with the values tried.
    struct Axis {
        let name: String
        /// At least one.
        let values: [String]
        /// Whether all values are numbers.
        let isNumeric: Bool

        fileprivate init(_ axis: JSONFields) throws(ReportReadError) {
            name = try axis.text("name")
            values = try axis.texts("values")
            guard !values.isEmpty else { throw axis.problem("no values") }
            isNumeric = values.allSatisfy { Double($0)?.isFinite == true }
        }
    }

    /// A trial, the best first.
    struct Trial {
        /// Its place among the document's rows.
        let place: Int
        let number: Int
        /// A value for each axis.
        let values: [String]
        /// The objective in-sample, as it was written; nil when it has no value.
        let score: String?
        /// The score in millionths; nil without one, and when it is infinite.
        let scoreUnits: Int64?
        /// Why it could not run; nil when it did.
        let failure: String?
        /// Whether it meets what is required.
        let qualifies: Bool
        /// Whether it was run with all limits on, too.
        let hasLimited: Bool

        fileprivate init(_ row: JSONFields, at place: Int) throws(ReportReadError) {
            var values: [String] = []
            for parameter in row.list("parameters") { values.append(try parameter.text("value")) }
            self.values = values
            self.place = place
            number = try row.int("number")
            score = row.has("score") ? row.tree["score"]?.text : nil
            scoreUnits = score.flatMap(Double.init).flatMap(Ratio.init(rounding:))?.units
            failure = try row.optionalText("failure")
            qualifies = row.tree["qualifies"]?.bool ?? false
            hasLimited = row.has("limited")
        }
    }

    /// The document.
    package let json: JSONTree
    let axes: [Axis]
    let objective: SweepObjective
    let trials: [Trial]
    /// Those of them that ran.
    let ran: [Trial]
    /// The number of the chosen trial; nil when none qualified.
    let chosen: Int?
    let isSimulated: Bool
    /// Names of the strategies.
    let strategies: [String]
    let windows: Int

    /// Reads a document.
    ///
    /// - Parameter bytes: what `kbot sweep --json` printed.
    /// - Throws: ``ReportReadError``.
    package init(parsing bytes: [UInt8]) throws(ReportReadError) {
        do throws(JSONTree.ParseError) {
            json = try JSONTree(parsing: bytes)
        } catch {
            throw ReportReadError(pointer: "", problem: "not a JSON document: \(error)")
        }
        let fields = JSONFields(json)
        let plan = fields.object("plan")
        var axes: [Axis] = []
        for axis in plan.list("axes") { axes.append(try Axis(axis)) }
        self.axes = axes
        objective = SweepObjective(named: try plan.text("objective"))
        isSimulated = plan.tree["is_simulated"]?.bool ?? false
        strategies = try plan.texts("scripts").compactMap { script in
            let words = script.split(separator: " ")
            return words.first == "strategy" && words.count > 1 ? String(words[1]) : nil
        }
        chosen = try fields.optionalInt("chosen")
        windows = fields.list("windows").count
        var trials: [Trial] = []
        for (place, row) in fields.list("rows").enumerated() {
            let trial = try Trial(row, at: place)
            guard trial.values.count == axes.count else {
                throw row.problem("not a value for each parameter that varies")
            }
            trials.append(trial)
        }
        self.trials = trials
        ran = trials.filter { $0.failure == nil }
    }

    /// Whether parameters were chosen in several windows: out of sample then stands what the choices of all windows made,
    /// one after the other, and not what the chosen trial did.
    var isWalkForward: Bool { windows > 1 }

    /// The chosen trial.
    var chosenTrial: Trial? { chosen.flatMap { number in trials.first { $0.number == number } } }
}

/// By what the trials of a sweep are compared, as a page shows it.
struct SweepObjective {
    /// What it is called.
    let title: String
    /// How its values read.
    let style: NumberStyle
    /// Whether a value below zero means something else than one above.
    let hasSign: Bool
    /// Whether less is better.
    let isBetterLow: Bool
    /// Whether it is the net profit, which has a counterpart out of sample beside it.
    let isNet: Bool

    init(named name: String) {
        let known: (title: String, style: NumberStyle, hasSign: Bool) =
            switch name {
            case "net": ("Net profit", .profit, true)
            case "expectancy": ("Net profit per trade", .profit, true)
            case "sharpe": ("Sharpe ratio of markets", .decimal, true)
            case "trade_sharpe": ("Sharpe ratio of trades", .decimal, true)
            case "profit_factor": ("Profit factor", .decimal, false)
            case "win_rate": ("Win rate", .share, false)
            case "drawdown": ("Drawdown", .money, false)
            case "net_per_drawdown": ("Net profit over drawdown", .decimal, true)
            case "trades": ("Trades", .count, false)
            case "markets": ("Markets traded in", .count, false)
            case "fees": ("Fees", .money, false)
            default: (name, .decimal, true)
            }
        (title, style, hasSign) = known
        isBetterLow = name == "drawdown" || name == "fees"
        isNet = name == "net"
    }

    /// The smallest step of an axis of it, in millionths.
    var leastStep: Int64 {
        switch style {
        case .profit, .money: 10_000
        case .count: 1_000_000
        default: 1_000
        }
    }

    /// A label at such an axis.
    func label(_ units: Int64) -> String {
        switch style {
        case .profit, .money: tickLabel(units)
        case .count: grouped(units / 1_000_000)
        case .share: Ratio(units: units).percentText
        default: Ratio(units: units).thirdText
        }
    }
}
