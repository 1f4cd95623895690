import KBotModel

/// One bar as a path of prices: the open, then one end, then the other, then the close.
///
/// Which end comes first nobody knows. The path takes the worse one: with a position the end on the side of its loss, so
/// that of stop and target in one bar the stop counts; with an entry that rests, the end away from it, so that no profit
/// comes from a move that may have been over before; with a stop entry that waits, the end it waits for, so that the loss
/// side follows. With nothing at stake a rising bar begins with its low, a falling one with its high.
///
/// On its way the path stops at every price at which something of ours waits, as the market must have come by there.
struct BarPath: Hashable, Sendable {
    let bar: Candle
    private(set) var at: Price
    private(set) var hasOpened = false
    private var lowDone = false
    private var highDone = false
    private var closes = 0

    /// What is at stake, and decides where the path goes.
    struct Stake {
        /// Direction of what is held; nil when nothing is.
        var held: Direction?
        /// Direction of an entry that rests.
        var resting: Direction?
        /// Direction of a stop entry that waits.
        var waiting: Direction?
        /// Prices at which something would happen.
        var levels: [Price] = []

        /// Forgets everything but its memory.
        mutating func reset() {
            (held, resting, waiting) = (nil, nil, nil)
            levels.removeAll(keepingCapacity: true)
        }

        var isNothing: Bool { held == nil && resting == nil && waiting == nil && levels.isEmpty }
    }

    private enum Goal {
        case low
        case high
        case close
    }

    init(_ bar: Candle, after last: Price?) {
        self.bar = bar
        at = last ?? bar.open
    }

    /// When the next print comes; nil when the bar is over.
    mutating func nextTime(_ stake: Stake) -> Timestamp? {
        guard hasOpened else { return openTime }
        switch goal(stake) {
        case .low, .high: return legTime
        case .close: return closes < 2 ? closeTime : nil
        }
    }

    /// The next print; nil when the bar is over.
    mutating func next(_ stake: Stake) -> BarPrint? {
        guard hasOpened else {
            hasOpened = true
            return go(to: bar.open, at: openTime, .open)
        }
        let goal = goal(stake)
        let time = goal == .close ? closeTime : legTime
        let end = goal == .low ? bar.low : goal == .high ? bar.high : bar.close
        if !stake.levels.isEmpty, let level = Self.first(of: stake.levels, from: at, to: end) {
            return go(to: level, at: time, .inside)
        }
        switch goal {
        case .low: lowDone = true
        case .high: highDone = true
        case .close:
            guard closes < 2 else { return nil }
            closes += 1
            // Both sides of the market are seen at the close: it stands for bid and ask until the next bar.
            at = bar.close
            let half = Quantity(units: bar.volume.units / 2)
            return BarPrint(
                time: time,
                price: bar.close,
                count: closes == 1 ? bar.volume - half : half,
                taker: closes == 1 ? .bid : .ask,
                moment: .close
            )
        }
        return go(to: end, at: time, .inside)
    }

    /// How many prints the path of a bar has that stops nowhere on its way.
    static func prints(of bar: Candle, _ stake: Stake) -> Int {
        let lowFirst = goesLowFirst(bar, stake)
        let (first, second) = lowFirst ? (bar.low, bar.high) : (bar.high, bar.low)
        let isSeen = second != first && !(stake.isNothing && second == bar.close)
        return 3 + (first != bar.open ? 1 : 0) + (isSeen ? 1 : 0)
    }

    /// Where the path goes now; ends that need no print of their own are done with.
    private mutating func goal(_ stake: Stake) -> Goal {
        while !lowDone || !highDone {
            let goal: Goal = lowDone ? .high : highDone ? .low : Self.goesLowFirst(bar, stake) ? .low : .high
            let price = goal == .low ? bar.low : bar.high
            let isLast = lowDone || highDone
            guard price == at || isLast && stake.isNothing && price == bar.close else { return goal }
            if goal == .low { lowDone = true } else { highDone = true }
        }
        return .close
    }

    private static func goesLowFirst(_ bar: Candle, _ stake: Stake) -> Bool {
        if let held = stake.held { return held == .long }
        if let waiting = stake.waiting { return waiting == .short }
        if let resting = stake.resting { return resting == .short }
        return bar.close >= bar.open
    }

    private mutating func go(to price: Price, at time: Timestamp, _ moment: BarPrint.Moment) -> BarPrint {
        let taker: BookSide = price < at ? .ask : .bid
        at = price
        return BarPrint(time: time, price: price, count: .zero, taker: taker, moment: moment)
    }

    /// The first of some levels on the way, neither where it begins nor where it ends.
    private static func first(of levels: [Price], from: Price, to: Price) -> Price? {
        var first: Price?
        for level in levels {
            if from < to {
                if from < level, level < to, first.map({ level < $0 }) ?? true { first = level }
            } else if to < level, level < from, first.map({ level > $0 }) ?? true {
                first = level
            }
        }
        return first
    }

    private var openTime: Timestamp { bar.start + TimeSpan(microseconds: 1) }
    private var closeTime: Timestamp { bar.end - TimeSpan(microseconds: closes == 0 ? 2 : 1) }
    private var legTime: Timestamp {
        bar.start + TimeSpan(microseconds: bar.interval.microseconds / (lowDone || highDone ? 2 : 4))
    }
}
