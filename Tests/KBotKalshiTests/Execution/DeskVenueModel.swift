import KBotKalshi
import KBotModel
import KBotTestSupport

/// A venue in made-up time that an order desk talks to: it keeps its own books, answers late, loses answers and frames,
/// tells them twice and in any order, and its reads lag behind.
final class DeskVenueModel: DeskClient {
    /// What goes wrong, each with a chance in percent.
    struct Faults {
        var lostAnswers = 0
        var lostFrames = 0
        var repeatedFrames = 0
        var missingFees = 0
        var missingClientIDs = 0
        var failingReads = 0
        var refusals = 0
        /// Orders that reach the venue only after everybody gave them up.
        var lateOrders = 0
        var longestDelay = TimeSpan.milliseconds(150)
        var lag = TimeSpan.milliseconds(400)
    }

    enum Delivery {
        case report(DeskReport)
        case fill(OwnFill)
        case order(OwnOrder)
        case arrival(DeskJob)
        /// A request of a run that is dead.
        case orphan(DeskJob)
        case lateOrder(CreateOrder)
        case trade(String)
        case expiry(String)
        case action(Int)
    }

    struct Trade {
        let id: String
        let price: Price
        let count: Quantity
        let isTaker: Bool
        let fee: Money
        let at: Timestamp
    }

    final class Entry {
        let wire: CreateOrder
        let id: String
        let created: Timestamp
        var trades: [Trade] = []
        /// When it left the book, and why.
        var ended: (at: Timestamp, reason: String?)?
        var total: Quantity
        var price: Price

        init(_ wire: CreateOrder, id: String, created: Timestamp) {
            self.wire = wire
            self.id = id
            self.created = created
            total = wire.count
            price = wire.price
        }

        var filled: Quantity { trades.reduce(.zero) { $0 + $1.count } }
        var isResting: Bool { ended == nil && filled < total }

        /// What reads show as of a time.
        func view(at time: Timestamp) -> (status: String, filled: Quantity, remaining: Quantity, reason: String?) {
            let filled = trades.reduce(Quantity.zero) { $1.at <= time ? $0 + $1.count : $0 }
            if filled == total { return ("executed", filled, .zero, nil) }
            if let ended, ended.at <= time { return ("canceled", filled, .zero, ended.reason) }
            return ("resting", filled, total - filled, nil)
        }
    }

    static let start = Timestamp(seconds: 1_795_375_920)
    var random: SeededGenerator
    var faults: Faults
    private(set) var uptime = Timestamp(microseconds: 0)
    private(set) var entries: [Entry] = []
    private var byClientID: [String: Int] = [:]
    var byID: [String: Int] = [:]
    /// How often an order was handed over for placing.
    private(set) var placements: [String: Int] = [:]
    private(set) var cancels = 0
    private var deliveries: [(at: Timestamp, number: Int, delivery: Delivery)] = []
    private var numbers = 0
    /// Whether orders still trade.
    var trades = true
    var groupsMade = 0
    /// Whether nobody hears what the venue answers and tells.
    private var isUnheard = false

    init(seed: UInt64, faults: Faults) {
        random = SeededGenerator(seed: seed)
        self.faults = faults
    }

    var time: DeskTime {
        DeskTime(now: Self.start + TimeSpan(microseconds: uptime.microseconds), uptime: uptime)
    }

    func entry(_ clientID: String) -> Entry? { byClientID[clientID].map { entries[$0] } }

    // MARK: Time

    func chance(_ percent: Int) -> Bool { percent > 0 && Int.random(in: 0..<100, using: &random) < percent }

    func delay() -> TimeSpan {
        TimeSpan(microseconds: Int64.random(in: 500...max(faults.longestDelay.microseconds, 501), using: &random))
    }

    func schedule(_ delivery: Delivery, after span: TimeSpan) {
        numbers += 1
        let item = (at: uptime + span, number: numbers, delivery: delivery)
        let place = deliveries.firstIndex { $0.at > item.at } ?? deliveries.count
        deliveries.insert(item, at: place)
    }

    var nextDelivery: Timestamp { deliveries.first?.at ?? .distantFuture }

    func advance(to time: Timestamp) { uptime = max(uptime, time) }

    /// What arrives at the desk now; what arrives at the venue is carried out.
    func takeDelivery() -> Delivery? {
        guard let first = deliveries.first, first.at <= uptime else { return nil }
        deliveries.removeFirst()
        switch first.delivery {
        case .arrival(let job): arrive(job)
        case .orphan(let job):
            let before = isUnheard
            isUnheard = true
            arrive(job)
            isUnheard = before
        case .lateOrder(let order): _ = create(order)
        case .trade(let id):
            if let index = byID[id], trades { trade(entries[index], isTaker: false, atMost: 60) }
        case .expiry(let id):
            if let index = byID[id] { end(entries[index], "ExpiryCancel") }
        case .report, .fill, .order, .action: return first.delivery
        }
        return nil
    }

