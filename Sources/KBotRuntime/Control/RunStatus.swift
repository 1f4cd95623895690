package import KBotEngine
package import KBotModel

/// How a run stands: what `kbot status` shows of it.
package struct RunStatus: Codable, Hashable, Sendable {
    /// Whether a run trades.
    package enum State: String, Codable, Sendable {
        /// It may enter.
        case active = "ACTIVE"
        /// It may only make positions smaller for now; ``RunStatus/reasons`` say why and until when.
        case reduceOnly = "REDUCE_ONLY"
        /// It enters no more until an operator resumes it; what is open is managed on.
        case halted = "HALTED"
    }

    /// Process identifier.
    package var pid: Int32
    /// The run's name: `20261122-231500`.
    package var run: String
    /// Version of kbot.
    package var version: String
    /// `paper`, `demo` or `live`.
    package var mode: String
    /// Where market data comes from, as given with `--feed`: `sim`, `replay:trades.csv.gz`.
    package var feed: String
    /// Whether the market is simulated.
    package var simulated: Bool
    /// When the run began, by the clock on the wall.
    package var started: Timestamp
    /// Market time reached; nil before the first event.
    package var marketTime: Timestamp?
    /// How fast time passes: `max`, or the factor.
    package var speed: String
    /// Whether it trades.
    package var state: State
    /// What keeps it from entering; empty while it is active.
    package var reasons: [Reason]
    /// Equity now, in dollars.
    package var equity: Money
    /// Positions that are open.
    package var openPositions: Int
    /// Strategies and risk rules, in the order they are asked.
    package var scripts: [ScriptStatus]
    /// The account it trades on, which goes on across runs; nil for a run that leaves none behind.
    package var account: String?
    /// The run whose account this one took up; nil when it began afresh.
    package var resumedFrom: String?
    /// When the last event came, by the clock on the wall; nil before the first.
    package var lastEvent: Timestamp?
    /// Whether market data is current; nil when data do not come from the venue.
    package var feedHealth: FeedHealth?
    /// The journal; nil for a run that keeps none.
    package var journal: JournalStatus?
    /// What became of notifications; nil when none were asked for.
    package var notifications: NotifyCounts?

    private enum CodingKeys: String, CodingKey {
        case pid, run, version, mode, feed, simulated, started
        case marketTime = "market_time"
        case speed, state, reasons, equity
        case openPositions = "open_positions"
        case scripts, account
        case resumedFrom = "resumed_from"
        case lastEvent = "last_event"
        case feedHealth = "feed_health"
        case journal, notifications
    }

    /// Makes a status.
    package init(
        pid: Int32,
        run: String,
        version: String,
        mode: String,
        feed: String,
        simulated: Bool,
        started: Timestamp,
        marketTime: Timestamp?,
        speed: String,
        state: State,
        reasons: [Reason],
        equity: Money,
        openPositions: Int,
        scripts: [ScriptStatus],
        account: String? = nil,
        resumedFrom: String? = nil,
        lastEvent: Timestamp? = nil,
        feedHealth: FeedHealth? = nil,
        journal: JournalStatus? = nil,
        notifications: NotifyCounts? = nil
    ) {
        self.pid = pid
        self.run = run
        self.version = version
        self.mode = mode
        self.feed = feed
        self.simulated = simulated
        self.started = started
        self.marketTime = marketTime
        self.speed = speed
        self.state = state
        self.reasons = reasons
        self.equity = equity
        self.openPositions = openPositions
        self.scripts = scripts
        self.account = account
        self.resumedFrom = resumedFrom
        self.lastEvent = lastEvent
        self.feedHealth = feedHealth
        self.journal = journal
        self.notifications = notifications
    }

    /// Writes every field, `null` for what is not known.
    package func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(pid, forKey: .pid)
        try fields.encode(run, forKey: .run)
        try fields.encode(version, forKey: .version)
        try fields.encode(mode, forKey: .mode)
        try fields.encode(feed, forKey: .feed)
        try fields.encode(simulated, forKey: .simulated)
        try fields.encode(started, forKey: .started)
        try fields.encode(marketTime, forKey: .marketTime)
        try fields.encode(speed, forKey: .speed)
        try fields.encode(state, forKey: .state)
        try fields.encode(reasons, forKey: .reasons)
        try fields.encode(equity, forKey: .equity)
        try fields.encode(openPositions, forKey: .openPositions)
        try fields.encode(scripts, forKey: .scripts)
        try fields.encode(account, forKey: .account)
        try fields.encode(resumedFrom, forKey: .resumedFrom)
        try fields.encode(lastEvent, forKey: .lastEvent)
        try fields.encode(feedHealth, forKey: .feedHealth)
        try fields.encode(journal, forKey: .journal)
        try fields.encode(notifications, forKey: .notifications)
    }
}

