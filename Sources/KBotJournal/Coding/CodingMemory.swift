import KBotModel

/// What the numbers of an event are counted from: those of the events before it in the same chunk.
///
/// Coder and decoder each keep one and change it in the same way.
struct CodingMemory: Sendable {
    /// Which of a market's prices.
    enum Side: Int { case yes, no, trade }

    /// Time of the event before, in microseconds.
    var time: Int64 = 0
    /// The market that was spoken of last.
    var market: Int32 = 0
    /// The order that was spoken of last.
    var order: Int64 = 0
    /// The venue's id of the last fill.
    var fill: Int64 = 0
    /// Underlyings in the order in which they came up, each with its last price.
    var spots: [(symbol: SpotSymbol, price: Int64)] = []
    /// Last prices, by side and the lowest bits of the market's number: markets that share a place only cost bytes.
    private var prices = [Int32](repeating: 0, count: 3 << 6)

    /// The last price on a side of a market.
    subscript(side: Side, market: Int32) -> Int32 {
        get { prices[side.rawValue << 6 | Int(market & 63)] }
        set { prices[side.rawValue << 6 | Int(market & 63)] = newValue }
    }
}

/// What the first byte of an event tells.
enum EventTag: UInt8 {
    case deltaYes, deltaNo, tradeBid, tradeAsk, trade, snapshot, timer, spot, spotCandle
    case listed, status, settled, gap, history, venue, feedLive, feedStale, command

    /// Set when the time is that of the event before, and not written.
    static let sameTime: UInt8 = 0x80
    /// Set when the market is that of the event before, and not written.
    static let sameMarket: UInt8 = 0x40
}

/// What the second byte of an event of the venue tells.
enum VenueTag: UInt8 {
    case accepted, rejected, filled, cancelled, cancelRefused, amended, amendRefused, outcomeUnknown, found
}

/// What the byte before a schedule of fees tells.
enum FeeTag: UInt8 {
    case quadratic, makerFees, comboMakerFees, unknown

    /// Set when fees are rounded to another step than today's; the step follows. Chunks of earlier versions never set it.
    static let otherStep: UInt8 = 0x80
}
