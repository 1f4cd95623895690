import ArgumentParser
import Foundation
import KBotRuntime

/// `kbot sweep merge`: joins shards.
struct SweepMergeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Join the shards of a sweep and report on all of it.",
        discussion: """
            Names the shards that are missing, with the commands that run them (exit code 4). Merging again changes nothing.

            Examples:
              kbot sweep merge sweep
              kbot sweep merge a/shard-1-of-2 b/shard-2-of-2 --out sweep
            """
    )

    @Argument(help: "Folders of shards, or folders that hold them.")
    var folder: [String]

    @Option(help: "Where the joined trials go; the first folder by default.")
    var out: String?

    @Option(help: "Write sweep.txt, sweep.json and the page sweep.html into this folder.")
    var reportDir: String?

    @Flag(help: "Print one JSON document on standard output, everything else on standard error.")
    var json = false

    func run() throws {
        try leave { () throws(RunFailure) in
            Interrupts.listen()
            let merge = try SweepMerge(folder, into: out)
            if let complaint = merge.complaint { throw RunFailure(.data, complaint) }
            tell("all \(merge.plan.trials) trials are in \(merge.folder)")
            guard let command = try? SweepCommand.parse(merge.plan.arguments + (json ? ["--json"] : [])) else {
                throw RunFailure(.data, "\(merge.folder): its plan has a command line that this kbot does not know")
            }
            var sweep = command
            sweep.reportDir = reportDir
            let prepared: Sweep
            do throws(RunFailure) {
                prepared = try sweep.prepare(merge.plan.arguments, folder: merge.folder)
            } catch {
                // The data may lie on another machine: what the trials say does not need them.
                tell("the best are not run with all limits on: \(error.message)")
                try sweep.publish(try SweepOutcome(merge.plan, merge.records))
                return nil
            }
            try sweep.finish(prepared)
            return nil
        }
    }
}

/// How far a sweep has come, on a terminal, when it takes longer than two seconds.
struct SweepProgress {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let start = ContinuousClock.now
    private var shown = ContinuousClock.now
    private var isVisible = false

    mutating func show(_ done: Int, _ all: Int, _ ran: Int) {
        let now = ContinuousClock.now
        guard isTerminal, ran > 0, now - start > .seconds(2), now - shown > .milliseconds(200) else { return }
        shown = now
        isVisible = true
        let seconds = Double((now - start).components.seconds) + Double((now - start).components.attoseconds) / 1e18
        let rate = Double(ran) / seconds
        let left = Int(Double(all - done) / rate)
        let time =
            left >= 3_600
            ? "\(left / 3_600)h \(left % 3_600 / 60)m" : left >= 60 ? "\(left / 60)m \(left % 60)s" : "\(left)s"
        write("\r\u{1B}[K\(done) of \(all) trials, \(String(format: "%.1f", rate)) a second, \(time) left")
    }

    mutating func clear() {
        if isVisible { write("\r\u{1B}[K") }
        isVisible = false
    }

    private func write(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }
}
