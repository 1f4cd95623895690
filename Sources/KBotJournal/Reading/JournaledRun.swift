package import Foundation
import GRDB
package import KBotModel

/// A run as the journal holds it.
package struct JournaledRun: Hashable, Sendable {
    /// The row's number.
    let id: Int64
    /// The run's name.
    package let name: RunID
    /// What kind of run it was.
    package let kind: RunKind
    /// The account it took up, by name; nil for a run of its own.
    package let account: String?
    /// The account's tag; nil for a run of its own.
    package let tag: String?
    /// How many runs the account had before.
    package let epoch: Int32
    /// Version of kbot.
    package let version: String
    /// Seed of everything random.
    package let seed: UInt64
    /// When it started, wall clock.
    package let started: Timestamp
    /// When it was last heard of, wall clock, to about ten seconds.
    package let seen: Timestamp
    /// When it ended, wall clock; nil while it goes on, and when it was killed.
    package let ended: Timestamp?
    /// How it ended; nil while it goes on, `crashed` once its account was taken up again.
    package let ending: String?
    /// What was asked for, JSON.
    package let plan: Data
    /// The settings in force, JSON.
    package let configuration: Data
    /// Where inputs can be had again, JSON.
    package let inputs: Data?
    /// Whether its inputs are recorded.
    package let recordsInputs: Bool
    /// The checkpoint it went on from.
    package let resumedFrom: Int64?
    /// The report, JSON.
    package let report: Data?

    /// All columns of runs and, of the account, its name and tag.
    static let columns = "r.*, a.name AS account, a.tag AS tag FROM runs r LEFT JOIN accounts a ON a.id = r.account_id"

    init(_ row: Row) throws {
        guard let kind = RunKind(rawValue: row["kind"]), let seed = UInt64(row["seed"] as String) else {
            throw JournalError.corrupt("run \(row["name"] as String) has no known kind or seed")
        }
        id = row["id"]
        name = RunID(row["name"])
        self.kind = kind
        account = row["account"]
        tag = row["tag"]
        epoch = row["epoch"]
        version = row["version"]
        self.seed = seed
        started = Timestamp(microseconds: row["started"])
        seen = Timestamp(microseconds: row["seen"])
        ended = (row["ended"] as Int64?).map { Timestamp(microseconds: $0) }
        ending = row["ending"]
        plan = Data((row["plan"] as String).utf8)
        configuration = Data((row["configuration"] as String).utf8)
        inputs = (row["inputs"] as String?).map { Data($0.utf8) }
        recordsInputs = row["records_inputs"]
        resumedFrom = row["resumed_from"]
        report = (row["report"] as String?).map { Data($0.utf8) }
    }
}
