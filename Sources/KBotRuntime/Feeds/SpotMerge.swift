import KBotModel

/// Prices of one underlying in time order.
protocol SpotPrices: AnyObject {
    /// Whose prices these are.
    var symbol: SpotSymbol { get }
    /// What is handed out next; nil at the end.
    var next: MarketEvent? { get }
    /// From when to when prices were handed out; nil before the first.
    var first: Timestamp? { get }
    var last: Timestamp? { get }

    /// Passes over what is known before a time.
    func skip(to time: Timestamp) throws(FeedError)
    /// Hands out the next price.
    func take(into events: inout [MarketEvent]) throws(FeedError)
    /// Adds what was handed out to a summary; `markets` is from the first event of a market to the latest.
    func report(to summary: inout FeedSummary, markets: (first: Timestamp, last: Timestamp)?)
}

/// Puts the prices of underlyings between the events of a replay's markets, which stay as they are without them.
///
/// A price comes before the first market event of its time or later: at one time prices come first, so that a candle
/// that ends at 12:15:00 is known to all that markets do at 12:15:00, and to nothing before. Of several files the one
/// given first comes first. Prices neither begin nor end a replay: those from ``history`` before the first market event
/// on are handed out ahead of it, for strategies to warm up on, and none after the last one.
struct SpotMerge {
    /// How long before the first market event prices are handed out.
    static let history = TimeSpan.hours(7 * 24)
    /// Events per call of ``next(into:readMarkets:)``: files of prices can be far denser than those of markets.
    private static let batch = 1_024

    /// Events of markets that prices are still to be put between.
    private var held: [MarketEvent] = []
    private var position = 0
    private var hasFailed = false
    private let files: [any SpotPrices]
    private var markets: (first: Timestamp, last: Timestamp)?
    private var pending: FeedError?

    /// Opens the files.
    init(_ sources: [SpotSource], strict: Bool) throws(FeedError) {
        var files: [SpotFile] = []
        for source in sources { files.append(try SpotFile(source, strict: strict)) }
        self.files = files
    }

    /// Takes prices from wherever they are.
    init(_ prices: [any SpotPrices]) { files = prices }

    /// Appends the next events: those of markets, which are read when there are none left, and prices between them.
    ///
    /// - Returns: false at the end of the markets, or after a failure.
    /// - Throws: what stops the markets, or a file of prices.
    mutating func next(
        into events: inout [MarketEvent],
        readMarkets: (inout [MarketEvent]) throws -> Bool
    ) throws -> Bool {
        guard !files.isEmpty else { return try readMarkets(&events) }
        guard !hasFailed else { return false }
        if position == held.count, pending == nil {
            held.removeAll(keepingCapacity: true)
            position = 0
            guard try readMarkets(&held) else { return false }
        }
        do throws(FeedError) {
            try merge(into: &events)
        } catch {
            hasFailed = true
            throw error
        }
        return true
    }

    /// Hands out the next prices and market events, at least one of them; one is held.
    ///
    /// - Throws: what stops a file of prices; what came before was handed out.
    private mutating func merge(into events: inout [MarketEvent]) throws(FeedError) {
        if let pending {
            self.pending = nil
            throw pending
        }
        if markets == nil, let first = held.first {
            for file in files { try file.skip(to: first.time - Self.history) }
        }
        let start = events.count
        while position < held.count, events.count - start < Self.batch {
            let event = held[position]
            // Within a feed's own disorder times fall back; what is known stays known.
            let span = (first: markets?.first ?? event.time, last: max(markets?.last ?? event.time, event.time))
            markets = span
            guard let file = file(notAfter: span.last) else {
                events.append(event)
                position += 1
                continue
            }
            do throws(FeedError) {
                try file.take(into: &events)
            } catch {
                pending = error
                return
            }
        }
    }

    /// The file whose price is next, if one is due.
    private func file(notAfter limit: Timestamp) -> (any SpotPrices)? {
        var best: (file: any SpotPrices, time: Timestamp)?
        for file in files {
            guard let time = file.next?.time, time <= limit else { continue }
            if let best, best.time <= time { continue }
            best = (file, time)
        }
        return best?.file
    }

    /// Adds what was handed out to a summary.
    func report(to summary: inout FeedSummary) {
        for file in files { file.report(to: &summary, markets: markets) }
        for (index, file) in files.enumerated() {
            for other in files[..<index] where other.symbol == file.symbol {
                guard let first = file.first, let last = file.last, let begin = other.first, let end = other.last,
                    first < end, begin < last
                else { continue }
                summary.warnings.append("two files tell of \(file.symbol) at the same time: candles hold both")
            }
        }
    }
}
