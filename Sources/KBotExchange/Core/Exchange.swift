package import KBotKalshi
package import KBotModel
import KBotSimulation

/// A venue that speaks as Kalshi does, without network and clock: requests and times in, answers and messages out.
///
/// One thread drives it. The same calls with the same times give the same answers, but for keys and signatures.
///
/// Accounts never see each other: each trades on a paper exchange of its own against the public book of the feed, which
/// their orders do not change. So a trade of a customer that took is not on the public tape, and the book that a customer
/// sees is the public one with its own resting orders added.
package final class Exchange {
    /// What kind of exchange it is.
    package let options: ExchangeOptions
    /// From the result of a market to its payment, from the next result on.
    package var settlementDelay: TimeSpan
    /// The channels somebody listens to; messages on others are not made.
    package private(set) var audience: Set<ExchangeChannel> = []
    /// Whether the feed has come to its end.
    package internal(set) var isOver = false
    /// Why the feed stopped, when it failed.
    package internal(set) var feedFailure: String?
    /// The time it has reached.
    package internal(set) var clock: Timestamp
    /// When it was opened.
    let start: Timestamp
    let uuids: UUIDs

    // The feed, and what is due by itself.
    var feed: any ExchangeFeed
    var pending: [MarketEvent] = []
    var nextPending = 0
    var payments: [(due: Timestamp, market: MarketID, settlement: Settlement)] = []
    var isTradingPaused = false

    // Markets.
    var markets: [ListedMarket?] = []
    var numbers: [Ticker: MarketID] = [:]
    /// Markets that are not paid yet.
    var live: [MarketID] = []
    var archive: [MarketID] = []
    var indices: [SpotSymbol: IndexTape] = [:]
    var symbols: [SpotSymbol] = []
    var lastTradeNumber: Int64 = 0

    // Accounts.
    var customers: [Customer] = []
    var keys: [String: APIKey] = [:]
    /// Ids of keys in the order in which they were made.
    var keyIDs: [String] = []
    /// Wallets by shard, for market events.
    var walletsByShard: [Int32: [Wallet]] = [:]
    var orders: [ExchangeOrder] = []
    var orderNumbers: [String: Int] = [:]
    /// Numbers of the orders on the books, by market, ascending.
    var resting: [MarketID: [Int]] = [:]
    var made: Int64 = 0

    // Requests under way, and what is ready to be fetched.
    var operations: [Int: [Operation]] = [:]
    var waiting: [Int: WaitingReply] = [:]
    var lastTicket = 0
    var replies: [(ticket: Int, response: HTTPResponse)] = []
    var messages: [ExchangeMessage] = []
    var venueEvents: [TimedVenueEvent] = []
    let routes = Route.all
    let costs = EndpointCosts.documented

    /// Opens an exchange at a time; events of the feed before it are taken in at the first call.
    package init(_ options: ExchangeOptions, feed: any ExchangeFeed, start: Timestamp) {
        self.options = options
        self.feed = feed
        self.start = start
        clock = start
        settlementDelay = options.settlementDelay
        uuids = UUIDs(seed: options.seed)
    }

    /// The next number of something that gets an id.
    func nextNumber() -> Int64 {
        made += 1
        return made
    }

    // MARK: Time and messages

    /// Takes in all that happened up to a time.
    package func advance(to now: Timestamp) {
        while true {
            let event = nextEventTime
            let payment = payments.first?.due ?? .distantFuture
            var paper = Timestamp.distantFuture
            for (_, wallets) in walletsByShard {
                for wallet in wallets { paper = min(paper, wallet.paper.nextDue ?? .distantFuture) }
            }
            let due = min(event, payment, paper)
            guard due <= now, due < .distantFuture else { break }
            clock = max(clock, due)
            if paper == due {
                runPapers()
            } else if payment == due {
                pay()
            } else {
                take(pending[nextPending])
                nextPending += 1
            }
        }
        clock = max(clock, now)
        if audience.contains(.ticker) { tellTickers() }
    }

    /// When ``advance(to:)`` has something to do; nil when nothing will ever happen by itself.
    package var nextDue: Timestamp? {
        var due = min(nextEventTime, payments.first?.due ?? .distantFuture)
        for (_, wallets) in walletsByShard {
            for wallet in wallets { due = min(due, wallet.paper.nextDue ?? .distantFuture) }
        }
        if audience.contains(.ticker) {
            for id in live {
                if let market = market(id), market.hasNews {
                    due = min(due, market.lastTicker + options.tickerInterval)
                }
            }
        }
        return due < .distantFuture ? max(due, clock) : nil
    }

    /// Messages since the last call, in their order.
    package func takeMessages() -> [ExchangeMessage] {
        defer { messages = [] }
        return messages
    }

    /// Answers of requests that had to wait, in the order in which they were decided.
    package func takeReplies() -> [(ticket: Int, response: HTTPResponse)] {
        defer { replies = [] }
        return replies
    }

    /// Says which channels anybody listens to.
    package func setAudience(_ channels: Set<ExchangeChannel>) { audience = channels }

    // MARK: What is there

    /// Whether a market of this name was listed.
    package func knows(_ ticker: Ticker) -> Bool { numbers[ticker] != nil }

    /// The markets that trade now.
    package var openTickers: [Ticker] {
        live.compactMap(market).filter { $0.phase(at: clock) == .active }.map(\.facts.ticker)
    }

    /// Names of the indices that have values, such as `BRTI`.
    package var indexNames: [String] { symbols.compactMap { indices[$0]?.name } }

    func market(_ id: MarketID) -> ListedMarket? {
        let index = Int(id.index)
        return index >= 0 && index < markets.count ? markets[index] : nil
    }

    func market(_ ticker: Ticker) -> ListedMarket? { numbers[ticker].flatMap(market) }

    /// The orders on a market's book, in the order in which they came.
    func orders(restingIn market: ListedMarket) -> [ExchangeOrder] {
        (resting[market.facts.id] ?? []).map { orders[$0] }
    }

    /// Markets from the newest listing to the oldest.
    var marketsNewestFirst: [ListedMarket] { markets.reversed().compactMap(\.self) }

    /// Every shard with cash or markets, ascending.
    var shards: [Int32] {
        Set(options.cash.keys).union(customers.flatMap { $0.wallets.map(\.shard) }).sorted()
    }
}
