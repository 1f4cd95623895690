import KBotModel

/// One channel: what is wanted of it, what the venue holds, and the one command that is next.
///
/// Whatever happened, the next command follows from the difference between the two alone. There is at most one command
/// on its way, so a reply needs no guessing, and additions go before removals: a new window is there before the old one
/// leaves.
struct Subscription: Sendable {
    /// What is wanted.
    enum Wanted: Hashable, Sendable {
        case nothing
        case all
        case members([String])
    }

    /// A command on its way.
    struct Pending: Sendable {
        let id: Int64
        let command: SocketCommand
        let deadline: Timestamp
        /// The subscription ended meanwhile: its reply changes nothing.
        var isVoid = false
    }

    /// A member that the venue refused.
    struct Refusal: Sendable {
        var failures: Int
        var until: Timestamp
    }

    let channel: Channel
    private(set) var wanted = Wanted.nothing
    private var wantedSet: Set<String> = []
    /// The subscription's number; nil while there is none.
    private(set) var sid: Int32?
    /// Whether it was begun without members.
    private var holdsAll = false
    /// The members that the venue confirmed.
    private(set) var held: Set<String> = []
    private(set) var pending: Pending?
    private var refusals: [String: Refusal] = [:]
    /// Commands refused in a row, and ends in a row that came too soon; both make waits longer.
    private var failures = 0
    private var deaths = 0
    private var waitUntil = Timestamp.distantPast
    private var begunAt = Timestamp.distantPast
    private var chunk: Int
    /// Whether it has to end and begin anew.
    private(set) var mustReplace = false
    private let configuration: SocketConfiguration

    init(_ channel: Channel, _ configuration: SocketConfiguration) {
        self.channel = channel
        self.configuration = configuration
        chunk = max(1, configuration.marketsPerCommand)
    }

    // MARK: What is wanted

    mutating func want(_ wanted: Wanted) {
        self.wanted = wanted
        wantedSet = []
        if case .members(let members) = wanted {
            var unique: [String] = []
            for member in members where wantedSet.insert(member).inserted { unique.append(member) }
            self.wanted = unique.isEmpty ? .nothing : .members(unique)
        }
        refusals = refusals.filter { wantedSet.contains($0.key) != held.contains($0.key) }
    }

    /// Whether a member is wanted.
    func wants(_ member: String) -> Bool { wantedSet.contains(member) }

    /// Whether the venue refused a member and has not taken it in since.
    func isRefused(_ member: String) -> Bool { refusals[member] != nil && !held.contains(member) }

    /// Forgets all that belongs to a connection.
    mutating func disconnect() {
        sid = nil
        holdsAll = false
        held = []
        pending = nil
        refusals = [:]
        failures = 0
        deaths = 0
        waitUntil = .distantPast
        chunk = max(1, configuration.marketsPerCommand)
        mustReplace = false
    }

    /// The markets whose books can be asked for: none while the subscription is about to end.
    var askable: Set<String> { sid == nil || mustReplace ? [] : held }

    // MARK: What is next

    /// The command that brings the venue nearer to what is wanted; nil when there is none, or not yet.
    func next(at uptime: Timestamp) -> SocketCommand? {
        guard pending == nil, uptime >= waitUntil else { return nil }
        let missing = missing(at: uptime)
        guard let sid else {
            if wanted == .all { return .subscribe(channel, members: []) }
            return missing.isEmpty ? nil : .subscribe(channel, members: Array(missing.prefix(chunk)))
        }
        let keepsSome = !missing.isEmpty || held.contains(where: wantedSet.contains)
        if mustReplace || holdsAll != (wanted == .all) || !(wanted == .all || keepsSome) {
            return .unsubscribe(sid: sid)
        }
        if !missing.isEmpty { return .add(channel, sid: sid, members: Array(missing.prefix(chunk))) }
        let surplus = held.subtracting(wantedSet).filter { mayTry($0, at: uptime) }.sorted()
        return surplus.isEmpty ? nil : .remove(channel, sid: sid, members: Array(surplus.prefix(chunk)))
    }

    /// What is wanted and not held, without what was refused a short while ago.
    private func missing(at uptime: Timestamp) -> [String] {
        guard case .members(let members) = wanted else { return [] }
        if refusals.isEmpty, held.count >= members.count, held.isSuperset(of: wantedSet) { return [] }
        return members.filter { !held.contains($0) && mayTry($0, at: uptime) }
    }

    private func mayTry(_ member: String, at uptime: Timestamp) -> Bool {
        guard let refusal = refusals[member] else { return true }
        return refusal.until <= uptime
    }

