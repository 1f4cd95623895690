package import Foundation
package import KBotModel

/// The whole state of a run between two events: what the next run of the account goes on from.
package struct Checkpoint: Hashable, Sendable {
    /// Events the engine had taken in.
    package let afterEvents: Int
    /// The engine's time.
    package let time: Timestamp
    /// The engine's state, JSON.
    package let engine: Data
    /// The paper exchange's state, JSON; nil where a real venue keeps the books.
    package let venue: Data?
    /// What scripts keep, JSON; nil when no script keeps anything.
    package let scripts: Data?

    /// Makes a checkpoint.
    package init(afterEvents: Int, time: Timestamp, engine: Data, venue: Data? = nil, scripts: Data? = nil) {
        self.afterEvents = afterEvents
        self.time = time
        self.engine = engine
        self.venue = venue
        self.scripts = scripts
    }
}

/// A checkpoint as the journal holds it.
package struct SavedCheckpoint: Hashable, Sendable {
    /// The row's number: what ``RunFacts/resumedFrom`` names.
    package let id: Int64
    /// The run that saved it.
    package let run: RunID
    /// The state.
    package let checkpoint: Checkpoint
    /// The last row of `orders` it knows of: intents after it are orders it does not know.
    let lastOrder: Int64
}
