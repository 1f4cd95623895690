package import KBotModel

/// The one state machine of the WebSocket: connecting, subscribing, live, resyncing, backing off, stopped.
///
/// Pure: its owner performs ``takeActions()``, tells it everything that happens, in order, and calls ``tick(at:)`` at
/// ``nextDeadline``. All times are uptimes, which never go back. After an ``Action/close`` no event of that connection
/// but its end needs to be told; after an ``Action/connect`` none of an older one may be.
///
/// What is wanted may change at any time, connected or not. The commands follow from what is wanted and what the venue
/// confirmed, so that after any accident the two agree again.
package struct SocketMachine: Sendable {
    /// Where the connection stands.
    package enum State: String, Hashable, Sendable, CaseIterable {
        /// Never started.
        case idle
        /// A connection was asked for and is not open.
        case connecting
        /// Open; not all that is wanted was answered, or the first books are on their way.
        case subscribing
        /// All that is wanted is there.
        case live
        /// Open, but books are in doubt.
        case resyncing
        /// Waiting before the next attempt.
        case backingOff
        /// Ended for good.
        case stopped
    }

    /// What the owner is to do, in order.
    package enum Action: Hashable, Sendable {
        /// Opens a connection; its handshake is to be signed anew.
        case connect
        /// Closes the connection.
        case close
        /// Sends a text message.
        case send([UInt8])
    }

    /// Where the connection stands.
    package internal(set) var state = State.idle
    /// What happened so far.
    package internal(set) var counts = SocketCounts()
    /// When something last came, data or ping; nil before anything did.
    package internal(set) var lastHeard: Timestamp?
    /// Why the last connection ended, or never began; nil before that.
    package internal(set) var lastTrouble: SocketTrouble?
    /// The venue's last refusals of commands, the newest last, for people.
    package internal(set) var complaints: [String] = []
    /// Handshakes refused in a row for our key (HTTP 401 or 403).
    package internal(set) var refusalsInRow = 0

    let configuration: SocketConfiguration
    var subscriptions: [Subscription] = []
    var books: BookWatch
    var actions: [Action] = []
    var backoff: Backoff
    var nextID: Int64 = 1
    /// Whether everything was answered once on this connection.
    var isEstablished = false
    /// When the attempt began, while connecting; when it opened, from then on.
    var since = Timestamp.distantPast
    /// Connections lost in a row that were no good ones.
    var failures = 0
    /// The end of the wait, while backing off.
    var waitUntil = Timestamp.distantFuture
    /// Until when the end of a connection that we closed is awaited; nil when none is.
    var closingUntil: Timestamp?
    /// When something is due, silence aside.
    var dueAt = Timestamp.distantFuture

    /// Makes a machine that does nothing until it is started.
    package init(configuration: SocketConfiguration = SocketConfiguration()) {
        self.configuration = configuration
        books = BookWatch(configuration)
        backoff = Backoff(base: configuration.firstWait, cap: configuration.longestWait, seed: configuration.seed)
    }

    // MARK: Asked by the owner

    /// Whether a connection is open.
    package var isOpen: Bool { state == .subscribing || state == .live || state == .resyncing }
    /// Whether all that is wanted is there, and no book is in doubt.
    package var isLive: Bool { state == .live }
    /// Whether what is known may be out of date.
    package var isInDoubt: Bool { state != .live }
    /// Whether the venue refused our key so often that somebody has to mend something; see ``lastTrouble``.
    package var isKeyRefused: Bool { refusalsInRow >= configuration.refusals }
    /// Whether a channel is subscribed now.
    package func isSubscribed(_ channel: Channel) -> Bool {
        subscriptions.contains { $0.channel == channel && $0.sid != nil }
    }
    /// Whether the venue confirmed a market, or an index, on a channel.
    package func holds(_ member: String, on channel: Channel) -> Bool {
        subscriptions.contains { $0.channel == channel && $0.held.contains(member) }
    }

    /// When ``tick(at:)`` wants to be called; distantFuture when nothing is due.
    package var nextDeadline: Timestamp {
        guard isOpen, let lastHeard else { return dueAt }
        return min(dueAt, lastHeard + configuration.silence)
    }

    /// What is to be done now, in order; each is told once.
    package mutating func takeActions() -> [Action] {
        guard !actions.isEmpty else { return [] }
        defer { actions = [] }
        return actions
    }

    // MARK: Told by the owner

    /// Begins, at first or after a stop.
    package mutating func start(at uptime: Timestamp) {
        guard state == .idle || state == .stopped else { return }
        failures = 0
        refusalsInRow = 0
        if closingUntil == .distantFuture { closingUntil = uptime + configuration.closeTimeout }
        connect(at: uptime)
        settle(at: uptime)
    }

    /// Ends: closes the connection and does nothing more.
    package mutating func stop() {
        if isOpen || state == .connecting {
            actions = [.close]
            closingUntil = .distantFuture
        }
        forgetConnection()
        state = .stopped
        dueAt = .distantFuture
    }

    /// Says what is wanted of a channel from now on.
    ///
    /// `markets` nil is all of them, and empty none. The order books need markets; the lives of markets and order groups
    /// know none; the index channels take `indices` instead.
    package mutating func want(
        _ channel: Channel,
        markets: [Ticker]? = nil,
        indices: [String] = [],
        at uptime: Timestamp
    ) {
        if channel.isIndex {
            want(channel, .members(indices), at: uptime)
        } else if channel.isWhole {
            want(channel, .all, at: uptime)
        } else if let markets {
            want(channel, .members(markets.map(\.text)), at: uptime)
        } else {
            want(channel, channel == .orderbook ? .nothing : .all, at: uptime)
        }
    }

    /// Says that nothing is wanted of a channel any more.
    package mutating func unwant(_ channel: Channel, at uptime: Timestamp) { want(channel, .nothing, at: uptime) }

    private mutating func want(_ channel: Channel, _ wanted: Subscription.Wanted, at uptime: Timestamp) {
        guard channel != .other else { return }
        if let index = subscriptions.firstIndex(where: { $0.channel == channel }) {
            subscriptions[index].want(wanted)
        } else {
            var subscription = Subscription(channel, configuration)
            subscription.want(wanted)
            subscriptions.append(subscription)
        }
        if channel == .orderbook, let subscription = subscriptions.first(where: { $0.channel == channel }) {
            books.keep(subscription.wants)
        }
        settle(at: uptime)
    }

    /// Takes in that books are in doubt, after lost messages or a change that does not fit: asks for them anew.
    package mutating func resync(_ markets: [Ticker], at uptime: Timestamp) {
        guard isOpen, let subscription = subscriptions.first(where: { $0.channel == .orderbook }) else { return }
        counts.resyncs += 1
        books.doubt(markets.map(\.text).filter(subscription.wants), held: subscription.held)
        settle(at: uptime)
    }

    /// Takes in that the owner could not keep up and lost messages: nothing is known any more, so all begins anew.
    package mutating func overflowed(at uptime: Timestamp) {
        guard isOpen else { return }
        counts.overflows += 1
        lose(.overflow, at: uptime)
        settle(at: uptime)
    }

    /// Does what is due.
    package mutating func tick(at uptime: Timestamp) {
        if isOpen, let lastHeard, uptime >= lastHeard + configuration.silence {
            counts.silences += 1
            lose(.silence, at: uptime)
        }
        if let until = closingUntil, uptime >= until { closingUntil = nil }
        if state == .connecting, uptime >= since + configuration.connectTimeout { lose(.slowConnect, at: uptime) }
        if isOpen { judgeWaits(at: uptime) }
        settle(at: uptime)
    }
}

