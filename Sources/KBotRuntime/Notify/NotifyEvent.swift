package import KBotModel

/// What a trader away from the desk may want to hear of; the words are those of `NOTIFY_EVENTS`.
package enum NotifyKind: String, Codable, Sendable, CaseIterable {
    /// An order of ours was filled.
    case fill
    /// A stop could not leave its position, or the venue does not answer while one is being left.
    case stop
    /// The account was halted until an operator resumes it, or was resumed.
    case halt
    /// A limit, a pause or a rule keeps the account from entering, or does no longer.
    case block
    /// An edited script was refused; the version before stays in force.
    case reload
    /// The market data stayed away for more than 30 seconds, or came back after that.
    case disconnect
    /// A run took an account up that did not stand as the journal had it.
    case recovery
    /// The journal cannot be written, or can be again.
    case journal
    /// A run began or ended.
    case run

    /// Whether it is let go before others when too much waits.
    var isMinor: Bool { self == .fill || self == .block }
}

/// One thing to tell.
package struct NotifyEvent: Hashable, Sendable {
    /// What it is about.
    package var kind: NotifyKind
    /// When, in market time where there is one.
    package var time: Timestamp
    /// The market it concerns, if one.
    package var market: String?
    /// The stable word for it, if there is one: `STOP_NOT_FILLED`.
    package var code: String?
    /// What happened, in one sentence.
    package var text: String

    /// Makes an event; its text becomes one line of at most 500 characters without control characters.
    package init(_ kind: NotifyKind, time: Timestamp, market: String? = nil, code: String? = nil, _ text: String) {
        self.kind = kind
        self.time = time
        self.market = market?.singleLine(atMost: 100)
        self.code = code?.singleLine(atMost: 100)
        self.text = redactingPrivateKeys(text).singleLine(atMost: 500)
    }
}

/// Which run speaks: it stands in each message.
package struct NotifySender: Hashable, Sendable {
    /// The run's name.
    package var run: String
    /// The account; nil for a run without one.
    package var account: String?
    /// `paper`, `demo` or `live`.
    package var mode: String
    /// Whether the market is simulated: each message then says so.
    package var isSimulated: Bool

    /// Makes a sender.
    package init(run: String, account: String?, mode: String, isSimulated: Bool) {
        self.run = run
        self.account = account
        self.mode = mode
        self.isSimulated = isSimulated
    }

    /// `SIMULATED paper run 20261122-231500`, `LIVE account main`.
    var text: String {
        let mode = mode == "live" ? "LIVE" : mode
        return (isSimulated ? "SIMULATED " : "") + mode + (account.map { " account \($0)" } ?? " run \(run)")
    }
}

/// What became of notifications.
package struct NotifyCounts: Codable, Hashable, Sendable {
    /// Events that were told.
    package var sent = 0
    /// Events that could not be told, after three more tries.
    package var failed = 0
    /// Events that were let go because too many waited.
    package var dropped = 0

    /// Makes counts of nothing.
    package init() {}

    /// `3 sent`, `3 sent, 1 FAILED, 2 dropped`.
    var sentence: String {
        "\(sent) sent" + (failed > 0 ? ", \(failed) FAILED" : "") + (dropped > 0 ? ", \(dropped) dropped" : "")
    }
}
