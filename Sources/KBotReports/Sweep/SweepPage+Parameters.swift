import KBotModel

/// The objective against what was varied: a curve, a map, or one chart for each parameter.
extension SweepPage {
    /// Most values of an axis of a map.
    private static var mostCells: Int { 60 }

    mutating func writeParameters() {
        let document = document
        guard document.ran.contains(where: { $0.scoreUnits != nil }) else {
            return paragraph("\(document.objective.title) has no value in any trial.")
        }
        if document.axes.count == 1 {
            writeCurve(document.axes[0])
        } else if document.axes.count == 2, isDense {
            writeMap()
        } else {
            for index in document.axes.indices { writeSpread(index) }
        }
        paragraph(
            "Trials are chosen by what they did in sample alone. A good value among bad neighbours is luck more often than an edge.",
            style: "small"
        )
    }

    /// Whether two axes make a map and not a few dots in a void.
    private var isDense: Bool {
        let (columns, lines) = (document.axes[0].values.count, document.axes[1].values.count)
        return max(columns, lines) <= Self.mostCells && document.trials.count * 3 >= columns * lines
    }

    /// Scale and labels of the objective.
    private func heights(_ values: [Int64], into plot: inout Plot) -> Scale? {
        guard let low = values.min(), let high = values.max() else { return nil }
        let (scale, ticks) = Scale.nice(low...high, least: document.objective.leastStep)
        plot.yTicks = ticks.map { (scale.place($0), document.objective.label($0)) }
        if low < 0, high > 0 { plot.draw("zero", "M0 \(Plot.height - scale.place(0))H\(Plot.width)") }
        return scale
    }

    // MARK: One parameter

    private mutating func writeCurve(_ axis: SweepDocument.Axis) {
        let objective = document.objective
        var plot = Plot(
            id: "curve",
            title: "\(objective.title) by \(axis.name)",
            summary:
                "\(objective.title) of each trial over its value of \(axis.name); the table of trials has the figures."
        )
        plot.size = "tall"
        let places = axis.places
        plot.xTicks = axis.ticks
        let trials = Dictionary(document.ran.map { ($0.values[0], $0) }) { first, _ in first }
        var points: [(x: Int64, trial: SweepDocument.Trial, score: Int64, after: Int64?)] = []
        for (index, value) in axis.values.enumerated() {
            guard let trial = trials[value], let score = trial.scoreUnits else { continue }
            let after = objective.isNet ? Money(self.value("/rows/\(trial.place)/out_of_sample/net"))?.units : nil
            points.append((places[index], trial, score, after))
        }
        let all = points.map(\.score) + points.compactMap(\.after)
        guard let scale = heights(all, into: &plot) else { return }
        let after = points.compactMap { point in point.after.map { (x: point.x, y: scale.place($0)) } }
        if axis.isNumeric {
            plot.draw("other", Paths.line(after))
            plot.draw("curve", Paths.line(points.map { ($0.x, scale.place($0.score)) }))
        }
        plot.draw("dot", points.map { "M\($0.x) \(Plot.height - scale.place($0.score))h1" }.joined())
        plot.labels = ["", objective.title + " in", "net out of sample", "trades in", "trial"]
        for point in points {
            let base = "/rows/\(point.trial.place)"
            plot.readings.append(
                (
                    point.x,
                    [
                        "\(axis.name) \(point.trial.values[0])", shown(point.trial),
                        NumberStyle.profit.shown(value(base + "/out_of_sample/net")) ?? "n/a",
                        NumberStyle.count.shown(value(base + "/in_sample/trades")) ?? "n/a", "\(point.trial.number)",
                    ]
                )
            )
            if point.trial.number == document.chosen {
                plot.marks.append(Plot.Mark(style: "choice", sign: "◆", x: point.x, y: scale.place(point.score)))
            }
        }
        let note = objective.isNet ? "blue: in sample; dashed: the same trials out of sample; ◆ chosen" : "◆ chosen"
        plot.write(to: &html, note: note)
    }

    private func shown(_ trial: SweepDocument.Trial?) -> String {
        trial?.score.flatMap(document.objective.style.shown) ?? "n/a"
    }

    // MARK: Two parameters

