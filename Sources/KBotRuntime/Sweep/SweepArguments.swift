/// The part of a command line that says what a sweep is: what every shard and every later run of it must say again.
package enum SweepArguments {
    /// Options that say where and how a sweep runs.
    private static let aside: Set<String> = [
        "--shard", "--out", "--on", "--jobs", "--slurm-option", "--workers", "--report-dir",
    ]

    /// Leaves out where and how it runs.
    package static func essential(_ arguments: [String]) -> [String] {
        var kept: [String] = []
        var rest = arguments[...]
        while let word = rest.popFirst() {
            if word == "--json" { continue }
            if aside.contains(word) {
                _ = rest.popFirst()
            } else if !aside.contains(where: { word.hasPrefix($0 + "=") }) {
                kept.append(word)
            }
        }
        return kept
    }
}
