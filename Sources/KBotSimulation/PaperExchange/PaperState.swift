public import KBotModel

/// What of a paper exchange must outlive its process: the account, its orders, and what is on its way.
///
/// Books are not part of it; a market that had one is without until its next snapshot. Taken with ``PaperExchange/state``
/// and given back with ``PaperExchange/init(restoring:friction:seed:)``.
public struct PaperState: Hashable, Codable, Sendable {
    /// Time the exchange had reached.
    public internal(set) var time: Timestamp
    /// What was counted so far.
    public internal(set) var statistics: PaperStatistics
    var account: PaperAccount.State
    var records: [OrderRecord]
    var terms: [Terms]
    var plans: [Plan]
    var lastTrade: Int64
    var parts: [Part]

    /// How long orders that are over are part of the state.
    static var lateness: TimeSpan { .minutes(5) }

    /// One market.
    struct Part: Hashable, Codable, Sendable {
        var id: MarketID
        var facts: Market?
        let hasBook: Bool
        let resting: [RestingOrder]
        let closePlanned: Timestamp?
        let decided: Timestamp?
        /// Since when nothing was heard of it, if it was taken up and no word of it has come.
        let missingSince: Timestamp?
        let orders: [ClientOrderID]
    }

    /// What is remembered of one order.
    struct OrderRecord: Hashable, Codable, Sendable {
        let id: ClientOrderID
        var record: PaperExchange.Record
    }

    /// What an order under way carries.
    struct Terms: Hashable, Codable, Sendable {
        let id: ClientOrderID
        let terms: PaperExchange.VenueTerms
    }

    /// What the exchange will do by itself; plans of one time are done in their order.
    struct Plan: Hashable, Codable, Sendable {
        let time: Timestamp
        var task: Due.Task
    }

    /// The markets of the state, as far as their facts are known, in the order of their numbers.
    public var markets: [Market] { parts.compactMap(\.facts) }

    /// The numbers of all its markets; ``renumber(_:)`` needs a new one for each.
    public var marketIDs: [MarketID] { Set(parts.map(\.id) + account.markets).sorted() }

    /// Cash, reserved or free.
    public var cash: Money { account.total }

    /// Gives the markets other numbers; every one of ``marketIDs`` must be in the map.
    public mutating func renumber(_ map: [MarketID: MarketID]) {
        func new(_ id: MarketID) -> MarketID {
            guard let new = map[id] else { preconditionFailure("Condition failed: market \(id) has a new number") }
            return new
        }
        account.renumber(new)
        for index in parts.indices {
            parts[index].id = new(parts[index].id)
            parts[index].facts = parts[index].facts?.numbered(parts[index].id)
        }
        parts.sort { $0.id < $1.id }
        for index in records.indices where records[index].record.status != .unseen {
            records[index].record.market = new(records[index].record.market)
            records[index].record.fills = records[index].record.fills.map { $0.moved(to: new($0.market)) }
        }
        for index in plans.indices {
            switch plans[index].task {
            case .request(.place(let order), let luck):
                plans[index].task = .request(.place(order.moved(to: new(order.market))), luck)
            case .close(let market): plans[index].task = .close(new(market))
            case .request, .expiry, .patience: break
            }
        }
    }
}

extension Market {
    /// The same market with another number.
    fileprivate func numbered(_ id: MarketID) -> Market {
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

extension NewOrder {
    fileprivate func moved(to market: MarketID) -> NewOrder {
        NewOrder(
            id: id,
            market: market,
            side: side,
            price: price,
            count: count,
            timeInForce: timeInForce,
            reduceOnly: reduceOnly
        )
    }
}

extension Fill {
    fileprivate func moved(to market: MarketID) -> Fill {
        Fill(
            trade: trade,
            order: order,
            market: market,
            side: side,
            price: price,
            count: count,
            liquidity: liquidity,
            fee: fee
        )
    }
}
