import KBotModel

/// What did not hold.
struct FaultFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// What a life consisted of.
struct FaultTally {
    var steps = 0
    /// Events the engines took in.
    var events = 0
    var orders = 0
    /// Orders with fills.
    var fills = 0
    var crashes = 0
    var comparisons = 0
    var refusedByJournal = 0
    var foreign = 0
    /// The longest that something was held beyond its stop.
    var longestBeyondStop = TimeSpan.zero
    /// Processes that would not go on, because the journal had not been able to take what was sent.
    var refusals = 0

    /// The figures in a line.
    func text(in span: Duration) -> String {
        let seconds = max(1, span.components.seconds * 1_000 + span.components.attoseconds / 1_000_000_000_000_000)
        return "\(steps) steps in \(seconds) ms (\(Int64(steps) * 1_000 / seconds) a second), \(events) events, "
            + "\(orders) orders, \(fills) filled, \(crashes) crashes, \(comparisons) comparisons, "
            + "\(refusedByJournal) orders not written down, \(refusals) accounts refused, \(foreign) times foreign, "
            + "at most \(longestBeyondStop) beyond a stop"
    }

    static func += (sum: inout FaultTally, other: FaultTally) {
        sum.steps += other.steps
        sum.events += other.events
        sum.orders += other.orders
        sum.fills += other.fills
        sum.crashes += other.crashes
        sum.comparisons += other.comparisons
        sum.refusedByJournal += other.refusedByJournal
        sum.foreign += other.foreign
        sum.refusals += other.refusals
        sum.longestBeyondStop = max(sum.longestBeyondStop, other.longestBeyondStop)
    }
}
