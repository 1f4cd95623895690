package import Foundation
package import KBotModel

/// What kind of run it is.
package enum RunKind: String, Hashable, Codable, Sendable, CaseIterable {
    /// A simulated market on a paper exchange.
    case sim
    /// Recorded data on a paper exchange.
    case replay
    /// Recorded data, as fast as they are read.
    case backtest
    /// The venue's feed on a paper exchange.
    case paper
    /// The venue's demo environment.
    case demo
    /// Real money.
    case live
}

/// What is written down of a run before it trades.
package struct RunFacts: Sendable {
    /// The run's name; unique in the journal.
    package var name: RunID
    /// What kind of run it is.
    package var kind: RunKind
    /// The account it takes up; nil for a run that starts fresh and leaves nothing behind.
    package var account: JournalAccount?
    /// Version of kbot.
    package var version: String
    /// Seed of everything random.
    package var seed: UInt64
    /// When it started, wall clock.
    package var started: Timestamp
    /// What was asked for, as JSON, without secrets.
    package var plan: Data
    /// The settings in force, as JSON, without secrets.
    package var configuration: Data
    /// Strategies and rules as they start.
    package var scripts: [ScriptRecord]
    /// Where inputs come from that can be had again, as JSON: a seed, or files with SHA-256 and size; nil when they cannot.
    package var inputs: Data?
    /// Whether the run's inputs are recorded event by event, because they cannot be had again.
    package var recordsInputs: Bool
    /// The checkpoint the run goes on from; nil for an account's first run and for a fresh one.
    package var resumedFrom: Int64?
    /// Markets the engine knows before the first event: those of the checkpoint, under the numbers they have now.
    package var markets: [Market]

    /// Describes a run.
    package init(
        name: RunID,
        kind: RunKind,
        account: JournalAccount? = nil,
        version: String,
        seed: UInt64,
        started: Timestamp,
        plan: Data,
        configuration: Data,
        scripts: [ScriptRecord] = [],
        inputs: Data? = nil,
        recordsInputs: Bool = false,
        resumedFrom: Int64? = nil,
        markets: [Market] = []
    ) {
        self.name = name
        self.kind = kind
        self.account = account
        self.version = version
        self.seed = seed
        self.started = started
        self.plan = plan
        self.configuration = configuration
        self.scripts = scripts
        self.inputs = inputs
        self.recordsInputs = recordsInputs
        self.resumedFrom = resumedFrom
        self.markets = markets
    }
}

/// One version of a strategy or rule, with its text and those of its modules.
package struct ScriptRecord: Hashable, Sendable {
    /// What the script is.
    package enum Kind: String, Hashable, Codable, Sendable {
        /// A strategy.
        case strategy
        /// A risk rule.
        case rule
    }

    /// One file.
    package struct File: Hashable, Sendable {
        /// Name as `require` knows it; of the script itself its own name.
        package let name: String
        /// Where it was read.
        package let path: String
        /// SHA-256 of the text, in hexadecimal.
        package let hash: String
        /// The text.
        package let text: String

        /// Makes a file.
        package init(name: String, path: String, hash: String, text: String) {
            self.name = name
            self.path = path
            self.hash = hash
            self.text = text
        }
    }

    /// The script's name.
    package let name: String
    /// What it is.
    package let kind: Kind
    /// SHA-256 of script and modules together; what a reload names.
    package let hash: String
    /// 1 as started, counted up by each reload.
    package let generation: Int
    /// The script first, then its modules.
    package let files: [File]

    /// Makes a version.
    package init(name: String, kind: Kind, hash: String, generation: Int = 1, files: [File]) {
        self.name = name
        self.kind = kind
        self.hash = hash
        self.generation = generation
        self.files = files
    }
}
