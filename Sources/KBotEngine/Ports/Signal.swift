public import KBotModel

/// What a strategy answers.
public enum Decision: Hashable, Sendable {
    /// It wants a trade.
    indirect case signal(Signal)
    /// It wants none, and why; `trigger` when its rule was met and a filter stopped it.
    case none(ReasonCode, trigger: Direction? = nil)
}

/// How an entry gets into the market.
public enum EntryType: String, Hashable, Codable, Sendable, CaseIterable {
    /// Rests at the entry price; may take at once when the market is there.
    case limit
    /// Waits until the market reaches the entry price, then takes.
    case stop
    /// Takes at once, within the price collar.
    case market
}

/// A trade a strategy wants, in prices of its own making: the engine puts them on the grid.
public struct Signal: Hashable, Codable, Sendable {
    /// Direction in YES terms.
    public var direction: Direction
    /// Entry price; for a market entry the price planned with.
    public var entry: Price
    /// Where the loss is cut.
    public var stop: Protection
    /// Where the profit is taken.
    public var target: Protection
    /// How to get in.
    public var entryType: EntryType
    /// Contracts wanted; can only lower the size the risk rules give.
    public var count: Quantity?
    /// Candles after which an unfilled entry is cancelled; nil for the run's setting.
    public var timeToLive: Int?
    /// The strategy's own measure from 0 to 1, in 1/10,000; told, not used.
    public var confidence: Int32?
    /// The strategy's words.
    public var reason: String?

    /// A stop or target: a price, or a distance from the average fill.
    public enum Protection: Hashable, Codable, Sendable {
        /// An absolute YES price.
        case price(Price)
        /// A positive distance from the fill price.
        case offset(PriceDelta)
    }

    /// Makes a signal.
    public init(
        direction: Direction,
        entry: Price,
        stop: Protection,
        target: Protection,
        entryType: EntryType = .limit,
        count: Quantity? = nil,
        timeToLive: Int? = nil,
        confidence: Int32? = nil,
        reason: String? = nil
    ) {
        self.direction = direction
        self.entry = entry
        self.stop = stop
        self.target = target
        self.entryType = entryType
        self.count = count
        self.timeToLive = timeToLive
        self.confidence = confidence
        self.reason = reason
    }

    /// Makes a signal with absolute prices.
    public init(direction: Direction, entry: Price, stop: Price, target: Price, entryType: EntryType = .limit) {
        self.init(
            direction: direction,
            entry: entry,
            stop: .price(stop),
            target: .price(target),
            entryType: entryType
        )
    }
}

extension TradePlan {
    /// Puts a signal's prices on the market's grid.
    ///
    /// Entry: a long rounds down, a short up, never towards a worse price. Stop: towards the entry, but at least one step
    /// away; past the edge of the grid it becomes the last valid price. Target: away from the entry; past the edge of the
    /// grid there is no trade.
    ///
    /// - Throws: the reason why the prices make no trade.
    init(_ signal: Signal, on grid: PriceGrid) throws(Refusal) {
        let long = signal.direction == .long
        guard let entry = long ? grid.roundedDown(signal.entry) : grid.roundedUp(signal.entry) else {
            throw Refusal(.invalidGeometry, "the entry \(signal.entry) is off the price grid")
        }
        try self.init(signal, on: grid, from: entry, entry: entry)
    }

    /// Puts stop and target on the grid, offsets counted from a reference price (the fill, once it is known).
    init(_ signal: Signal, on grid: PriceGrid, from reference: Price, entry: Price) throws(Refusal) {
        let long = signal.direction == .long
        let wantedStop: Price
        switch signal.stop {
        case .price(let price): wantedStop = price
        case .offset(let distance): wantedStop = long ? reference - distance : reference + distance
        }
        let wantedTarget: Price
        switch signal.target {
        case .price(let price): wantedTarget = price
        case .offset(let distance): wantedTarget = long ? reference + distance : reference - distance
        }
        let step = grid.step(at: entry)
        guard let nearest = long ? grid.roundedDown(entry - step) : grid.roundedUp(entry + step) else {
            throw Refusal(.invalidGeometry, "no valid price is left for a stop beyond the entry \(entry)")
        }
        let rounded =
            long ? grid.roundedUp(max(wantedStop, grid.lowest)) : grid.roundedDown(min(wantedStop, grid.highest))
        let stop = long ? min(rounded ?? nearest, nearest) : max(rounded ?? nearest, nearest)
        guard long ? wantedStop < entry : wantedStop > entry else {
            throw Refusal(.invalidGeometry, "the stop \(wantedStop) is not on the losing side of the entry \(entry)")
        }
        guard wantedTarget.isTradable, let target = long ? grid.roundedUp(wantedTarget) : grid.roundedDown(wantedTarget)
        else { throw Refusal(.targetOutOfRange, "the target \(wantedTarget) lies beyond the last valid price") }
        guard long ? target > entry : target < entry else {
            throw Refusal(
                .invalidGeometry,
                "the target \(wantedTarget) is not on the winning side of the entry \(entry)"
            )
        }
        self.init(entry: entry, stop: stop, target: target)
    }
}

/// Why something is not done: a stable code and a sentence.
public struct Refusal: Error, Hashable, Sendable {
    /// Stable word.
    public let code: ReasonCode
    /// The sentence, with the numbers.
    public let text: String

    /// Makes a refusal.
    public init(_ code: ReasonCode, _ text: String) {
        self.code = code
        self.text = text
    }
}
