import DequeModule
import KBotIndicators
import KBotModel

/// What the engine knows of one underlying: its candles, and what they were made of.
final class SpotState {
    let symbol: SpotSymbol
    var series: [SpotSeries] = []
    /// What was heard lately, for a series that begins in the middle of a run.
    private var recent = Deque<SpotInput>()
    /// What was heard before that, by the minute.
    private var earlier = Deque<SpotCandle>()
    private static let mostRecent = 100_000
    /// A week of minutes.
    private static let mostEarlier = 10_080

    init(_ symbol: SpotSymbol) { self.symbol = symbol }

    /// The earliest time at which a candle may close; nil when none is open.
    var candleDue: Timestamp? {
        var due: Timestamp?
        for one in series {
            if let next = one.aggregator.nextDue, due.map({ next < $0 }) ?? true { due = next }
        }
        return due
    }

    /// All that is remembered, oldest first.
    var inputs: [SpotInput] { earlier.map(SpotInput.candle) + recent }

    /// Remembers an input.
    func keep(_ input: SpotInput) {
        recent.append(input)
        if recent.count > Self.mostRecent { foldOldestMinute() }
    }

    /// Puts the inputs of the oldest minute together, so that a long memory stays small.
    private func foldOldestMinute() {
        guard let first = recent.first else { return }
        if case .candle(let candle) = first {
            recent.removeFirst()
            remember(candle)
            return
        }
        let start = first.time.floored(to: .minutes(1))
        var whole: SpotCandle?
        while case .tick(let time, let price) = recent.first, time.floored(to: .minutes(1)) == start {
            recent.removeFirst()
            if whole == nil { whole = SpotCandle(flatAt: price, start: start, interval: .minutes(1)) }
            whole?.add(price)
        }
        if let whole { remember(whole) }
    }

    private func remember(_ candle: SpotCandle) {
        if earlier.count == Self.mostEarlier { earlier.removeFirst() }
        earlier.append(candle)
    }
}

/// Candles of one length of one underlying, and the strategies that hear them.
struct SpotSeries {
    var aggregator: SpotAggregator
    /// By the strategy's place in the run.
    var slots: [(strategy: Int, indicators: IndicatorSet)] = []

    /// Takes in an input; every due candle must have been closed before. False when it is a candle that cannot be a part of
    /// this series' own.
    @discardableResult
    mutating func add(_ input: SpotInput) -> Bool {
        switch input {
        case .tick(let time, let price):
            aggregator.add(price: price, at: time)
            return true
        case .candle(let candle): return aggregator.add(candle)
        }
    }
}

/// One thing heard of an underlying.
enum SpotInput {
    case tick(Timestamp, SpotPrice)
    case candle(SpotCandle)

    /// When it was heard.
    var time: Timestamp {
        switch self {
        case .tick(let time, _): time
        case .candle(let candle): candle.end
        }
    }
}
