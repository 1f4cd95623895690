package import KBotModel

/// What a feed wants done; its owner does it.
package enum VenueFeedAction: Hashable, Sendable {
    /// Open a connection, signed anew. Nothing of an older one is to be told from then on.
    case connect
    /// Send a text message.
    case send([UInt8])
    /// Close the connection.
    case close
    /// Ask, and hand back the answer.
    case ask(VenueQuestion)
}

/// What a feed has to say, in order.
package enum VenueFeedOutput: Hashable, Sendable {
    /// Something public happened.
    case event(MarketEvent)
    /// Something happened to the account: the body is one of the own ones.
    case own(Frame.Body)
    /// Whether the data can be trusted to be current changed. A feed begins stale.
    case health(VenueFeedHealth)
    /// The connection is up, and all that is wanted is subscribed; own messages may have been lost before it.
    case connected
    /// The connection is lost: own messages are lost from now on.
    case lost(String)
    /// Something a person should know.
    case note(VenueFeedNote)
}

/// Whether the data can be trusted to be current.
package enum VenueFeedHealth: Hashable, Sendable {
    /// Data flow.
    case live
    /// They do not, and why; when the venue expects to be back, if it says.
    case stale(String, resumes: Timestamp?)
}

/// Something a person should know.
package struct VenueFeedNote: Hashable, Sendable {
    /// How much it matters.
    package enum Level: Hashable, Sendable {
        /// All is well.
        case info
        /// Something is not as it should be.
        case warning
    }

    /// How much it matters.
    package let level: Level
    /// In words.
    package let text: String

    /// Makes a note.
    package init(_ level: Level, _ text: String) {
        self.level = level
        self.text = text
    }
}

/// What a feed saw, for status and report.
package struct VenueFeedSummary: Hashable, Sendable {
    /// Frames that came.
    package var frames = 0
    /// Frames that could not be read.
    package var unreadable = 0
    /// The first few of them, as reasons.
    package var unreadableSamples: [String] = []
    /// Frames on markets nobody wants.
    package var unwanted = 0
    /// Times that a connection was made.
    package var connections = 0
    /// Times that messages were lost, or a book lost sync.
    package var gaps = 0
    /// Public trades handed out, those of before the run among them.
    package var trades = 0
    /// Trades that had been handed out before.
    package var repeatedTrades = 0
    /// Trades read by REST.
    package var earlierTrades = 0
    /// Trades that could not be told, for time had gone on.
    package var lateTrades = 0
    /// Markets listed.
    package var markets = 0
    /// Markets decided.
    package var decided = 0
    /// Books read by REST.
    package var books = 0
    /// Questions without an answer.
    package var failures = 0

    /// Nothing seen.
    package init() {}
}
