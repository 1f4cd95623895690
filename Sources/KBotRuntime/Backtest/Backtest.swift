import Foundation
import KBotEngine
import KBotModel
import KBotSimulation
package import Logging

/// `kbot backtest`: recorded data through the engine, once for each fill model, in one pass over the data.
///
/// Recordings go through the same session as `kbot run --feed replay` and give the same event stream; bars go through
/// ``BarPlayer``. Nothing is read from or written to an account, and no journal is kept.
package final class Backtest {
    /// One run over the data, with fills of its own.
    final class Lane {
        let run: TradingRun
        var bars: BarPlayer?

        init(_ run: TradingRun) { self.run = run }

        /// Lets everything happen that comes before a time.
        func stand(at time: Timestamp) throws {
            if let bars { return try bars.stand(at: time) }
            while let result = run.results.due(before: time) { try run.session?.process(result) }
            try run.session?.advance(to: time)
        }
    }

    let plan: BacktestPlan
    let source: BacktestData
    private let data: BacktestData.Opened
    /// In the order of the settings given; the first is the one reported whole.
    let lanes: [Lane]
    private var passes: [MarketID: Bool] = [:]

    /// Prepares a backtest; nothing is written yet.
    ///
    /// - Parameters:
    ///   - plan: what to run on what.
    ///   - settings: one for each fill model; the first one's run is reported, and writes the event stream.
    ///   - library: where scripts are found.
    ///   - logger: where log lines go.
    ///   - data: nil for the plan's own.
    /// - Throws: ``RunFailure`` with the documented exit code.
    package convenience init(
        _ plan: BacktestPlan,
        settings: [RunSettings],
        library: ScriptLibrary,
        logger: Logger,
        data: BacktestData? = nil
    ) throws(RunFailure) {
        let source: BacktestData
        if let data { source = data } else { source = try BacktestData.of(plan) }
        try self.init(plan, settings: settings, library: library, logger: logger, source, listener: nil)
    }

    /// Prepares a backtest whose first run is listened to.
    init(
        _ plan: BacktestPlan,
        settings: [RunSettings],
        library: ScriptLibrary,
        logger: Logger,
        _ source: BacktestData,
        listener: (any SessionJournal)?
    ) throws(RunFailure) {
        self.plan = plan
        self.source = source
        guard !settings.isEmpty else { throw RunFailure(.usage, "no fill model was asked for") }
        var lanes: [Lane] = []
        for (index, settings) in settings.enumerated() {
            let isFirst = index == 0
            let listener = isFirst ? listener : nil
            lanes.append(try Self.makeLane(plan.run, settings, library, logger, source, isFirst: isFirst, listener))
        }
        self.lanes = lanes
        let spot = try Self.spot(lanes[0].run, source)
        data = try source.open(from: plan.from, to: plan.to, spot: spot)
        switch data {
        case .events(let feed): for lane in lanes { lane.run.feed = feed }
        case .bars(let feed): for lane in lanes { lane.run.feed = BarSummary(feed) }
        }
    }

    /// Makes one of the runs side by side.
    static func makeLane(
        _ plan: RunPlan,
        _ settings: RunSettings,
        _ library: ScriptLibrary,
        _ logger: Logger,
        _ source: BacktestData,
        isFirst: Bool,
        _ listener: (any SessionJournal)?
    ) throws(RunFailure) -> Lane {
        var settings = settings
        var plan = plan
        // Data are handed in: the run opens none.
        plan.feed = .venue
        plan.mode = .paper
        plan.speed = .max
        plan.listens = false
        if !isFirst {
            plan.isQuiet = true
            plan.eventsPath = nil
        }
        if source.areBars {
            // On bars the price itself is all there is to confirm a stop, and candles end with their bars.
            settings.engine.stopTrigger = .last
            settings.engine.candleGrace = .zero
        }
        let lane = Lane(
            try TradingRun(plan, settings: settings, library: library, logger: logger, listener: listener)
        )
        if source.areBars {
            let rules = BarRules.named(settings.fills.rawValue) ?? .realistic
            lane.bars = lane.run.makeBarPlayer(rules, listener: listener)
        }
        return lane
    }

    /// The underlyings whose candles strategies trade by; the data must be able to tell their prices.
    static func spot(_ run: TradingRun, _ source: BacktestData) throws(RunFailure) -> [SpotSymbol] {
        var symbols: [SpotSymbol] = []
        for loaded in run.strategies {
            guard case .spot(let symbol) = loaded.strategy.needs.source else { continue }
            guard source.tellSpot else {
                throw RunFailure(
                    .usage,
                    "\(loaded.strategy.name) wants candles of \(symbol): give recordings, and its prices with --spot FILE"
                )
            }
            if !symbols.contains(symbol) { symbols.append(symbol) }
        }
        return symbols
    }

    /// What runs, one fact a line.
    package var announcement: [String] {
        var lines = lanes[0].run.announcement
        if lanes.count > 1 {
            lines.insert("fill models: \(lanes.map { $0.run.settings.fills.rawValue }.joined(separator: ", "))", at: 0)
        }
        return lines
    }

    /// Runs to the end of the data, or to an interrupt.
    package func run() throws(RunFailure) -> TradingRun.Ending {
        do {
            for lane in lanes { try lane.run.open() }
            defer { lanes[0].run.terminal.clear() }
            let ending = try play(stops: [], isWhole: true) {}
            for lane in lanes {
                guard ending == .finished else {
                    lane.run.wasInterrupted = true
                    continue
                }
                try lane.bars?.finish(before: plan.to ?? .distantFuture)
                try lane.run.takeEnd()
            }
            for lane in lanes { try lane.run.close() }
            return ending
        } catch let failure as RunFailure {
            throw failure
        } catch let error as FeedError {
            throw RunFailure(.data, error.description)
        } catch {
            throw RunFailure(.other, "\(error)")
        }
    }

    /// Plays the data and leaves everything as it then is.
    ///
    /// - Parameters:
    ///   - stops: times, ascending, at which to stand still for a moment, with everything before them done.
    ///   - isWhole: whether to go on after the last stop.
    ///   - mark: called at each stop.
    /// - Returns: whether somebody interrupted it.
    /// - Throws: what data, scripts or the event stream threw.
    func play(stops: [Timestamp], isWhole: Bool, _ mark: () -> Void) throws -> TradingRun.Ending {
        var stops = stops[...]
        /// Whether the data end here; what is known at a stop came before it.
        func reach(_ time: Timestamp) throws -> Bool {
            while let stop = stops.first, time >= stop {
                stops.removeFirst()
                for lane in lanes { try lane.stand(at: stop) }
                mark()
                if stops.isEmpty, !isWhole { return true }
            }
            return false
        }
        switch data {
        case .events(var feed):
            defer { for lane in lanes { lane.run.feed = feed } }
            var batch: [MarketEvent] = []
            batch.reserveCapacity(4_096)
            while try feed.next(into: &batch) {
                for event in batch {
                    if !stops.isEmpty, try reach(event.time) { return .finished }
                    for lane in lanes { try lane.run.take(event) }
                }
                batch.removeAll(keepingCapacity: true)
                if try showProgress(feed.progress) { return .interrupted }
            }
        case .bars(let feed):
            var batch: [MarketBar] = []
            while try feed.next(into: &batch) {
                var left = batch[...]
                while let first = left.first {
                    if !stops.isEmpty, try reach(first.bar.start) { return .finished }
                    // Between two stops, bars of one market go in together.
                    var run = left.prefix { $0.market == first.market }
                    if let stop = stops.first { run = run.prefix { $0.bar.start < stop } }
                    try take(run, from: feed)
                    left = left[run.endIndex...]
                }
                batch.removeAll(keepingCapacity: true)
                if try showProgress(feed.progress) { return .interrupted }
            }
        }
        _ = try reach(.distantFuture)
        return .finished
    }

    /// Lets every run take bars of one market.
    private func take(_ bars: ArraySlice<MarketBar>, from feed: any BarFeed) throws {
        guard let first = bars.first else { return }
        let market = feed.market(first.market)
        if passes[first.market] == nil {
            var passing = true
            for lane in lanes {
                let listing = MarketEvent(time: first.bar.start, .listed(market))
                passing = lane.run.filter.pass(listing) != nil
            }
            passes[first.market] = passing
            for lane in lanes where passing { try checkInterval(of: lane.run, first.bar.interval, market) }
        }
        guard passes[first.market] == true else { return }
        for lane in lanes {
            if lane.run.started == nil { lane.run.begin(at: first.bar.start) }
            try lane.bars?.take(bars, of: market, feed.settlement(of: first.market))
            lane.run.events += bars.count
        }
    }

    /// Candles can be made of bars of their own length or of shorter ones that fit.
    private func checkInterval(of run: TradingRun, _ bar: TimeSpan, _ market: Market) throws(RunFailure) {
        for loaded in run.strategies {
            let wanted = loaded.strategy.needs.interval.resolved(life: market.life)
            guard wanted.microseconds % bar.microseconds == 0 else {
                throw RunFailure(
                    .usage,
                    "\(loaded.strategy.name) wants candles of \(wanted), and \(market.ticker) has bars of \(bar): "
                        + "set its interval to \(bar) or a multiple (such as --param interval=\(bar))"
                )
            }
        }
    }

    /// Shows how far it has come; whether somebody interrupts.
    private func showProgress(_ share: Double?) throws -> Bool {
        let run = lanes[0].run
        run.terminal.progress(share, now: run.session?.now ?? .distantPast, events: run.events)
        try run.stream?.flush()
        return Interrupts.received > 0
    }
}

/// Bars as the report sees a feed: what was read. It hands nothing out.
private struct BarSummary: MarketFeed {
    private let feed: any BarFeed

    init(_ feed: any BarFeed) { self.feed = feed }

    func next(into events: inout [MarketEvent]) -> Bool { false }

    var summary: FeedSummary { feed.summary }

    var progress: Double? { feed.progress }
}
