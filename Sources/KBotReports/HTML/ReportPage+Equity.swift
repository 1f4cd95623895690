import KBotModel

/// Equity and its falls over time.
extension ReportPage {
    mutating func writeEquity() {
        let elements = json[pointer: "/equity_curve"]?.elements ?? []
        let points = thinned(
            elements.compactMap { element -> CurvePoint? in
                guard let time = element["ts"]?.time, let equity: Money = element["equity"]?.decimal(),
                    let drawdown: Money = element["drawdown"]?.decimal()
                else { return nil }
                return CurvePoint(time: time, equity: equity, drawdown: drawdown)
            }
        )
        guard let first = points.first else { return }
        let end = max(facts.to, points.last?.time ?? facts.to)
        let times = Scale(first.time.microseconds, end.microseconds, length: Plot.width)
        let xTicks = TimeAxis.ticks(from: first.time, to: end).map { (times.place($0.time.microseconds), $0.label) }
        let readings = points.map { point in
            (
                place: times.place(point.time.microseconds),
                texts: [point.time.shortText, point.equity.dollarText, (-point.drawdown).dollarText]
            )
        }
        // The last value holds to the end of the run.
        func line(_ scale: Scale, _ value: (CurvePoint) -> Int64) -> [(x: Int64, y: Int64)] {
            var line = points.map { (x: times.place($0.time.microseconds), y: scale.place(value($0))) }
            if let last = line.last, last.x < Plot.width { line.append((Plot.width, last.y)) }
            return line
        }

        let lowest = points.map(\.equity.units).min() ?? 0
        let highest = points.map(\.equity.units).max() ?? 0
        let (scale, ticks) = Scale.nice(lowest...highest, least: 10_000)
        var equity = Plot(
            id: "equity",
            title: "Equity",
            summary: "Equity at each candle close that changed it, from the start to the end of the run."
        )
        equity.size = "tall"
        equity.yTicks = ticks.map { (scale.place($0), tickLabel($0)) }
        equity.xTicks = xTicks
        let curve = line(scale) { $0.equity.units }
        equity.draw("start", "M0 \(Plot.height - scale.place(report.startEquity.units))H\(Plot.width)")
        equity.draw("wash", Paths.area(curve, to: 0))
        equity.draw("curve", Paths.steps(curve))
        equity.labels = ["", "equity", "drawdown"]
        equity.readings = readings
        equity.write(to: &html, note: "open positions marked at the exit touch; dashed: the start")

        let deepest = points.map(\.drawdown.units).max() ?? 0
        let (falls, fallTicks) = Scale.nice(min(-deepest, -10_000)...0, least: 10_000, count: 2)
        var drawdown = Plot(
            id: "drawdown",
            title: "Drawdown",
            summary: "How far equity lay below its highest point so far."
        )
        drawdown.size = "low"
        drawdown.yTicks = fallTicks.map { (falls.place($0), tickLabel($0)) }
        drawdown.xTicks = xTicks
        let below = line(falls) { -$0.drawdown.units }
        drawdown.draw("sink", Paths.area(below, to: falls.place(0)))
        drawdown.draw("depth", Paths.steps(below))
        drawdown.labels = equity.labels
        drawdown.readings = readings
        drawdown.write(to: &html, note: "below the highest equity so far")
        if elements.count > points.count {
            paragraph(
                "The charts draw the highest, lowest and last point of each short stretch; the JSON has all of them.",
                style: "small"
            )
        }
        writeDays()
    }

    /// Equity at the end of each day, as a table.
    private mutating func writeDays() {
        let all = count("/daily_equity")
        guard all > 0 else { return }
        let most = 400
        details("Equity by day, as a table") { page in
            page.table(
                "Equity at the end of each UTC day",
                [.text("Day"), .number("Equity"), .number("Change")],
                rows: (0..<min(all, most)).map { index in
                    let base = "/daily_equity/\(index)"
                    return [
                        .text(page.value(base + "/day")), .number(base + "/equity", .money),
                        .number(base + "/change", .profit),
                    ]
                }
            )
            if all > most {
                page.paragraph("The first \(grouped(most)) of \(grouped(all)); the JSON has all.", style: "small")
            }
        }
    }

    private struct CurvePoint {
        let time: Timestamp
        let equity: Money
        let drawdown: Money
    }

    /// At most some 900 points: of each of 300 stretches of points the lowest, the highest and the last.
    private func thinned(_ points: [CurvePoint]) -> [CurvePoint] {
        let stretches = 300
        guard points.count > 3 * stretches else { return points }
        var kept: [CurvePoint] = []
        for stretch in 0..<stretches {
            let range = stretch * points.count / stretches..<(stretch + 1) * points.count / stretches
            guard let low = range.min(by: { points[$0].equity < points[$1].equity }),
                let high = range.max(by: { points[$0].equity < points[$1].equity })
            else { continue }
            for index in Set([low, high, range.upperBound - 1]).sorted() { kept.append(points[index]) }
        }
        return kept
    }
}
