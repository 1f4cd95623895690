/// What reasons, denials and warnings mean, in the order of ``ReasonCode``'s declarations.
extension ReasonEntry {
    /// Why a candle gave no signal.
    static let noSignals: [ReasonEntry] = [
        ReasonEntry(
            .warmingUp,
            [.noSignal],
            "The indicators have not seen enough candles of this market. Every market starts with empty indicators.",
            "Wait; or ask for shorter periods or candles in the script's needs."
        ),
        ReasonEntry(
            .insideBands,
            [.noSignal],
            "The candle's body is not wholly outside the Bollinger bands, so there is nothing to fade.",
            "Nothing is wrong: most candles end so. Narrower bands (--param stddev=1.5) give more triggers."
        ),
        ReasonEntry(
            .tooCloseToExpiry,
            [.noSignal, .denied],
            "Less time is left to the market's close than an entry needs.",
            "A denial comes from the limit; without a signal it is the strategy's own parameter, such as min_minutes_left. "
                + "To enter later, lower both.",
            ["MIN_TIME_TO_EXPIRY"]
        ),
        ReasonEntry(
            .noTradesInCandle,
            [.noSignal],
            "Nothing was traded in the candle; it only carries the last price on.",
            "Use longer candles (--param interval=15s), or markets that trade more."
        ),
        ReasonEntry(
            .stopTooTight,
            [.noSignal],
            "The stop would lie nearer than the strategy's minimum, or not farther than the spread: the fill itself could "
                + "touch it.",
            "Wait for a wider candle or a narrower spread; or lower the strategy's minimum (--param min_stop_ticks=2)."
        ),
        ReasonEntry(
            .stopAlreadyTouched,
            [.noSignal],
            "The price at which the position would leave has already reached the stop.",
            "Nothing is wrong: the market has moved on. A stop farther away lets such entries through."
        ),
        ReasonEntry(
            .rewardRisk,
            [.noSignal, .denied],
            "The way to the target is too short for the way to the stop.",
            "Give a farther target or a nearer stop. A denial comes from the limit; without a signal it is the strategy's own "
                + "parameter, such as min_reward_risk.",
            ["MIN_REWARD_RISK"]
        ),
        ReasonEntry(
            .targetOutOfRange,
            [.noSignal],
            "The target lies beyond the market's last valid price.",
            "Give a nearer target (--param target_multiple=1.5), or enter farther from the ends of the price range."
        ),
        ReasonEntry(
            .invalidGeometry,
            [.noSignal, .denied],
            "Entry, stop and target do not lie in order: stop, entry, target upwards for a long, downwards for a short. Or "
                + "no valid price is left for one of them.",
            "Correct the prices that the strategy returns; ctx.market.round puts a price on the market's grid."
        ),
        ReasonEntry(
            .noSignal,
            [.noSignal],
            "The strategy looked at the candle and had nothing to say, and gave no reason.",
            "To see why, let the script give a reason of its own: return nil, \"MY_REASON\"."
        ),
        ReasonEntry(
            .scriptFailed,
            [.noSignal, .warning],
            "The script raised an error, took too long, or answered with something that is no answer. The candle counts as "
                + "one without a signal.",
            "Read the message: it has the file, the line and what was wrong. --events FILE keeps them all."
        ),
        ReasonEntry(
            "SCRIPT_QUARANTINED",
            [.noSignal],
            "The script failed three times in a row and is asked no more. What is open keeps its stops and targets.",
            "Mend the error that the messages before name, then give the script another chance: kbot reload NAME."
        ),
    ]

