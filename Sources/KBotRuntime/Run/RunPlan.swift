package import KBotEngine
package import KBotModel

/// What `kbot run` was asked to do, apart from the settings that have a variable of their own.
package struct RunPlan: Sendable {
    /// Where market data comes from.
    package enum Feed: Hashable, Sendable {
        /// The built-in market simulator.
        case simulated
        /// Recordings.
        case replay(paths: [String])
        /// What the catalogue of a data directory holds of the plan's markets and time.
        case catalogue(directory: String)
        /// The venue itself, or one that speaks as it does.
        case venue

        /// Whether data come from recordings in files.
        package var isReplay: Bool {
            if case .replay = self { true } else { false }
        }

        /// Whether data are of the past: recordings, in files or in the catalogue.
        package var isRecorded: Bool {
            switch self {
            case .replay, .catalogue: true
            case .simulated, .venue: false
            }
        }
    }

    /// Where orders go.
    package enum Mode: String, Hashable, Sendable, CaseIterable {
        /// To the paper exchange.
        case paper
        /// To Kalshi's demo system: play money.
        case demo
        /// To Kalshi: real money.
        case live
    }

    /// Where orders go.
    package var mode = Mode.paper
    /// Shards of the venue that the run trades on: crypto is on 2.
    package var shards: [Int32] = [2]
    /// Contracts that entries may fill within 15 seconds before the venue itself stops them.
    package var fuse: Quantity?
    /// Whether the venue says of itself that its market is made up.
    package var isVenueSimulated = false
    /// Whether edits of scripts are taken over in demo and live mode too.
    package var allowsLiveReload = false

    /// What becomes of trades that an earlier run of the account left on their way.
    package enum RecoveryPolicy: String, Hashable, Sendable, CaseIterable {
        /// They go on as if nothing had happened: a stop that was passed meanwhile fires at once.
        case `continue`
        /// They wait for the operator: nothing acts on them until `kbot resume`.
        case hold
    }

    /// The account that is taken up and left for the next run; nil for the mode's own. Runs on the venue's feed have one.
    package var account: String?
    /// Whether to begin a new account of that name.
    package var isFresh = false
    /// What becomes of trades that an earlier run left on their way.
    package var onRecovery = RecoveryPolicy.continue

    /// Strategies: files, names, or `native:NAME`.
    package var strategies: [String] = []
    /// Risk rules: files or names.
    package var rules: [String] = []
    /// `name=value` or `script.name=value`, in the order given.
    package var parameters: [String] = []
    /// Where market data comes from.
    package var feed = Feed.simulated
    /// Only these series; empty for all (the simulator: its own).
    package var series: [String] = []
    /// Only these markets; empty for all.
    package var markets: [String] = []
    /// Nothing of recordings before this time is known to the run; nil for all there is.
    package var from: Timestamp?
    /// The run on recordings ends before this time; nil for the data's end.
    package var to: Timestamp?
    /// Whether markets and series that were asked for may be missing: in a part of data whose whole was looked at.
    var mayMiss = false
    /// A file of market facts for recordings.
    package var marketsFile: String?
    /// Files with prices of underlyings for recordings: `FILE` or `BTC-USD=FILE`.
    package var spot: [String] = []
    /// Whether a line that cannot be read stops the run.
    package var strict = false
    /// How fast time passes.
    package var speed = Speed.max
    /// How much market time to run; nil for all there is (the simulator: 24 hours).
    package var duration: TimeSpan?
    /// What all randomness comes from.
    package var seed: UInt64 = 1
    /// File for the event stream.
    package var eventsPath: String?
    /// Folder for the report's files.
    package var reportDirectory: String?
    /// Whether the report goes to standard output as JSON.
    package var json = false

    /// What strategies may use of the account, by name.
    package var budgets: [(name: String, amount: RiskLimits.Amount)] = []
    /// Whether a native strategy of the same name takes over from a script that fails.
    package var fallsBack = false
    /// Reloads of an earlier run to repeat at the same places.
    package var recordedReloads: [ScriptSwap] = []
    /// Versions of scripts to take instead of what the files hold now, by the name they are asked for with.
    package var versions: [String: String] = [:]
    /// Where an earlier run was interrupted that this one repeats: after so many events of the engine, and whether every
    /// position was left then.
    package var interruption: (afterEvents: Int, flattens: Bool)?
    /// What an operator told an earlier run that this one repeats, after so many events.
    package var recordedCommands: [(afterEvents: Int, command: Command)] = []
    /// Whether nothing is told on the terminal: for a run inside another program, such as a script's test.
    package var isQuiet = false
    /// The run's name.
    package var id = RunID("run")
    /// Version of kbot.
    package var version = ""
    /// Whether others may ask how the run stands, over a socket in the state directory.
    package var listens = false

    /// Makes a plan that asks for nothing yet.
    package init() {}
}

extension RunPlan {
    /// Reads `name=25%` or `name=250`; nil for anything else.
    package static func budget(_ text: String) -> (name: String, amount: RiskLimits.Amount)? {
        guard let equals = text.firstIndex(of: "="), equals > text.startIndex,
            let amount = SettingParsers.amount(String(text[text.index(after: equals)...]))
        else { return nil }
        return (String(text[..<equals]), amount)
    }
}
