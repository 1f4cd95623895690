import KBotModel

/// One file of a replay.
protocol ReplaySource: AnyObject {
    /// Where the next piece of data belongs in the replay; nil at the end.
    var key: ReplayKey? { get }

    /// Where the last piece of data of a market belonged; nil before the first.
    var last: Timestamp? { get }

    /// Hands out data up to a limit, at most `rows` pieces.
    ///
    /// - Throws: what stops the replay; data before it was handed out.
    func emit(
        before limit: ReplayKey?,
        rows: Int,
        calendar: inout MarketCalendar,
        into events: inout [MarketEvent]
    ) throws(FeedError)

    /// Trades so far that were made of steps in volume.
    var syntheticTrades: Int { get }

    /// Adds what was read to a summary.
    func report(to summary: inout FeedSummary)

    /// Bytes consumed and bytes in all, on disk.
    var bytes: (read: Int, total: Int) { get }
}

/// The order of pieces of data from several files: by time, books before trades, then by file.
struct ReplayKey: Comparable {
    /// Time, never falling within one file.
    var time: Timestamp
    /// 0 for books, 1 for trades.
    let rank: Int
    /// Place of the file in the replay.
    let file: Int

    static func < (lhs: ReplayKey, rhs: ReplayKey) -> Bool {
        if lhs.time != rhs.time { return lhs.time < rhs.time }
        return (lhs.rank, lhs.file) < (rhs.rank, rhs.file)
    }
}

/// Lines that could not be read: how many, and the first few.
struct DefectLog {
    private(set) var count = 0
    private(set) var samples: [String] = []

    mutating func add(_ defect: FeedError.Defect) { add(defect.description) }

    mutating func add(_ text: String) {
        count += 1
        if samples.count < FeedSummary.samples { samples.append(text) }
    }

    func report(to summary: inout FeedSummary) {
        summary.skipped += count
        let room = max(0, FeedSummary.samples - summary.skippedSamples.count)
        summary.skippedSamples += samples.prefix(room)
    }
}
