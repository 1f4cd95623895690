public import KBotModel

/// A closed candle of a contract or an underlying, as somebody looks back on it.
public struct ClosedBar: Hashable, Sendable {
    /// Prices and volume.
    public let bar: Bar
    /// Start of the candle.
    public let start: Timestamp
    /// Length of the candle.
    public let interval: TimeSpan
    /// Number of trades or ticks; 0 in a flat candle carried at the last price.
    public let trades: Int32

    /// Makes a closed bar.
    public init(_ bar: Bar, start: Timestamp, interval: TimeSpan, trades: Int32) {
        self.bar = bar
        self.start = start
        self.interval = interval
        self.trades = trades
    }

    /// Keeps a contract's candle.
    public init(_ candle: Candle) {
        self.init(Bar(candle), start: candle.start, interval: candle.interval, trades: candle.trades)
    }

    /// Keeps an underlying's candle.
    public init(_ candle: SpotCandle) {
        self.init(Bar(candle), start: candle.start, interval: candle.interval, trades: candle.ticks)
    }

    /// End of the candle, itself not part of it.
    public var end: Timestamp { start + interval }
}

/// The last closed bars, oldest first, in a ring of fixed size: `history[0]` is the oldest one kept.
public struct BarHistory: Sendable {
    /// How many bars are kept at most; with 0 none is.
    public let capacity: Int

    private var bars: [ClosedBar] = []
    /// Where the oldest bar lies, and the next one goes once the ring is full.
    private var oldest = 0

    /// Makes an empty history of at most `capacity` bars, at least 0.
    public init(capacity: Int) {
        precondition(capacity >= 0, "Condition failed: a history keeps no negative number of bars")
        self.capacity = capacity
        bars.reserveCapacity(capacity)
    }

    /// Keeps a bar; the oldest leaves a full history.
    public mutating func add(_ bar: ClosedBar) {
        guard bars.count == capacity else {
            bars.append(bar)
            return
        }
        guard capacity > 0 else { return }
        bars[oldest] = bar
        oldest += 1
        if oldest == capacity { oldest = 0 }
    }
}

extension BarHistory: RandomAccessCollection {
    /// 0, where the oldest bar stands.
    public var startIndex: Int { 0 }
    /// How many bars are kept now.
    public var endIndex: Int { bars.count }

    /// A bar by its age: 0 is the oldest, `count - 1` the newest.
    public subscript(position: Int) -> ClosedBar {
        precondition(bars.indices.contains(position), "Condition failed: the history has no bar at \(position)")
        let place = oldest + position
        return bars[place < bars.count ? place : place - bars.count]
    }
}
