import KBotModel

/// What a feed has to do later.
enum FeedTask: Hashable, Sendable {
    /// Read the venue's state.
    case status
    /// Read its plans.
    case schedule
    /// Read the markets of a series.
    case markets(SeriesTicker)
    /// Read a series and its fees.
    case series(SeriesTicker)
    /// Apply a change of fees.
    case fees(SeriesTicker)
    /// Do what is due in a market.
    case market(Ticker)
    /// Ask for trades that were missed.
    case fill
    /// Read the books of watched markets.
    case books
    /// See whether any market is open.
    case idle
    /// See whether the connection is silent.
    case silence
}

/// Tasks by the uptime at which they are due; each stands in it once.
struct FeedAgenda: Sendable {
    private var dues: [FeedTask: (time: Timestamp, order: Int)] = [:]
    private var count = 0
    /// When the first is due.
    private(set) var next = Timestamp.distantFuture

    /// Plans a task, in place of what was planned for it.
    mutating func set(_ task: FeedTask, at time: Timestamp) {
        count += 1
        let before = dues.updateValue((time, count), forKey: task)
        if time <= next { next = time } else if before?.time == next { findNext() }
    }

    /// Plans a task, unless it is planned for an earlier time.
    mutating func set(_ task: FeedTask, noLaterThan time: Timestamp) {
        if let planned = dues[task]?.time, planned <= time { return }
        set(task, at: time)
    }

    /// Takes a task off.
    mutating func cancel(_ task: FeedTask) {
        if let before = dues.removeValue(forKey: task), before.time == next { findNext() }
    }

    /// The task that is due first, taken off; of two due at once the one planned first. Nil when none is due.
    mutating func takeDue(at time: Timestamp) -> FeedTask? {
        guard next <= time else { return nil }
        let due = dues.min { ($0.value.time, $0.value.order) < ($1.value.time, $1.value.order) }
        guard let due, due.value.time <= time else { return nil }
        dues[due.key] = nil
        findNext()
        return due.key
    }

    private mutating func findNext() { next = dues.values.lazy.map(\.time).min() ?? .distantFuture }
}
