/// The largest of the last N inputs; of the highs of candles, the top of their channel.
public struct Highest: Indicator, Hashable {
    /// N: how many inputs the window holds.
    public let period: Int

    private var largest: WindowMaximum

    /// Makes a maximum over `period` inputs, at least 1.
    public init(period: Int) {
        self.period = period
        largest = WindowMaximum(period: period)
    }

    /// Whether the window is full.
    public var isReady: Bool { largest.isFull }

    /// The largest input, exactly, in 1/1,000,000 of its unit; nil until the window is full.
    public var value: Int64? { isReady ? largest.value * IndicatorScale.micro : nil }

    /// Takes in an input, |input| ≤ 10^12; the oldest leaves a full window.
    public mutating func add(_ input: Int64) { largest.add(input) }

    /// Empties the window.
    public mutating func reset() { self = Self(period: period) }
}

/// The smallest of the last N inputs; of the lows of candles, the bottom of their channel.
public struct Lowest: Indicator, Hashable {
    /// N: how many inputs the window holds.
    public let period: Int

    /// Of the negated inputs.
    private var largest: WindowMaximum

    /// Makes a minimum over `period` inputs, at least 1.
    public init(period: Int) {
        self.period = period
        largest = WindowMaximum(period: period)
    }

    /// Whether the window is full.
    public var isReady: Bool { largest.isFull }

    /// The smallest input, exactly, in 1/1,000,000 of its unit; nil until the window is full.
    public var value: Int64? { isReady ? -largest.value * IndicatorScale.micro : nil }

    /// Takes in an input, |input| ≤ 10^12; the oldest leaves a full window.
    public mutating func add(_ input: Int64) { largest.add(-input) }

    /// Empties the window.
    public mutating func reset() { self = Self(period: period) }
}

/// The maximum of the last N inputs, in amortised constant time.
///
/// Kept are only the inputs that can still become the maximum: those larger than everything after them. They fall from the
/// oldest to the newest; a new input throws out the ones it reaches, and the front leaves when it is N inputs old.
private struct WindowMaximum: Hashable, Sendable {
    private struct Candidate: Hashable, Sendable {
        var input: Int64 = 0
        /// How many inputs came before it.
        var number = 0
    }

    /// A ring of N places.
    private var candidates: [Candidate]
    private var first = 0
    private var length = 0
    private var added = 0

    init(period: Int) {
        checkPeriod(period, from: 1)
        candidates = Array(repeating: Candidate(), count: period)
    }

    var isFull: Bool { added >= candidates.count }

    /// The maximum; 0 before the first input.
    var value: Int64 { candidates[first].input }

    mutating func add(_ input: Int64) {
        checkInput(input)
        if length > 0, candidates[first].number == added - candidates.count {
            first = place(1)
            length -= 1
        }
        while length > 0, candidates[place(length - 1)].input <= input { length -= 1 }
        candidates[place(length)] = Candidate(input: input, number: added)
        length += 1
        added += 1
    }

    /// Where the candidate lies that comes `offset` after the first; `offset` is below N.
    private func place(_ offset: Int) -> Int {
        let place = first + offset
        return place < candidates.count ? place : place - candidates.count
    }
}
