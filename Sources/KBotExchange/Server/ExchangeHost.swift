import KBotKalshi
import KBotModel
import NIOCore

/// What becomes of a request.
enum RequestOutcome {
    /// It is answered.
    case answer(HTTPResponse)
    /// The connection is closed without an answer.
    case close
}

/// Everything that belongs to the one thread of the server: exchange, clock, faults and connections.
///
/// It moves the exchange's time on, lets requests and commands act at that time, and hands messages to the sockets.
final class ExchangeHost {
    /// Time that may pass at once before the clock lags instead, so that requests are answered in between.
    static let longestStep = TimeSpan.milliseconds(50)
    /// Between two pings of a socket.
    static let pingInterval = TimeSpan.seconds(10)
    /// A client that has said nothing for so long, not even pong, is gone.
    static let deadAfter = TimeSpan.seconds(30)
    /// A client that has not read what it was sent for so long is dropped.
    static let slowFor = TimeSpan.seconds(10)

    let exchange: Exchange
    let eventLoop: any EventLoop
    let log: @Sendable (String) -> Void
    var clock: MarketClock
    var faults: FaultPlan
    var sockets: [Int: SocketHandler] = [:]
    var nextSocket = 0
    private var requests = 0
    /// Sockets whose handshake was accepted and whose pipeline is not ready yet.
    var accepted: [ObjectIdentifier: AccountKey] = [:]
    /// Keys that are refused for a while, until an uptime.
    var removedKeys: [String: Timestamp] = [:]
    /// The keys requests came with: those a fault may take away.
    var seenKeys: [String] = []
    /// When a pause ends, by uptime.
    var pauseEnds: Timestamp?
    let usualSettlementDelay: TimeSpan
    /// The quarter of an hour for which it was decided how late results are paid.
    var settlementWindow: Timestamp?
    private var reached: Timestamp
    private var waiting: [Int: (HTTPResponse) -> Void] = [:]
    private var lastSweep: Timestamp
    private var isStopped = false
    /// Time of the wall clock by which the exchange's time has come to lag in all.
    private var lag = TimeSpan.zero
    private var hasLaggedNotice = false

    init(
        _ exchange: Exchange,
        start: Timestamp,
        speed: Int64,
        faults: FaultPlan,
        eventLoop: any EventLoop,
        log: @escaping @Sendable (String) -> Void
    ) {
        self.exchange = exchange
        self.eventLoop = eventLoop
        self.log = log
        self.faults = faults
        let uptime = MachineClock.uptime
        clock = MarketClock(start: start, speed: speed, uptime: uptime)
        reached = start
        lastSweep = uptime
        usualSettlementDelay = exchange.settlementDelay
    }

    // MARK: Time

    /// The exchange's time, as far as it has been lived through.
    var now: Timestamp { reached }

    /// What the `Date` header says: the exchange's time, and the skew that a fault puts on it.
    var date: String { (now + TimeSpan(microseconds: Int64(faults.rate(.clockSkew) * 1_000_000))).httpDate }

    /// Begins: lives through all that lies before the clock's start, then keeps time.
    func begin() {
        clock.slip(to: reached, at: MachineClock.uptime)
        exchange.advance(to: reached)
        distribute()
        tick()
    }

    /// What is left at the end, as it stands now.
    var ending: ExchangeServer.Ending {
        catchUp()
        return ExchangeServer.Ending(
            books: exchange.books,
            time: now,
            requests: requests,
            sockets: nextSocket,
            faults: faults.counts
        )
    }

    /// Stops keeping time and says goodbye to the sockets.
    func stop() {
        isStopped = true
        for socket in sockets.values { socket.sayGoodbye() }
    }

    /// Moves on, and comes back when there is something to do.
    private func tick() {
        guard !isStopped else { return }
        catchUp()
        let uptime = MachineClock.uptime
        if uptime - lastSweep >= .milliseconds(100) {
            sweep(uptime, since: uptime - lastSweep)
            lastSweep = uptime
        }
        let longest = sockets.isEmpty && waiting.isEmpty ? TimeSpan.milliseconds(50) : .milliseconds(10)
        let due = exchange.nextDue.map { clock.wait(until: $0, at: uptime) } ?? longest
        let wait = max(min(due, longest), .milliseconds(1))
        eventLoop.assumeIsolated().scheduleTask(in: .microseconds(wait.microseconds)) { self.tick() }
    }

    /// Lives through the time that has passed; when that is more than one step, the clock lags.
    func catchUp() {
        let uptime = MachineClock.uptime
        var target = clock.now(at: uptime)
        let limit = reached + Self.longestStep * clock.speed
        if clock.speed > 1, target > limit {
            let missed = TimeSpan(microseconds: (target - limit).microseconds / clock.speed)
            target = limit
            clock.slip(to: target, at: uptime)
            lag = lag + missed
            if !hasLaggedNotice, lag >= .seconds(1) {
                hasLaggedNotice = true
                log("this machine does not keep up with \(clock.speed) times the speed: the exchange's time lags")
            }
        }
        guard target > reached else { return }
        reached = target
        exchange.advance(to: target)
        distribute()
    }

    /// Hands out what the exchange has said: answers that had to wait, and messages.
    func distribute() {
        for (ticket, response) in exchange.takeReplies() { waiting.removeValue(forKey: ticket)?(response) }
        let messages = exchange.takeMessages()
        guard !messages.isEmpty, !sockets.isEmpty else { return }
        for socket in sockets.values { socket.deliver(messages) }
    }

    /// Says to the exchange what anybody listens to.
    func updateAudience() {
        exchange.setAudience(sockets.values.reduce(into: []) { $0.formUnion($1.session.channels) })
    }

    // MARK: Requests

    /// Carries out a request and gives the answer, now or later.
    func perform(_ request: HTTPRequest, then complete: @escaping (HTTPResponse) -> Void) {
        catchUp()
        requests += 1
        switch exchange.respond(to: request, at: now, wall: MachineClock.wall) {
        case .now(let response):
            complete(response)
            distribute()
        case .later(let ticket):
            waiting[ticket] = complete
            distribute()
        }
    }

    /// Checks the handshake of a socket.
    func authenticate(_ request: HTTPRequest) -> Result<AccountKey, HandshakeRefusal> {
        catchUp()
        if let refusal = refusal(ofKeyIn: request) { return .failure(HandshakeRefusal(response: refusal)) }
        return exchange.authenticateSocket(request, at: now, wall: MachineClock.wall)
    }

    /// Does something after a while of the wall clock.
    func after(_ wait: TimeSpan, _ work: @escaping () -> Void) {
        eventLoop.assumeIsolated().scheduleTask(in: .microseconds(wait.microseconds)) { work() }
    }
}

extension ExchangeHost: HubSource {
    func bookMessage(of ticker: Ticker, for account: AccountKey) -> ExchangeMessage? {
        exchange.bookMessage(of: ticker, for: account)
    }

    func tickerMessage(of ticker: Ticker) -> ExchangeMessage? { exchange.tickerMessage(of: ticker) }

    var indexNames: [String] { exchange.indexNames }

    var openTickers: [Ticker] { exchange.openTickers }
}
