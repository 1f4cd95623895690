import ArgumentParser
import Foundation
import KBotModel
import KBotReports
import KBotRuntime
import Logging

/// `kbot run`: trades on the simulated market, on recordings, or at Kalshi.
struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Trade with a strategy: on paper, in Kalshi's demo, or live.",
        discussion: """
            Without credentials the run takes the built-in simulated market: 24 hours of 15-minute BTC contracts at full \
            speed, then the report. With credentials it trades on paper on Kalshi's own feed, KXBTC15M unless told \
            otherwise. Recordings come from files or from the catalogue that kbot import fills. Orders go to Kalshi with \
            --mode demo (play money) and --mode live (real money: that also needs KALSHI_ENV=live and --arm-live).

            Examples:
              kbot run --strategy bollinger_scalper.lua
              kbot run --strategy bollinger_scalper.lua --speed 60
              kbot run --strategy bollinger_scalper.lua --feed replay:trades.csv.gz
              kbot run --strategy bollinger_scalper.lua --feed data --from 2026-04-27
              kbot run --strategy bollinger_scalper.lua --param period=30 --seed 7
              kbot run --strategy bollinger_scalper.lua --risk-rule max_spread.lua
              kbot run --strategy bollinger_scalper.lua --feed kalshi --series KXBTC15M
              kbot run --strategy bollinger_scalper.lua --mode demo --series KXBTC15M
            """
    )

    @OptionGroup var trading: TradingOptions

    @Option(help: "What takes over from a strategy that fails three times in a row: native.")
    var fallback: String?

    @Option(help: "Repeat the reloads that this event stream of an earlier run tells of.")
    var reloads: String?

    @Flag(help: "Take edits of scripts over in demo and live mode too (on paper they always are).")
    var allowLiveReload = false

    @Option(help: "Parameter of a script, name=value or script.name=value (repeatable).")
    var param: [String] = []

    @Option(help: "Market data: sim, replay:PATH (repeatable), data (the catalogue), or kalshi.")
    var feed: [String] = []

    @Option(help: "Where orders go: paper, demo or live.")
    var mode: String = "paper"

    @Flag(help: "Needed for --mode live: orders then cost real money.")
    var armLive = false

    @Option(help: "Contracts that entries may fill within 15 seconds before Kalshi itself stops them (demo and live).")
    var fuse: Int = 1_000

    @Option(help: "How fast time passes: 1, 60, any whole factor, or max (the default).")
    var speed: String?

    @Option(help: "How much market time to run, such as 24h.")
    var duration: String?

    @Option(help: "Seed of all randomness.")
    var seed: UInt64 = 1

    @Option(help: "The account to take up and to leave for the next run (on Kalshi's feed; the mode's own by default).")
    var account: String?

    @Flag(help: "Begin the account anew; what it was stays in the journal.")
    var fresh = false

    @Option(help: "Trades that an earlier run left on their way: continue (the default), or hold until kbot resume.")
    var onRecovery: String = "continue"

    @Option(help: "Write every candle, signal, order, fill and exit to this file, one JSON object a line.")
    var events: String?

    @Option(help: "Write report.txt, report.json and report.html into this folder.")
    var reportDir: String?

    @Flag(help: "Stop at the first line of data that cannot be read (exit code 4).")
    var strict = false

    @Flag(help: "Print one JSON document on standard output, everything else on standard error.")
    var json = false

    @OptionGroup var settings: SettingOptions

    func run() throws {
        do throws(RunFailure) {
            try start()
        } catch {
            complain(error.message)
            throw ExitCode(error.code.rawValue)
        }
    }

    private func start() throws(RunFailure) {
        let environment = ProcessInfo.processInfo.environment
        var settings = try settings.load(environment: environment)
        var plan = try makePlan(settings)
        let library = ScriptLibrary(
            environment: environment,
            program: Bundle.main.executablePath ?? CommandLine.arguments[0]
        )
        let id = RunID(RunNames.claim(in: settings.stateDirectory))
        plan.id = id
        plan.version = Version.current
        plan.listens = plan.speed != .max
        let logging = try RunLogging.configured(settings, environment: environment, run: id, mode: mode)
        let logger = logging.logger()
        for warning in settings.warnings { logger.warning("\(warning)") }
        let format = settings.logFormat
        let announce = { (line: String) in
            if format == .json { logger.info("\(line)") } else { complain(line) }
        }
        // Before an account is made or taken up: what does not fit must leave no trace.
        if plan.feed == .venue {
            try VenueGate.check(plan, settings, isArmed: armLive)
            try VenueGate.requireKey(settings)
        }
        let book = try openBook(plan, settings, announce)
        var gate: VenueGate?
        if plan.feed == .venue {
            let opened = try VenueGate(&plan, &settings, capital: book?.capital, logger: logger)
            for line in opened.announcement { announce(line) }
            gate = opened
        }
        defer { gate?.access.shutDown() }
        let run = try TradingRun(
            plan,
            settings: settings,
            library: library,
            logger: logger,
            access: gate?.access,
            book: book
        )
        if plan.feed == .simulated, feed.isEmpty {
            announce(settings.credentials.line(then: "taking the SIMULATED market"))
        }
        for line in run.announcement + run.recoveryLines { announce(line) }
        try gate?.confirm(plan, run)

        Interrupts.listen()
        let ending: TradingRun.Ending
        do throws(RunFailure) {
            ending = try run.run()
        } catch {
            if let problem = book?.finish(ending: "failed: \(error.message)", report: nil) { announce(problem) }
            throw error
        }
        let report = run.report(id: id, version: Version.current)
        let word = run.isHalted ? "halted" : ending == .interrupted ? "interrupted" : "done"
        if let problem = book?.finish(
            ending: word,
            report: (report?.jsonDocument(pretty: false)).map { Data($0) }
        ) {
            announce(problem)
        }
        guard let report else { throw RunFailure(.data, "nothing was run") }
        if report.facts.skippedLines > 0 {
            complain("\(report.facts.skippedLines) lines of the data were left out; the report names the first of them")
        }
        try publish(report, plan)
        if !report.identityHolds {
            throw RunFailure(.other, "the books differ by \(report.identityDifference): please report this as a bug")
        }
        switch ending {
        case .interrupted: throw RunFailure(.interrupted, "interrupted")
        case .finished where run.isHalted: throw RunFailure(.halted, "the run ended HALTED")
        case .finished: break
        }
    }

    /// Opens the journal. A run that leaves nothing behind goes on without one; an account cannot.
    private func openBook(
        _ plan: RunPlan,
        _ settings: RunSettings,
        _ announce: (String) -> Void
    ) throws(RunFailure) -> RunBook? {
        do throws(RunFailure) {
            return try RunBook(plan, settings)
        } catch {
            if plan.feed == .venue { throw error }
            announce("no journal is kept: \(error.message)")
            return nil
        }
    }

    // MARK: Reading the options

    private func makePlan(_ settings: RunSettings) throws(RunFailure) -> RunPlan {
        guard let mode = RunPlan.Mode(rawValue: mode) else {
            throw RunFailure(.usage, "--mode \(mode): paper, demo or live")
        }
        var plan = RunPlan()
        plan.mode = mode
        guard (1...1_000_000).contains(fuse) else { throw RunFailure(.usage, "--fuse \(fuse): 1 to 1000000 contracts") }
        plan.fuse = Quantity(contracts: Int64(fuse))
        plan.account = account
        plan.isFresh = fresh
        guard let policy = RunPlan.RecoveryPolicy(rawValue: onRecovery) else {
            throw RunFailure(.usage, "--on-recovery \(onRecovery): continue or hold")
        }
        plan.onRecovery = policy
        try trading.fill(&plan, settings)
        if let fallback {
            guard fallback == "native" else {
                throw RunFailure(.usage, "--fallback \(fallback): only native can take over")
            }
            plan.fallsBack = true
        }
        plan.allowsLiveReload = allowLiveReload
        if allowLiveReload, mode == .paper {
            throw RunFailure(
                .usage,
                "--allow-live-reload: for demo and live mode; on paper edits are taken over anyway"
            )
        }
        if let reloads { plan.recordedReloads = try RecordedReloads.read(reloads) }
        plan.parameters = param
        plan.feed = try readFeed(settings)
        if plan.feed != .venue, account != nil || fresh {
            throw RunFailure(
                .usage,
                "\(account == nil ? "--fresh" : "--account"): accounts go on from run to run on Kalshi's feed alone; "
                    + "simulations and recordings always start fresh and touch nothing that is saved"
            )
        }
        if plan.feed == .venue, plan.series.isEmpty, plan.markets.isEmpty { plan.series = ["KXBTC15M"] }
        try checkRecordings(plan)
        plan.strict = strict
        plan.seed = seed
        plan.eventsPath = events
        plan.reportDirectory = reportDir
        plan.json = json
        if let speed {
            guard let value = Speed(speed) else {
                throw RunFailure(.usage, "--speed \(speed): give max or a whole factor from 1 to 1000000")
            }
            plan.speed = value
        } else if plan.feed == .venue {
            plan.speed = .times(1)
        }
        if let duration {
            guard let span = TimeSpan(duration), span > .zero else {
                throw RunFailure(.usage, "--duration \(duration): give a time such as 90m or 24h")
            }
            plan.duration = span
        }
        return plan
    }

    /// Options of recordings are for recordings, some for files alone.
    private func checkRecordings(_ plan: RunPlan) throws(RunFailure) {
        if plan.marketsFile != nil, !plan.feed.isReplay {
            throw RunFailure(.usage, "--markets: facts are for recordings in files; the other feeds know their own")
        }
        if !plan.spot.isEmpty, !plan.feed.isReplay {
            throw RunFailure(.usage, "--spot: prices are for recordings in files; the other feeds have their own")
        }
        if plan.from != nil || plan.to != nil, !plan.feed.isRecorded {
            throw RunFailure(
                .usage,
                "\(plan.from == nil ? "--to" : "--from"): times are for recordings (--feed data or replay:PATH)"
            )
        }
        if strict, !plan.feed.isReplay {
            throw RunFailure(
                .usage,
                "--strict: lines that cannot be read are left out when files are read: give it to kbot import, or with "
                    + "--feed replay:PATH"
            )
        }
        if plan.feed.isReplay || !plan.feed.isRecorded, trading.catalogue.givenDirectory != nil {
            throw RunFailure(.usage, "--data-dir: the catalogue is read with --feed data")
        }
    }

    private func readFeed(_ settings: RunSettings) throws(RunFailure) -> RunPlan.Feed {
        guard mode == "paper" else {
            guard feed.isEmpty || feed == ["kalshi"] else {
                throw RunFailure(
                    .usage,
                    "--mode \(mode): orders go to Kalshi, so its own feed is used; leave --feed away"
                )
            }
            return .venue
        }
        if feed.contains("kalshi") {
            guard feed == ["kalshi"] else {
                throw RunFailure(.usage, "--feed kalshi: cannot be mixed with other feeds")
            }
            return .venue
        }
        if feed.contains("data") {
            guard feed == ["data"] else {
                throw RunFailure(
                    .usage,
                    "--feed data: the catalogue cannot be mixed with other feeds; kbot import brings recordings into it"
                )
            }
            return .catalogue(directory: trading.catalogue.dataDir)
        }
        if feed.isEmpty, settings.credentials.credentials != nil { return .venue }
        if feed.isEmpty || feed == ["sim"] { return .simulated }
        var paths: [String] = []
        for name in feed {
            guard name != "sim" else {
                throw RunFailure(.usage, "--feed sim: the simulated market cannot be mixed with recordings")
            }
            guard name.hasPrefix("replay:"), name.count > "replay:".count else {
                throw RunFailure(.usage, "--feed \(name): give sim, replay:PATH, data or kalshi")
            }
            paths.append(String(name.dropFirst("replay:".count)))
        }
        return .replay(paths: paths)
    }

    // MARK: Telling

    private func publish(_ report: RunReport, _ plan: RunPlan) throws(RunFailure) {
        let document = report.jsonDocument(pretty: true)
        let text = report.text(width: Console.width)
        do {
            if let folder = plan.reportDirectory {
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                let url = URL(fileURLWithPath: folder)
                try Data(document).write(to: url.appendingPathComponent("report.json"), options: .atomic)
                try Data(ReportDocument(report).html().utf8).write(
                    to: url.appendingPathComponent("report.html"),
                    options: .atomic
                )
                try Data(report.text(width: 80).utf8).write(
                    to: url.appendingPathComponent("report.txt"),
                    options: .atomic
                )
            }
            let output = json ? Data(document) + Data("\n".utf8) : Data((text + "\n" + next(plan)).utf8)
            try FileHandle.standardOutput.write(contentsOf: output)
        } catch {
            throw RunFailure(
                .other,
                "the report could not be written to \(plan.reportDirectory ?? "standard output"): \(error.localizedDescription)"
            )
        }
    }

    /// What to try next, after a run on the simulated market.
    private func next(_ plan: RunPlan) -> String {
        guard plan.feed == .simulated else { return "" }
        // The wrapper of a checkout says where it is; an installed program stands on the path.
        let program = ProcessInfo.processInfo.environment["KBOT_HOME"] == nil ? "kbot" : "./kbot"
        let again = "\(program) run --strategy \(plan.strategies.first ?? "bollinger_scalper.lua")"
        return """

            Try next:
              watch it trade          \(again) --speed 60
              another market          \(again) --seed \(seed &+ 1)
              a recording of yours    \(again) --feed replay:FILE
              change the rules        edit the script and run again: nothing is compiled
              a local exchange        kbot exchange  (then --feed kalshi and --mode demo against it)
              Kalshi's own feed       put your key into .env, then --feed kalshi

            """
    }

    private func complain(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data("kbot: \(text)\n".utf8))
    }
}
