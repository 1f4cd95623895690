import KBotKalshi
import KBotModel

/// What a client can subscribe to: the channels of the exchange, and those of the venue on which nothing happens here.
enum HubChannel: Hashable, Sendable {
    case live(ExchangeChannel)
    /// Known, and always quiet: quotes on request, combos, and prices that the venue sells.
    case quiet(String)

    init?(_ name: String) {
        if let channel = ExchangeChannel(rawValue: name) {
            self = .live(channel)
        } else if ["communications", "multivariate_market_lifecycle", "pyth_value"].contains(name) {
            self = .quiet(name)
        } else {
            return nil
        }
    }

    var name: String {
        switch self {
        case .live(let channel): channel.rawValue
        case .quiet(let name): name
        }
    }

    /// Whether a subscription can be narrowed to markets.
    var takesMarkets: Bool {
        switch self {
        case .live(.orderbook), .live(.ticker), .live(.trade), .live(.fill), .live(.userOrders),
            .live(.marketPositions):
            true
        default: false
        }
    }

    /// Whether it is one of the channels of settlement indices.
    var isIndex: Bool { self == .live(.index) || self == .live(.fastIndex) }
}

/// One subscription of a connection.
struct Subscription {
    let sid: Int
    let channel: HubChannel
    /// The markets it is narrowed to, in the order in which they were named; nil for all.
    private(set) var markets: [Ticker]?
    private var marketSet: Set<Ticker> = []
    /// Markets by the venue's ids, on the ticker channel only.
    var marketIDs: Set<String> = []
    /// The indices it hears; nil for all.
    var indices: Set<String>?
    /// Whether the NO side of books comes in YES prices.
    var usesYesPrice = false
    private var seq = 0

    init(sid: Int, channel: HubChannel, markets: [Ticker]?) {
        self.sid = sid
        self.channel = channel
        if let markets {
            self.markets = []
            add(markets)
        }
    }

    /// The next number of this subscription; they begin at 1.
    mutating func nextNumber() -> Int {
        seq += 1
        return seq
    }

    /// Adds markets and gives those that are new; one that hears all markets stays as it is.
    @discardableResult
    mutating func add(_ added: [Ticker]) -> [Ticker] {
        guard markets != nil else { return [] }
        let new = added.filter { marketSet.insert($0).inserted }
        markets?.append(contentsOf: new)
        return new
    }

    /// Takes markets out.
    mutating func remove(_ gone: [Ticker]) {
        marketSet.subtract(gone)
        markets?.removeAll { !marketSet.contains($0) }
    }

    /// Whether it is narrowed to this market, among others.
    func names(_ ticker: Ticker) -> Bool { marketSet.contains(ticker) }

    /// Whether a connection of an account hears a message on this subscription.
    func hears(_ message: ExchangeMessage, as account: AccountKey) -> Bool {
        guard channel == .live(message.channel) else { return false }
        if let owner = message.account, owner != account { return false }
        if let index = message.index { return indices?.contains(index) ?? true }
        guard channel.takesMarkets, markets != nil, let ticker = message.market else { return true }
        if marketSet.contains(ticker) { return true }
        guard !marketIDs.isEmpty, let id = message.body.object?["market_id"]?.text else { return false }
        return marketIDs.contains(id)
    }
}
