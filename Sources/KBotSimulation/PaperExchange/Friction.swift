public import KBotModel

/// How much worse than a perfect fill the paper exchange makes things; every constant of the fill model stands here.
///
/// Ranges are drawn from uniformly, with the luck of the order concerned (see ``PaperExchange``). A range of one value
/// leaves nothing to luck. Ticks are grid steps of the market at the price concerned.
public struct Friction: Hashable, Sendable {
    /// What a resting order assumes of the contracts that were at its price before it.
    public enum Queue: String, Hashable, Sendable {
        /// Nobody is ahead.
        case front
        /// Everything displayed on arrival is ahead. Contracts that vanish without a trade are taken from behind the
        /// order as long as the level can hold the queue ahead, and from ahead of it only then.
        case observed
        /// Everything displayed on arrival is ahead, everything added later cuts in, and only trades shorten the queue.
        case back
    }

    /// One line of a report.
    public struct Fact: Hashable, Sendable {
        /// What the number says, in words.
        public let name: String
        /// The number with its unit.
        public let value: String
    }

    /// The name by which a trader picks it: `realistic`.
    public var name: String
    /// Time a create, a cancel or an amend takes to reach the exchange.
    public var delay: ClosedRange<TimeSpan>
    /// Ticks by which a taker finds every level worse than displayed.
    public var slippage: ClosedRange<Int>
    /// The same while the market is stressed.
    public var stressedSlippage: ClosedRange<Int>
    /// Chance in percent that a taker order, or one fill event of a resting order, is only partial.
    public var partialChance: Int
    /// Percent of the count that a partial fill gets.
    public var partialShare: ClosedRange<Int>
    /// What is ahead of a resting order.
    public var queue: Queue

    /// A spread of at least this many ticks is stress; so is a book with an empty side.
    public var stressSpreadTicks = 4
    /// Less than this many times the order's count near the touch is stress.
    public var stressDepthMultiple = 3
    /// How many ticks from the touch "near" reaches.
    public var stressDepthTicks = 3
    /// High minus low of the mid, in ticks, from which on the market counts as moving fast.
    public var stressMoveTicks = 10
    /// The time over which that move is measured.
    public var stressWindow = TimeSpan.seconds(5)

    /// Without a book: how long an immediate-or-cancel order waits for the first trade of its side.
    public var printPatience = TimeSpan.seconds(10)
    /// Without a book: volume traded at a price within this time before arrival is ahead of a resting order.
    public var printQueueWindow = TimeSpan.seconds(10)
    /// How long a shrunk level waits for the trade that explains it, so that one trade never shortens a queue twice.
    public var echoWindow = TimeSpan.seconds(1)

    /// Makes a friction of one's own; the constants of stress and of trading without a book keep their defaults.
    public init(
        name: String,
        delay: ClosedRange<TimeSpan>,
        slippage: ClosedRange<Int>,
        stressedSlippage: ClosedRange<Int>,
        partialChance: Int,
        partialShare: ClosedRange<Int>,
        queue: Queue
    ) {
        precondition(delay.lowerBound >= .zero, "Condition failed: a delay is not negative")
        precondition(slippage.lowerBound >= 0 && stressedSlippage.lowerBound >= 0, "Condition failed: slippage costs")
        precondition((0...100).contains(partialChance), "Condition failed: a chance is 0 to 100 percent")
        precondition(
            partialShare.lowerBound >= 0 && partialShare.upperBound <= 100,
            "Condition failed: a share is 0 to 100 percent"
        )
        self.name = name
        self.delay = delay
        self.slippage = slippage
        self.stressedSlippage = stressedSlippage
        self.partialChance = partialChance
        self.partialShare = partialShare
        self.queue = queue
    }

    /// What a retail connection may expect on an ordinary day; the default.
    public static let realistic = Friction(
        name: "realistic",
        delay: .milliseconds(100) ... .milliseconds(500),
        slippage: 1...3,
        stressedSlippage: 5...10,
        partialChance: 5,
        partialShare: 10...90,
        queue: .observed
    )

    /// At the displayed price, at once, first in the queue: an upper bound, not a forecast.
    public static let optimistic = Friction(
        name: "optimistic",
        delay: .zero ... .zero,
        slippage: 0...0,
        stressedSlippage: 0...0,
        partialChance: 0,
        partialShare: 100...100,
        queue: .front
    )

    /// The worst end of every realistic range, and the back of the queue.
    public static let pessimistic = Friction(
        name: "pessimistic",
        delay: .milliseconds(500) ... .milliseconds(500),
        slippage: 3...3,
        stressedSlippage: 10...10,
        partialChance: 5,
        partialShare: 10...10,
        queue: .back
    )

    /// The friction of a name a trader may type; nil for another word.
    public static func named(_ name: String) -> Friction? {
        [realistic, optimistic, pessimistic].first { $0.name == name }
    }

    /// The constants in words, for the report.
    public var facts: [Fact] {
        func range(_ range: ClosedRange<some Comparable>, _ unit: String) -> String {
            let ends =
                range.lowerBound == range.upperBound
                ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
            return unit.isEmpty ? ends : "\(ends) \(unit)"
        }
        return [
            Fact(name: "fills", value: name),
            Fact(name: "delay of each create, cancel and amend", value: range(delay, "")),
            Fact(name: "slippage of a taker", value: range(slippage, "ticks")),
            Fact(name: "slippage of a taker in a stressed market", value: range(stressedSlippage, "ticks")),
            Fact(
                name: "stressed",
                value: "spread of \(stressSpreadTicks) ticks or more, an empty side, less than \(stressDepthMultiple)× "
                    + "the order within \(stressDepthTicks) ticks, "
                    + "or a move of \(stressMoveTicks) ticks or more in \(stressWindow)"
            ),
            Fact(name: "chance of a partial fill", value: "\(partialChance) %"),
            Fact(name: "share filled by a partial fill", value: range(partialShare, "%")),
            Fact(name: "queue ahead of a resting order", value: queue.rawValue),
            Fact(name: "a shrunk level waits for its trade", value: "\(echoWindow)"),
            Fact(name: "wait for a print where there is no book", value: "\(printPatience)"),
            Fact(name: "volume ahead where there is no book", value: "traded there in the last \(printQueueWindow)"),
        ]
    }
}
