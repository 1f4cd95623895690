package import KBotModel

/// Finds the wanted markets of the venue, follows them from window to window, and turns what the venue says into one
/// ordered stream of market events.
///
/// Pure and synchronous: its owner hands in what the socket and REST bring, with the time, and does what
/// ``takeActions()`` asks. Two times run side by side. `now` is the venue's; it decides about markets and may run faster
/// than uptime at a local exchange. `uptime` is a clock that is never set; it decides about waits and silences.
///
/// What a market traded before it was subscribed is told at once, as history, before the first live trade; live ones wait
/// for it. The engine's time never runs backwards.
package final class VenueFeed {
    /// What is wanted.
    package let configuration: VenueFeedConfiguration
    /// All markets that were listed.
    package internal(set) var board = MarketBoard()
    /// What was seen so far.
    package internal(set) var summary = VenueFeedSummary()
    /// Whether the data can be trusted to be current.
    package internal(set) var health = VenueFeedHealth.stale("not started", resumes: nil)
    /// What the venue last said of itself; nil before it did.
    package internal(set) var exchangeStatus: ExchangeStatus?

    /// Hears what connections tell before anything is made of it: for recordings.
    package var tap: ((SocketEvent) -> Void)?

    let decoder = FrameDecoder()
    var mapper = FrameMapper(hasTrades: true)
    var machine: SocketMachine
    var now = Timestamp.distantPast
    var uptime = Timestamp.distantPast
    var agenda = FeedAgenda()
    var isStarted = false

    /// Series that are wanted, and those of single wanted markets.
    var series: [SeriesTicker: FeedSeries] = [:]
    /// Markets that are wanted, by ticker.
    var markets: [Ticker: FeedMarket] = [:]
    /// Tickers of listed markets, by number.
    var tickers: [Ticker] = []
    /// Markets in which the account holds something from an earlier run.
    let held: [Ticker: Market]
    /// How often a held market was asked for in vain.
    var heldFailures: [Ticker: Int] = [:]
    /// Markets that are over, or cannot be traded.
    var finished: Set<Ticker> = []
    /// Fees that override those of a series, by event; nil: asked for, none known.
    var overrides: [EventTicker: FeeOverride?] = [:]
    /// Markets whose books must be known, by REST if need be.
    var watched: Set<MarketID> = []
    var asked: Set<VenueQuestion> = []
    var actions: [VenueFeedAction] = []
    /// When no market was open any more; nil while one is.
    var idleSince: Timestamp?
    /// Whether the venue, or a part of it, does not work.
    var hasTrouble = false
    var toldMaintenance: Set<Timestamp> = []
    /// When the connection last said anything, on uptime.
    var lastHeard = Timestamp.distantPast
    /// Whether all that is wanted was subscribed, and told so.
    var wasConnected = false
    /// Why no connection came about, as last told.
    var toldTrouble: String?
    /// Whether trades that may be missing are to be looked at.
    var mayMissTrades = false
    /// Events of the call under way.
    var scratch: [MarketEvent] = []

    /// Makes a feed that does nothing until it is started.
    package init(_ configuration: VenueFeedConfiguration) {
        self.configuration = configuration
        var socket = SocketConfiguration()
        socket.seed = configuration.seed
        machine = SocketMachine(configuration: socket)
        held = Dictionary(configuration.held.map { ($0.ticker, $0) }) { first, _ in first }
        board.reserve(configuration.held)
        tickers = board.registry.tickers
    }

    /// Begins: connects, and asks what markets there are.
    package func start(at now: Timestamp, uptime: Timestamp) {
        guard !isStarted else { return }
        isStarted = true
        reach(now, uptime)
        planStart()
        machine.start(at: uptime)
        var outputs: [VenueFeedOutput] = []
        collectActions(into: &outputs)
    }

    /// Takes in what a connection tells.
    package func handle(
        _ event: SocketEvent,
        at now: Timestamp,
        uptime: Timestamp,
        into outputs: inout [VenueFeedOutput]
    ) {
        reach(now, uptime)
        lastHeard = self.uptime
        tap?(event)
        if case .text(let bytes) = event {
            handle(frame: bytes.span, into: &outputs)
        } else {
            machine.handle(event, at: self.uptime)
            if case .closed(let closure) = event {
                tell(closure, into: &outputs)
                disconnect(closure.description, into: &outputs)
            }
        }
        finishStep(into: &outputs)
    }

    /// Takes in an answer, or that there is none.
    package func handle(
        _ answer: VenueAnswer,
        to question: VenueQuestion,
        at now: Timestamp,
        uptime: Timestamp,
        into outputs: inout [VenueFeedOutput]
    ) {
        reach(now, uptime)
        asked.remove(question)
        take(answer, to: question, into: &outputs)
        finishStep(into: &outputs)
    }

    /// Does what is due; to be called at ``nextDeadline``.
    package func tick(at now: Timestamp, uptime: Timestamp, into outputs: inout [VenueFeedOutput]) {
        reach(now, uptime)
        machine.tick(at: uptime)
        while let task = agenda.takeDue(at: uptime) { perform(task, into: &outputs) }
        finishStep(into: &outputs)
    }

    /// The owner could not keep up and threw events of the socket away: all begins anew.
    package func overflowed(at now: Timestamp, uptime: Timestamp, into outputs: inout [VenueFeedOutput]) {
        reach(now, uptime)
        note(.warning, "frames came faster than they could be read: the connection begins anew", into: &outputs)
        machine.overflowed(at: uptime)
        loseBooks(into: &outputs)
        finishStep(into: &outputs)
    }

    /// Makes a new connection, as a recording does that begins a new file.
    package func renew(at now: Timestamp, uptime: Timestamp, into outputs: inout [VenueFeedOutput]) {
        reach(now, uptime)
        machine.overflowed(at: uptime)
        finishStep(into: &outputs)
    }

    /// Ends: closes the connection and asks nothing more.
    package func stop() {
        isStarted = false
        machine.stop()
        agenda = FeedAgenda()
        actions.removeAll { if case .ask = $0 { true } else { false } }
        var outputs: [VenueFeedOutput] = []
        collectActions(into: &outputs)
    }

    /// When ``tick(at:uptime:into:)`` wants to be called, on uptime.
    package var nextDeadline: Timestamp { min(agenda.next, machine.nextDeadline) }

    /// What is to be done, in order; each is told once.
    package func takeActions() -> [VenueFeedAction] {
        defer { actions.removeAll(keepingCapacity: true) }
        return actions
    }

    /// Has the venue's own state read now, as after a refusal that a pause would explain.
    package func checkStatus() { ask(.status) }

    /// Wants a market's book at all times, as while something is held there: when it is in doubt for long, it is read by
    /// REST.
    package func watch(_ id: MarketID) { watched.insert(id) }

    /// No longer wants a market's book at all times.
    package func unwatch(_ id: MarketID) { watched.remove(id) }

    /// What happened on the socket so far.
    package var socketCounts: SocketCounts { machine.counts }

    /// Why the last connection ended, or never came about; the refusal's body among it.
    package var socketTrouble: SocketTrouble? { machine.lastTrouble }

    /// Whether the venue has refused the key so often that somebody has to mend something.
    package var isKeyRefused: Bool { machine.isKeyRefused }

    /// Listed markets that trade and whose books are in doubt.
    package var staleMarkets: [MarketID] {
        tickers.indices.map { MarketID(Int32($0)) }.filter { id in
            board.market(id).status == .active && !(mapper.isTrusted(id) && wasConnected)
        }
    }

    /// A market's book; nil while it is in doubt.
    package func book(of id: MarketID) -> OrderBook? { mapper.book(of: id) }

    // MARK: Shared by the parts

    private func reach(_ now: Timestamp, _ uptime: Timestamp) {
        // The venue's time is an estimate: small corrections never set markets back, a great one must.
        if now > self.now || self.now - now > .seconds(2) { self.now = now }
        self.uptime = max(self.uptime, uptime)
    }

    private func finishStep(into outputs: inout [VenueFeedOutput]) {
        collectActions(into: &outputs)
        guard isStarted else { return }
        followConnection(into: &outputs)
        judgeHealth(into: &outputs)
        collectActions(into: &outputs)
    }

    private func collectActions(into outputs: inout [VenueFeedOutput]) {
        for action in machine.takeActions() {
            switch action {
            case .connect:
                lastHeard = uptime
                actions.append(.connect)
            case .close:
                disconnect("it was given up", into: &outputs)
                actions.append(.close)
            case .send(let bytes): actions.append(.send(bytes))
            }
        }
    }

    /// Says why no connection comes about, once for each reason.
    private func tell(_ closure: SocketClosure, into outputs: inout [VenueFeedOutput]) {
        guard !wasConnected else { return }
        var text = closure.description
        if case .refused(let status, let body) = closure,
            let problem = AuthenticationProblem(status: status, body: body)
        {
            text += ": \(problem)"
        }
        guard text != toldTrouble else { return }
        toldTrouble = text
        note(.warning, text, into: &outputs)
    }

    func note(_ level: VenueFeedNote.Level, _ text: String, into outputs: inout [VenueFeedOutput]) {
        outputs.append(.note(VenueFeedNote(level, text)))
    }

    /// Asks, unless the same question is under way.
    func ask(_ question: VenueQuestion) {
        if asked.insert(question).inserted { actions.append(.ask(question)) }
    }

    /// The uptime at which the venue's time will be this: the only place where the two are converted.
    func uptime(of time: Timestamp) -> Timestamp {
        guard time > now else { return uptime }
        guard time < .distantFuture else { return .distantFuture }
        let ahead = (time - now).microseconds
        return uptime + TimeSpan(microseconds: (ahead + configuration.speed - 1) / configuration.speed)
    }

    /// A wait in the venue's time as one on uptime, never so short that asking becomes a flood.
    func wait(_ span: TimeSpan) -> TimeSpan {
        max(TimeSpan(microseconds: span.microseconds / configuration.speed), min(span, .milliseconds(200)))
    }
}
