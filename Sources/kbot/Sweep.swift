import ArgumentParser
import Foundation
import KBotEngine
import KBotModel
import KBotRuntime

/// `kbot sweep`: parameters tried on recorded data, and what can be said of the best.
struct SweepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "Try parameters on recorded data, and say honestly what the best are worth.",
        discussion: """
            Every trial is a backtest. Parameters vary by --param name=from:to:step or name=a,b,c; without either, those vary \
            that the script marks with optimize. The best is chosen in-sample and judged out of sample. Run again, the same \
            sweep goes on where it was. docs/sweep.md tells more.

            Examples:
              kbot sweep --strategy bollinger_scalper.lua --data trades.csv.gz --param period=10:50:5 --param stddev=1.5,2,2.5
              kbot sweep --strategy mine.lua --series KXBTC15M --search random --trials 500 --require "trades>=50"
              kbot sweep --strategy mine.lua --series KXBTC15M --param period=10:50:5 --walk-forward 5d/1d
              kbot sweep --strategy mine.lua --data trades.csv.gz --param period=10:50:5 --shard 2/4 --out sweep
              kbot sweep merge sweep
              kbot sweep report sweep --format html --output sweep.html
              kbot sweep --strategy mine.lua --data trades.csv.gz --param period=10:50:5 --on slurm --jobs 8 --out sweep
            """,
        subcommands: [SweepMergeCommand.self, SweepReportCommand.self]
    )

    @OptionGroup var history: HistoryOptions

    @Option(help: "Parameter: name=value fixes it, name=from:to:step and name=a,b,c vary it (repeatable).")
    var param: [String] = []

    @Option(help: "Seed of all randomness: of draws, of trials, of the verdict.")
    var seed: UInt64 = 1

    @Option(help: "How trials are chosen: grid, random or halving.")
    var search = SweepSearch.grid

    @Option(help: "How many trials are drawn with random and halving.")
    var trials: Int?

    @Option(help: "By what trials are compared: \(SweepMeasure.allCases.map(\.rawValue).joined(separator: ", ")).")
    var objective: String = "net"

    @Option(help: "What a trial must reach in-sample, such as trades>=50 (repeatable).")
    var require: [String] = []

    @Option(help: "Share of the markets, the last in time, that only judge the choice; 0% for none.")
    var holdout: String?

    @Option(help: "Choose on so much time and judge on the next, again and again: 5d/1d.")
    var walkForward: String?

    @Flag(help: "Leave the limits on that end a day early: daily_loss and circuit_breaker.")
    var keepLimits = false

    @Option(help: "Threads; all cores by default. Results do not depend on it.")
    var workers: Int?

    @Option(help: "Folder of the trials, made or gone on with; a folder of the state directory by default.")
    var out: String?

    @Option(help: "Run only part i of n: i/n, or /n in an array job.")
    var shard: String?

    @Option(help: "Run as an array job and wait for it: slurm.")
    var on: String?

    @Option(help: "Tasks of the array job.")
    var jobs: Int = 10

    @Option(help: "Option for sbatch, such as --partition=long (repeatable).")
    var slurmOption: [String] = []

    @Option(help: "Write sweep.txt, sweep.json and the page sweep.html into this folder.")
    var reportDir: String?

    @Flag(help: "Print one JSON document on standard output, everything else on standard error.")
    var json = false

    @OptionGroup var settings: SettingOptions

    func run() throws {
        try leave { () throws(RunFailure) in
            try start(arguments: SweepArguments.essential(Array(CommandLine.arguments.dropFirst(2))))
            return nil
        }
    }

    private func start(arguments: [String]) throws(RunFailure) {
        Interrupts.listen()
        if let on {
            guard on == "slurm" else { throw RunFailure(.usage, "--on \(on): slurm is all there is") }
            guard (1...10_000).contains(jobs) else { throw RunFailure(.usage, "--jobs \(jobs): 1 to 10000") }
            guard shard == nil, search != .halving else {
                throw RunFailure(
                    .usage,
                    "--on slurm: parts the sweep by itself; it goes with neither --shard nor halving"
                )
            }
            try submit(arguments)
        }
        try finish(try prepare(arguments))
    }

    /// Makes the sweep; `folder` instead of what `--out` says.
    func prepare(_ arguments: [String], folder: String? = nil) throws(RunFailure) -> Sweep {
        let environment = ProcessInfo.processInfo.environment
        var options = settings
        let isOwn = options.limits != nil || keepLimits
        if options.limits == nil, !keepLimits { options.limits = "off=daily_loss,circuit_breaker" }
        let chosen = try options.load(environment: environment)
        var limited: RunSettings?
        if !isOwn { limited = try settings.load(environment: environment) }
        for warning in chosen.warnings { tell(warning) }
        var plan = try makePlan(chosen, environment)
        plan.arguments = arguments
        if let folder { plan.folder = folder }
        let library = ScriptLibrary(
            environment: environment,
            program: Bundle.main.executablePath ?? CommandLine.arguments[0]
        )
        return try Sweep(plan, settings: chosen, limited: limited, library: library)
    }

    /// Runs what is left of a sweep and tells what came of it.
    func finish(_ sweep: Sweep) throws(RunFailure) {
        for line in sweep.announcement { tell(line) }
        var progress = SweepProgress()
        let outcome: SweepOutcome?
        do throws(RunFailure) {
            outcome = try sweep.run { done, all, ran in progress.show(done, all, ran) }
            progress.clear()
        } catch {
            progress.clear()
            guard error.code == .interrupted else { throw error }
            let (trials, done) = sweep.standing
            let count = trials > 0 ? "\(done) of \(trials) trials are done; " : ""
            throw RunFailure(.interrupted, "interrupted: \(count)the same command goes on from there")
        }
        guard let outcome else {
            let (trials, _) = sweep.standing
            return tell(
                "all \(trials) trials of the shard are in \(sweep.folder); when all shards are: kbot sweep merge"
            )
        }
        try publish(outcome)
    }

    /// Writes and prints an outcome.
    func publish(_ outcome: SweepOutcome) throws(RunFailure) {
        let document = try outcome.document()
        if let folder = reportDir {
            let page = try SweepOutcome.page(of: document)
            do {
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                let url = URL(fileURLWithPath: folder)
                try document.write(to: url.appendingPathComponent("sweep.json"), options: .atomic)
                let text = Data(outcome.text(width: 100).utf8)
                try text.write(to: url.appendingPathComponent("sweep.txt"), options: .atomic)
                try Data(page.utf8).write(to: url.appendingPathComponent("sweep.html"), options: .atomic)
            } catch {
                throw RunFailure(.other, "the report could not be written to \(folder): \(error.localizedDescription)")
            }
        }
        try show(json ? String(decoding: document, as: UTF8.self) : outcome.text(width: max(Console.width, 100)))
    }

    /// Runs the sweep as an array job.
    private func submit(_ arguments: [String]) throws(RunFailure) {
        let folder: String
        do {
            // What is wrong is said here, and not by a hundred tasks; the folder is then left to them.
            let sweep = try prepare(arguments)
            folder = sweep.folder
            for line in sweep.announcement { tell(line) }
        }
        let program = Bundle.main.executablePath ?? CommandLine.arguments[0]
        let array = SlurmArray(
            folder: folder,
            command: [program, "sweep"] + arguments,
            shards: jobs,
            options: slurmOption
        ) { line in
            try? FileHandle.standardError.write(contentsOf: Data("kbot: \(line)\n".utf8))
        }
        let merge = try array.run()
        if let complaint = merge.complaint {
            throw RunFailure(.other, "\(complaint)\nwhat the tasks printed is in \(folder)/slurm-N.log")
        }
    }

    private func makePlan(_ settings: RunSettings, _ environment: [String: String]) throws(RunFailure) -> SweepPlan {
        var plan = SweepPlan()
        plan.backtest = try backtest(settings)
        plan.search = search
        plan.trials = trials
        if let workers {
            guard (1...1_024).contains(workers) else { throw RunFailure(.usage, "--workers \(workers): 1 to 1024") }
            plan.workers = workers
        }
        plan.objective = try SweepMeasure.named(objective, option: "--objective \(objective)")
        for text in require { plan.constraints.append(try SweepConstraint(text)) }
        guard holdout == nil || walkForward == nil else {
            throw RunFailure(.usage, "--holdout and --walk-forward: give one of them")
        }
        if let holdout { plan.split = try SweepSplit.holdout(holdout) }
        if let walkForward { plan.split = try SweepSplit.walkForward(walkForward) }
        if let shard { plan.shard = try SweepShard(shard, environment: environment) }
        plan.folder = out
        return plan
    }

    private func backtest(_ settings: RunSettings) throws(RunFailure) -> BacktestPlan {
        var plan = try history.plan(settings)
        plan.run.parameters = param
        plan.run.seed = seed
        guard !history.strategy.isEmpty else {
            throw RunFailure(.usage, "no strategy: give one with --strategy bollinger_scalper.lua")
        }
        return plan
    }
}

extension SweepSearch: ExpressibleByArgument {}
