import Foundation

/// Measures kbot where traders feel it, each figure beside its goal: `scripts/bench [WORD …]`.
///
/// With words, only the benchmarks whose name holds one of them run. Nothing here fails for being slow: a figure depends
/// on the machine and on what else it does.
@main
enum KBotBenchmarks {
    static func main() throws {
        let data = try BenchmarkData()
        say("data: \(data.description)")
        say("each figure is the median of several rounds (best round beside it), in CPU time of one core\n")
        let all =
            EngineBenchmarks.all(data) + FrameBenchmarks.all(data) + PartBenchmarks.all() + ScriptBenchmarks.all()
            + DataBenchmarks.all(data) + BacktestBenchmarks.all()
        let words = CommandLine.arguments.dropFirst()
        let chosen = all.filter { benchmark in words.isEmpty || words.contains { benchmark.name.contains($0) } }
        let venue = VenueBenchmarks.names + JournalBenchmarks.names + SweepBenchmarks.names
        guard !chosen.isEmpty || venue.contains(where: { name in words.contains { name.contains($0) } }) else {
            return say("no benchmark is called \(words.joined(separator: " or "))")
        }
        if !chosen.isEmpty { say(Result.heading) }
        for benchmark in chosen { say(try benchmark.run().line) }
        try VenueBenchmarks.run(Array(words))
        try JournalBenchmarks.run(Array(words))
        try JournalCost.run(data, Array(words))
        try SweepBenchmarks.run(Array(words))
    }

    static func say(_ text: String) {
        try? FileHandle.standardOutput.write(contentsOf: Data((text + "\n").utf8))
    }
}
