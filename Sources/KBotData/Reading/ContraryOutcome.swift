package import KBotModel

/// A market of which files tell different outcomes.
package struct ContraryOutcome: Hashable, Sendable {
    /// What one file tells.
    package struct Telling: Hashable, Sendable {
        /// How the market was decided.
        package let settlement: Settlement
        /// The file's name.
        package let file: String

        /// Names an outcome and who tells it.
        package init(settlement: Settlement, file: String) {
            self.settlement = settlement
            self.file = file
        }
    }

    /// The market.
    package let ticker: Ticker
    /// What is told, in the order of the files.
    package let told: [Telling]
    /// The outcome that counts; see ``MarketRecord/add(_:)``.
    package let counts: Settlement

    /// Puts together what files tell of a market.
    package init(ticker: Ticker, told: [Telling], counts: Settlement) {
        self.ticker = ticker
        self.told = told
        self.counts = counts
    }

    /// Whether they really differ.
    package var isContrary: Bool { told.contains { $0.settlement.value != counts.value } }
}