    /// Why a signal was not followed.
    static let denials: [ReasonEntry] = [
        ReasonEntry(
            .entryPending,
            [.denied],
            "An entry already waits in this market, and there is one trade a market.",
            "Nothing is wrong. An entry waits as many candles as its ttl says, else as many as the setting.",
            ["ENTRY_TTL"]
        ),
        ReasonEntry(
            .positionOpen,
            [.denied],
            "A position is already open in this market, and there is one trade a market: the first strategy to enter has it "
                + "until it is flat.",
            "Nothing is wrong. A strategy sees its own position as ctx.position and need not signal again."
        ),
        ReasonEntry(
            .maxPositions,
            [.denied],
            "As many positions and waiting entries are open as are allowed at one time.",
            "Wait until one ends, or raise the limit.",
            ["MAX_POSITIONS"]
        ),
        ReasonEntry(
            .maxExposure,
            [.denied],
            "There is no room for one contract: what settlement could take of all positions and waiting entries is at its "
                + "limit.",
            "Wait until a position ends, or raise the limit. A smaller risk per trade leaves room for more trades.",
            ["MAX_EXPOSURE", "RISK_PER_TRADE"]
        ),
        ReasonEntry(
            .dailyLossLimit,
            [.denied, .blocked, .cancelled],
            "The day's loss has reached its limit, or what is left of it is too little for one contract. Entries begin again "
                + "at 00:00 UTC.",
            "Wait for the next UTC day, or raise the limit.",
            ["DAILY_LOSS_LIMIT"]
        ),
        ReasonEntry(
            .circuitBreaker,
            [.denied, .blocked, .cancelled],
            "Several trades in a row were lost, so entries pause.",
            "Wait until the pause is over; or allow more losses in a row, or a shorter pause.",
            ["CIRCUIT_BREAKER_LOSSES", "CIRCUIT_BREAKER_PAUSE"]
        ),
        ReasonEntry(
            .strategyBudget,
            [.denied],
            "The part of the account that this strategy may use has no room for one contract.",
            "Wait until one of its positions ends, or give it more (--budget NAME=50%)."
        ),
        ReasonEntry(
            .riskPerTrade,
            [.denied],
            "One contract would lose more at its stop, slippage and fees included, than a trade may.",
            "Give a nearer stop, or raise the limit.",
            ["RISK_PER_TRADE"]
        ),
        ReasonEntry(
            .insufficientCash,
            [.denied],
            "There is no cash for one contract with its fee: what positions and waiting entries tie up does not count.",
            "Wait until a position ends, or start with more.",
            ["INITIAL_CAPITAL"]
        ),
        ReasonEntry(
            .priceCollar,
            [.denied],
            "The entry is priced too far through the best price of the other side.",
            "Give an entry nearer to the market, or widen the collar.",
            ["PRICE_COLLAR"]
        ),
        ReasonEntry(
            .noQuote,
            [.denied],
            "No ask (for a long) or bid (for a short) is known to judge the price by, or to take from.",
            "Wait for a quote: a strategy can look at ctx.market.ask and ctx.market.bid before it signals."
        ),
        ReasonEntry(
            .orderRate,
            [.denied],
            "As many entry orders were sent in the last minute as are allowed.",
            "Look for a strategy that signals without end; else raise the limit.",
            ["ORDERS_PER_MINUTE"]
        ),
        ReasonEntry(
            .feedStale,
            [.denied, .blocked, .cancelled],
            "Market data is not current, so no price can be trusted.",
            "Look at the connection. Entries begin again by themselves when data comes."
        ),
        ReasonEntry(
            .bookResyncing,
            [.denied],
            "The market's order book lost messages and waits for a fresh snapshot.",
            "Nothing to do: entries begin again by themselves with the snapshot."
        ),
        ReasonEntry(
            .marketInactive,
            [.denied],
            "The market does not trade now: it is not open yet, paused, or closed.",
            "Nothing to do: entries begin again when it trades."
        ),
        ReasonEntry(
            .foreignPosition,
            [.denied],
            "The account holds something in this market that kbot did not buy, so kbot stays out of it.",
            "Close that position by hand, or trade other markets (--series, --market)."
        ),
        ReasonEntry(
            .halted,
            [.denied, .blocked, .cancelled],
            "Entries are halted, by a risk rule or by the operator.",
            "The message says by whom, and why. A halt with a time ends then. One without lasts until kbot resume; an account "
                + "that goes on across runs stays halted across them."
        ),
        ReasonEntry(
            "OPERATOR_HALT",
            [.blocked],
            "An operator halted the run: kbot halt, a file named HALT in the state directory, or the signal SIGUSR1. What is "
                + "open stays managed.",
            "The message says which of them, and why. kbot resume ends it; a file named HALT must be gone before that."
        ),
        ReasonEntry(
            "ORDER_GROUP_LIMIT",
            [.blocked],
            "Entries filled more contracts within 15 seconds than --fuse allows: the venue has cancelled those that rested and "
                + "takes no more. Exits go on.",
            "Look at what was filled (kbot status, kbot report), then kbot resume --yes: it unlocks the group at the venue too."
        ),
        ReasonEntry(
            .entryCancelled,
            [.denied],
            "A stop entry that waited for the market was given up before it fired: its candles were over, or something "
                + "blocked entries.",
            "Give entries more candles: ttl in the signal, or the setting.",
            ["ENTRY_TTL"]
        ),
        ReasonEntry(
            .entriesStopped,
            [.denied, .blocked, .cancelled],
            "The run is ending, so nothing new is opened.",
            "Nothing to do."
        ),
        ReasonEntry(
            .journalFailed,
            [.denied, .blocked, .cancelled],
            "The journal cannot be written, so nothing new is opened. What is open stays managed.",
            "Look at the disk that holds the state directory: it may be full or read-only. Entries begin again by themselves."
        ),
        ReasonEntry(
            .onHold,
            [.blocked, .denied, .cancelled, .warning],
            "Trades of an earlier run wait for the operator, as --on-recovery hold asked: no stop, target or exit acts, and "
                + "nothing new is opened.",
            "Look at what is open (kbot status), then let it go on: kbot resume. Or leave every position: kbot flatten."
        ),
        ReasonEntry(
            .ruleFailed,
            [.denied, .verdict],
            "A risk rule raised an error, took too long, or answered with something that is no verdict. That counts as a deny.",
            "Mend the rule: the message has the file, the line and what was wrong. After three failures in a row it needs "
                + "kbot reload NAME to be asked again."
        ),
    ]

