package import KBotModel

/// Which part of the catalogue is wanted; what is not named is not narrowed.
package struct DataSelection: Hashable, Sendable {
    /// The first time.
    package var from: Timestamp?
    /// The time at which it ends, itself not part of it.
    package var to: Timestamp?
    /// Series of the markets.
    package var series: Set<String> = []
    /// The markets.
    package var markets: Set<String> = []
    /// Whether what is chosen may be missing: of a part of data whose whole was looked at.
    package var mayMiss = false

    /// Everything.
    package init() {}

    /// Whether a market is wanted.
    package func takes(_ ticker: Ticker) -> Bool {
        (markets.isEmpty || markets.contains(ticker.text))
            && (series.isEmpty || series.contains(StreamKey(.trades, ticker.text).series))
    }

    /// Whether rows of a market's stream are wanted, or may be: lives that an older kbot imported have no market's name.
    func takes(stream name: String, passingOver passedOver: Set<String> = []) -> Bool {
        name.isEmpty || takes(Ticker(name)) && !passedOver.contains(name)
    }

    /// Whether markets are narrowed.
    package var choosesMarkets: Bool { !series.isEmpty || !markets.isEmpty }
}
