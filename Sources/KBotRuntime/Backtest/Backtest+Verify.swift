import KBotModel
package import Logging

/// `kbot backtest --verify`.
extension Backtest {
    /// Runs a plan on all its data and on data cut off at several times, and compares what was said up to each cut.
    ///
    /// Every run is made anew: data, scripts, engine and exchange.
    ///
    /// - Parameters:
    ///   - plan: what runs on what.
    ///   - settings: of the one run that is checked.
    ///   - library: where scripts are found.
    ///   - logger: where log lines go.
    ///   - cuts: how many cuts, spread over the data by the plan's seed.
    /// - Returns: the cuts, and the first difference.
    /// - Throws: ``RunFailure`` when the plan cannot run at all.
    package static func verify(
        _ plan: BacktestPlan,
        settings: RunSettings,
        library: ScriptLibrary,
        logger: Logger,
        cuts: Int = 5
    ) throws(RunFailure) -> LookAheadCheck.Outcome {
        var plan = plan
        plan.run.isQuiet = true
        plan.run.eventsPath = nil
        do {
            let data = try BacktestData.of(plan)
            let span = try span(of: data, plan)
            var times = LookAheadCheck.cuts(cuts, from: span.first, to: span.last, seed: plan.run.seed)
            // A bar is known at its end, not before: bars are cut between two of them.
            if let length = span.bars { times = times.map { $0.floored(to: length) } }
            return try LookAheadCheck.run(cuts: times) { stops, isWhole, log, mark in
                let backtest = try Backtest(
                    plan,
                    settings: [settings],
                    library: library,
                    logger: logger,
                    data,
                    listener: log
                )
                if try backtest.play(stops: stops, isWhole: isWhole, mark) == .interrupted {
                    throw RunFailure(.interrupted, "interrupted")
                }
            }
        } catch let failure as RunFailure {
            throw failure
        } catch let error as FeedError {
            throw RunFailure(.data, error.description)
        } catch {
            throw RunFailure(.other, "\(error)")
        }
    }

    /// First and last time of the data within the plan's window, and the length of the longest bars if they are bars.
    private static func span(
        of data: BacktestData,
        _ plan: BacktestPlan
    ) throws -> (first: Timestamp, last: Timestamp, bars: TimeSpan?) {
        var longest: TimeSpan?
        var first: Timestamp?
        var last = Timestamp.distantPast
        func see(_ time: Timestamp) {
            if first == nil { first = time }
            last = max(last, time)
        }
        switch try data.open(from: plan.from, to: plan.to) {
        case .events(var feed):
            var batch: [MarketEvent] = []
            while try feed.next(into: &batch) {
                for event in batch where !event.isSpot { see(event.time) }
                batch.removeAll(keepingCapacity: true)
            }
        case .bars(let feed):
            var batch: [MarketBar] = []
            while try feed.next(into: &batch) {
                for bar in batch {
                    see(bar.bar.start)
                    longest = max(longest ?? .zero, bar.bar.interval)
                }
                batch.removeAll(keepingCapacity: true)
            }
        }
        guard let first, last > first else { throw RunFailure(.data, "too little data to cut") }
        return (first, last, longest)
    }
}