    private mutating func writeMap() {
        let (document, objective) = (document, document.objective)
        let isTurned = document.axes[1].values.count > document.axes[0].values.count
        let (across, up) = isTurned ? (1, 0) : (0, 1)
        let (columns, lines) = (document.axes[across].values.count, document.axes[up].values.count)
        var trials: [[String]: SweepDocument.Trial] = [:]
        for trial in document.ran { trials[[trial.values[across], trial.values[up]]] = trial }
        var plot = Plot(
            id: "map",
            title: "\(objective.title) by \(document.axes[across].name) and \(document.axes[up].name)",
            summary: "A cell for each pair of values; the table of trials has the figures."
        )
        plot.size = "map"
        plot.map = (columns, lines)
        plot.hasColumns = true
        plot.labels = ["", objective.title, "net out of sample", "trial"]
        func left(_ column: Int) -> Int64 { Plot.width * Int64(column) / Int64(columns) }
        func bottom(_ line: Int) -> Int64 { Plot.height * Int64(lines - 1 - line) / Int64(lines) }
        let shades = Shades(of: document.ran.compactMap(\.scoreUnits), hasSign: objective.hasSign)
        var paths: [String: String] = [:]
        var outline = ""
        let hasTexts = columns <= 12 && lines <= 12
        for line in 0..<lines {
            for column in 0..<columns {
                let values = [document.axes[across].values[column], document.axes[up].values[lines - 1 - line]]
                let trial = trials[values]
                let middle = (left(column) + left(column + 1)) / 2
                let name = "\(document.axes[across].name) \(values[0]), \(document.axes[up].name) \(values[1])"
                guard let trial, let score = trial.score else {
                    plot.readings.append((middle, [name, "no value", "n/a", trial.map { "\($0.number)" } ?? "none"]))
                    continue
                }
                let after = value("/rows/\(trial.place)/out_of_sample/net")
                plot.readings.append(
                    (middle, [name, shown(trial), NumberStyle.profit.shown(after) ?? "n/a", "\(trial.number)"])
                )
                let cell = Paths.rectangle(
                    x: left(column),
                    width: left(column + 1) - left(column),
                    from: bottom(line),
                    to: bottom(line - 1)
                )
                paths[shades.shade(of: trial.scoreUnits), default: ""] += cell
                if trial.number == document.chosen { outline = cell }
                if hasTexts, let text = objective.style.shown(score) {
                    var mark = Plot.Mark(
                        style: columns > 4 ? "cell many" : "cell",
                        sign: text,
                        x: middle,
                        y: (bottom(line) + bottom(line - 1)) / 2
                    )
                    mark.figure = (score, "/rows/\(trial.place)/score")
                    plot.marks.append(mark)
                }
            }
        }
        for name in Shades.names { plot.draw(name, paths[name.description] ?? "") }
        plot.draw("outline", outline)
        let every = (columns + 11) / 12
        for column in stride(from: 0, to: columns, by: every) {
            plot.xTicks.append(((left(column) + left(column + 1)) / 2, document.axes[across].values[column]))
        }
        let step = (lines + 11) / 12
        for line in stride(from: lines - 1, through: 0, by: -step) {
            plot.yTicks.append(((bottom(line) + bottom(line - 1)) / 2, document.axes[up].values[lines - 1 - line]))
        }
        let colours = objective.hasSign ? "green above zero, red below, darker is further from it" : "darker is more"
        plot.write(
            to: &html,
            note:
                "across: \(document.axes[across].name), up: \(document.axes[up].name); \(colours); outlined: chosen; blank: no value"
        )
        writeRange()
    }

    /// The best and the worst, beside the colours.
    private mutating func writeRange() {
        let scored = document.ran.filter { $0.scoreUnits != nil }
        let units = { (trial: SweepDocument.Trial) in trial.scoreUnits ?? 0 }
        guard let low = scored.min(by: { units($0) < units($1) }), let high = scored.max(by: { units($0) < units($1) })
        else { return }
        sentence(
            [
                .words("\(document.objective.title) from "),
                .number("/rows/\(low.place)/score", document.objective.style),
                .words(" (trial "), .number("/rows/\(low.place)/number", .count), .words(") to "),
                .number("/rows/\(high.place)/score", document.objective.style), .words(" (trial "),
                .number("/rows/\(high.place)/number", .count), .words(")."),
            ],
            style: "small"
        )
    }

    // MARK: More parameters

