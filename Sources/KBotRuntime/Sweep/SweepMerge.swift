import Foundation

/// Joins the shards of a sweep: each trial once, whatever was merged before.
package struct SweepMerge: Sendable {
    /// A part of which trials are missing.
    package struct Lost: Hashable, Sendable {
        /// The shard: `2/4`; nil when the folders do not say how the sweep was parted.
        package let shard: String?
        /// Trials that are missing.
        package let trials: [Int]
        /// The command that runs them.
        package let command: String
    }

    /// What the sweep is.
    package let plan: SweepDescription
    /// Where the joined trials are.
    package let folder: String
    /// Folders they were taken from.
    package let sources: [String]
    /// What is missing; empty when all is there.
    package let lost: [Lost]
    /// The joined trials.
    package let records: [TrialRecord]

    /// Joins folders: each may be a shard's, or one that holds those of shards.
    ///
    /// - Parameters:
    ///   - folders: at least one.
    ///   - target: where the joined trials go; nil for the first folder.
    /// - Throws: ``RunFailure`` when they are not of one sweep, or two of them disagree about a trial.
    package init(_ folders: [String], into target: String? = nil) throws(RunFailure) {
        guard let first = folders.first else { throw RunFailure(.usage, "merge what? give the folders of the shards") }
        var sources: [String] = []
        for folder in folders.flatMap(Self.parts) where !sources.contains(folder) { sources.append(folder) }
        var plan: (of: String, SweepDescription)?
        var shards: Set<Int> = []
        var known: [String: (of: String, record: TrialRecord)] = [:]
        for source in sources {
            guard let one = try SweepDescription.read(folder: source) else { continue }
            if let plan, plan.1.key != one.key {
                throw RunFailure(
                    .data,
                    "\(source) and \(plan.of) are not of one sweep: other data, scripts, settings or parameters, or another "
                        + "version of kbot"
                )
            }
            if plan == nil || one.shard == nil { plan = (source, one) }
            if let count = one.shard?.split(separator: "/").last.flatMap({ Int($0) }) { shards.insert(count) }
            for record in try one.checked(try TrialStore.read(folder: source), in: source) {
                if let other = known[record.key], other.record != record {
                    throw RunFailure(
                        .data,
                        "trial \(record.number) is not the same in \(source) and \(other.of): the machines differ, or a file "
                            + "was changed"
                    )
                }
                known[record.key] = (source, record)
            }
        }
        guard let (_, description) = plan else {
            throw RunFailure(.data, "\(folders.joined(separator: ", ")): no folder of a sweep (none holds a plan.json)")
        }
        self.plan = description.merged()
        self.sources = sources
        let target = target ?? first
        folder = target
        records = known.values.map(\.record).sorted { ($0.number, $0.variant) < ($1.number, $1.variant) }
        let done = Set(records.filter { $0.variant == TrialRecord.Variant.whole.text }.map(\.number))
        let missing =
            description.search == .halving ? [] : (1...max(description.trials, 1)).filter { !done.contains($0) }
        lost = Self.lost(missing, parted: shards.count == 1 ? shards.first : nil, self.plan, target)
        try self.plan.write(folder: target)
        try TrialStore.write(records, folder: target)
    }

    /// A folder of a sweep, and those of its shards within it.
    private static func parts(of folder: String) -> [String] {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
        return [folder] + names.filter { $0.hasPrefix("shard-") }.map { "\(folder)/\($0)" }
    }

    private static func lost(
        _ missing: [Int],
        parted count: Int?,
        _ plan: SweepDescription,
        _ folder: String
    ) -> [Lost] {
        guard !missing.isEmpty else { return [] }
        guard let count else {
            return [Lost(shard: nil, trials: missing, command: plan.command(["--out", folder]))]
        }
        return (1...count).compactMap { index in
            let shard = SweepShard(index: index, count: count)
            let trials = missing.filter(shard.holds)
            guard !trials.isEmpty else { return nil }
            return Lost(
                shard: shard.description,
                trials: trials,
                command: plan.command(["--shard", shard.description, "--out", folder])
            )
        }
    }

    /// What is missing, in words; nil when nothing is.
    package var complaint: String? {
        guard !lost.isEmpty else { return nil }
        let count = lost.reduce(0) { $0 + $1.trials.count }
        let lines = lost.map { one in
            let name = one.shard.map { "shard \($0)" } ?? "no shard"
            let list =
                one.trials.prefix(5).map { "\($0)" }.joined(separator: ", ") + (one.trials.count > 5 ? ", …" : "")
            return "  \(name): \(counted(one.trials.count, "trial")) (\(list)); run again:\n    \(one.command)"
        }
        return "\(count) of \(plan.trials) trials are missing\n" + lines.joined(separator: "\n")
    }
}

extension TrialStore {
    /// Writes trials in place of what a folder holds, all or nothing.
    ///
    /// - Throws: ``RunFailure`` when that cannot be written, or another kbot writes it.
    static func write(_ records: [TrialRecord], folder: String) throws(RunFailure) {
        let store = try TrialStore(folder: folder)
        try store.replace(with: records)
    }
}
