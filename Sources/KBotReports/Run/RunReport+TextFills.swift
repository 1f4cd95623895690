import KBotModel

// The FILL MODELS section: the band in which the truth may lie.
extension RunReport {
    func writeFillModels(to page: inout TextPage) {
        guard !fillModels.isEmpty else { return }
        page.heading("FILL MODELS")
        page.table(
            [
                .left("Fills"), .right("Trades"), .right("Win rate"), .right("Net profit"), .right("Max drawdown"),
                .right("Fees"),
            ],
            rows: fillModels.map { model in
                [
                    model.name, grouped(model.totalTrades), percent(model.winRate), money(model.netProfit),
                    money(-model.maxDrawdown), money(model.totalFees),
                ]
            }
        )
        guard let low = fillModels.map(\.netProfit).min(), let high = fillModels.map(\.netProfit).max() else { return }
        page.line()
        page.paragraph("Band of the net profit: \(money(low)) to \(money(high)).", indent: 2)
        if let fillModelsNote { page.paragraph(fillModelsNote, indent: 2) }
    }
}
