public import KBotModel

/// A name with its value, for constants and parameters a report shows as they are.
public struct Fact: Hashable, Sendable {
    /// Name.
    public let name: String
    /// Value, with its unit.
    public let value: String

    /// Makes a fact.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// A strategy as it took part in a run.
public struct StrategyFacts: Hashable, Sendable {
    /// What a strategy is written in.
    public enum Kind: String, Hashable, Sendable {
        /// A Lua script.
        case lua
        /// Compiled Swift.
        case native
    }

    /// Name.
    public let name: StrategyName
    /// Version the strategy gives itself.
    public let version: String
    /// What it is written in.
    public let kind: Kind
    /// File of the script.
    public let path: String?
    /// SHA-256 of the script, in hexadecimal.
    public let hash: String?
    /// Parameters in force.
    public let parameters: [Fact]
    /// What it may use of the account, with its unit: `25%`, `$250.00`; nil for all of it.
    public var budget: String?

    /// Makes the facts of a strategy.
    public init(
        name: StrategyName,
        version: String,
        kind: Kind,
        path: String? = nil,
        hash: String? = nil,
        parameters: [Fact] = [],
        budget: String? = nil
    ) {
        self.name = name
        self.version = version
        self.kind = kind
        self.path = path
        self.hash = hash
        self.parameters = parameters
        self.budget = budget
    }
}

/// A risk rule as it took part in a run.
public struct RiskRuleFacts: Hashable, Sendable {
    /// Name.
    public let name: String
    /// SHA-256 of the script, in hexadecimal.
    public let hash: String?

    /// Makes the facts of a rule.
    public init(name: String, hash: String?) {
        self.name = name
        self.hash = hash
    }
}

/// A script that was replaced by a new version while the run went on.
public struct ReloadFact: Hashable, Sendable {
    /// When, in the market's time.
    public let time: Timestamp
    /// Name of the strategy or rule.
    public let script: String
    /// Number of the new version: the run begins with 1.
    public let generation: Int
    /// SHA-256 of the old version, in hexadecimal.
    public let old: String
    /// SHA-256 of the new version, in hexadecimal.
    public let new: String

    /// Makes the fact of a reload.
    public init(time: Timestamp, script: String, generation: Int, old: String, new: String) {
        self.time = time
        self.script = script
        self.generation = generation
        self.old = old
        self.new = new
    }
}

/// How fills were made.
public struct FillModelFacts: Hashable, Sendable {
    /// Name: `realistic`, `optimistic`, `pessimistic`, or `venue`.
    public let name: String
    /// Its constants.
    public let constants: [Fact]

    /// Makes the facts of a fill model.
    public init(name: String, constants: [Fact] = []) {
        self.name = name
        self.constants = constants
    }
}

/// A limit in force and where its value came from.
public struct LimitFact: Hashable, Sendable {
    /// Name: `max_positions`.
    public let name: String
    /// Value, with its unit: `20% ($200.00)`, or `off`.
    public let value: String
    /// Where it came from: `default`, `.env`, `environment`, `option`.
    public let source: String

    /// Makes a limit.
    public init(name: String, value: String, source: String) {
        self.name = name
        self.value = value
        self.source = source
    }
}

/// Whether fills cost anything: where none does, a profit is one before fees.
public enum FeesCharged: String, Hashable, Codable, Sendable, CaseIterable {
    /// Every market charges by its schedule.
    case all
    /// Some markets charge and others do not.
    case some
    /// No market charges anything.
    case none
}

/// What ran: everything a reader needs to know what a report is about, and to run it again.
public struct RunFacts: Hashable, Sendable {
    /// The run.
    public var id: RunID
    /// Version of kbot.
    public var version: String
    /// `paper`, `demo`, `live` or `backtest`.
    public var mode: String
    /// `sim`, `kalshi` or `replay`.
    public var feed: String
    /// Whether the market was made up; the report then says so in capitals.
    public var isSimulated: Bool
    /// Start of the run in the market's time.
    public var from: Timestamp
    /// End of the run in the market's time.
    public var to: Timestamp
    /// `max`, or how many times faster than life.
    public var speed: String
    /// What all randomness came from.
    public var seed: UInt64?
    /// `fresh`, or the name of the saved account.
    public var account: String
    /// Where the data came from, one statement a line.
    public var data: [String] = []
    /// Lines of the data that were skipped as malformed.
    public var skippedLines = 0
    /// Strategies, in the order given.
    public var strategies: [StrategyFacts] = []
    /// Risk rules, in the order given.
    public var riskRules: [RiskRuleFacts] = []
    /// Scripts replaced while the run went on, in the order of time; ``strategies`` and ``riskRules`` tell the first versions.
    public var reloads: [ReloadFact] = []
    /// How fills were made.
    public var fillModel: FillModelFacts
    /// Whether fills cost anything.
    public var feesCharged = FeesCharged.all
    /// Whether somebody stopped the run before its end: everything in the report is of the part before.
    public var isInterrupted = false
    /// Warnings and remarks, in the order they came up.
    public var notes: [String] = []

    /// Makes the facts every run has; the others are set afterwards.
    public init(
        id: RunID,
        version: String,
        mode: String,
        feed: String,
        isSimulated: Bool,
        from: Timestamp,
        to: Timestamp,
        speed: String = "max",
        seed: UInt64? = nil,
        account: String = "fresh",
        fillModel: FillModelFacts
    ) {
        self.id = id
        self.version = version
        self.mode = mode
        self.feed = feed
        self.isSimulated = isSimulated
        self.from = from
        self.to = to
        self.speed = speed
        self.seed = seed
        self.account = account
        self.fillModel = fillModel
    }

    /// Length of the run in the market's time.
    public var span: TimeSpan { to - from }
}
