/// A part of a sweep's trials: every n-th, so that slow corners of the space spread over all parts.
package struct SweepShard: Hashable, Sendable, CustomStringConvertible {
    /// Number of the part, from 1.
    package let index: Int
    /// How many parts there are.
    package let count: Int

    /// Variables in which array jobs are told their index, with the number of the first: Slurm counts as the array says
    /// (write 1-N), Kubernetes and AWS Batch count from 0.
    package static let variables: [(name: String, first: Int)] = [
        ("SLURM_ARRAY_TASK_ID", 1), ("JOB_COMPLETION_INDEX", 0), ("AWS_BATCH_JOB_ARRAY_INDEX", 0),
    ]

    init(index: Int, count: Int) {
        self.index = index
        self.count = count
    }

    /// Reads `2/4`, or `/4` for the index that an array job is told in its environment.
    ///
    /// - Throws: ``RunFailure`` when it is none, lies outside, or the environment tells no index.
    package init(_ text: String, environment: [String: String]) throws(RunFailure) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let count = Int(parts[1]), (1...10_000).contains(count) else {
            throw RunFailure(.usage, "--shard \(text): write i/n from 1/n to n/n, or /n in an array job")
        }
        guard parts[0].isEmpty else {
            guard let index = Int(parts[0]), (1...count).contains(index) else {
                throw RunFailure(.usage, "--shard \(text): shards count from 1 to \(count)")
            }
            self.init(index: index, count: count)
            return
        }
        guard let (name, first) = Self.variables.first(where: { environment[$0.name] != nil }) else {
            let names = Self.variables.map(\.name).joined(separator: ", ")
            throw RunFailure(.usage, "--shard \(text): this is no array job: none of \(names) is set; write i/n")
        }
        let value = environment[name] ?? ""
        guard let index = Int(value), (first..<first + count).contains(index) else {
            throw RunFailure(
                .usage,
                "--shard \(text): \(name)=\(value) lies outside \(first) to \(first + count - 1)"
                    + (first == 1 ? "; submit the array with --array=1-\(count)" : "")
            )
        }
        self.init(index: index - first + 1, count: count)
    }

    /// `2/4`.
    package var description: String { "\(index)/\(count)" }

    /// Whether a trial, counted from 1, is of this part.
    func holds(_ trial: Int) -> Bool { (trial - 1) % count == index - 1 }

    /// The folder of the part within that of the sweep: `shard-2-of-4`.
    package var folderName: String { "shard-\(index)-of-\(count)" }
}
