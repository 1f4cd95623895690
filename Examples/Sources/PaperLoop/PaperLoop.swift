public import KBotEngine
public import KBotModel
public import KBotReports
import KBotSimulation

/// One backtest on the SIMULATED market: simulator → paper exchange → engine, and back, until the data ends.
///
/// The loop has no clock. Before each market event everything due earlier happens: what the exchange delayed, and the
/// timers the engine asked for. At equal times the exchange comes first, timers last.
public struct PaperLoop: ~Copyable {
    private var engine: Engine
    private var exchange: PaperExchange
    private var simulator: MarketSimulator
    private var tracker: PerformanceTracker
    private var answers: [TimedVenueEvent] = []

    /// Makes a backtest of `duration`, with everything random drawn from `seed`.
    public init(
        _ strategies: [any Strategy],
        seed: UInt64,
        duration: TimeSpan,
        _ configuration: EngineConfiguration = EngineConfiguration()
    ) {
        let start = Timestamp(seconds: 1_780_272_000)  // 2026-06-01 00:00 UTC
        engine = Engine(configuration, strategies: strategies)
        exchange = PaperExchange(cash: configuration.initialCapital, friction: .realistic, seed: seed)
        simulator = MarketSimulator(.init(start: start, duration: duration, seed: seed))
        tracker = PerformanceTracker(startEquity: configuration.initialCapital, started: start)
    }

    /// Runs to the end and returns the figures.
    public mutating func run() -> Metrics {
        var batch: [MarketEvent] = []
        while simulator.next(into: &batch) {
            for event in batch {
                advance(to: event.time)
                exchange.handle(event, into: &answers)
                feed(.market(event))
                deliver()
            }
            batch.removeAll(keepingCapacity: true)
        }
        return tracker.metrics(ended: engine.now)
    }

    private mutating func advance(to time: Timestamp) {
        while true {
            let due = exchange.nextDue ?? .distantFuture
            let timer = engine.nextDeadline
            if due <= time, due <= timer {
                exchange.advance(to: due, into: &answers)
                deliver()
            } else if timer < time {
                feed(.timer(timer))
            } else {
                return
            }
        }
    }

    private mutating func deliver() {
        let told = answers
        answers.removeAll()
        for answer in told { feed(.venue(answer.time, answer.event)) }
    }

    private mutating func feed(_ event: Event) {
        for effect in engine.process(event) {
            switch effect {
            case .send(let approved): exchange.submit(approved.request, at: engine.now)
            case .lookUp(let id): feed(.venue(engine.now, .found(id, exchange.lookUp(id))))
            case .note(let note):
                if case .closed(let trade) = note.kind { tracker.record(trade) }
                if case .equity(let equity) = note.kind { tracker.mark(equity: equity, at: note.time) }
            }
        }
    }
}
