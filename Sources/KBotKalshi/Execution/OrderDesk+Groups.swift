import KBotModel

/// Where a shard's order group stands.
enum GroupState {
    case making
    case failed(until: Timestamp)
    case ready(OrderGroupName)
    case triggered(OrderGroupName)

    /// When it is to be tried again, in uptime.
    var due: Timestamp {
        if case .failed(let until) = self { until } else { .distantFuture }
    }

    var name: OrderGroupName? {
        switch self {
        case .ready(let name), .triggered(let name): name
        case .making, .failed: nil
        }
    }
}

/// The last fuse: an order group on each shard, whose limit the venue itself holds.
extension OrderDesk {
    /// The window in which the venue counts a group's fills.
    static var groupWindow: TimeSpan { .seconds(15) }

    /// Makes a shard's group unless there is one.
    func makeGroup(onShard shard: Int32, at time: DeskTime) {
        guard let limit = configuration.entryGroupLimit, isStarted, !isStopped else { return }
        switch groups[shard] {
        case nil: break
        case .failed(let until)? where until <= time.uptime: break
        case .failed?, .making?, .ready?, .triggered?: return
        }
        groups[shard] = .making
        let subaccount = configuration.terms.subaccount
        launch(.createGroup(limit: limit, shard: shard, subaccount: subaccount), .group(shard), at: time)
    }

    func madeGroup(
        onShard shard: Int32,
        _ result: Result<CreatedOrderGroup, VenueError>,
        at time: DeskTime,
        into news: inout [DeskNews]
    ) {
        switch result {
        case .success(let group):
            let name = OrderGroupName(id: group.id, shard: shard, subaccount: configuration.terms.subaccount)
            guard !isStopped else { return launch(.deleteGroup(name), .groupDeleted, at: time) }
            groups[shard] = .ready(name)
            groupFailures[shard] = nil
            for id in active.sorted() {
                guard let order = orders[id], order.heldUntil != nil, order.market.shard == shard else { continue }
                proceed(order, at: time, into: &news)
            }
            tellReady(into: &news)
        case .failure(let error):
            let failures = (groupFailures[shard] ?? 0) + 1
            groupFailures[shard] = failures
            groups[shard] = .failed(until: time.uptime + pause(after: failures))
            if failures == 1 {
                news.append(.problem(error, "no order group on shard \(shard): no entries there until there is one"))
            }
        }
    }

    /// Says once that entries may be sent.
    func tellReady(into news: inout [DeskNews]) {
        guard !isReady, account.picture != nil, recovery?.reasonAgainstEntries == nil,
            groups.values.allSatisfy({ $0.name != nil })
        else { return }
        isReady = true
        news.append(.ready)
    }

    /// Hears what happened to an order group: `triggered`, `reset`, `deleted` and others.
    package func hearGroup(_ id: String, event: String, at time: DeskTime, into news: inout [DeskNews]) {
        guard
            let (shard, name) = groups.lazy.compactMap({ shard, state in state.name.map { (shard, $0) } })
                .first(where: { $0.1.id == id })
        else { return }
        switch event {
        case "triggered": triggerGroup(onShard: shard, "the venue says so", into: &news)
        case "reset": groups[shard] = .ready(name)
        case "deleted":
            groups[shard] = nil
            makeGroup(onShard: shard, at: time)
        default: break
        }
    }

    /// The fuse has blown: no entry is sent to the shard any more.
    func triggerGroup(onShard shard: Int32, _ why: String, into news: inout [DeskNews]) {
        guard case .ready(let name)? = groups[shard] else { return }
        groups[shard] = .triggered(name)
        let text =
            "order group \(name.id) on shard \(shard) has reached its limit (\(why)): no entries until it is reset"
        news.append(.warning(.groupTriggered, text))
    }

    /// Counts the fills of entries as the venue does, and stops entries when its limit must have been reached.
    func countEntry(_ fill: Fill, onShard shard: Int32, at time: DeskTime, into news: inout [DeskNews]) {
        guard let limit = configuration.entryGroupLimit else { return }
        recentEntryFills.removeAll { $0.at + Self.groupWindow < time.now }
        recentEntryFills.append((shard: shard, at: time.now, count: fill.count))
        let sum = recentEntryFills.reduce(Quantity.zero) { $1.shard == shard ? $0 + $1.count : $0 }
        if sum >= limit { triggerGroup(onShard: shard, "\(sum) contracts filled within 15 seconds", into: &news) }
    }

    /// Shards on which the fuse has blown; ``resetGroups(at:)`` unlocks them.
    package var triggeredShards: [Int32] {
        groups.keys.sorted().filter { if case .triggered? = groups[$0] { true } else { false } }
    }

    /// Unlocks the order groups after the operator has looked: entries are sent again.
    package func resetGroups(at time: DeskTime) {
        recentEntryFills = []
        for shard in groups.keys.sorted() {
            guard case .triggered(let name)? = groups[shard] else { continue }
            launch(.resetGroup(name), .groupReset(shard), at: time)
        }
    }

    func resetGroup(onShard shard: Int32, _ result: Result<NoContent, VenueError>, into news: inout [DeskNews]) {
        guard case .triggered(let name)? = groups[shard] else { return }
        switch result {
        case .success: groups[shard] = .ready(name)
        case .failure(let error): news.append(.problem(error, "order group \(name.id) could not be reset"))
        }
    }
}
