public import KBotModel

/// A venue on paper: requests and market data in, the same events as from the real venue out.
///
/// It is a pure machine without clock, I/O or shared randomness: the same calls give the same events. Time is what the
/// callers say; every request travels for a delay and is carried out by ``advance(to:into:)``.
///
/// How an order fills:
/// - A taker walks the observed book from the best level on, each level read some ticks worse, one fill per level, never
///   beyond its limit. What was taken is remembered until the level empties (see `TakenDepth`).
/// - A resting order waits behind the contracts displayed at its price when it arrived. Only trades fill it: one
///   through its price at once, one at its price after the queue ahead, both up to the trade's count.
/// - In a market that never showed a book, prints stand for it: see `matchPrint`.
///
/// All luck comes from (seed, order, event): see `Luck`. A change in one order never shifts another's.
///
/// What the model ignores, so that nobody reads more into a result than is in it:
/// - Our orders change nobody's mind. The tape runs on as if they were not there, and what we take is not missing to
///   the traders on it.
/// - The queue is a guess: the venue shows counts, not orders. Who cancels ahead of us is decided by
///   ``Friction/Queue``, not known.
/// - A resting order is not filled by a quote that crosses it without a trade; the real one would be.
/// - Delays are uniform and independent of the market; real ones grow when it moves. Requests never get lost, answers
///   come without a delay, the venue never pauses unless the feed says so, and rate limits are the sender's business.
/// - Slippage and partial fills are constants with luck, not measurements.
/// - The venue's rebate of rounded-up fees and its netting across markets of one event are left out: paper pays more.
public struct PaperExchange: Sendable {
    /// What is remembered of every order, for look-ups and double ids.
    struct Record: Hashable, Codable, Sendable {
        enum Status: String, Hashable, Codable, Sendable { case unseen, open, cancelled, executed }

        var status = Status.unseen
        var filled = Quantity.zero
        var market = MarketID(0)
        var requests: Int32 = 0
        var lastDue = Timestamp.distantPast
        /// Every fill, for whoever did not hear it.
        var fills: [Fill] = []
        /// When anything last became of it.
        var changed = Timestamp.distantPast
    }

    /// The constants in force.
    public let friction: Friction
    /// What was counted so far.
    public internal(set) var statistics = PaperStatistics()

    let seed: UInt64
    var account: PaperAccount
    var markets = PaperMarkets()
    var records: [ClientOrderID: Record] = [:]
    /// Of orders under way that have any.
    var terms: [ClientOrderID: VenueTerms] = [:]
    var schedule = Schedule()
    var now = Timestamp.distantPast
    var lastTrade: Int64 = 0
    /// Markets taken up again of which nothing was heard yet.
    var missing: [MarketID: Missing] = [:]

    /// Opens an exchange with one account.
    public init(cash: Money, friction: Friction = .realistic, seed: UInt64) {
        account = PaperAccount(cash: cash)
        self.friction = friction
        self.seed = seed
    }

    // MARK: The account

    /// Cash that a new order may use.
    ///
    /// Below zero only by the rounding of fees (under 0.0001 dollar a fill), or when a corrected result takes back more
    /// than is left.
    public var cash: Money { account.cash }

    /// Cash held for open orders.
    public var reserved: Money { account.reserved }

    /// Fees of all fills.
    public var feesPaid: Money { account.feesPaid }

    /// Contracts held in a market: plus is YES, minus is NO; zero once it is settled.
    public func position(in market: MarketID) -> Quantity { account.position(in: market) }

    /// Gives the account a position of an earlier run, without paying for it.
    public mutating func restore(position: Quantity, in market: MarketID) {
        account.restore(position, in: market)
    }

    /// What the venue answers when asked for an order; a request still under way is unknown to it.
    public func lookUp(_ id: ClientOrderID) -> OrderSnapshot {
        guard let record = records[id] else { return OrderSnapshot(status: .unknown, filled: .zero) }
        let status: OrderSnapshot.Status =
            switch record.status {
            case .unseen: .unknown
            case .open: .resting
            case .cancelled: .cancelled
            case .executed: .executed
            }
        return OrderSnapshot(status: status, filled: record.filled)
    }

