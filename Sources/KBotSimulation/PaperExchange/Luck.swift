import KBotModel

/// The random words of one request or one fill event, drawn in a fixed order.
///
/// The generator is seeded with (seed, order, event), never shared: a change in one order cannot shift the luck of
/// another, and asking for a word that is not used in the end costs the next one nothing.
struct Luck: Hashable, Codable, Sendable {
    /// What a set of words is for; the kinds of one order never share a seed.
    enum Event: Sendable {
        /// The order's n-th request: 0 is usually its creation, then cancels and amends.
        case request(Int32)
        /// The n-th time the market could fill the resting order.
        case restingFill(Int32)

        /// A number no other event of the order has.
        var ordinal: UInt64 {
            switch self {
            case .request(let number): UInt64(UInt32(bitPattern: number)) << 1
            case .restingFill(let number): UInt64(UInt32(bitPattern: number)) << 1 | 1
            }
        }
    }

    private let delayWord: UInt64
    private let slippageWord: UInt64
    private let stressedWord: UInt64
    private let partialWord: UInt64
    private let shareWord: UInt64

    /// Draws the words of one event of one order.
    init(seed: UInt64, order: ClientOrderID, event: Event) {
        var generator = SplitMix64(seed: seed)
        generator = SplitMix64(seed: generator.next() ^ UInt64(bitPattern: order.sequence))
        generator = SplitMix64(seed: generator.next() ^ event.ordinal)
        delayWord = generator.next()
        slippageWord = generator.next()
        stressedWord = generator.next()
        partialWord = generator.next()
        shareWord = generator.next()
    }

    /// How long the request travels.
    func delay(_ friction: Friction) -> TimeSpan {
        let range = friction.delay.lowerBound.microseconds...friction.delay.upperBound.microseconds
        return TimeSpan(microseconds: Self.pick(range, delayWord))
    }

    /// By how many ticks the order reads the book worse.
    func slippage(_ friction: Friction, stressed: Bool) -> Int {
        stressed ? Self.pick(friction.stressedSlippage, stressedWord) : Self.pick(friction.slippage, slippageWord)
    }

    /// The most that may fill of `count`, at least 0.01 contract; nil when luck sets no bound.
    func partialCap(of count: Quantity, _ friction: Friction) -> Quantity? {
        guard Self.pick(0...99, partialWord) < friction.partialChance else { return nil }
        let share = Self.pick(friction.partialShare, shareWord)
        return max(Quantity(units: 1), count.percent(Int64(share)))
    }

    /// A value of the range, uniform up to 2⁻⁵⁰ or so: the high half of word × size.
    private static func pick<T: FixedWidthInteger & SignedInteger>(_ range: ClosedRange<T>, _ word: UInt64) -> T {
        let size = UInt64(range.upperBound - range.lowerBound) + 1
        return range.lowerBound + T(word.multipliedFullWidth(by: size).high)
    }

    /// Steele, Lea and Flood's generator: tiny, fast to seed, good enough to shuffle fills.
    private struct SplitMix64 {
        private var state: UInt64

        /// Starts a stream.
        init(seed: UInt64) { state = seed }

        /// The next word; wrapping arithmetic is what the algorithm is made of.
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var word = state
            word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
            return word ^ (word >> 31)
        }
    }
}