/// What happened on the socket, for the status and the report.
package struct SocketCounts: Hashable, Sendable {
    /// Connections opened.
    package var opened = 0
    /// Connections that ended, or never came about, against our will.
    package var losses = 0
    /// Times that books were put in doubt.
    package var resyncs = 0
    /// Subscriptions that ended without our asking.
    package var deadSubscriptions = 0
    /// Subscriptions replaced because a book did not come.
    package var replacements = 0
    /// Commands sent.
    package var commands = 0
    /// Error replies, by code; those without a code count as 0.
    package var errors: [Int64: Int] = [:]
    /// Times that the owner could not keep up.
    package var overflows = 0
    /// Connections that fell silent.
    package var silences = 0

    /// Nothing happened.
    package init() {}

    /// Connections opened after the first.
    package var reconnects: Int { max(0, opened - 1) }
}

/// Why a connection ended, or never came about.
package enum SocketTrouble: Hashable, Sendable, CustomStringConvertible {
    /// It told so itself.
    case closed(SocketClosure)
    /// It was not open in time.
    case slowConnect
    /// Nothing came for too long, not even a ping.
    case silence
    /// A command was not answered in time: its name.
    case noReply(String)
    /// A book did not come, even on a new subscription.
    case noBook
    /// A subscription ended, and the venue did not say which.
    case unknownSubscriptionEnded(code: Int64)
    /// Messages came faster than they could be read.
    case overflow

    /// What happened, in words.
    package var description: String {
        switch self {
        case .closed(let closure): closure.description
        case .slowConnect: "the connection was not open in time"
        case .silence: "nothing came for too long, not even a ping"
        case .noReply(let command): "no reply to \(command)"
        case .noBook: "an order book did not come, even on a new subscription"
        case .unknownSubscriptionEnded(let code): "the venue ended a subscription without saying which (code \(code))"
        case .overflow: "messages came faster than they could be read"
        }
    }
}
