import KBotModel

/// An order group that stands at the venue, as it is kept for the account's next run.
///
/// A run that is killed leaves its group there, with its resting entries in it. The next run goes on with the same group:
/// then old and new entries count against one limit.
package struct KeptOrderGroup: Hashable, Sendable {
    /// The group.
    package let name: OrderGroupName
    /// Whether it had reached its limit, and nobody has unlocked it since.
    package var isTriggered: Bool

    /// Makes one.
    package init(_ name: OrderGroupName, isTriggered: Bool = false) {
        self.name = name
        self.isTriggered = isTriggered
    }
}

/// Where a shard's order group stands.
enum GroupState {
    case making
    case failed(until: Timestamp)
    /// One of an earlier run, not yet ours: to be asked for at a time.
    case left(OrderGroupName, due: Timestamp)
    /// The venue is being told this run's limit for it.
    case taking(OrderGroupName)
    case ready(OrderGroupName)
    case triggered(OrderGroupName)

    /// When it is to be tried again, in uptime.
    var due: Timestamp {
        switch self {
        case .failed(let until), .left(_, let until): until
        case .making, .taking, .ready, .triggered: .distantFuture
        }
    }

    /// The group, be it this run's yet or not.
    var group: OrderGroupName? {
        switch self {
        case .ready(let name), .triggered(let name), .left(let name, _), .taking(let name): name
        case .making, .failed: nil
        }
    }

    /// The group, once it is this run's.
    var name: OrderGroupName? {
        switch self {
        case .ready(let name), .triggered(let name): name
        case .making, .failed, .left, .taking: nil
        }
    }
}

/// The last fuse: an order group on each shard, whose limit the venue itself holds.
extension OrderDesk {
    /// The window in which the venue counts a group's fills.
    static var groupWindow: TimeSpan { .seconds(15) }

    /// Goes on with the order groups that earlier runs of the account left at the venue, once, before
    /// ``start(shards:at:)``; what the venue knows no more is made anew.
    ///
    /// - Parameters:
    ///   - left: What ``keepGroups`` was told last.
    ///   - unlocks: Whether those that had reached their limit take orders again; otherwise ``resetGroups(at:)`` has to say so.
    package func takeOver(_ left: [KeptOrderGroup], unlocks: Bool) {
        precondition(!isStarted, "Condition failed: order groups are taken over before the start")
        guard configuration.entryGroupLimit != nil else { return }
        kept = left
        for group in left {
            groups[group.name.shard] = .left(group.name, due: .distantPast)
            if unlocks, group.isTriggered { unlocking.insert(group.name.shard) }
        }
    }

    /// Begins with the groups that were left, and those of the shards.
    func beginGroups(shards: some Sequence<Int32>, at time: DeskTime) {
        // Of several that were left on a shard one is gone on with.
        for group in kept where groups[group.name.shard]?.group != group.name {
            launch(.deleteGroup(group.name), .groupDeleted(group.name), at: time)
        }
        for shard in Set(shards).union(groups.keys).sorted() { makeGroup(onShard: shard, at: time) }
    }

    /// Makes a shard's group unless there is one, or goes on with the one that was left there.
    func makeGroup(onShard shard: Int32, at time: DeskTime) {
        guard let limit = configuration.entryGroupLimit, isStarted, !isStopped else { return }
        switch groups[shard] {
        case nil: break
        case .failed(let until)? where until <= time.uptime: break
        case .left(let name, let due)? where due <= time.uptime:
            groups[shard] = .taking(name)
            return launch(.limitGroup(name, limit), .groupTaken(name), at: time)
        case .failed?, .left?, .making?, .taking?, .ready?, .triggered?: return
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
            guard !isStopped else { return launch(.deleteGroup(name), .groupDeleted(name), at: time) }
            // Kept before anything can rest in it.
            keep(name)
            open(name, at: time, into: &news)
        case .failure(let error):
            groups[shard] = .failed(until: nextTry(onShard: shard, error, at: time, into: &news))
        }
    }

    /// The venue has taken this run's limit for a group of an earlier run, or has not.
    func tookGroup(
        _ name: OrderGroupName,
        _ result: Result<NoContent, VenueError>,
        at time: DeskTime,
        into news: inout [DeskNews]
    ) {
        guard case .taking(name)? = groups[name.shard] else { return }
        guard !isStopped else { return launch(.deleteGroup(name), .groupDeleted(name), at: time) }
        let isUnlocked = unlocking.remove(name.shard) != nil
        switch result {
        case .success:
            guard isTriggered(name) else { return open(name, at: time, into: &news) }
            groups[name.shard] = .triggered(name)
            if isUnlocked { return launch(.resetGroup(name), .groupReset(name.shard), at: time) }
            news.append(.warning(.groupTriggered, text(name, "an earlier run was told so")))
            tellReady(into: &news)
        case .failure(let error) where error.disposition == .notRetryable || error.disposition == .gone:
            if error.kind == .notFound {
                // It went with its orders.
                forget(name)
            } else {
                news.append(
                    .problem(error, "order group \(name.id) of an earlier run is taken away, with what rests in it")
                )
                launch(.deleteGroup(name), .groupDeleted(name), at: time)
            }
            groups[name.shard] = nil
            makeGroup(onShard: name.shard, at: time)
        case .failure(let error):
            if isUnlocked { unlocking.insert(name.shard) }
            groups[name.shard] = .left(name, due: nextTry(onShard: name.shard, error, at: time, into: &news))
        }
    }

