/// What waits to be told, and how often something may be.
///
/// The first messages go out at once, one for each event; after ``burst`` of them there is one every three seconds, which
/// holds everything that came in between. Pure: times are given.
struct NotifyQueue {
    /// Messages that may follow each other without a pause.
    static let burst = 10
    /// Time after which another one may go: 20 a minute.
    static let period = Duration.seconds(3)
    /// Most events that wait.
    static let capacity = 200

    private var waiting: [NotifyEvent] = []
    private var left = NotifyQueue.burst
    private var refilled: ContinuousClock.Instant?
    private var lost = 0

    /// Events that were let go in all.
    private(set) var dropped = 0

    /// Whether nothing waits.
    var isEmpty: Bool { waiting.isEmpty && lost == 0 }

    /// Takes an event in; when too many wait, the oldest minor one is let go, else the oldest.
    mutating func add(_ event: NotifyEvent) {
        if waiting.count >= Self.capacity {
            waiting.remove(at: waiting.firstIndex(where: \.kind.isMinor) ?? 0)
            dropped += 1
            lost += 1
        }
        waiting.append(event)
    }

    /// When the next message may go; nil when nothing waits.
    func nextTime(now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        guard !isEmpty else { return nil }
        guard left == 0, let refilled else { return now }
        return max(now, refilled + Self.period)
    }

    /// Takes out the events of the next message and how many more there were; nil when none may go now.
    mutating func take(now: ContinuousClock.Instant) -> (events: [NotifyEvent], more: Int)? {
        refill(now)
        guard !waiting.isEmpty, left > 0 else { return nil }
        left -= 1
        return left == 0 || lost > 0 ? all() : ([waiting.removeFirst()], 0)
    }

    /// Takes everything out as one message, whatever the pace; nil when nothing waits.
    mutating func takeAll() -> (events: [NotifyEvent], more: Int)? { waiting.isEmpty ? nil : all() }

    private mutating func all() -> (events: [NotifyEvent], more: Int) {
        // The important ones are spelled out first, in the order in which they came.
        let chosen = waiting.indices.sorted {
            (waiting[$0].kind.isMinor ? 1 : 0, $0) < (waiting[$1].kind.isMinor ? 1 : 0, $1)
        }
        .prefix(NotifyMessage.mostEvents).sorted()
        let more = waiting.count - chosen.count + lost
        let events = chosen.map { waiting[$0] }
        waiting.removeAll()
        lost = 0
        return (events, more)
    }

    private mutating func refill(_ now: ContinuousClock.Instant) {
        guard let last = refilled, left < Self.burst else {
            refilled = now
            return
        }
        let count = Int((now - last) / Self.period)
        guard count > 0 else { return }
        left = min(Self.burst, left + count)
        refilled = left == Self.burst ? now : last + Self.period * count
    }
}
