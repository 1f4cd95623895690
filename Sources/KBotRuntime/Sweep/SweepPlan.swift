import Foundation
package import KBotModel
import KBotReports

/// What `kbot sweep` was asked to do.
package struct SweepPlan: Sendable {
    /// What each trial runs; `run.parameters` holds the texts that fix and vary parameters.
    package var backtest = BacktestPlan()
    /// How trials are chosen.
    package var search = SweepSearch.grid
    /// How many are drawn; nil for all of a grid, 100 of a draw.
    package var trials: Int?
    /// Threads; results do not depend on it.
    package var workers = ProcessInfo.processInfo.activeProcessorCount
    /// By what trials are compared, in-sample.
    package var objective = SweepMeasure.net
    /// What a trial must reach, in-sample, to be chosen.
    package var constraints: [SweepConstraint] = []
    /// What is held out to judge the choice by.
    package var split = SweepSplit.usual
    /// The part of the trials that this process runs; nil for all.
    package var shard: SweepShard?
    /// Where trials are kept; nil for a folder of the state directory named by what the sweep is.
    package var folder: String?
    /// Most events or bars held in memory; data beyond it are read anew by each worker.
    package var memoryLimit = 4_000_000
    /// The command line that makes this sweep, without shard and folder, for messages and jobs.
    package var arguments: [String] = []

    /// How many of the best trials are shown, and run with all limits on beside.
    package static let shown = 10

    /// Makes a plan that asks for nothing yet.
    package init() {}
}

/// What a sweep is, beside its trials: `plan.json`. With `trials.jsonl` it is all that a merge needs.
package struct SweepDescription: Hashable, Codable, Sendable {
    /// Name of the file.
    package static let fileName = "plan.json"

    /// Hash of everything the trials depend on, with the list of them.
    package let key: String
    /// Version of kbot.
    package let version: String
    /// Strategies and rules with their hashes, one a line.
    package let scripts: [String]
    /// How trials were chosen.
    package let search: SweepSearch
    /// Seed of draws and runs.
    package let seed: UInt64
    /// What varies.
    package let axes: [SweepAxis]
    /// `--param` texts that are the same in every trial.
    package let fixed: [String]
    /// How many trials there are.
    package let trials: Int
    /// By what they are compared.
    package let objective: SweepMeasure
    /// What they must reach.
    package let constraints: [SweepConstraint]
    /// `30%` or `5d/1d`.
    package let split: String
    /// Limits that are off in every trial.
    package let limitsOff: [String]
    /// The fill model.
    package let fills: String
    /// Equity at the start of each trial.
    package let capital: Money
    /// Markets and time of the data.
    package let data: SweepMarkets
    /// Whether the market was made up.
    package let isSimulated: Bool
    /// The command line, without shard and folder.
    package let arguments: [String]
    /// The part that this folder holds: `2/4`; nil for all.
    package let shard: String?

    private enum CodingKeys: String, CodingKey {
        case key, version, scripts, search, seed, axes, fixed, trials, objective, constraints, split, fills, capital,
            data
        case arguments, shard
        case limitsOff = "limits_off"
        case isSimulated = "is_simulated"
    }

    /// Reads that of a folder; nil when there is none.
    ///
    /// - Throws: ``RunFailure`` when it cannot be read.
    package static func read(folder: String) throws(RunFailure) -> SweepDescription? {
        let path = folder + "/" + fileName
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        do {
            return try JSONDecoder().decode(SweepDescription.self, from: data)
        } catch {
            throw RunFailure(.data, "\(path): no plan of a sweep of this version of kbot")
        }
    }

    /// Writes it into a folder.
    func write(folder: String) throws(RunFailure) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let url = URL(fileURLWithPath: folder).appendingPathComponent(Self.fileName)
            try encoder.encode(self).write(to: url, options: .atomic)
        } catch {
            throw RunFailure(.other, "\(folder)/\(Self.fileName): cannot be written: \(error.localizedDescription)")
        }
    }

    /// Trials of a folder, none of which traded in a market that the plan does not have.
    ///
    /// - Throws: ``RunFailure`` when one did: the folder is damaged, or put together from two.
    func checked(_ records: [TrialRecord], in folder: String) throws(RunFailure) -> [TrialRecord] {
        let markets = data.markets.indices
        for record in records where !record.trades.allSatisfy({ markets.contains($0.market) }) {
            throw RunFailure(
                .data,
                "\(folder)/\(TrialStore.fileName): trial \(record.number) traded in a market that \(Self.fileName) does not have"
            )
        }
        return records
    }

    /// The same of a merged sweep: no shard.
    func merged() -> SweepDescription {
        SweepDescription(
            key: key,
            version: version,
            scripts: scripts,
            search: search,
            seed: seed,
            axes: axes,
            fixed: fixed,
            trials: trials,
            objective: objective,
            constraints: constraints,
            split: split,
            limitsOff: limitsOff,
            fills: fills,
            capital: capital,
            data: data,
            isSimulated: isSimulated,
            arguments: arguments,
            shard: nil
        )
    }

    /// The command that makes this sweep, with other options behind it.
    func command(_ options: [String]) -> String {
        (["kbot", "sweep"] + arguments + options).map(shellQuoted).joined(separator: " ")
    }
}