    /// A group takes entries: those that waited for it are sent.
    private func open(_ name: OrderGroupName, at time: DeskTime, into news: inout [DeskNews]) {
        groups[name.shard] = .ready(name)
        groupFailures[name.shard] = nil
        for id in active.sorted() {
            guard let order = orders[id], order.heldUntil != nil, order.market.shard == name.shard else { continue }
            proceed(order, at: time, into: &news)
        }
        tellReady(into: &news)
    }

    /// When a shard's group is to be tried again after a failure; the first in a row is told.
    private func nextTry(
        onShard shard: Int32,
        _ error: VenueError,
        at time: DeskTime,
        into news: inout [DeskNews]
    ) -> Timestamp {
        let failures = (groupFailures[shard] ?? 0) + 1
        groupFailures[shard] = failures
        if failures == 1 {
            news.append(.problem(error, "no order group on shard \(shard): no entries there until there is one"))
        }
        return time.uptime + pause(after: failures)
    }

    // MARK: What is kept for the next run

    private func isTriggered(_ name: OrderGroupName) -> Bool { kept.first { $0.name == name }?.isTriggered ?? false }

    private func keep(_ name: OrderGroupName, isTriggered: Bool = false) {
        let group = KeptOrderGroup(name, isTriggered: isTriggered)
        guard !kept.contains(group) else { return }
        kept.removeAll { $0.name == name }
        kept.append(group)
        keepGroups(kept)
    }

    private func forget(_ name: OrderGroupName) {
        guard kept.contains(where: { $0.name == name }) else { return }
        kept.removeAll { $0.name == name }
        keepGroups(kept)
    }

    /// Takes the groups away at the end of the run; what the venue does not confirm is left to the next.
    func deleteGroups(at time: DeskTime) {
        for shard in groups.keys.sorted() {
            guard let name = groups[shard]?.name else { continue }
            launch(.deleteGroup(name), .groupDeleted(name), at: time)
            groups[shard] = nil
        }
    }

    func deletedGroup(_ name: OrderGroupName, _ result: Result<NoContent, VenueError>) {
        switch result {
        case .success: forget(name)
        case .failure(let error): if error.kind == .notFound { forget(name) }
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
        guard let name = kept.first(where: { $0.name.id == id })?.name else { return }
        let isCurrent = groups[name.shard]?.group == name
        switch event {
        case "triggered":
            triggerGroup(onShard: name.shard, "the venue says so", into: &news)
            keep(name, isTriggered: true)
        case "reset":
            keep(name)
            if isCurrent, groups[name.shard]?.name != nil { groups[name.shard] = .ready(name) }
        case "deleted":
            forget(name)
            guard isCurrent else { return }
            groups[name.shard] = nil
            makeGroup(onShard: name.shard, at: time)
        default: break
        }
    }

    /// The fuse has blown: no entry is sent to the shard any more.
    func triggerGroup(onShard shard: Int32, _ why: String, into news: inout [DeskNews]) {
        guard case .ready(let name)? = groups[shard] else { return }
        groups[shard] = .triggered(name)
        keep(name, isTriggered: true)
        news.append(.warning(.groupTriggered, text(name, why)))
    }

    private func text(_ name: OrderGroupName, _ why: String) -> String {
        "order group \(name.id) on shard \(name.shard) has reached its limit (\(why)): no entries until it is reset"
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
            switch groups[shard] {
            case .triggered(let name)?: launch(.resetGroup(name), .groupReset(shard), at: time)
            case .left?, .taking?: unlocking.insert(shard)
            case .making?, .failed?, .ready?, nil: break
            }
        }
    }

    func resetGroup(
        onShard shard: Int32,
        _ result: Result<NoContent, VenueError>,
        at time: DeskTime,
        into news: inout [DeskNews]
    ) {
        guard case .triggered(let name)? = groups[shard] else { return }
        switch result {
        case .success:
            keep(name)
            open(name, at: time, into: &news)
        case .failure(let error):
            news.append(.problem(error, "order group \(name.id) could not be reset"))
            news.append(.warning(.groupTriggered, text(name, "it could not be reset")))
        }
    }
}
