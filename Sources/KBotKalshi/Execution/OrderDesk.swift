package import KBotModel

/// Carries the engine's requests to the venue and tells the engine what became of them.
///
/// It belongs to the engine's thread: no call blocks, none comes from another thread. Network calls are jobs handed to a
/// ``DeskClient``; their reports come back through ``receive(_:at:into:)``. What the venue says reaches it in any order
/// and more than once, by answers, by its channels and by reconciliation; the engine hears each fill once, with its fee,
/// and of an order's end only after all its fills.
package final class OrderDesk {
    let configuration: DeskConfiguration
    let client: any DeskClient
    let signatures: SignatureBank?
    var counts = DeskStatistics()

    // Orders.
    var orders: [ClientOrderID: DeskOrder] = [:]
    /// Those that are not over.
    var active: Set<ClientOrderID> = []
    var byVenueID: [String: ClientOrderID] = [:]
    var strays: [Stray] = []
    var lastSequence: Int64 = 0

    // Jobs.
    var jobs: [Int64: PendingJob] = [:]
    var lastJob: Int64 = 0

    // The account.
    var markets: [MarketID: Market] = [:]
    var marketIDs: [Ticker: MarketID] = [:]
    var groups: [Int32: GroupState] = [:]
    var groupFailures: [Int32: Int] = [:]
    /// Groups that stand at the venue, as far as is known.
    var kept: [KeptOrderGroup] = []
    /// Shards whose group is unlocked once it was taken over.
    var unlocking: Set<Int32> = []
    /// Keeps for the next run what groups stand at the venue; called before anything can rest in a new one.
    package var keepGroups: ([KeptOrderGroup]) -> Void = { _ in }
    var recentEntryFills: [(shard: Int32, at: Timestamp, count: Quantity)] = []
    var account = AccountWatch()
    /// What was taken up from earlier runs; nil when nothing was.
    var recovery: Recovery?
    /// The first sequence placed by this run.
    var firstSequence: Int64?
    var isStarted = false
    var isReady = false
    var isStopped = false

    /// Makes a desk; `signatures` is the bank the client's requests are signed from, when there is one.
    package init(configuration: DeskConfiguration, client: any DeskClient, signatures: SignatureBank? = nil) {
        self.configuration = configuration
        self.client = client
        self.signatures = signatures
        if let target = createTarget { signatures?.register(target) }
    }

    /// What was done so far.
    package var statistics: DeskStatistics {
        var counts = counts
        if let bank = signatures?.statistics {
            counts.signedAhead = bank.handedOut
            counts.signedOnTheSpot = bank.madeOnTheSpot
        }
        return counts
    }

    /// The uptime at which ``tick(at:into:)`` is wanted next.
    package var nextDeadline: Timestamp {
        var next = min(account.nextDue, strays.first?.until ?? .distantFuture)
        for id in active { next = min(next, orders[id]?.due ?? .distantFuture) }
        for group in groups.values { next = min(next, group.due) }
        return next
    }

    /// Orders of the account that may still rest or fill, in the order they were placed in.
    package var openOrders: [OpenOrder] { active.sorted().compactMap { orders[$0] }.map(OpenOrder.init) }

    /// Whether no order may still rest or fill, and no job is out.
    package var isQuiet: Bool { active.isEmpty && jobs.isEmpty }

    /// Whether nothing is under way: no job is out, and every order that may still fill simply rests.
    package var isIdle: Bool {
        jobs.isEmpty
            && active.allSatisfy { id in
                guard let order = orders[id] else { return true }
                return order.venueID != nil && order.mayRest && !order.cancelWanted && order.ending == nil
                    && order.filled >= order.expected
            }
    }

    /// The sum of our fills in a market; what was settled counts until the market is dropped.
    package func position(in ticker: Ticker) -> Quantity { account.positions[ticker] ?? .zero }

    /// Takes in a market's facts, and again whenever they change; requests name markets by number.
    package func know(_ market: Market, at time: DeskTime, into news: inout [DeskNews]) {
        markets[market.id] = market
        let isNew = marketIDs.updateValue(market.id, forKey: market.ticker) == nil
        if isNew, let reason = account.foreignReason(market.ticker) {
            news.append(.foreign(market.ticker, market.id, isForeign: true, reason))
        }
        if isStarted { makeGroup(onShard: market.shard, at: time) }
    }

    /// Reads the account and makes an order group on each shard; ``DeskNews/ready`` follows.
    package func start(shards: [Int32], at time: DeskTime) {
        isStarted = true
        recovery?.listsUntil = time.uptime + configuration.lateArrival
        account.fillsFrom = min(time.now, recovery?.fillsFrom ?? .distantFuture) - configuration.fillOverlap
        beginGroups(shards: shards + markets.values.map(\.shard), at: time)
        readAccount(at: time)
    }

    /// Carries out a request of the engine.
    package func submit(_ request: OrderRequest, at time: DeskTime, into news: inout [DeskNews]) {
        switch request {
        case .place(let order): place(order, at: time, into: &news)
        case .cancel(let id):
            guard let order = orders[id], !order.isOver else { return }
            _ = order.view.apply(.requestCancel)
            order.cancelWanted = true
            proceed(order, at: time, into: &news)
        case .amend(let id, let price, let total):
            guard let order = orders[id], !order.isOver, order.amendment == nil else {
                news.append(.venue(.amendRefused(id, .other)))
                return
            }
            order.amendment = DeskOrder.Amendment(price: price, total: total)
            proceed(order, at: time, into: &news)
        }
    }

    /// Takes in what came of a job.
    package func receive(_ report: DeskReport, at time: DeskTime, into news: inout [DeskNews]) {
        guard let job = jobs.removeValue(forKey: report.number) else { return }
        take(report.outcome, of: job, at: time, into: &news)
    }

    /// Does what is due; call it at ``nextDeadline`` or any time.
    package func tick(at time: DeskTime, into news: inout [DeskNews]) {
        dropStrays(at: time, into: &news)
        for id in active.sorted() {
            guard let order = orders[id], order.due <= time.uptime else { continue }
            proceed(order, at: time, into: &news)
        }
        for shard in groups.keys.sorted() where groups[shard]?.due ?? .distantFuture <= time.uptime {
            makeGroup(onShard: shard, at: time)
        }
        watchAccount(at: time, into: &news)
    }

    /// Cancels all orders of this run, in batches.
    package func cancelAll(at time: DeskTime, into news: inout [DeskNews]) {
        var batch: [DeskOrder] = []
        for id in active.sorted() {
            guard let order = orders[id], order.ending == nil, !order.cancelOut else { continue }
            order.cancelWanted = true
            if order.heldUntil == nil, order.venueID != nil, !order.amendOut { batch.append(order) }
            if order.heldUntil != nil { drop(order, .other, nil, into: &news) }
        }
        if batch.count == 1 { return proceed(batch[0], at: time, into: &news) }
        cancel(batch, at: time)
    }

    /// Ends the desk's work: no entry is taken any more, the order groups are taken away.
    package func stop(at time: DeskTime) {
        isStopped = true
        account.readDue = nil
        deleteGroups(at: time)
        if let target = createTarget { signatures?.unregister(target) }
    }
}

/// An order of the account that may still rest or fill.
package struct OpenOrder: Hashable, Sendable {
    /// What was sent.
    package let request: NewOrder
    /// Market.
    package let ticker: Ticker
    /// Our id at the venue.
    package let clientID: String
    /// The venue's id; nil while it is not known.
    package let venueID: String?
    /// Contracts filled, as far as told.
    package let filled: Quantity

    init(_ order: DeskOrder) {
        request = order.request
        ticker = order.ticker
        clientID = order.wire.clientID
        venueID = order.venueID
        filled = order.filled
    }
}
