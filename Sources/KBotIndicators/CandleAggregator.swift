public import KBotModel

/// Makes candles of one market and one interval from its trades.
///
/// - Buckets are aligned to the epoch and half-open: a trade exactly at an end belongs to the next candle.
/// - The first candle is the one that holds the first trade seen; from then on every interval gives a candle, a flat one at
///   the last price when nothing traded. The last candle is the last that ends at or before the market's close.
/// - A candle may close `grace` after its end. Until then trades of the following interval are kept apart, and trades of
///   the interval itself still count. A trade of a closed interval is counted in ``lateTrades`` and changes nothing, and so
///   is one of an interval before the first candle.
/// - After ``longestSilence`` candles without a trade nothing more is due: the next trade starts afresh, in its own interval,
///   as the first one did. So a market without a known close costs bounded work when the clock jumps by years.
/// - Nothing is carried over from one contract to the next: each market has an aggregator of its own.
///
/// The caller owns the clock. For a trade at `now`, it first calls ``closeNext(asOf:)`` until that gives nil:
///
///     while let candle = aggregator.closeNext(asOf: now) { … }
///     aggregator.add(price: price, count: count, at: now)
public struct CandleAggregator: Hashable, Sendable {
    /// Candles without a trade in a row after which the aggregator waits for the next one: six days of five seconds.
    public static let longestSilence = 100_000

    /// Length of a candle.
    public let interval: TimeSpan
    /// How long after its end a candle waits for trades still under way; shorter than the interval.
    public let grace: TimeSpan
    /// Start of trading. A first candle may start before it, when the market opens inside an interval.
    public let openTime: Timestamp
    /// End of trading: no candle ends after it.
    public let closeTime: Timestamp
    /// Trades of closed candles: counted here, never applied.
    public private(set) var lateTrades = 0

    /// The earliest candle not closed yet; its prices are the last close until it trades.
    @usableFromInline var current: Candle?
    /// The candle after it, once it has traded.
    @usableFromInline var following: Candle?
    /// End of the last candle closed.
    @usableFromInline var closedUntil = Timestamp.distantPast
    /// Candles without a trade closed in a row.
    @usableFromInline var silence = 0

    /// Makes an aggregator that has seen no trade.
    public init(interval: TimeSpan, grace: TimeSpan, openTime: Timestamp, closeTime: Timestamp) {
        precondition(interval > .zero, "Condition failed: a candle has a positive length")
        precondition(
            grace >= .zero && grace < interval,
            "Condition failed: the grace is not negative and shorter than the interval"
        )
        self.interval = interval
        self.grace = grace
        self.openTime = openTime
        self.closeTime = closeTime
    }

    /// End of the earliest candle not closed yet; nil before the first trade and after the market's last candle.
    public var nextEnd: Timestamp? { current?.end }

    /// When that candle may close: ``nextEnd`` plus ``grace``.
    public var nextDue: Timestamp? { nextEnd.map { $0 + grace } }

    /// Whether it waits for the next trade, after too many candles without one.
    public var isSilent: Bool { current == nil && silence >= Self.longestSilence }

    /// Takes in a trade; trades must come in the order of the venue, with every due candle closed before.
    ///
    /// Trades after the end of the market's last candle are ignored.
    public mutating func add(price: Price, count: Quantity, at time: Timestamp) {
        guard let candle = current else {
            addFirst(price: price, count: count, at: time)
            return
        }
        if time < candle.end {
            if time < candle.start {
                lateTrades += 1
            } else {
                Self.apply(price, count, to: &current, start: candle.start, interval: interval)
            }
        } else {
            let start = candle.end
            guard start + interval <= closeTime else { return }
            precondition(time < start + interval, "Condition failed: due candles are closed before a trade is added")
            Self.apply(price, count, to: &following, start: start, interval: interval)
        }
    }

    /// Whether a bar lies inside the candle that is open, or the one it would open, so that ``add(_:)`` may take it.
    public func holds(_ bar: Candle) -> Bool {
        let start = current?.start ?? bar.start.floored(to: interval)
        let end = start + interval
        return grace == .zero && start <= bar.start && bar.end <= end && end <= closeTime && bar.start >= closedUntil
    }

    /// Takes in all trades of a bar at once, as ``add(price:count:at:)`` would one after the other; ``holds(_:)`` must be
    /// true of it.
    public mutating func add(_ bar: Candle) {
        precondition(holds(bar), "Condition failed: the bar lies inside the open candle")
        guard var candle = current, candle.trades > 0 else {
            current = Candle(
                start: current?.start ?? bar.start.floored(to: interval),
                interval: interval,
                open: bar.open,
                high: bar.high,
                low: bar.low,
                close: bar.close,
                volume: bar.volume,
                trades: bar.trades
            )
            return
        }
        candle.high = max(candle.high, bar.high)
        candle.low = min(candle.low, bar.low)
        candle.close = bar.close
        candle.volume += bar.volume
        candle.trades += bar.trades
        current = candle
    }

    /// Whether a bar is the whole of the candle that is open and has not traded, and another follows it: ``close(with:)`` may
    /// take it.
    @inlinable public func awaits(_ bar: Candle) -> Bool {
        guard let current, following == nil, current.trades == 0 else { return false }
        return current.start == bar.start && interval == bar.interval && grace == .zero && bar.trades > 0
            && bar.end + interval <= closeTime
    }

    /// Takes in all trades of a bar and closes its candle, which equals the bar, as ``add(_:)`` and ``closeNext(asOf:)``
    /// would; ``awaits(_:)`` must be true of it.
    @inlinable public mutating func close(with bar: Candle) {
        assert(awaits(bar), "Condition failed: the bar is the candle that is open")
        closedUntil = bar.end
        silence = 0
        current = Candle(flatAt: bar.close, start: bar.end, interval: interval)
    }

    /// Closes the earliest candle when `now` has reached its end plus the grace; nil when none is due.
    ///
    /// Call it in a loop: after a silence several candles are due at once.
    public mutating func closeNext(asOf now: Timestamp) -> Candle? {
        guard let candle = current, now >= candle.end + grace else { return nil }
        closedUntil = candle.end
        silence = candle.trades > 0 ? 0 : silence + 1
        if candle.end + interval <= closeTime, following != nil || silence < Self.longestSilence {
            current = following ?? Candle(flatAt: candle.close, start: candle.end, interval: interval)
        } else {
            current = nil
        }
        following = nil
        return candle
    }

    private mutating func addFirst(price: Price, count: Quantity, at time: Timestamp) {
        guard time >= closedUntil else {
            lateTrades += 1
            return
        }
        let start = time.floored(to: interval)
        guard start + interval <= closeTime else { return }
        Self.apply(price, count, to: &current, start: start, interval: interval)
    }

    /// Adds a trade to a candle; the first trade makes the candle anew, whatever flat price it stood at.
    private static func apply(
        _ price: Price,
        _ count: Quantity,
        to candle: inout Candle?,
        start: Timestamp,
        interval: TimeSpan
    ) {
        if let trades = candle?.trades, trades > 0 {
            candle?.add(price: price, count: count)
        } else {
            candle = Candle(flatAt: price, start: start, interval: interval)
            candle?.add(price: price, count: count)
        }
    }
}
