public import KBotModel

/// What of an engine must outlive its process: the account, what blocks it, and every trade on its way.
///
/// Candles, indicators and books are not part of it; they are warmed up again from what the feed tells. Taken between two
/// events with ``Engine/state``, kept by whoever keeps things, and given back with
/// ``Engine/init(_:strategies:rules:restoring:onHold:)``.
public struct EngineState: Hashable, Codable, Sendable {
    /// Time the engine had reached; `distantPast` when it had heard nothing yet.
    public internal(set) var time: Timestamp
    var account: Account
    var lastEquity: Money?
    var blocks: [HaltReason]
    var lossRoomIsGone: Bool
    var targetsAreAway: Bool
    /// When entry orders were sent in the last minute.
    var entryTimes: [Timestamp]
    var lastOrder: Int64
    /// What ``lastOrder`` was at the end of each earlier epoch of the account, oldest first.
    var earlierOrders: [Int64]
    /// Markets in which anything is open, or whose result may still be corrected, in the order of their numbers.
    var records: [MarketRecord]
    /// Trades on their way, oldest first.
    var brackets: [BracketState]
    /// Trades that ended a while ago, kept for fills that are told late.
    var ended: [BracketState]

    /// Of how many epochs the last orders are kept: more than an account is taken up again within the time over which the
    /// venue's orders are compared.
    static var epochs: Int { 256 }
    /// How long trades that ended are part of the state.
    static var lateness: TimeSpan { .minutes(5) }
    /// How long decided markets are part of the state, for late fills and corrections of the result.
    static var memory: TimeSpan { .hours(1) }

    /// The markets of the state, in the order of their numbers: whoever feeds the restored engine must give these numbers to
    /// the same markets, or change the state with ``renumber(_:)``.
    public var markets: [Market] { records.map(\.facts) }

    /// Every order that was not over, oldest first.
    public var openOrders: [OpenOrder] { orders { $0.isOpen } }

    /// Every order of the trades that are kept, oldest first: those on their way, and those that ended lately. One that is
    /// over may have filled unheard.
    public var allOrders: [OpenOrder] { orders { _ in true } }

    private func orders(_ matter: (OrderState) -> Bool) -> [OpenOrder] {
        (brackets + ended).flatMap { bracket in
            bracket.orders.filter { matter($0.state) }.map { managed in
                OpenOrder(
                    order: managed.order,
                    ticker: ticker(of: bracket.market),
                    role: managed.role,
                    strategy: bracket.strategy,
                    isCancelRequested: managed.cancelRequested
                )
            }
        }
        .sorted { $0.order.id < $1.order.id }
    }

    /// Contracts held in each market, plus is YES, minus is NO; flat markets are left out.
    public var positions: [Ticker: Quantity] {
        var positions: [Ticker: Quantity] = [:]
        for bracket in brackets where bracket.position != .zero {
            let sign = bracket.signal.direction == .long ? Int64(1) : -1
            positions[ticker(of: bracket.market), default: .zero] += Quantity(units: sign * bracket.position.units)
        }
        return positions
    }

    /// ``positions`` as a venue has them until it has paid: what ended by a result lately counts still, by its fills.
    public var unpaidPositions: [Ticker: Quantity] {
        var positions = positions
        for bracket in ended {
            for fill in bracket.orders.flatMap(\.fills) {
                positions[ticker(of: bracket.market), default: .zero] += fill.side == .bid ? fill.count : -fill.count
            }
        }
        return positions.filter { $0.value != .zero }
    }

    /// The strategies whose trades are on their way, each once.
    public var strategies: [StrategyName] {
        var names: [StrategyName] = []
        for bracket in brackets where !names.contains(bracket.strategy) { names.append(bracket.strategy) }
        return names
    }

    /// Why the account opens nothing, as far as that outlasts the run.
    public var haltReasons: [HaltReason] { blocks }

    /// The number of the last order sent.
    public var lastOrderID: ClientOrderID { ClientOrderID(lastOrder) }

    /// Begins another run of the account: its orders are numbered from 1 in this epoch.
    ///
    /// A number of an earlier run can never be given again, even when the last of them were lost.
    public mutating func begin(epoch: Int32) {
        earlierOrders.append(lastOrder)
        if earlierOrders.count > Self.epochs { earlierOrders.removeFirst() }
        lastOrder = ClientOrderID(epoch: epoch, number: 0).sequence
    }

    /// The last order of each epoch of the account, as far as the state knows, oldest first: of orders after these, other
    /// than its own, the state knows nothing. Of epochs before the first, all is forgotten.
    public var lastOrderIDs: [ClientOrderID] { (earlierOrders + [lastOrder]).map { ClientOrderID($0) } }

    /// Gives the markets other numbers; every one of ``markets`` must be in the map.
    public mutating func renumber(_ map: [MarketID: MarketID]) {
        func new(_ id: MarketID) -> MarketID {
            guard let new = map[id] else { preconditionFailure("Condition failed: market \(id) has a new number") }
            return new
        }
        records = records.map { record in
            var record = record
            record.facts = record.facts.numbered(new(record.facts.id))
            return record
        }
        .sorted { $0.facts.id < $1.facts.id }
        brackets = brackets.map { $0.moved(to: new($0.market)) }
        ended = ended.map { $0.moved(to: new($0.market)) }
    }

    func ticker(of id: MarketID) -> Ticker {
        records.first { $0.facts.id == id }?.facts.ticker ?? Ticker(id.description)
    }
}

/// An order of a state, as it stood when that was taken.
public struct OpenOrder: Hashable, Sendable {
    /// What was sent, where it stood, what was filled.
    public let order: Order
    /// Its market.
    public let ticker: Ticker
    /// What it is for.
    public let role: OrderRole
    /// Whose it is.
    public let strategy: StrategyName
    /// Whether its cancel had been sent.
    public let isCancelRequested: Bool

    /// Whether a restored engine asks what became of it: it was not over, or it ended with its market and may have filled
    /// before.
    public var isInDoubt: Bool { order.state.isOpen || order.state == .cancelled(.marketClosed) }
}

/// What must be known of a market to take up what is open in it.
struct MarketRecord: Hashable, Codable, Sendable {
    var facts: Market
    var lastPrice: Price?
    /// The last known prices at which positions could leave, for marking.
    var lastBid: Price?
    var lastAsk: Price?
    var settlement: Settlement?
    /// When the result came.
    var decided: Timestamp?
    /// Round trips that ended by settlement, kept for a correction.
    var settledTrades: [ClosedTrade] = []

    init(_ facts: Market) { self.facts = facts }

    init(_ market: MarketState, decided: Timestamp?) {
        facts = market.facts
        lastPrice = market.last.price
        lastBid = market.lastBid
        lastAsk = market.lastAsk
        settlement = market.settlement
        self.decided = decided
        settledTrades = market.settledTrades
    }
}

extension Market {
    /// The same market with another number.
    func numbered(_ id: MarketID) -> Market {
        Market(
            id: id,
            ticker: ticker,
            series: series,
            openTime: openTime,
            closeTime: closeTime,
            grid: grid,
            fees: fees,
            strike: strike,
            shard: shard,
            status: status
        )
    }
}
