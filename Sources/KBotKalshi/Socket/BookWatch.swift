import KBotModel

/// Which books have come, which are awaited, and which are in doubt.
struct BookWatch: Sendable {
    /// A book on its way.
    private struct Await: Sendable {
        var deadline: Timestamp
        var attempts: Int
    }

    /// What a wait that was in vain asks for.
    enum Verdict: Hashable, Sendable {
        case patience
        case replace
        case reconnect
    }

    /// Markets whose book came on this subscription.
    private(set) var known: Set<String> = []
    /// Markets whose book was known and cannot be trusted until it comes again.
    private(set) var doubtful: Set<String> = []
    /// Markets whose book is to be asked for.
    private(set) var due: Set<String> = []
    private var awaited: [String: Await] = [:]
    /// Requests on their way, by number.
    private var requests: [Int64: [String]] = [:]
    private var lastRequest = Timestamp.distantPast
    private var chunk: Int
    /// Whether the subscription was replaced for a book that did not come, and has not come since.
    private var wasReplaced = false
    private let configuration: SocketConfiguration

    init(_ configuration: SocketConfiguration) {
        self.configuration = configuration
        chunk = max(1, configuration.marketsPerCommand)
    }

    /// Whether first books are on their way; a market that did not send one in time is not waited for.
    var awaitsFirst: Bool { awaited.values.contains { $0.attempts == 0 } }

    /// Takes in a book.
    mutating func arrived(_ market: String) {
        known.insert(market)
        doubtful.remove(market)
        due.remove(market)
        awaited[market] = nil
        if doubtful.isEmpty { wasReplaced = false }
        chunk = min(max(1, configuration.marketsPerCommand), chunk + 1)
        if !requests.isEmpty { requests = requests.filter { $0.value.contains { awaited[$0] != nil } } }
    }

    /// Expects the first books of markets that the venue took in; some may have come before the reply.
    mutating func expect(_ markets: [String], at uptime: Timestamp) {
        for market in markets where !known.contains(market) || doubtful.contains(market) {
            awaited[market] = Await(deadline: uptime + configuration.snapshotTimeout, attempts: 0)
        }
    }

    /// Takes in that the venue took markets out: those that are wanted again meanwhile have to come anew.
    mutating func left(_ markets: [String]) {
        for market in markets where known.remove(market) != nil {
            doubtful.insert(market)
            due.remove(market)
            awaited[market] = nil
        }
    }

    /// Puts books in doubt; those of the subscription are asked for.
    mutating func doubt(_ markets: [String], held: Set<String>) {
        for market in markets {
            if known.contains(market) { doubtful.insert(market) }
            if held.contains(market), awaited[market] == nil { due.insert(market) }
        }
    }

    /// Takes in that the subscription ended: nothing of it is known any more.
    mutating func end() {
        doubtful.formUnion(known)
        forgetRequests()
    }

    /// Takes in that the connection ended; the next one begins with a full resubscription.
    mutating func disconnect() { self = BookWatch(configuration) }

    /// Forgets markets that nobody wants any more.
    mutating func keep(_ isWanted: (String) -> Bool) {
        known = known.filter(isWanted)
        doubtful = doubtful.filter(isWanted)
        due = due.filter(isWanted)
        awaited = awaited.filter { isWanted($0.key) }
    }

    /// Gives up on books of markets that the venue does not take in any more.
    mutating func abandon(_ isRefused: (String) -> Bool) { doubtful = doubtful.filter { !isRefused($0) } }

    private mutating func forgetRequests() {
        known = []
        due = []
        awaited = [:]
        requests = [:]
    }

    // MARK: Asking

    /// The markets to ask for now; requests keep a distance, so that a venue that always skips numbers is not flooded.
    func next(held: Set<String>, at uptime: Timestamp) -> [String] {
        guard !due.isEmpty, uptime >= lastRequest + configuration.snapshotSpacing else { return [] }
        return Array(due.intersection(held).sorted().prefix(chunk))
    }

    /// Notes that a request left.
    mutating func sent(_ markets: [String], id: Int64, at uptime: Timestamp) {
        lastRequest = uptime
        requests[id] = markets
        for market in markets {
            due.remove(market)
            let attempts = (awaited[market]?.attempts ?? 0) + 1
            let wait = doubtful.contains(market) ? configuration.snapshotTimeout : patience(attempts)
            awaited[market] = Await(deadline: uptime + wait, attempts: attempts)
        }
    }

    /// Takes in that a request was refused; false when it is none of ours.
    mutating func refused(_ id: Int64, at uptime: Timestamp) -> Bool {
        guard let markets = requests.removeValue(forKey: id) else { return false }
        chunk = max(1, min(chunk, markets.count) / 2)
        for market in markets where awaited[market] != nil {
            if markets.count > 1 {
                due.insert(market)
                awaited[market] = nil
            } else if doubtful.contains(market) {
                awaited[market]?.deadline = uptime
            }
        }
        return true
    }

    // MARK: Waiting

    /// When something is due; distantFuture when nothing is. Only books of markets that are held can be asked for.
    func deadline(held: Set<String>) -> Timestamp {
        let asking = due.isDisjoint(with: held) ? Timestamp.distantFuture : lastRequest + configuration.snapshotSpacing
        return awaited.values.reduce(asking) { min($0, $1.deadline) }
    }

    /// Judges waits that are over.
    ///
    /// A book that was there before has to come again: first the subscription is replaced, then the connection. One that
    /// never came belongs to a market that may not exist: it is asked for again, ever more rarely.
    mutating func judge(at uptime: Timestamp) -> Verdict {
        guard awaited.contains(where: { $0.value.deadline <= uptime }) else { return .patience }
        let late = awaited.filter { $0.value.deadline <= uptime }
        if late.contains(where: { doubtful.contains($0.key) }) {
            if wasReplaced { return .reconnect }
            end()
            wasReplaced = true
            return .replace
        }
        for (market, wait) in late {
            due.insert(market)
            awaited[market] = Await(deadline: uptime + patience(wait.attempts + 1), attempts: wait.attempts)
        }
        return .patience
    }

    private func patience(_ attempts: Int) -> TimeSpan {
        Backoff(base: configuration.snapshotTimeout, cap: configuration.longestRetry, seed: 0).bound(after: attempts)
    }
}