    /// All trials over the values of one parameter, with the middle one of each value: of two in the middle, the lower.
    private mutating func writeSpread(_ index: Int) {
        let (objective, axis) = (document.objective, document.axes[index])
        var plot = Plot(
            id: "spread-\(index)",
            title: "\(objective.title) by \(axis.name)",
            summary: "A point for each trial over its value of \(axis.name), and a line through the middle trials."
        )
        let places = axis.places
        plot.xTicks = axis.ticks
        var groups: [String: [SweepDocument.Trial]] = [:]
        for trial in document.ran where trial.scoreUnits != nil {
            groups[trial.values[index], default: []].append(trial)
        }
        let all = groups.values.joined().compactMap(\.scoreUnits)
        guard let scale = heights(all, into: &plot) else { return }
        var middles: [(x: Int64, y: Int64)] = []
        var dots: [Int64: Set<Int64>] = [:]
        for (place, value) in axis.values.enumerated() {
            guard let group = groups[value]?.sorted(by: { ($0.scoreUnits ?? 0) < ($1.scoreUnits ?? 0) }),
                let lowest = group.first, let highest = group.last
            else { continue }
            let middle = group[(group.count - 1) / 2]
            middles.append((places[place], scale.place(middle.scoreUnits ?? 0)))
            for trial in group { dots[places[place], default: []].insert(scale.place(trial.scoreUnits ?? 0)) }
            let (best, worst) = objective.isBetterLow ? (lowest, highest) : (highest, lowest)
            plot.readings.append(
                (places[place], ["\(axis.name) \(value)", shown(best), shown(middle), shown(worst)])
            )
        }
        var points = ""
        for (x, heights) in dots.sorted(by: { $0.key < $1.key }) {
            for y in heights.sorted() { points += "M\(x) \(Plot.height - y)h1" }
        }
        plot.draw("point", points)
        if axis.isNumeric { plot.draw("curve", Paths.line(middles)) }
        plot.labels = ["", "best", "middle", "worst"]
        if let chosen = document.chosenTrial, let units = chosen.scoreUnits,
            let place = axis.values.firstIndex(of: chosen.values[index])
        {
            plot.marks.append(Plot.Mark(style: "choice", sign: "◆", x: places[place], y: scale.place(units)))
        }
        plot.write(
            to: &html,
            note: "a point for each trial; line: the middle one of each value (of two, the lower); ◆ chosen"
        )
    }
}

/// The colours of a map.
private struct Shades {
    /// From the lightest to the darkest of each kind.
    static let names: [StaticString] = [
        "even", "low1", "low2", "low3", "low4", "high1", "high2", "high3", "high4", "deep1", "deep2", "deep3", "deep4",
    ]

    private let low: Int64
    private let high: Int64
    private let hasSign: Bool

    init(of scores: [Int64], hasSign: Bool) {
        low = scores.min() ?? 0
        high = scores.max() ?? 0
        self.hasSign = hasSign
    }

    /// The class of a score; an infinite one is darkest.
    func shade(of score: Int64?) -> String {
        guard let score else { return hasSign ? "high4" : "deep4" }
        guard hasSign else { return "deep\(step(Int128(score) - Int128(low), of: Int128(high) - Int128(low)))" }
        guard score != 0 else { return "even" }
        let most = Int128(max(low.magnitude, high.magnitude))
        return (score > 0 ? "high" : "low") + "\(step(Int128(score.magnitude), of: most))"
    }

    /// 1 to 4.
    private func step(_ part: Int128, of whole: Int128) -> Int {
        whole > 0 ? Int(min(part * 4 / whole + 1, 4)) : 1
    }
}

extension SweepDocument.Axis {
    /// Where the values stand across a chart: numbers where they belong when they rise, others side by side.
    var places: [Int64] {
        let numbers = values.compactMap(Double.init)
        let (margin, count) = (Plot.width / 25, Int64(values.count))
        let isRising = numbers.count == values.count && zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 }
        guard isRising, let first = numbers.first, let last = numbers.last, last > first, (last - first).isFinite else {
            return values.indices.map { Plot.width * (2 * Int64($0) + 1) / (2 * count) }
        }
        let room = Double(Plot.width - 2 * margin)
        return numbers.map { margin + Int64(($0 - first) / (last - first) * room + 0.5) }
    }

    /// Labels of some nine of them.
    var ticks: [(place: Int64, label: String)] {
        let every = (values.count + 8) / 9
        return zip(places, values).enumerated().filter { $0.offset % every == 0 }.map { ($0.element.0, $0.element.1) }
    }
}
