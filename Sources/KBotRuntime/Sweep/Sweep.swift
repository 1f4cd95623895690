import Foundation
import KBotEngine
import KBotModel
import KBotReports
import Logging

/// `kbot sweep`: many backtests that differ in their parameters, and what can honestly be said of the best of them.
///
/// Every trial is a pure function of data, settings and values, so that results do not depend on how many workers there
/// are, on which machine a shard runs, or on how often the sweep was killed and taken up again.
package final class Sweep {
    let plan: SweepPlan
    let runner: TrialRunner
    /// The values of trial 1, 2, ….
    let points: [[String]]
    /// What the sweep is.
    package let description: SweepDescription
    /// Where its trials are kept.
    package let folder: String
    private let store: TrialStore
    private var records: [String: TrialRecord] = [:]
    /// Whether the data are held in memory.
    package let isInMemory: Bool

    /// Prepares a sweep: reads the data once, loads the scripts once, and takes up what an earlier run of it left.
    ///
    /// - Parameters:
    ///   - plan: what is asked for.
    ///   - settings: capital, sizing, fill model, and the limits of every trial.
    ///   - limited: the same with the limits on that a sweep switches off by itself; nil when it switches off none.
    ///   - library: where scripts are found.
    ///   - data: nil for the plan's own.
    /// - Throws: ``RunFailure`` with the documented exit code.
    package init(
        _ plan: SweepPlan,
        settings: RunSettings,
        limited: RunSettings?,
        library: ScriptLibrary,
        data: BacktestData? = nil
    ) throws(RunFailure) {
        self.plan = plan
        var base = plan.backtest
        base.run.isQuiet = true
        base.run.eventsPath = nil
        let space = try SweepSpace.read(
            base.run.parameters,
            strategies: base.run.strategies,
            rules: base.run.rules,
            library: library
        )
        points = try plan.search.points(of: space, trials: plan.trials, seed: base.run.seed)
        if plan.search == .halving {
            guard plan.shard == nil else {
                throw RunFailure(
                    .usage,
                    "--search halving cannot be parted: each rung needs all trials of the one before"
                )
            }
            guard case .holdout = plan.split else {
                throw RunFailure(.usage, "--search halving goes with --holdout, not with --walk-forward")
            }
        }
        let source: BacktestData
        if let data { source = data } else { source = try BacktestData.of(base) }
        // A first look at scripts and parameters: what is wrong with all trials is said once.
        var first = base
        first.run.parameters = try Self.usable(points, space, base, settings, library, source)
        let lane = try Backtest.makeLane(first.run, settings, library, Self.logger, source, isFirst: false, nil)
        let spot = try Backtest.spot(lane.run, source)
        let held = try Backtest.loaded(
            source,
            for: first,
            settings: settings,
            library: library,
            limit: plan.memoryLimit
        )
        let markets = try SweepMarkets(held, of: base, spot: spot)
        isInMemory = markets.rows <= plan.memoryLimit
        let scripts =
            lane.run.strategies.map { "strategy \($0.facts.name) \($0.facts.version) \($0.facts.hash ?? "native")" }
            + lane.run.rules.map { "rule \($0.facts.name) \($0.facts.hash ?? "native")" }
        runner = TrialRunner(
            plan: base,
            space: space,
            settings: settings,
            limited: limited,
            library: library,
            data: held,
            markets: markets,
            places: markets.places,
            basis: TrialRunner.basis(base, settings, scripts, markets)
        )
        _ = try plan.split.folds(of: markets)
        let whole = runner.basis + points.map { space.parameters($0).joined(separator: " ") }.joined(separator: "\n")
        description = SweepDescription(
            key: String(sha256(Data("\(plan.search.rawValue)\n\(settings.limitsOff)\n\(whole)".utf8)).prefix(32)),
            version: base.run.version,
            scripts: scripts,
            search: plan.search,
            seed: base.run.seed,
            axes: space.axes,
            fixed: space.fixed,
            trials: points.count,
            objective: plan.objective,
            constraints: plan.constraints,
            split: plan.split.text,
            limitsOff: settings.limitsOff.map(\.rawValue),
            fills: settings.fills.rawValue,
            capital: settings.engine.initialCapital,
            data: markets,
            isSimulated: markets.sources.contains { $0.contains("SIMULATED") },
            arguments: plan.arguments,
            shard: plan.shard?.description
        )
        let root = plan.folder ?? "\(settings.stateDirectory)/sweeps/\(description.key.prefix(12))"
        if plan.folder == nil { try Self.makePrivate(settings.stateDirectory) }
        folder = plan.shard.map { "\(root)/\($0.folderName)" } ?? root
        if let earlier = try SweepDescription.read(folder: folder), earlier.key != description.key {
            throw RunFailure(
                .usage,
                "\(folder): holds another sweep (other data, scripts, settings or parameters); give another folder with --out"
            )
        }
        store = try TrialStore(folder: folder)
        try description.write(folder: folder)
        for record in try description.checked(try store.read(), in: folder) { records[record.key] = record }
    }

    private static let logger = Logger(label: "kbot.sweep") { _ in SwiftLogNoOpLogHandler() }

    /// Makes the state directory as runs make it: nobody else may look into it.
    private static func makePrivate(_ directory: String) throws(RunFailure) {
        guard !FileManager.default.fileExists(atPath: directory) else { return }
        do {
            try FileManager.default.createDirectory(
                atPath: directory,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw RunFailure(.other, "\(directory): cannot be made: \(error.localizedDescription)")
        }
    }

    /// The parameters of the first trial that scripts can be loaded with: a corner of the space may be out of their bounds.
    private static func usable(
        _ points: [[String]],
        _ space: SweepSpace,
        _ base: BacktestPlan,
        _ settings: RunSettings,
        _ library: ScriptLibrary,
        _ source: BacktestData
    ) throws(RunFailure) -> [String] {
        var failure: RunFailure?
        for point in points.prefix(1_000) {
            var plan = base.run
            plan.parameters = space.parameters(point)
            do throws(RunFailure) {
                _ = try Backtest.makeLane(plan, settings, library, logger, source, isFirst: false, nil)
                return plan.parameters
            } catch {
                guard error.code == .usage || error.code == .script else { throw error }
                failure = failure ?? error
            }
        }
        throw failure ?? RunFailure(.usage, "there is no trial")
    }

    /// How many trials there are for this process, and how many of them were run before.
    package var standing: (trials: Int, done: Int) {
        let jobs = wholeJobs
        return (jobs.count, jobs.count { records[$0.key] != nil })
    }

    /// What runs, one fact a line.
    package var announcement: [String] {
        let (trials, done) = standing
        let shard = plan.shard.map { ", shard \($0)" } ?? ""
        let off = description.limitsOff.isEmpty ? "none" : description.limitsOff.joined(separator: ", ")
        let work =
            plan.search == .halving
            ? "the best third of each rung goes on" : "\(trials - done) to run, \(done) done before"
        return [
            "\(description.search.rawValue) of \(counted(description.trials, "trial"))\(shard): \(work)",
            "limits off in every trial: \(off)",
            "data: \(counted(description.data.markets.count, "market")), \(description.data.first) to \(description.data.last)"
                + (isInMemory ? "" : ", read anew by each worker: too large to be held"),
            "kept in \(folder)",
        ]
    }

    private var wholeJobs: [TrialRunner.Job] {
        guard plan.search != .halving else { return [] }
        return points.enumerated().compactMap { index, values in
            guard plan.shard?.holds(index + 1) ?? true else { return nil }
            return runner.job(index + 1, values, .whole)
        }
    }

    /// Runs what is left to run.
    ///
    /// - Parameter progress: told how many trials of how many are done, and how many of them this process ran.
    /// - Returns: what came of it; nil for a shard, which says nothing by itself.
    /// - Throws: ``RunFailure``; what was done is kept, and the same sweep goes on from there.
    package func run(_ progress: (_ done: Int, _ all: Int, _ ran: Int) -> Void = { _, _, _ in }) throws(RunFailure)
        -> SweepOutcome?
    {
        if plan.search == .halving {
            try runHalving(progress)
        } else {
            _ = try run(wholeJobs, progress)
        }
        guard plan.shard == nil else { return nil }
        if runner.limited != nil {
            let best = try SweepOutcome.best(SweepPlan.shown, of: description, Array(records.values))
            _ = try run(best.map { runner.job($0.number, $0.values, .limited) }) { _, _, _ in }
        }
        return try SweepOutcome(description, Array(records.values))
    }

    /// Runs trials that were not run before; gives the records of all, in their order.
    func run(
        _ jobs: [TrialRunner.Job],
        _ progress: (_ done: Int, _ all: Int, _ ran: Int) -> Void
    ) throws(RunFailure) -> [TrialRecord] {
        let missing = jobs.filter { records[$0.key] == nil }
        var done = jobs.count - missing.count
        let runner = runner
        progress(done, jobs.count, 0)
        try WorkerPool.run(missing.count, workers: plan.workers) { index throws(RunFailure) in
            try runner.run(missing[index])
        } take: { index, record throws(RunFailure) in
            try store.append(record)
            records[record.key] = record
            done += 1
            progress(done, jobs.count, index + 1)
        }
        return jobs.compactMap { records[$0.key] }
    }
}
