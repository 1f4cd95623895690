import KBotModel

/// Trial by trial, and window by window.
extension SweepPage {
    /// Trials listed; the JSON has all.
    private static var mostTrials: Int { 1_000 }
    /// Windows listed.
    private static var mostWindows: Int { 400 }

    mutating func writeTrials() {
        let (document, ran) = (document, document.ran)
        let hasLimited = ran.contains(where: \.hasLimited)
        let hasRequirements = json["plan"]?["constraints"]?.elements.isEmpty == false
        var columns: [Column] = [.number("Trial")]
        for axis in document.axes { columns.append(Column(title: axis.name, isNumber: axis.isNumeric)) }
        if !document.objective.isNet { columns.append(.number(document.objective.title)) }
        columns += [
            .number("Net in"), .number("Trades in"), .number("Sharpe in"), .number("Net out"), .number("Trades out"),
            .number("Sharpe out"),
        ]
        if hasLimited { columns.append(.number("Limits on")) }
        if hasRequirements { columns.append(.text("As required")) }
        table(
            "Trials, the best in sample first",
            columns,
            rows: ran.prefix(Self.mostTrials).map { trial in
                let base = "/rows/\(trial.place)"
                var cells: [Cell] = [.number(base + "/number", .count)]
                for (index, axis) in document.axes.enumerated() {
                    cells.append(
                        axis.isNumeric
                            ? .number("\(base)/parameters/\(index)/value", .verbatim) : .code(trial.values[index])
                    )
                }
                if !document.objective.isNet { cells.append(.number(base + "/score", document.objective.style)) }
                for period in ["in_sample", "out_of_sample"] {
                    cells += [
                        .number("\(base)/\(period)/net", .profit), .number("\(base)/\(period)/trades", .count),
                        .number("\(base)/\(period)/sharpe", .decimal),
                    ]
                }
                if hasLimited {
                    cells.append(trial.hasLimited ? .number(base + "/limited/net_profit", .profit) : .none)
                }
                if hasRequirements { cells.append(.text(trial.qualifies ? "yes" : "no")) }
                return cells
            },
            isSortable: true
        )
        if ran.count > Self.mostTrials {
            paragraph(
                "The first \(grouped(Self.mostTrials)) of \(grouped(ran.count)); the JSON has all.",
                style: "small"
            )
        }
        paragraph(columnsExplained(hasLimited), style: "small")
    }

    private func columnsExplained(_ hasLimited: Bool) -> String {
        let last = json["windows"]?.elements.last?["fold"]?["split"]?.time
        var text = "Trials are ordered by “in” alone. "
        if let last {
            text += "“in” ends and “out” begins at \(last.shortText)"
            text += document.isWalkForward ? ", the last choice; " : "; "
            text += "trades open then are in neither."
        } else {
            text += "Nothing was held out: “out” is empty, and “in” is better than it is."
        }
        if hasLimited {
            text += " “Limits on” is the net profit of the whole time with all limits on, of the best ten."
        }
        return text
    }

    mutating func writeWindows() {
        if document.isWalkForward { writeWindowChart() }
        let trials = Dictionary(document.trials.map { ($0.number, $0) }) { first, _ in first }
        var rows: [[Cell]] = []
        for (index, window) in (json["windows"]?.elements ?? []).prefix(Self.mostWindows).enumerated() {
            let base = "/windows/\(index)"
            let trial = window["chosen"]?.int.flatMap { trials[$0] }
            var cells: [Cell] = [
                .text(window["fold"]?["split"]?.time?.shortText ?? "the end"), .number(base + "/chosen", .count),
                trial.map { .code(words($0)) } ?? .text("none qualified: nothing is traded"),
            ]
            for period in ["in_sample", "out_of_sample"] {
                cells += [.number("\(base)/\(period)/net", .profit), .number("\(base)/\(period)/trades", .count)]
            }
            rows.append(cells)
        }
        table(
            "The choice of each window, and what it made afterwards",
            [
                .text("Chosen at"), .number("Trial"), .text("Parameters"), .number("Net in"), .number("Trades in"),
                .number("Net out"), .number("Trades out"),
            ],
            rows: rows
        )
        if document.windows > rows.count {
            paragraph("The first \(grouped(rows.count)) of \(grouped(document.windows)).", style: "small")
        }
        sentence([
            .words("After their choices the windows made together "), .number("/out_of_sample/net", .profit),
            .words(" in "), .number("/out_of_sample/trades", .count), .words(" trades in "),
            .number("/out_of_sample/markets", .count), .words(" markets, fees "),
            .number("/out_of_sample/fees", .money),
            .words(" and drawdown "), .number("/out_of_sample/drawdown", .loss), .words("."),
        ])
    }

    /// In sample beside out of sample, a pair of columns each.
    private mutating func writeWindowChart() {
        let rows = (json["windows"]?.elements ?? []).map { window -> Plot.Column in
            let time = window["fold"]?["split"]?.time?.shortText ?? ""
            let nets = ["in_sample", "out_of_sample"].map { window[$0]?["net"]?.decimal(Money.self) }
            return (
                String(time.dropFirst(5).prefix(5)), nets[0]?.units, nets[1]?.units,
                [time] + nets.map { $0?.signedDollarText ?? "none" }
            )
        }
        let plot = Plot.columns(
            rows,
            id: "windows",
            title: "Net profit of each choice",
            summary:
                "For each window the net profit in sample and, beside it, out of sample; the table has the figures.",
            labels: ["", "in sample", "out of sample"],
            mostTicks: 8
        )
        plot?.write(
            to: &html,
            note: "blue: in sample, which lasts longer; green and red: out of sample, after the choice"
        )
    }
}
