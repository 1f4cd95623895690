package import KBotModel

/// What one trial of a sweep made of one market.
package struct MarketResult: Hashable, Sendable, Codable {
    /// The market.
    package var market: Ticker
    /// When it closed: markets that close together share their fate, and are drawn together.
    package var close: Timestamp
    /// Net P&L after fees.
    package var net: Money
    /// Closed trades.
    package var trades: Int
    /// The most that the market could have taken at one time: entry price × count of a long, (1 − entry price) × count
    /// of a short. A verdict counts one market more than was seen that loses as much.
    package var stake: Money

    /// Makes a result; by itself that of a market without a trade.
    package init(
        market: Ticker,
        close: Timestamp,
        net: Money = .zero,
        trades: Int = 0,
        stake: Money = .zero
    ) {
        self.market = market
        self.close = close
        self.net = net
        self.trades = trades
        self.stake = stake
    }
}

/// What one trial of a sweep, a strategy with one set of parameters, made of all markets.
///
/// The markets of a period are those that any trial lists for it; in one that a trial does not list, it made nothing.
/// Results of one market that are listed twice are added.
package struct TrialSample: Hashable, Sendable, Codable {
    /// A parameter with its value as text.
    package struct Parameter: Hashable, Sendable, Codable {
        /// Its name.
        package var name: String
        /// Its value.
        package var value: String

        /// Makes a parameter.
        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Its number in the sweep.
    package var number: Int
    /// What was tried.
    package var parameters: [Parameter]
    /// The markets it was, or could have been, chosen by.
    package var inSample: [MarketResult]
    /// Markets that had no part in the choice. Only those of the chosen trial count: of a walk-forward, give what the
    /// choices of all windows made, one after the other.
    package var outOfSample: [MarketResult]

    /// Makes a trial's sample.
    package init(
        number: Int,
        parameters: [Parameter] = [],
        inSample: [MarketResult],
        outOfSample: [MarketResult]
    ) {
        self.number = number
        self.parameters = parameters
        self.inSample = inSample
        self.outOfSample = outOfSample
    }
}
