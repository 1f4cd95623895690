/// A stable word for why something was or was not done: `TOO_CLOSE_TO_EXPIRY`.
///
/// Scripts may use words of their own; those below are kbot's.
public struct ReasonCode: Hashable, Codable, Comparable, Sendable, CustomStringConvertible, ExpressibleByStringLiteral {
    /// The word.
    public let text: String

    /// Makes a code.
    public init(_ text: String) { self.text = text }

    /// Makes a code from a literal.
    public init(stringLiteral value: String) { text = value }

    /// The word.
    public var description: String { text }

    /// Reads the word.
    public init(from decoder: any Decoder) throws {
        text = try decoder.singleValueContainer().decode(String.self)
    }

    /// Writes the word.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    /// Orders bytewise.
    public static func < (lhs: ReasonCode, rhs: ReasonCode) -> Bool {
        lhs.text.utf8.lexicographicallyPrecedes(rhs.text.utf8)
    }
}

extension ReasonCode {
    // Why a candle gave no signal.

    /// The indicators have not seen enough candles.
    public static let warmingUp: ReasonCode = "WARMING_UP"
    /// The candle's body is not wholly outside the bands.
    public static let insideBands: ReasonCode = "INSIDE_BANDS"
    /// Less time to the market's close than required.
    public static let tooCloseToExpiry: ReasonCode = "TOO_CLOSE_TO_EXPIRY"
    /// Nothing was traded in the candle.
    public static let noTradesInCandle: ReasonCode = "NO_TRADES_IN_CANDLE"
    /// The stop is nearer than the minimum, or not farther than the spread.
    public static let stopTooTight: ReasonCode = "STOP_TOO_TIGHT"
    /// The price at which the position would leave has already reached the stop.
    public static let stopAlreadyTouched: ReasonCode = "STOP_ALREADY_TOUCHED"
    /// Reward divided by risk is below the minimum.
    public static let rewardRisk: ReasonCode = "REWARD_RISK_TOO_LOW"
    /// The target lies beyond the last valid price.
    public static let targetOutOfRange: ReasonCode = "TARGET_OUT_OF_RANGE"
    /// Entry, stop and target do not lie in the order that makes sense.
    public static let invalidGeometry: ReasonCode = "INVALID_GEOMETRY"
    /// The strategy looked and had nothing to say.
    public static let noSignal: ReasonCode = "NO_SIGNAL"
    /// The script failed on this candle.
    public static let scriptFailed: ReasonCode = "SCRIPT_FAILED"

    // Why a signal was not followed.

    /// An entry of ours already waits in this market.
    public static let entryPending: ReasonCode = "ENTRY_PENDING"
    /// A position is already open in this market.
    public static let positionOpen: ReasonCode = "POSITION_OPEN"
    /// As many positions as allowed are open or pending.
    public static let maxPositions: ReasonCode = "MAX_POSITIONS"
    /// Exposure would pass its limit.
    public static let maxExposure: ReasonCode = "MAX_EXPOSURE"
    /// The day's loss has reached its limit, or what is left of it is too small for one contract.
    public static let dailyLossLimit: ReasonCode = "DAILY_LOSS_LIMIT"
    /// A pause after several losses in a row.
    public static let circuitBreaker: ReasonCode = "CIRCUIT_BREAKER"
    /// The strategy's budget has no room for one contract.
    public static let strategyBudget: ReasonCode = "STRATEGY_BUDGET"
    /// One contract would risk more than a trade may.
    public static let riskPerTrade: ReasonCode = "RISK_PER_TRADE"
    /// Not enough cash for one contract.
    public static let insufficientCash: ReasonCode = "INSUFFICIENT_CASH"
    /// The price is farther through the touch than the collar allows.
    public static let priceCollar: ReasonCode = "PRICE_COLLAR"
    /// No bid or ask is known to judge the price by.
    public static let noQuote: ReasonCode = "NO_QUOTE"
    /// Orders were sent faster than allowed.
    public static let orderRate: ReasonCode = "ORDER_RATE"
    /// Market data is not current.
    public static let feedStale: ReasonCode = "FEED_STALE"
    /// The market's book lost messages and waits for a fresh snapshot.
    public static let bookResyncing: ReasonCode = "BOOK_RESYNCING"
    /// The market does not trade now.
    public static let marketInactive: ReasonCode = "MARKET_INACTIVE"
    /// The account holds something in this market that is not kbot's.
    public static let foreignPosition: ReasonCode = "FOREIGN_POSITION"
    /// Entries are halted.
    public static let halted: ReasonCode = "HALTED"
    /// A waiting stop entry was given up before it fired.
    public static let entryCancelled: ReasonCode = "ENTRY_CANCELLED"
    /// The run is ending.
    public static let entriesStopped: ReasonCode = "ENTRIES_STOPPED"
    /// The journal cannot be written.
    public static let journalFailed: ReasonCode = "JOURNAL_FAILED"
    /// Trades of an earlier run wait for the operator.
    public static let onHold: ReasonCode = "ON_HOLD"
    /// A risk rule could not answer.
    public static let ruleFailed: ReasonCode = "RULE_FAILED"

    // Warnings.

    /// The band cannot fill before entries end in this market.
    public static let cannotWarmUp: ReasonCode = "CANNOT_WARM_UP"
    /// A stop could not leave after several tries.
    public static let stopNotFilled: ReasonCode = "STOP_NOT_FILLED"
    /// The venue has not answered a cancel or an exit order for seconds.
    public static let noAnswer: ReasonCode = "NO_ANSWER"
    /// A trade of an earlier run was taken up whose strategy no longer runs.
    public static let strategyMissing: ReasonCode = "STRATEGY_MISSING"
    /// A market has not traded for so long that no candles are made of it until it does.
    public static let marketSilent: ReasonCode = "MARKET_SILENT"
    /// The venue said something of an order that does not fit what is known.
    public static let orderMismatch: ReasonCode = "ORDER_MISMATCH"
}