    /// The desk is dead: nobody hears what was under way to it, and its requests may still arrive.
    func kill(keepsRequests: Bool) {
        deliveries = deliveries.compactMap { item in
            switch item.delivery {
            case .report, .fill, .order: nil
            case .arrival(let job), .orphan(let job):
                keepsRequests && chance(60) ? (item.at, item.number, .orphan(job)) : nil
            case .lateOrder, .trade, .expiry, .action: item
            }
        }
    }

    /// Lets time pass while nobody listens; what was planned for then is not done.
    func runAlone(until end: Timestamp) {
        isUnheard = true
        defer { isUnheard = false }
        while nextDelivery <= end {
            advance(to: nextDelivery)
            _ = takeDelivery()
        }
        advance(to: end)
    }

    // MARK: Requests

    func launch(_ job: DeskJob) {
        if case .place(let order, _, _) = job.work { placements[order.clientID, default: 0] += 1 }
        schedule(.arrival(job), after: delay())
    }

    private func answer(_ job: DeskJob, _ outcome: DeskReport.Outcome, after span: TimeSpan? = nil) {
        let delay = span ?? delay()
        guard !isUnheard else { return }
        schedule(.report(DeskReport(number: job.number, outcome: outcome)), after: delay)
    }

    private static let lost = VenueError(.lostAnswer, .outcomeUnknown, message: "lost")
    static let failing = VenueError(.unavailable, .retryable, status: 503, message: "out of order")
    static let absent = VenueError(.notFound, .notRetryable, status: 404, code: "not_found")

    private func arrive(_ job: DeskJob) {
        switch job.work {
        case .place(let order, _, _): place(job, order)
        case .cancel(let item):
            let done = cancel(item)
            answer(job, .cancelled(chance(faults.lostAnswers) ? .unknown(Self.lost) : done))
        case .cancelMany(let items):
            answer(
                job,
                .cancelledMany(
                    items.map { item in
                        let done = cancel(item)
                        return chance(faults.lostAnswers) ? .unknown(Self.lost) : done
                    }
                )
            )
        case .amend(let id, let change, _): answer(job, .amended(amend(id, change)))
        case .order(let id): answer(job, .order(read { try $0.row(id) }))
        case .find(let order, _): find(job, order)
        case .fills(let id, _, _): answer(job, .fills(read { try $0.fills { $0 == id } }))
        case .account(_, let ordersFrom, _): answer(job, .account(read { try $0.picture(ordersFrom: ordersFrom) }))
        case .createGroup(_, let shard, _):
            groupsMade += 1
            let body = #"{"order_group_id":"group-\#(groupsMade)","exchange_index":\#(shard)}"#
            answer(job, .group(read { _ in try Self.parse(body) }))
        case .limitGroup, .resetGroup, .deleteGroup: break
        case .settlements: answer(job, .settlements(.success([])))
        }
    }

    private func place(_ job: DeskJob, _ order: CreateOrder) {
        if chance(faults.refusals) {
            return answer(job, .placed(.rejected(VenueError(.invalidOrder, .notRetryable, status: 400))))
        }
        if chance(faults.lostAnswers) {
            let patience = TimeSpan.milliseconds(Int64.random(in: 100...3_000, using: &random))
            if chance(faults.lateOrders) {
                schedule(.lateOrder(order), after: patience + .seconds(Int64.random(in: 1...20, using: &random)))
            } else if chance(60) {
                _ = create(order)
            }
            if chance(50), let entry = entry(order.clientID), let row = try? row(entry) {
                return answer(job, .placed(.found(row)), after: patience)
            }
            return answer(job, .placed(.unknown(Self.lost)), after: patience)
        }
        let entry = create(order)
        let rests = order.timeInForce == .goodTillCanceled ? entry.total - entry.filled : .zero
        let body =
            #"{"order_id":"\#(entry.id)","client_order_id":"\#(order.clientID)","fill_count":"\#(entry.filled)","#
            + #""remaining_count":"\#(rests)"}"#
        if let created: CreatedOrder = try? Self.parse(body) { answer(job, .placed(.placed(created))) }
    }

    private func find(_ job: DeskJob, _ order: CreateOrder) {
        if chance(faults.failingReads) { return answer(job, .sighted(.undecided)) }
        guard let entry = entry(order.clientID) else { return answer(job, .sighted(.absent), after: .seconds(1)) }
        if let row = try? row(entry) { answer(job, .sighted(.found(row))) }
    }

