/// Where a market stands, in the venue's words for answers; requests filter by other words, see ``MarketQuery``.
package enum MarketPhase: String, Hashable, Sendable, CaseIterable {
    /// Before its opening.
    case initialized
    /// Paused; may come back.
    case inactive
    /// Tradable.
    case active
    /// Past its close, without a result.
    case closed
    /// The result is known, not paid.
    case determined
    /// The result is under review.
    case disputed
    /// The result was changed.
    case amended
    /// Paid.
    case finalized
}

/// How a market was decided.
package enum MarketResult: String, Hashable, Sendable, CaseIterable {
    /// YES pays.
    case yes
    /// NO pays.
    case no
    /// Both pay a part.
    case scalar
    /// Not decided.
    case undecided = ""
}

/// Where an order stands.
package enum OrderStatus: String, Hashable, Sendable, CaseIterable {
    /// On the book.
    case resting
    /// Off the book, perhaps partly filled: cancelled, expired, or what an immediate order did not fill.
    case canceled
    /// Filled whole.
    case executed
}

/// How long an order lives.
package enum TimeInForce: String, Hashable, Sendable, CaseIterable {
    /// Whole or not at all.
    case fillOrKill = "fill_or_kill"
    /// Rests.
    case goodTillCanceled = "good_till_canceled"
    /// What fills at once; the rest dies.
    case immediateOrCancel = "immediate_or_cancel"
}

/// What happens when an order would trade with one of our own.
package enum SelfTradePrevention: String, Hashable, Sendable, CaseIterable {
    /// The incoming order is cancelled where they cross.
    case takerAtCross = "taker_at_cross"
    /// The resting order is cancelled.
    case maker
}