    /// All that the venue has to say of an order to one who may have missed it: each fill, then what a look-up finds.
    public func tellAgain(_ id: ClientOrderID) -> [VenueEvent] {
        (records[id]?.fills ?? []).map { .filled($0) } + [.found(id, lookUp(id))]
    }

    // MARK: Requests and time

    /// Sends a request at `time`; it arrives after its delay.
    ///
    /// Requests about one order arrive in the order in which they were sent: a cancel cannot overtake its order.
    public mutating func submit(_ request: OrderRequest, at time: Timestamp) {
        let id = request.order
        var record = records[id] ?? Record()
        let luck = Luck(seed: seed, order: id, event: .request(record.requests))
        let due = max(time + luck.delay(friction), record.lastDue, now)
        record.requests += 1
        record.lastDue = due
        records[id] = record
        schedule.plan(.request(request, luck), at: due)
    }

    /// When the next request arrives, or an order expires by itself; nil when nothing waits.
    public var nextDue: Timestamp? { schedule.next?.time }

    /// Carries out everything due at or before `time`, in order of (due time, sequence).
    public mutating func advance(to time: Timestamp, into output: inout [TimedVenueEvent]) {
        while let due = schedule.next, due.time <= time {
            schedule.removeNext()
            now = max(now, due.time)
            // What was to happen while nobody listened waits for the trades of that time.
            if waitsForPast(due) { continue }
            switch due.task {
            case .request(.place(let order), let luck): place(order, luck, into: &output)
            case .request(.cancel(let id), _): cancel(id, into: &output)
            case .request(.amend(let id, let price, let total), let luck):
                amend(id, price: price, total: total, luck, into: &output)
            case .expiry(let id): expire(id, into: &output)
            case .patience(let id): giveUp(id, into: &output)
            case .close(let market): close(market, at: due.time, into: &output)
            }
        }
        now = max(now, time)
        dropStalePlans()
    }

    /// Takes in market data at the venue's time; call ``advance(to:into:)`` with `event.time` first.
    public mutating func handle(_ event: MarketEvent, into output: inout [TimedVenueEvent]) {
        now = max(now, event.time)
        if !missing.isEmpty { catchUp(before: event, into: &output) }
        switch event.kind {
        case .delta(let market, let outcome, let price, let change):
            guard let index = markets.know(market) else { return }
            markets[index].change(outcome, at: price, by: change, time: now, friction: friction)
        case .trade(let trade):
            guard let index = markets.know(trade.market) else { return }
            markets[index].record(trade, at: now, friction: friction)
            if !markets[index].resting.isEmpty { match(trade, in: index, into: &output) }
        case .snapshot(let market, let snapshot):
            guard let index = markets.know(market) else { return }
            markets[index].replaceBook(with: snapshot, at: now, friction: friction)
        case .gap(let market):
            guard let index = markets.know(market) else { return }
            markets[index].loseSync()
        case .listed(let market): list(market, into: &output)
        case .status(let market, let status): setStatus(status, of: market, into: &output)
        case .settled(let market, let settlement): settle(market, settlement, into: &output)
        case .history(let market, let trades):
            if missing[market] != nil { catchUp(market, with: trades, into: &output) }
        case .spot, .spotCandle: break
        }
    }

    /// Tells the bot something, at the present time.
    func tell(_ event: VenueEvent, into output: inout [TimedVenueEvent]) {
        output.append(TimedVenueEvent(time: now, event: event))
    }
}

/// What the venue says, and when it says it.
public struct TimedVenueEvent: Hashable, Sendable {
    /// The venue's time.
    public let time: Timestamp
    /// What it says.
    public let event: VenueEvent

    /// Makes an event.
    public init(time: Timestamp, event: VenueEvent) {
        self.time = time
        self.event = event
    }
}

extension OrderRequest {
    /// The order the request is about.
    var order: ClientOrderID {
        switch self {
        case .place(let order): order.id
        case .cancel(let id), .amend(let id, _, _): id
        }
    }
}