/// How a script stands in a run.
package struct ScriptStatus: Codable, Hashable, Sendable {
    /// What a script is.
    package enum Kind: String, Codable, Sendable {
        /// Entry rules.
        case strategy
        /// A rule that judges orders.
        case riskRule = "risk-rule"
    }

    /// What became of the last attempt to read a script anew.
    package struct Reload: Codable, Hashable, Sendable {
        /// When, by the clock on the wall.
        package var time: Timestamp
        /// What became of it.
        package var outcome: ReloadResult.Outcome
        /// What there is to say about it, line by line.
        package var message: [String]

        /// Makes a record.
        package init(time: Timestamp, outcome: ReloadResult.Outcome, message: [String]) {
            self.time = time
            self.outcome = outcome
            self.message = message
        }
    }

    /// Its name.
    package var name: String
    /// What it is.
    package var kind: Kind
    /// Path of its file; nil for a native strategy.
    package var path: String?
    /// The author's version.
    package var version: String
    /// SHA-256 of the file in force, in hexadecimal; nil for a native strategy.
    package var hash: String?
    /// Which text is in force: 1 as started, one more for each that replaced it.
    package var generation: Int
    /// Calls of its functions since the run began.
    package var calls: Int
    /// Those that failed.
    package var errors: Int
    /// Whether it is asked no more because it failed too often.
    package var quarantined: Bool
    /// Mean time of a call; nil when that is not measured.
    package var nanosecondsPerCall: Double?
    /// The last attempt to read it anew; nil when there was none.
    package var lastReload: Reload?

    private enum CodingKeys: String, CodingKey {
        case name, kind, path, version
        case hash = "sha256"
        case generation, calls, errors, quarantined
        case nanosecondsPerCall = "ns_per_call"
        case lastReload = "last_reload"
    }

    /// Makes a status.
    package init(
        name: String,
        kind: Kind,
        path: String?,
        version: String,
        hash: String?,
        generation: Int = 1,
        calls: Int = 0,
        errors: Int = 0,
        quarantined: Bool = false,
        nanosecondsPerCall: Double? = nil,
        lastReload: Reload? = nil
    ) {
        self.name = name
        self.kind = kind
        self.path = path
        self.version = version
        self.hash = hash
        self.generation = generation
        self.calls = calls
        self.errors = errors
        self.quarantined = quarantined
        self.nanosecondsPerCall = nanosecondsPerCall
        self.lastReload = lastReload
    }

    /// Writes every field, `null` for what is not known.
    package func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(name, forKey: .name)
        try fields.encode(kind, forKey: .kind)
        try fields.encode(path, forKey: .path)
        try fields.encode(version, forKey: .version)
        try fields.encode(hash, forKey: .hash)
        try fields.encode(generation, forKey: .generation)
        try fields.encode(calls, forKey: .calls)
        try fields.encode(errors, forKey: .errors)
        try fields.encode(quarantined, forKey: .quarantined)
        try fields.encode(nanosecondsPerCall, forKey: .nanosecondsPerCall)
        try fields.encode(lastReload, forKey: .lastReload)
    }
}

/// What became of a script that was to be read anew.
package struct ReloadResult: Codable, Hashable, Sendable {
    /// What became of it.
    package enum Outcome: String, Codable, Sendable {
        /// The new text is in force.
        case reloaded
        /// The file holds what is in force already.
        case unchanged
        /// The new text cannot be used; the one before stays in force.
        case refused
    }

    /// The script's name.
    package var script: String
    /// What became of it.
    package var outcome: Outcome
    /// What there is to say about it, line by line.
    package var message: [String]

    /// Makes a result.
    package init(script: String, outcome: Outcome, message: [String]) {
        self.script = script
        self.outcome = outcome
        self.message = message
    }
}
