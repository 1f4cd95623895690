import KBotModel

/// What the ends of orders and positions mean.
extension ReasonEntry {
    /// Why an order left the book, then why the venue refused one.
    static let orderEnds: [ReasonEntry] = [
        ReasonEntry(
            .requested,
            "kbot took the order off the book: an entry's candles were over, entries were blocked, or the position was left.",
            "Nothing is wrong. Entries that often end so are priced too far from the market, or wait too short a time.",
            ["ENTRY_TTL"]
        ),
        ReasonEntry(
            CancelReason.expired,
            "The order's time at the venue ran out. kbot gives its entries such a time, so that they die without it, too.",
            "Nothing to do."
        ),
        ReasonEntry(
            .immediateOrCancel,
            "An order that takes at once found too few contracts at its price; what it did not fill is gone.",
            "An exit is sent again a second later. An entry that is to wait wants entry_type = \"limit\"."
        ),
        ReasonEntry(
            .marketClosed,
            "The market closed or was paused while the order was on the book.",
            "Nothing to do."
        ),
        ReasonEntry(
            .selfTrade,
            "The order would have traded with another order of the same account.",
            "Nothing to do; trade by hand from another account than kbot does."
        ),
        ReasonEntry(
            CancelReason.reduceOnly,
            "Nothing was left that the order could make smaller: the position had ended in between.",
            "Nothing to do."
        ),
        ReasonEntry(
            .insufficientBalance,
            "The venue had too little cash of the account for the order.",
            "Free some cash, or trade smaller.",
            ["RISK_PER_TRADE", "MAX_EXPOSURE"]
        ),
        ReasonEntry(
            .invalidPrice,
            "The price is off the market's grid, or outside of 0 to 100 cents.",
            "kbot rounds prices before it sends them: please report this as a bug."
        ),
        ReasonEntry(
            .invalidCount,
            "The number of contracts is zero, or finer than the venue takes.",
            "Give whole contracts, in a signal's count as well.",
            ["SIZING"]
        ),
        ReasonEntry(
            RejectReason.marketInactive,
            "The market did not trade when the order arrived.",
            "Nothing to do; kbot heard of it too late."
        ),
        ReasonEntry(
            .orderAlreadyExists,
            "The venue already knew an order of this id.",
            "Please report this as a bug."
        ),
        ReasonEntry(
            RejectReason.reduceOnly,
            "An order that may only make a position smaller found none.",
            "Nothing to do: the position had ended in between."
        ),
        ReasonEntry(
            .fillOrKill,
            "The order was to fill whole or not at all, and could not.",
            "Nothing to do."
        ),
        ReasonEntry(
            RejectReason.expired,
            "The order's last moment had passed when it arrived.",
            "Nothing to do. If it comes often, the connection is slow, or entries get too few candles.",
            ["ENTRY_TTL"]
        ),
        ReasonEntry(
            .other,
            "The venue refused the order for a reason of its own, or does not know it.",
            "The message beside it is the venue's."
        ),
    ]

    /// How positions end.
    static let exits: [ReasonEntry] = [
        ReasonEntry(
            .target,
            "The target order filled.",
            "Nothing to do."
        ),
        ReasonEntry(
            .stop,
            "The market reached the stop and the position was left, at that price or a worse one.",
            "The setting says what counts as reaching it.",
            ["STOP_TRIGGER"]
        ),
        ReasonEntry(
            .settlement,
            "The market was decided with the position still open: a contract pays 100 cents or nothing.",
            "To leave before the close, set a time.",
            ["EXIT_BEFORE_CLOSE"]
        ),
        ReasonEntry(
            .time,
            "The position was left some time before the market's close, as the setting asks.",
            "Change the time, or let positions run into settlement with off.",
            ["EXIT_BEFORE_CLOSE"]
        ),
        ReasonEntry(
            .flatten,
            "The position was left because the run or the trader said so, or because its entry filled after it was given up.",
            "The setting says what becomes of positions when a run is interrupted.",
            ["ON_EXIT"]
        ),
    ]
}