    private func cancel(_ item: CancelItem) -> Cancellation {
        cancels += 1
        if chance(faults.refusals) { return .refused(VenueError(.marketInactive, .notRetryable, status: 400)) }
        guard let index = byID[item.id], entries[index].isResting else { return .notResting }
        let entry = entries[index]
        let reduced = entry.total - entry.filled
        end(entry, nil)
        let answer: CancelledOrder? = try? Self.parse(#"{"order_id":"\#(item.id)","reduced_by":"\#(reduced)"}"#)
        return answer.map { .cancelled($0) } ?? .unknown(Self.lost)
    }

    private func amend(_ id: String, _ change: AmendOrder) -> OrderChange<AmendedOrder> {
        guard let index = byID[id], entries[index].isResting, change.total > entries[index].filled else {
            return .refused(Self.absent)
        }
        let entry = entries[index]
        entry.price = change.price
        entry.total = change.total
        tell(entry)
        if chance(faults.lostAnswers) { return .unknown(Self.lost) }
        let body =
            #"{"order_id":"\#(id)","remaining_count":"\#(entry.total - entry.filled)","fill_count":"\#(entry.filled)"}"#
        let answer: AmendedOrder? = try? Self.parse(body)
        return answer.map { .done($0) } ?? .unknown(Self.lost)
    }

    // MARK: The book

    @discardableResult
    func create(_ order: CreateOrder) -> Entry {
        if let entry = entry(order.clientID) { return entry }
        let entry = Entry(order, id: "v\(entries.count + 1)", created: time.now)
        byClientID[order.clientID] = entries.count
        byID[entry.id] = entries.count
        entries.append(entry)
        if chance(50) { trade(entry, isTaker: true, atMost: 100) }
        if order.timeInForce == .goodTillCanceled {
            if entry.isResting { tell(entry) }
            if let expires = order.expires, expires > time.now {
                schedule(.expiry(entry.id), after: expires - time.now)
            }
            if chance(70) { schedule(.trade(entry.id), after: delay() * 8) }
        } else if entry.isResting {
            end(entry, nil)
        }
        return entry
    }

    private func trade(_ entry: Entry, isTaker: Bool, atMost percent: Int64) {
        guard entry.isResting else { return }
        let open = entry.total - entry.filled
        let count = Quantity(units: max(1, open.units * Int64.random(in: 1...percent, using: &random) / 100))
        let fee = Money(units: Int64.random(in: 0...500, using: &random) * 100)
        entry.trades.append(
            Trade(
                id: "t-\(entry.id)-\(entry.trades.count)",
                price: entry.price,
                count: count,
                isTaker: isTaker,
                fee: fee,
                at: time.now
            )
        )
        tellFill(entry)
        tell(entry)
        if entry.isResting, entry.wire.timeInForce == .goodTillCanceled, chance(70) {
            schedule(.trade(entry.id), after: delay() * 8)
        }
    }

    func end(_ entry: Entry, _ reason: String?) {
        guard entry.isResting else { return }
        entry.ended = (time.now, reason)
        tell(entry)
    }

    // MARK: Frames

    private func send(_ delivery: Delivery) {
        guard !chance(faults.lostFrames), !isUnheard else { return }
        schedule(delivery, after: delay())
        if chance(faults.repeatedFrames) { schedule(delivery, after: delay() * 3) }
    }

    private func tellFill(_ entry: Entry) {
        guard let trade = entry.trades.last else { return }
        send(
            .fill(
                OwnFill(
                    tradeID: trade.id,
                    orderID: entry.id,
                    clientID: chance(faults.missingClientIDs) ? nil : entry.wire.clientID,
                    ticker: entry.wire.ticker,
                    side: entry.wire.side,
                    price: trade.price,
                    count: trade.count,
                    isTaker: trade.isTaker,
                    fee: chance(faults.missingFees) ? nil : trade.fee,
                    positionAfter: position(entry.wire.ticker)
                )
            )
        )
    }

    private func tell(_ entry: Entry) {
        let view = entry.view(at: time.now)
        send(
            .order(
                OwnOrder(
                    orderID: entry.id,
                    clientID: chance(faults.missingClientIDs) ? nil : entry.wire.clientID,
                    ticker: entry.wire.ticker,
                    side: entry.wire.side,
                    status: Open(view.status),
                    price: entry.price,
                    initial: entry.total,
                    filled: view.filled,
                    remaining: view.remaining,
                    updateReason: view.reason
                )
            )
        )
    }

    func position(_ ticker: Ticker) -> Quantity {
        entries.filter { $0.wire.ticker == ticker }
            .reduce(.zero) { $1.wire.side == .bid ? $0 + $1.filled : $0 - $1.filled }
    }
}
