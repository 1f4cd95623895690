public import KBotModel

/// What a state says of the account's money.
extension EngineState {
    /// Equity at the start of the account's life.
    public var initialCapital: Money { account.initialCapital }

    /// Equity with every open trade taken out, its fees too: what a report of the run that goes on starts from, for the
    /// trades on their way will be told there whole.
    public var equityWithoutOpenTrades: Money {
        brackets.reduce(account.settledEquity) { $0 + $1.trip.fees }
    }

    /// Gross profit and loss of all round trips that ended, over the account's life.
    public var realisedGross: Money { account.realisedGross }

    /// Fees of all fills, over the account's life.
    public var feesPaid: Money { account.feesPaid }
}
