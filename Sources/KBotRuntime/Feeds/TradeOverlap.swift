import KBotModel

/// Finds trades that several recordings of one replay tell.
///
/// A trade is known by its market, time, price, count and taker, as in the catalogue. Of several equal ones as many count
/// as the recording that has most of them tells.
struct TradeOverlap {
    /// How far a trade may lag behind the rows of its recording, doubled: recordings that are farther apart tell no trade
    /// twice.
    static let memory = TimeSpan.seconds(10)

    private struct Name: Hashable {
        let time: Timestamp
        let market: MarketID
        let price: Price
        let count: Quantity
        let taker: BookSide?
    }

    /// How often each recording told a trade; most are told by one.
    private struct Tellings {
        let file: Int
        var times = 0
        var others: [Int: Int] = [:]
        /// How many of them counted.
        var most = 0

        init(_ file: Int) { self.file = file }

        /// Notes one more; whether no other recording told as many.
        mutating func isNews(in file: Int) -> Bool {
            let count: Int
            if file == self.file {
                times += 1
                count = times
            } else {
                others[file, default: 0] += 1
                count = others[file] ?? 1
            }
            guard count > most else { return false }
            most = count
            return true
        }
    }

    /// Trades of late, and those of the time before: what is older is forgotten.
    private var late: [Name: Tellings] = [:]
    private var before: [Name: Tellings] = [:]
    private var since = Timestamp.distantPast
    /// Trades in memory.
    var remembered: Int { late.count + before.count }
    /// Trades left out, by recording.
    private(set) var repeated: [Int: Int] = [:]

    /// Whether a trade counts: false when another recording told it.
    mutating func isNews(_ trade: Trade, at time: Timestamp, in file: Int) -> Bool {
        if time - Self.memory > since {
            before = late
            late.removeAll(keepingCapacity: true)
            since = time
        }
        let name = Name(time: time, market: trade.market, price: trade.price, count: trade.count, taker: trade.taker)
        var tellings = late[name] ?? before[name] ?? Tellings(file)
        let isNews = tellings.isNews(in: file)
        late[name] = tellings
        if !isNews { repeated[file, default: 0] += 1 }
        return isNews
    }
}

/// Finds markets whose book two recordings tell at the same time: its changes then come twice, and make another book.
struct BookOverlap {
    /// Which recordings told a book so far, the one that does now last.
    private var tellers: [[Int64]] = []
    /// The markets, by number.
    private(set) var markets: Set<Int> = []

    /// Hears that a recording tells of a market's book.
    mutating func hear(_ market: Int, in file: Int64) {
        while tellers.count <= market { tellers.append([]) }
        guard tellers[market].last != file else { return }
        // One that went on after another had begun.
        if tellers[market].contains(file) {
            tellers[market].removeAll { $0 == file }
            markets.insert(market)
        }
        tellers[market].append(file)
    }

    /// What the reader of the report should know; nil when nothing.
    func warning(_ name: (Int) -> String) -> String? {
        guard let first = markets.min() else { return nil }
        let others = markets.count > 1 ? " and \(markets.count - 1) more" : ""
        return
            "two recordings tell of the book of \(name(first))\(others) at the same time: its changes count twice, and "
            + "the book is wrong; use one of them"
    }
}
