public import KBotModel

/// Makes candles of one underlying and one interval from its ticks, or from finished finer candles.
///
/// - Buckets are aligned to the epoch and half-open: a tick exactly at an end belongs to the next candle.
/// - The first candle is the one that holds the first tick; from then on every interval gives a candle, a flat one at the
///   last price when no tick came. An underlying trades for ever: there is no last candle.
/// - A candle may close `grace` after its end. Until then ticks of the following interval are kept apart, and ticks of the
///   interval itself still count. A tick of a closed interval is counted in ``lateTicks`` and changes nothing, and so is
///   one of an interval before the first candle.
/// - After ``longestSilence`` flat candles in a row nothing more is due: the next tick starts afresh, in its own interval,
///   as the first one did. So a gap of days costs 500 candles and not millions, and the same ones whether or not somebody
///   closes candles meanwhile. When that leaves intervals out, ``restarts`` counts it.
///
/// The caller owns the clock. For a tick or a finer candle that comes at `now`, it first calls ``closeNext(asOf:)`` until
/// that gives nil, and for a finer candle, which may complete one, once more after:
///
///     while let candle = aggregator.closeNext(asOf: now) { … }
///     aggregator.add(price: price, at: now)
///
/// A finer candle becomes known at its end only, the very moment at which the candle it completes is due. So an aggregator
/// fed with finer candles closes one at its end when it is complete, and otherwise a microsecond after its grace.
public struct SpotAggregator: Hashable, Sendable {
    /// Flat candles in a row after which the aggregator waits for the next tick.
    public static let longestSilence = 500

    /// Length of a candle.
    public let interval: TimeSpan
    /// How long after its end a candle waits for ticks still under way; shorter than the interval.
    public let grace: TimeSpan
    /// Ticks and finer candles that came after their candle had closed: counted here, never applied.
    public private(set) var lateTicks = 0
    /// How often a tick started afresh after a silence, with intervals left out before it.
    public private(set) var restarts = 0

    /// The earliest candle not closed yet; its prices are the last close until a tick comes.
    private var current: SpotCandle?
    /// The candle after it, once it has a tick.
    private var following: SpotCandle?
    /// End of the last candle closed.
    private var closedUntil: Timestamp?
    /// Up to where finer candles have told everything; nil when a tick came last.
    private var coveredUntil: Timestamp?
    /// Flat candles closed in a row.
    private var silence = 0

    /// Makes an aggregator that has seen no tick.
    public init(interval: TimeSpan, grace: TimeSpan) {
        precondition(interval > .zero, "Condition failed: a candle has a positive length")
        precondition(
            grace >= .zero && grace < interval,
            "Condition failed: the grace is not negative and shorter than the interval"
        )
        self.interval = interval
        self.grace = grace
    }

    /// End of the earliest candle not closed yet; nil before the first tick and after a long silence.
    public var nextEnd: Timestamp? { current?.end }

    /// When that candle may close: ``nextEnd`` plus ``grace``, or as said above for one made of finer candles.
    public var nextDue: Timestamp? {
        guard let end = nextEnd else { return nil }
        guard let coveredUntil else { return end + grace }
        return coveredUntil >= end ? end : end + grace + TimeSpan(microseconds: 1)
    }

    /// Takes in a tick; ticks must come in the order of the source, with every candle due at `time` closed before.
    public mutating func add(price: SpotPrice, at time: Timestamp) {
        coveredUntil = nil
        take(SpotCandle(start: time, interval: .zero, open: price, high: price, low: price, close: price))
    }

    /// Takes in a finished finer candle, or one of the same length; whether it can be part of a candle here.
    ///
    /// It cannot, and is left out, when its length does not divide the interval or its start is no multiple of its length.
    /// Finer candles must come in order, each once, with every candle due at their end closed before. Their ticks and
    /// volumes add up, up to the largest integer. One without ticks is silence at its price.
    public mutating func add(_ finer: SpotCandle) -> Bool {
        guard finer.interval > .zero, interval.microseconds % finer.interval.microseconds == 0,
            finer.start.floored(to: finer.interval) == finer.start
        else { return false }
        coveredUntil = finer.end
        take(finer)
        return true
    }

    /// Closes the earliest candle when `now` has reached ``nextDue``; nil when none is due.
    ///
    /// Call it in a loop: after a silence several candles are due at once.
    public mutating func closeNext(asOf now: Timestamp) -> SpotCandle? {
        guard let candle = current, let nextDue, now >= nextDue else { return nil }
        closedUntil = candle.end
        silence = candle.ticks > 0 ? 0 : silence + 1
        if let following {
            current = following
        } else if silence < Self.longestSilence {
            current = SpotCandle(flatAt: candle.close, start: candle.end, interval: interval)
        } else {
            current = nil
        }
        following = nil
        return candle
    }

    /// Puts a tick or a finer candle where its start belongs.
    private mutating func take(_ part: SpotCandle) {
        guard let candle = current else {
            start(with: part)
            return
        }
        if part.start < candle.start {
            lateTicks += 1
        } else if part.start < candle.end {
            current?.take(part)
        } else {
            precondition(
                part.start < candle.end + interval,
                "Condition failed: due candles are closed before a tick is added"
            )
            if following == nil { following = newCandle(at: candle.end, with: part) } else { following?.take(part) }
        }
    }

    /// Begins with the first part there is, or with the first one after a silence.
    private mutating func start(with part: SpotCandle) {
        let start = part.start.floored(to: interval)
        if let closedUntil {
            guard start >= closedUntil else {
                lateTicks += 1
                return
            }
            if start > closedUntil { restarts += 1 }
        }
        silence = 0
        current = newCandle(at: start, with: part)
    }

    private func newCandle(at start: Timestamp, with part: SpotCandle) -> SpotCandle {
        var candle = SpotCandle(flatAt: part.open, start: start, interval: interval)
        candle.take(part)
        return candle
    }
}

extension SpotCandle {
    /// Takes in a tick or a finer candle; the first one with ticks decides the prices, whatever flat price stood there.
    fileprivate mutating func take(_ part: SpotCandle) {
        if ticks == 0 {
            open = part.open
            high = part.high
            low = part.low
        } else {
            high = max(high, part.high)
            low = min(low, part.low)
        }
        close = part.close
        // A file may say anything: its sums stop at the largest integer.
        let (volume, isTooLarge) = volume.addingReportingOverflow(part.volume)
        self.volume = isTooLarge ? .max : volume
        ticks = Int32(clamping: Int64(ticks) + Int64(part.ticks))
    }
}
