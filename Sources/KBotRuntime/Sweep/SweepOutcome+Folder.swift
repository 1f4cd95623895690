package import Foundation
import KBotReports

extension SweepOutcome {
    /// The outcome of the trials that a folder holds; nothing is run, and nothing is written.
    ///
    /// - Parameter folder: what `--out` named, or `kbot sweep merge` joined.
    /// - Returns: what the sweep itself said at its end.
    /// - Throws: ``RunFailure`` when it is no such folder, a shard's, or trials are missing.
    package static func read(folder: String) throws(RunFailure) -> SweepOutcome {
        guard let plan = try SweepDescription.read(folder: folder) else {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            let hint =
                names.contains { $0.hasPrefix("shard-") }
                ? "it holds shards; join them: kbot sweep merge \(folder)" : nil
            throw RunFailure(.data, "\(folder): no folder of a sweep; \(hint ?? "it holds no plan.json")")
        }
        guard plan.shard == nil else {
            throw RunFailure(.data, "\(folder): a shard says nothing by itself; when all are there: kbot sweep merge")
        }
        let records = try plan.checked(try TrialStore.read(folder: folder), in: folder)
        let done = records.count { $0.variant == TrialRecord.Variant.whole.text }
        let all = try expected(plan)
        guard done >= all else {
            throw RunFailure(
                .data,
                "\(folder): \(done) of \(counted(all, "trial")) are done; go on with:\n  \(plan.command(["--out", folder]))"
            )
        }
        return try SweepOutcome(plan, records)
    }

    /// How many trials a finished sweep ran on all data.
    private static func expected(_ plan: SweepDescription) throws(RunFailure) -> Int {
        guard plan.search == .halving, let split = SweepSplit(text: plan.split) else { return plan.trials }
        let rungs = Sweep.rungs(plan.data, try split.folds(of: plan.data)[0], trials: plan.trials)
        return rungs.reduce(plan.trials) { left, _ in (left + Sweep.eta - 1) / Sweep.eta }
    }

    /// A page of what came of a sweep: one file without anything from the network.
    ///
    /// - Parameter document: what ``document()`` gave.
    /// - Returns: HTML.
    /// - Throws: ``RunFailure`` when it makes no sense, as that of a damaged folder may.
    package static func page(of document: Data) throws(RunFailure) -> String {
        do throws(ReportReadError) {
            return try SweepDocument(parsing: Array(document)).html()
        } catch {
            throw RunFailure(.data, "the outcome cannot be put into a page: \(error)")
        }
    }
}