    /// What kbot warns of.
    static let warnings: [ReasonEntry] = [
        ReasonEntry(
            .cannotWarmUp,
            [.warning],
            "The indicators need more candles than these markets give before entries end: no signal can come.",
            "Use shorter candles (--param interval=5s) or a shorter period, or let entries come later.",
            ["MIN_TIME_TO_EXPIRY"]
        ),
        ReasonEntry(
            .stopNotFilled,
            [.warning],
            "Five exit orders, one a second, did not close a position. kbot goes on trying.",
            "Look at the market: there may be nobody to trade with. Leaving earlier, or smaller positions, helps.",
            ["EXIT_BEFORE_CLOSE", "RISK_PER_TRADE"]
        ),
        ReasonEntry(
            .noAnswer,
            [.warning],
            "The venue has not answered a cancel or an exit order for seconds. kbot looks the order up and goes on.",
            "Look at the connection when it comes again and again."
        ),
        ReasonEntry(
            .strategyMissing,
            [.warning],
            "A trade of an earlier run was taken up, but its strategy does not run now. Its entry is cancelled; what is held "
                + "keeps its stop and target.",
            "Nothing to do. To go on trading with that strategy, start the run with it."
        ),
        ReasonEntry(
            .marketSilent,
            [.warning],
            "A hundred thousand candles in a row had no trade, so no more are made until the market trades again: either its "
                + "close is not known, or a time in the data is wrong.",
            "Give the market's close with --markets FILE; kbot data check finds times that jump."
        ),
        ReasonEntry(
            .orderMismatch,
            [.warning],
            "The venue said something of an order that does not fit what kbot knows, such as a fill of an unknown order.",
            "Compare the account at the venue with kbot's report; please report it as a bug."
        ),
    ]
}
