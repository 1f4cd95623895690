import DequeModule
import KBotIndicators
import KBotModel

/// What the engine knows of one underlying: its candles, and what they were made of.
final class SpotState {
    let symbol: SpotSymbol
    var series: [SpotSeries] = []
    /// The engine's time when it was last heard of.
    var heard = Timestamp.distantPast
    /// What was heard lately and when, for a series that begins in the middle of a run.
    private var recent = Deque<(heard: Timestamp, input: SpotInput)>()
    /// What was heard before that, by the minute.
    private var earlier = Deque<(heard: Timestamp, input: SpotInput)>()
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

    /// The first strategy that hears it.
    var firstStrategy: Int { series.first?.firstStrategy ?? .max }

    /// All that is remembered and when it was heard, oldest first.
    var inputs: [(heard: Timestamp, input: SpotInput)] { Array(earlier) + recent }

    /// Remembers an input.
    func keep(_ input: SpotInput, heard: Timestamp) {
        recent.append((heard, input))
        if recent.count > Self.mostRecent { foldOldestMinute() }
    }

    /// Forgets what no series will ask for any more.
    func forgetInputs() {
        recent = []
        earlier = []
    }

    /// Puts the inputs of the oldest minute together, so that a long memory stays small.
    private func foldOldestMinute() {
        guard let first = recent.first else { return }
        guard case .tick(let time, let price) = first.input else {
            remember(recent.removeFirst())
            return
        }
        let start = time.floored(to: .minutes(1))
        var whole = SpotCandle(flatAt: price, start: start, interval: .minutes(1))
        // Heard with its last tick: a minute that goes on must not close what it is a part of.
        var heard = first.heard
        while let next = recent.first, case .tick(let time, let price) = next.input,
            time.floored(to: .minutes(1)) == start
        {
            recent.removeFirst()
            whole.add(price)
            heard = next.heard
        }
        remember((heard, .candle(whole)))
    }

    private func remember(_ candle: (heard: Timestamp, input: SpotInput)) {
        if earlier.count == Self.mostEarlier { earlier.removeFirst() }
        earlier.append(candle)
    }
}

/// Candles of one length of one underlying, and the strategies that hear them.
struct SpotSeries {
    var aggregator: SpotAggregator
    /// By the strategy's place in the run.
    var slots: [(strategy: Int, indicators: IndicatorSet)] = []

    /// The first strategy that hears it.
    var firstStrategy: Int { slots.first?.strategy ?? .max }

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

    /// Whether it can be known at a time: a candle that has not ended would tell of the future.
    func isKnown(at time: Timestamp) -> Bool {
        switch self {
        case .tick: true
        case .candle(let candle): candle.end <= time
        }
    }
}