    /// Whether the venue answered all there was to ask; what it refused counts as answered.
    func isAnswered(at uptime: Timestamp) -> Bool { pending == nil && next(at: uptime) == nil && !mustReplace }

    /// When something is due; distantFuture when nothing is.
    func deadline(at uptime: Timestamp) -> Timestamp {
        if let pending { return pending.deadline }
        if waitUntil > uptime { return waitUntil }
        return refusals.values.reduce(.distantFuture) { $1.until > uptime ? min($0, $1.until) : $0 }
    }

    /// Notes that a command left.
    mutating func sent(_ command: SocketCommand, id: Int64, at uptime: Timestamp) {
        pending = Pending(id: id, command: command, deadline: uptime + configuration.replyTimeout)
    }

    // MARK: What came of it

    /// Takes in that the pending command was carried out; a new subscription comes with its number.
    mutating func succeed(sid newSid: Int32?, at uptime: Timestamp) {
        guard let pending else { return }
        self.pending = nil
        failures = 0
        chunk = min(max(1, configuration.marketsPerCommand), chunk * 2)
        for member in pending.command.members { refusals[member] = nil }
        guard !pending.isVoid else { return }
        switch pending.command {
        case .subscribe(_, let members):
            guard let newSid else { return }
            sid = newSid
            holdsAll = members.isEmpty
            held = Set(members)
            begunAt = uptime
            mustReplace = false
        case .unsubscribe: end()
        case .add(_, _, let members): held.formUnion(members)
        case .remove(_, _, let members): held.subtract(members)
        case .snapshot: break
        }
    }

    /// Takes in that the pending command was refused.
    mutating func fail(_ code: Int64?, at uptime: Timestamp, jitter: inout Backoff) {
        guard let pending else { return }
        self.pending = nil
        guard !pending.isVoid else { return }
        switch SocketRemedy(code: code, pending.command) {
        case .gone:
            if case .unsubscribe = pending.command { end() } else { die(at: uptime, jitter: &jitter) }
        case .later:
            failures += 1
            waitUntil = uptime + retryWait(failures)
        case .replace:
            failures += 1
            mustReplace = sid != nil
            waitUntil = uptime + retryWait(failures)
        case .fewer:
            let members = pending.command.members
            if members.count > 1 {
                // One bad name must not keep the others out: halves find it in few steps.
                chunk = max(1, min(chunk, members.count) / 2)
            } else if let member = members.first {
                refuse(member, at: uptime)
            } else {
                failures += 1
                waitUntil = uptime + retryWait(failures)
            }
        }
    }

    /// A member that cannot be added may not exist; one that cannot be taken out does no harm meanwhile.
    private mutating func refuse(_ member: String, at uptime: Timestamp) {
        let failures = (refusals[member]?.failures ?? 0) + 1
        refusals[member] = Refusal(failures: failures, until: uptime + retryWait(failures))
    }

    /// Takes in that the subscription ended without our asking; the first time it begins anew at once.
    mutating func die(at uptime: Timestamp, jitter: inout Backoff) {
        if sid != nil, uptime - begunAt >= configuration.goodConnection { deaths = 0 }
        deaths += 1
        if deaths > 1 { waitUntil = max(waitUntil, uptime + jitter.delay(after: deaths - 1)) }
        end()
    }

    private mutating func end() {
        sid = nil
        holdsAll = false
        held = []
        mustReplace = false
        if case .subscribe = pending?.command { return }
        pending?.isVoid = true
    }

    /// Has the subscription end and begin anew.
    mutating func replace() { mustReplace = sid != nil }

    /// The wait after so many failures in a row.
    func retryWait(_ failures: Int) -> TimeSpan {
        Backoff(base: configuration.firstRetry, cap: configuration.longestRetry, seed: 0).bound(after: failures)
    }
}

/// What an error reply to a command asks for.
enum SocketRemedy {
    /// The subscription is no more.
    case gone
    /// The same again after a while.
    case later
    /// A new subscription instead of the change.
    case replace
    /// The same with fewer members.
    case fewer

    init(code: Int64?, _ command: SocketCommand) {
        switch code {
        case 7, 10, 25: self = .gone
        // Timed out, limits of the session and of commands, an unknown channel: nothing about it changes at once.
        case 8, 9, 18, 26, 27: self = .later
        // The change itself is not understood.
        case 4, 5, 12, 13, 15:
            if case .subscribe = command { self = .later } else { self = .replace }
        default:
            if case .unsubscribe = command { self = .later } else { self = .fewer }
        }
    }
}
