import KBotEngine
import KBotJournal
import KBotModel
import KBotSimulation
import Testing

@testable import KBotRuntime

/// A run of the native scalper on simulated markets: what went into its engine and what came out.
private struct RecordedRun {
    var events: [Event] = []
    var lines: [UInt8] = []
    var effects = 0
    /// The version that took over in the middle.
    var swap: (afterEvents: Int, record: ScriptSwap)?

    static func engine() -> Engine {
        var configuration = EngineConfiguration()
        configuration.keepsTrades = true
        return Engine(configuration, strategies: [BollingerScalper()])
    }

    static func successor() -> BollingerScalper {
        var parameters = BollingerScalper.Parameters()
        parameters.period = 20
        return BollingerScalper(parameters)
    }

    /// Runs to the end of the simulation; a version with other parameters takes over after so many events.
    init(seed: UInt64, swapAfter: Int? = nil) {
        var engine = Self.engine()
        var exchange = PaperExchange(cash: Money(dollars: 1_000), seed: seed)
        let options = MarketSimulator.Options(
            start: UTCDay(year: 2026, month: 6, day: 1).start,
            duration: .minutes(45),
            seed: seed,
            deltasPerSecond: 4
        )
        var simulator = MarketSimulator(options)
        var lines = EffectLines()
        var effects: [Effect] = []

        func take(_ event: Event, _ run: inout RecordedRun) {
            run.events.append(event)
            engine.process(event, into: &effects)
            perform(&run)
            guard let swapAfter, run.events.count == swapAfter else { return }
            let record = ScriptSwap(
                script: "bollinger_scalper",
                oldHash: "old",
                newHash: "new",
                generation: 2,
                afterEvents: swapAfter
            )
            run.swap = (swapAfter, record)
            engine.replace(Self.successor(), record, into: &effects)
            perform(&run)
        }
        func perform(_ run: inout RecordedRun) {
            var lookUps: [ClientOrderID] = []
            for effect in effects {
                run.effects += 1
                lines.append(effect, to: &run.lines)
                switch effect {
                case .send(let approved): exchange.submit(approved.request, at: engine.now)
                case .lookUp(let id): lookUps.append(id)
                case .note: break
                }
            }
            effects.removeAll()
            for id in lookUps { take(.venue(engine.now, .found(id, exchange.lookUp(id))), &run) }
        }
        func advance(to time: Timestamp, _ run: inout RecordedRun) {
            while true {
                let due = exchange.nextDue ?? .distantFuture
                let timer = engine.nextDeadline
                if due <= time, due <= timer {
                    var answers: [TimedVenueEvent] = []
                    exchange.advance(to: due, into: &answers)
                    for answer in answers { take(.venue(answer.time, answer.event), &run) }
                } else if timer < time {
                    take(.timer(timer), &run)
                } else {
                    return
                }
            }
        }

        var batch: [MarketEvent] = []
        while simulator.next(into: &batch) {
            for event in batch {
                advance(to: event.time, &self)
                var answers: [TimedVenueEvent] = []
                exchange.handle(event, into: &answers)
                take(.market(event), &self)
                for answer in answers { take(.venue(answer.time, answer.event), &self) }
            }
            batch.removeAll()
        }
        engine.finish(into: &effects)
        perform(&self)
    }

    /// The events as chunks of the journal.
    func chunks(of size: Int = 10_000) throws -> [[UInt8]] {
        var coder = EventCoder()
        var chunks: [[UInt8]] = []
        for (index, event) in events.enumerated() {
            coder.append(event)
            if index % size == size - 1 { chunks.append(try coder.seal()) }
        }
        return chunks + [try coder.seal()]
    }

    /// Recorded lines in stretches that end anywhere.
    func comparison(_ lines: [UInt8]? = nil) -> ReplayComparison {
        var rest = (lines ?? self.lines)[...]
        return ReplayComparison {
            guard !rest.isEmpty else { return nil }
            defer { rest = rest.dropFirst(5_000) }
            return .lines(Array(rest.prefix(5_000)))
        }
    }
}

/// Events from the journal through an engine again.
@Suite struct EngineReplayTests {
    private static let run = RecordedRun(seed: 3)

    @Test func `events that were coded and read again give the same effects, byte for byte`() throws {
        let run = Self.run
        var replay = EngineReplay(engine: RecordedRun.engine(), comparison: run.comparison())
        for chunk in try run.chunks() { try replay.feed(chunk: chunk) }
        let report = try replay.finish(endedRegularly: true)
        #expect(report.isIdentical, "\(report.text)")
        #expect(report.events == run.events.count && report.identical == run.effects && run.effects > 1_000)
        let text = String(decoding: run.lines, as: UTF8.self)
        #expect(text.contains(#""type":"send""#) && text.contains(#""type":"closed""#), "the run does not trade")
    }

    @Test func `a strategy with another setting is found out at the first effect that differs`() throws {
        let run = Self.run
        var configuration = EngineConfiguration()
        configuration.sizing = .fixed(Quantity(contracts: 1))
        let other = Engine(configuration, strategies: [BollingerScalper()])
        var replay = EngineReplay(engine: other, comparison: run.comparison())
        for chunk in try run.chunks() { try replay.feed(chunk: chunk) }
        let isDecided = replay.isDecided
        #expect(isDecided)
        let difference = try #require(replay.finish(endedRegularly: true).difference)
        #expect(difference.kind == .changed && difference.before.count == 10)
        #expect(difference.recorded?.contains(#""type":"send","request":"place""#) == true)
        #expect(difference.replayed?.contains(#""count":"1.00""#) == true)
        #expect(difference.event > 1 && difference.cause.hasPrefix("2026-06-01T"))
    }

    @Test func `a reload is made again at its place among the events`() throws {
        let run = RecordedRun(seed: 4, swapAfter: 3_000)
        let swap = try #require(run.swap)
        let change = TradingSession.ScheduledChange(afterEvents: swap.afterEvents) { engine, effects in
            engine.replace(RecordedRun.successor(), swap.record, into: &effects)
        }
        var replay = EngineReplay(engine: RecordedRun.engine(), schedule: [change], comparison: run.comparison())
        for chunk in try run.chunks(of: 777) { try replay.feed(chunk: chunk) }
        let report = try replay.finish(endedRegularly: true)
        #expect(report.isIdentical && report.identical == run.effects, "\(report.text)")

        var without = EngineReplay(engine: RecordedRun.engine(), comparison: run.comparison())
        for event in run.events { try without.feed(event) }
        let difference = try #require(without.finish(endedRegularly: true).difference)
        #expect(difference.recorded?.contains(#""type":"reload""#) == true)
    }

    @Test func `a run that was killed is compared as far as it was written down`() throws {
        let run = Self.run
        let lines = run.lines[..<(run.lines.dropLast(20_000).lastIndex(of: UInt8(ascii: "\n"))! + 1)]
        var replay = EngineReplay(engine: RecordedRun.engine(), comparison: run.comparison(Array(lines)))
        for event in run.events { try replay.feed(event) }
        let report = try replay.finish(endedRegularly: false)
        #expect(report.isIdentical && report.unrecorded > 0, "\(report.text)")
        #expect(report.identical + report.unrecorded == run.effects)
    }

    @Test func `a damaged chunk is an error, not a difference`() throws {
        let run = Self.run
        var chunk = try run.chunks()[0]
        chunk[100] ^= 1
        var replay = EngineReplay(engine: RecordedRun.engine(), comparison: run.comparison())
        #expect(throws: EventCodingError.damaged) { try replay.feed(chunk: chunk) }
    }
}
