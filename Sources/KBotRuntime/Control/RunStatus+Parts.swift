import KBotEngine
package import KBotModel

extension RunStatus {
    /// One thing that keeps a run from entering.
    package struct Reason: Codable, Hashable, Sendable {
        /// The word: `HALTED`, `DAILY_LOSS_LIMIT`, `FEED_STALE`; `kbot explain` knows them.
        package var code: String
        /// What there is to say about it; may be empty.
        package var text: String
        /// When it ends by itself, in market time; nil when it does not, or nobody knows.
        package var until: Timestamp?

        /// Makes a reason.
        package init(code: String, text: String, until: Timestamp?) {
            self.code = code
            self.text = text
            self.until = until
        }

        /// Whether an operator ends it; the others end by themselves.
        package var isResumable: Bool { [.halted, .circuitBreaker, .onHold].contains(ReasonCode(code)) }

        private enum CodingKeys: String, CodingKey {
            case code, text, until
        }

        /// Writes every field, `null` for an end that is not known.
        package func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encode(code, forKey: .code)
            try fields.encode(text, forKey: .text)
            try fields.encode(until, forKey: .until)
        }
    }

    /// How the journal of a run stands.
    package struct JournalStatus: Codable, Hashable, Sendable {
        /// Path of the database.
        package var path: String
        /// Why it cannot be written now; nil while it can. Without it there are no entries.
        package var problem: String?
        /// When the account was last written down whole, in market time; nil before the first time.
        package var lastCheckpoint: Timestamp?

        private enum CodingKeys: String, CodingKey {
            case path, problem
            case lastCheckpoint = "last_checkpoint"
        }

        /// Makes a status.
        package init(path: String, problem: String? = nil, lastCheckpoint: Timestamp? = nil) {
            self.path = path
            self.problem = problem
            self.lastCheckpoint = lastCheckpoint
        }

        /// Writes every field, `null` for what is not known.
        package func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encode(path, forKey: .path)
            try fields.encode(problem, forKey: .problem)
            try fields.encode(lastCheckpoint, forKey: .lastCheckpoint)
        }
    }
}
