package import KBotModel

/// What `kbot flatten` would do: orders to cancel and positions to close, read off the account; then it can be done.
package struct FlattenPlan: Sendable {
    /// What of the account is meant.
    package enum Reach: Hashable, Sendable {
        /// Orders whose ids of ours begin so, and what such orders hold.
        case ours(prefix: String)
        /// Everything, whoever placed it.
        case all
    }

    /// A position to be closed.
    package struct Close: Hashable, Sendable, CustomStringConvertible {
        /// Market.
        package let market: Market
        /// What is held on the account: positive are YES contracts, negative NO.
        package let held: Quantity
        /// Side of the closing order.
        package let side: BookSide
        /// Contracts to be closed.
        package let count: Quantity
        /// The worst YES price: ten cents through the touch, on the grid.
        package let limit: Price
        /// The market's best YES prices when it was read.
        package let touch: Touch

        /// In words: `KXBTC15M-…: sell 10.00 at 0.4600 or better (bid 0.5600, ask 0.5800)`.
        package var description: String {
            let verb = side == .ask ? "sell" : "buy"
            let bid = touch.bid.map { "bid \($0)" } ?? "no bid"
            let ask = touch.ask.map { "ask \($0)" } ?? "no ask"
            return "\(market.ticker): \(verb) \(count) YES at \(limit) or better (\(bid), \(ask))"
        }
    }

    /// Orders to be cancelled.
    package var cancels: [OrderRow]
    /// Positions to be closed.
    package var closes: [Close]
    /// Resting orders that are left alone.
    package var otherOrders: [OrderRow]
    /// What cannot be closed now, or is left alone, and why.
    package var remarks: [String]
    /// The subaccount meant; nil for the primary one.
    package let subaccount: Int32?

    /// Whether there is nothing to do.
    package var isEmpty: Bool { cancels.isEmpty && closes.isEmpty }

    /// How far through the touch a closing order may trade.
    static let through = PriceDelta(cents: 10)

    /// Reads the account and says what would be done; nothing is changed.
    package static func draw(
        _ rest: RESTClient,
        reach: Reach,
        subaccount: Int32? = nil
    ) async throws(VenueError) -> FlattenPlan {
        let scope = AccountScope(subaccount: subaccount)
        let bounds = ListBounds(limit: 1_000)
        var plan = FlattenPlan(cancels: [], closes: [], otherOrders: [], remarks: [], subaccount: subaccount)
        for order in try await rest.all(.orders(status: .resting, scope: scope, bounds: bounds)) {
            if reach.includes(order) { plan.cancels.append(order) } else { plan.otherOrders.append(order) }
        }
        for row in try await rest.all(.marketPositions(scope: scope, bounds: bounds)) where row.position != .zero {
            var count = row.position.magnitude
            if case .ours = reach {
                let ours = try await held(rest, row.ticker, reach, scope)
                let sameSide = (ours < .zero) == (row.position < .zero) ? ours.magnitude : .zero
                count = min(count, sameSide)
                if count < row.position.magnitude {
                    plan.remarks.append("\(row.ticker): \(row.position) held, of which \(count) are kbot's")
                }
            }
            guard count > .zero else { continue }
            try await plan.add(rest, row, count: count)
        }
        return plan
    }

    /// What the orders meant have filled in a market, in sum.
    private static func held(
        _ rest: RESTClient,
        _ ticker: Ticker,
        _ reach: Reach,
        _ scope: AccountScope
    ) async throws(VenueError) -> Quantity {
        let orders = try await rest.all(.orders(ticker: ticker, scope: scope, bounds: ListBounds(limit: 1_000)))
        return orders.filter(reach.includes)
            .reduce(.zero) { $1.side == .bid ? $0 + $1.filled : $0 - $1.filled }
    }

    private mutating func add(_ rest: RESTClient, _ row: PositionRow, count: Quantity) async throws(VenueError) {
        let listed = try await rest.send(.market(row.ticker))
        guard let market = listed.market(id: MarketID(0), fees: .quadratic) else {
            remarks.append("\(row.ticker): its price grid is not known")
            return
        }
        guard market.status == .active else {
            remarks.append("\(row.ticker): \(row.position) held, and it does not trade now (\(listed.phase.word))")
            return
        }
        let close = try await Self.close(rest, market, held: row.position, count: count)
        closes.append(close)
    }

    /// A close at the book of now.
    static func close(
        _ rest: RESTClient,
        _ market: Market,
        held: Quantity,
        count: Quantity
    ) async throws(VenueError) -> Close {
        var book = OrderBook()
        book.replace(with: try await rest.send(.book(market.ticker)).snapshot)
        let side: BookSide = held > .zero ? .ask : .bid
        return Close(
            market: market,
            held: held,
            side: side,
            count: count,
            limit: limit(side, book.touch, market.grid),
            touch: book.touch
        )
    }

    /// Ten cents through the touch, on the grid; without a touch the worst price there is.
    static func limit(_ side: BookSide, _ touch: Touch, _ grid: PriceGrid) -> Price {
        switch side {
        case .ask: touch.bid.map { grid.roundedUp($0 - through) ?? grid.lowest } ?? grid.lowest
        case .bid: touch.ask.map { grid.roundedDown($0 + through) ?? grid.highest } ?? grid.highest
        }
    }
}

extension FlattenPlan.Reach {
    func includes(_ order: OrderRow) -> Bool {
        switch self {
        case .all: true
        case .ours(let prefix): order.clientID?.hasPrefix(prefix) ?? false
        }
    }
}
