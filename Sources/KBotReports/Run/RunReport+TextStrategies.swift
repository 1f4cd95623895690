import KBotModel

// The BY STRATEGY section: strategies side by side, as many as the page is wide.
extension RunReport {
    /// A figure with its value for each strategy.
    private typealias Row = (label: String, value: (StrategyPerformance) -> String)

    func writeStrategies(to page: inout TextPage) {
        guard hasSeveralStrategies else { return }
        page.heading("BY STRATEGY")
        let rows = profitRows + funnelRows
        for (index, group) in groups(of: rows, room: page.width - 2).enumerated() {
            if index > 0 { page.line() }
            page.table(
                [.left("")] + group.map { TextPage.Column.right($0.name.text) },
                rows: rows.map { row in [row.label] + group.map(row.value) }
            )
        }
        let idle = strategies.filter { $0.totalTrades == 0 && $0.funnel != nil }
        if !idle.isEmpty { page.line() }
        for strategy in idle {
            page.paragraph("\(strategy.name) · \(strategy.funnel?.sentence ?? "")", indent: 2)
        }
    }

    /// The strategies in their order, in groups whose columns fit beside the labels; one that is too wide stands alone.
    private func groups(of rows: [Row], room: Int) -> [[StrategyPerformance]] {
        let labels = rows.map(\.label.count).max() ?? 0
        var groups: [[StrategyPerformance]] = []
        var left = 0
        for strategy in strategies {
            let width = 2 + (rows.map { $0.value(strategy).count } + [strategy.name.text.count]).reduce(0, max)
            if groups.isEmpty || width > left {
                groups.append([])
                left = room - labels
            }
            groups[groups.count - 1].append(strategy)
            left -= width
        }
        return groups
    }

    private var profitRows: [Row] {
        var rows: [Row] = []
        if strategies.contains(where: { $0.budget != nil }) { rows.append(("Budget", { $0.budget ?? "none" })) }
        return rows + [
            ("Trades", { grouped($0.totalTrades) }),
            ("Winning trades", { grouped($0.winningTrades) }),
            ("Losing trades", { grouped($0.losingTrades) }),
            ("Win rate", { percent($0.winRate) }),
            ("Gross profit", { money($0.grossProfit) }),
            ("Gross loss", { money(-$0.grossLoss) }),
            ("Net profit", { money($0.netProfit) }),
            ("Total fees", { money($0.totalFees) }),
            ("Profit factor", { ratio($0.profitFactor) }),
            ("Largest loss", { money($0.largestLoss.map { -$0 }) }),
            ("Most losses in a row", { grouped($0.maxConsecutiveLosses) }),
        ]
    }

    private var funnelRows: [Row] {
        guard strategies.contains(where: { $0.funnel != nil }) else { return [] }
        func row(_ label: String, _ count: @escaping (Funnel) -> Int) -> Row {
            (label, { $0.funnel.map { grouped(count($0)) } ?? "" })
        }
        return [
            ("", { _ in "" }),
            row("Candles judged") { $0.candlesJudged },
            row("Triggers") { $0.triggers },
            row("Signals") { $0.signals },
        ] + deniedRows(row) + [
            row("Entry orders") { $0.orders },
            row("Entries filled") { $0.filled },
            row("Closed by an order") { $0.closed },
            row("Settled") { $0.settled },
            row("Still open") { $0.stillOpen },
        ]
    }

    /// How many signals were denied, and the codes that denied most of them to any of the strategies.
    private func deniedRows(_ row: (String, @escaping (Funnel) -> Int) -> Row) -> [Row] {
        let denied = strategies.compactMap(\.funnel?.denied)
        let top = Set(denied.flatMap { Funnel.sorted($0).prefix(3).map(\.reason) })
        guard !top.isEmpty else { return [] }
        var sums: [String: Int] = [:]
        for counts in denied { sums.merge(counts, uniquingKeysWith: +) }
        var rows = [row("  denied") { $0.denied.values.reduce(0, +) }]
        for (code, _) in Funnel.sorted(sums) where top.contains(code) {
            rows.append(row("    \(code)") { $0.denied[code] ?? 0 })
        }
        if sums.count > top.count {
            rows.append(row("    other codes") { $0.denied.reduce(0) { top.contains($1.key) ? $0 : $0 + $1.value } })
        }
        return rows
    }
}
