import KBotModel

extension Plot {
    /// A column of a chart of money.
    ///
    /// - `label`: what stands below it, where there is room for it.
    /// - `before`: an amount drawn paler to the left of the column; nil for none.
    /// - `value`: the amount; nil for none.
    /// - `texts`: what the pointer reads.
    typealias Column = (label: String, before: Int64?, value: Int64?, texts: [String])

    /// Columns of money from zero, by their sign: gains upwards, losses downwards, each with a paler one to its left where
    /// there is an amount before.
    ///
    /// - Parameters:
    ///   - rows: A column each, amounts in microdollars.
    ///   - id: Name within the page.
    ///   - title: What it shows.
    ///   - summary: What is to be seen in it.
    ///   - labels: Names of the texts, the first one that of the horizontal axis.
    ///   - mostTicks: Most labels below the columns.
    /// - Returns: The plot; nil when there is no amount.
    static func columns(
        _ rows: [Column],
        id: String,
        title: String,
        summary: String,
        labels: [String],
        mostTicks: Int
    ) -> Plot? {
        let amounts = rows.flatMap { [$0.before, $0.value] }.compactMap(\.self)
        guard let low = amounts.min(), let high = amounts.max() else { return nil }
        let (scale, ticks) = Scale.nice(min(low, 0)...max(high, 0), least: 10_000)
        var plot = Plot(id: id, title: title, summary: summary)
        plot.yTicks = ticks.map { (scale.place($0), tickLabel($0)) }
        plot.hasColumns = true
        plot.labels = labels
        let isPaired = rows.contains { $0.before != nil }
        let step = Plot.width / Int64(rows.count)
        let width = max(min(step * 7 / 10, 700) / (isPaired ? 2 : 1), 1)
        let zero = scale.place(0)
        let every = (rows.count + mostTicks - 1) / mostTicks
        var (before, gains, losses) = ("", "", "")
        for (index, row) in rows.enumerated() {
            let middle = step * Int64(index) + step / 2
            func column(at x: Int64, _ amount: Int64) -> String {
                Paths.rectangle(x: x, width: width, from: zero, to: scale.place(amount))
            }
            if let amount = row.before { before += column(at: middle - width, amount) }
            if let amount = row.value {
                let path = column(at: isPaired ? middle : middle - width / 2, amount)
                if amount >= 0 { gains += path } else { losses += path }
            }
            if index % every == 0 { plot.xTicks.append((middle, row.label)) }
            plot.readings.append((middle, row.texts))
        }
        plot.draw("before", before)
        plot.draw("up", gains)
        plot.draw("down", losses)
        plot.draw("zero", "M0 \(Plot.height - zero)H\(Plot.width)")
        return plot
    }
}
