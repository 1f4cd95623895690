package import KBotModel

/// What an order desk has to tell.
package enum DeskNews: Sendable {
    /// For the engine.
    case venue(VenueEvent)
    /// The account holds something in a market that is not this run's, or no longer does; the market's number when it is
    /// known. The text says what, without naming the market.
    case foreign(Ticker, MarketID?, isForeign: Bool, String)
    /// Something the operator should look at.
    case warning(DeskWarning, String)
    /// A request failed in a way that the operator should know.
    case problem(VenueError, String)
    /// The account was read.
    case account(AccountPicture)
    /// The account has orders with ids of ours of which the journal knows nothing; each is told once, none before the
    /// first reading of the account. The desk takes no entry any more.
    case unaccounted([UnaccountedOrder])
    /// The fate of every order taken up from earlier runs is known, and positions were compared; told once, and only
    /// where ``OrderDesk/adopt(_:positions:lastOrders:fillsFrom:)`` was called.
    case recovered(RecoveryPicture)
    /// The first reading of the account is done, the order groups stand, and what was taken up is recovered: entries may
    /// be sent.
    case ready
}

/// Kinds of things an operator should look at.
package enum DeskWarning: String, Hashable, Sendable, CaseIterable {
    /// An order group has reached its limit: no entries any more until it is reset.
    case groupTriggered = "group_triggered"
    /// Fills the venue counts cannot be had from it.
    case fillsMissing = "fills_missing"
    /// Reconciliation found something the channels had not told.
    case difference = "difference"
    /// The venue's position is another than the sum of our fills.
    case positionDrift = "position_drift"
    /// An order that was taken for dead rests at the venue; it is being cancelled.
    case orphan = "orphan"
    /// The shard's cash does not suffice.
    case insufficientCash = "insufficient_cash"
    /// An entry was given up before it was sent.
    case entryDropped = "entry_dropped"
    /// The account cannot be read.
    case unreadable = "unreadable"
    /// The venue's payment for a market is another than expected.
    case settlementDifference = "settlement_difference"
}

/// What an order desk has done so far.
package struct DeskStatistics: Hashable, Sendable {
    /// Orders handed to the network.
    package var ordersSent = 0
    /// Orders of which the venue's answer came.
    package var ordersAnswered = 0
    /// Orders refused by the desk itself, never sent.
    package var ordersDropped = 0
    /// Orders whose answer was lost.
    package var ordersUnknown = 0
    /// Cancels handed to the network.
    package var cancelsSent = 0
    /// Fills told.
    package var fills = 0
    /// Fills told by the fill channel.
    package var fillsByChannel = 0
    /// Reconciliations finished.
    package var reconciliations = 0
    /// Things that reconciliations found and the channels had not told.
    package var differences = 0
    /// Time from handing an order over to its answer, all orders together.
    package var placeLatency = TimeSpan.zero
    /// The same for cancels.
    package var cancelLatency = TimeSpan.zero
    /// The longest time from handing an order over to its answer.
    package var longestPlace = TimeSpan.zero
    /// Requests sent with a signature made ahead.
    package var signedAhead = 0
    /// Requests signed while they waited.
    package var signedOnTheSpot = 0
}
