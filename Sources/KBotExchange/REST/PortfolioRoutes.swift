import KBotKalshi
import KBotModel
import KBotSimulation

extension Route {
    /// What a customer has.
    static let portfolioRoutes: [Route] = [
        .own("portfolio/balance", scope: "read::portfolio_balance") { exchange, context throws(Refusal) in
            try exchange.balance(context)
        },
        .own("portfolio/positions") { exchange, context throws(Refusal) in
            try exchange.positions(context, isArchived: false)
        },
        .own("portfolio/fills") { exchange, context throws(Refusal) in try exchange.listFills(context) },
        .own("portfolio/settlements") { exchange, context throws(Refusal) in try exchange.listSettlements(context) },
        .own("portfolio/orders") { exchange, context throws(Refusal) in try exchange.listOrders(context) },
        .own("portfolio/orders/queue_positions") { exchange, context throws(Refusal) in
            try exchange.queuePositions(context)
        },
        .own("portfolio/orders/*") { exchange, context throws(Refusal) in
            let order = try exchange.order(context)
            return .members(["order": order.row(userID: try context.signed().customer.userID)])
        },
        .own("portfolio/orders/*/queue_position") { exchange, context throws(Refusal) in
            let order = try exchange.order(context)
            guard order.status == .resting else { throw .notFound }
            return .members(["queue_position_fp": exchange.queuePosition(of: order).wire])
        },
        .own("portfolio/summary/total_resting_order_value") { _, context throws(Refusal) in
            let wallets = try context.signed().customer.wallets.sorted { $0.shard < $1.shard }
            var locked: [Int32: Money] = [:]
            for wallet in wallets { locked[wallet.shard, default: .zero] += wallet.paper.reserved }
            let total = locked.values.reduce(Money.zero, +)
            return .members([
                "total_resting_order_value": .integer(total.units / 10_000),
                "resting_order_value_breakdown": .array(
                    locked.sorted { $0.key < $1.key }.map {
                        .members(["exchange_index": .integer($0.key), "balance": $0.value.dollars])
                    }
                ),
            ])
        },
        // Nothing of a run is old enough to be archived.
        .own("historical/fills") { _, _ in .members(["fills": .array([]), "cursor": .string("")]) },
        .own("historical/orders") { _, _ in .members(["orders": .array([]), "cursor": .string("")]) },
        .own("historical/positions") { exchange, context throws(Refusal) in
            try exchange.positions(context, isArchived: true)
        },
    ]
}

extension Exchange {
    /// The wallets that a read is about.
    private func wallets(_ context: RequestContext, usual: Int32?) throws(Refusal) -> [Wallet] {
        let subaccount = try context.subaccount() ?? usual
        let shard = try context.query.small("exchange_index")
        return try context.signed().customer.wallets.filter {
            (subaccount ?? $0.subaccount) == $0.subaccount && (shard ?? $0.shard) == $0.shard
        }
    }

    fileprivate func balance(_ context: RequestContext) throws(Refusal) -> JSON {
        let wallets = try wallets(context, usual: 0).sorted { $0.shard < $1.shard }
        let cash = wallets.reduce(Money.zero) { $0 + $1.paper.cash }
        var value = Money.zero
        for wallet in wallets {
            for (id, holding) in wallet.holdings where holding.position != .zero {
                guard let mark = market(id)?.mark else { continue }
                value += holding.position > .zero ? mark * holding.position : mark.complement * -holding.position
            }
        }
        return .members([
            "balance": .integer(cash.units / 10_000), "balance_dollars": cash.dollars,
            "portfolio_value": .integer(value.units / 10_000), "updated_ts": .seconds(clock),
            "balance_breakdown": .array(
                wallets.map {
                    .members(["exchange_index": .integer($0.shard), "balance": $0.paper.cash.dollars])
                }
            ),
        ])
    }

    fileprivate func positions(_ context: RequestContext, isArchived: Bool) throws(Refusal) -> JSON {
        let query = context.query
        let ticker = query.text("ticker")
        let event = query.text("event_ticker")
        let filters = query.list("count_filter")
        let state = query.text("settlement_status") ?? "unsettled"
        guard ["all", "settled", "unsettled"].contains(state) else {
            throw query.refuse("settlement_status: unknown value")
        }
        var rows: [(number: Int, shard: Int32, market: ListedMarket, holding: Holding)] = []
        for wallet in try wallets(context, usual: 0) where !isArchived {
            for (id, holding) in wallet.holdings {
                guard let market = market(id), ticker.map({ $0 == market.facts.ticker.text }) ?? true,
                    event.map({ $0 == market.event.text }) ?? true,
                    state == "all" || holding.isSettled == (state == "settled"),
                    !filters.contains("position") || holding.position != .zero,
                    !filters.contains("total_traded") || holding.traded != .zero
                else { continue }
                rows.append((Int(id.index) + 1, wallet.shard, market, holding))
            }
        }
        rows.sort { ($0.number, $0.shard) < ($1.number, $1.shard) }
        let limit = try query.limit()
        var page =
            query.page(
                rows,
                key: "market_positions",
                number: { $0.number },
                limit: limit,
                where: { _ in true },
                json: { row in
                    .members([
                        "ticker": row.market.facts.ticker.wire, "exchange_index": .integer(row.shard),
                        "position_fp": row.holding.position.wire, "total_traded_dollars": row.holding.traded.dollars,
                        "market_exposure_dollars": row.holding.exposure.dollars,
                        "realized_pnl_dollars": row.holding.realized.dollars,
                        "fees_paid_dollars": row.holding.fees.dollars, "last_updated_ts": .time(row.holding.updated),
                    ])
                }
            ).object ?? JSONObject()
        var named = Set<String>()
        if case .array(let shown)? = page["market_positions"] {
            named = Set(shown.compactMap { $0.object?["ticker"]?.text })
        }
        page["event_positions"] = .array(
            eventRows(
                rows.filter { named.contains($0.market.facts.ticker.text) }.map {
                    ($0.market.event, $0.holding)
                }
            )
        )
        return .object(page)
    }

    /// Positions by event, newest first.
    private func eventRows(_ rows: [(event: EventTicker, holding: Holding)]) -> [JSON] {
        var events: [EventTicker] = []
        for row in rows.reversed() where !events.contains(row.event) { events.append(row.event) }
        return events.map { event in
            let own = rows.filter { $0.event == event }.map(\.holding)
            func sum(_ part: (Holding) -> Money) -> Money { own.reduce(.zero) { $0 + part($1) } }
            return .members([
                "event_ticker": event.wire, "total_cost_dollars": sum(\.traded).dollars,
                "total_cost_shares_fp": own.reduce(Quantity.zero) { $0 + $1.volume }.wire,
                "event_exposure_dollars": sum(\.exposure).dollars, "realized_pnl_dollars": sum(\.realized).dollars,
                "fees_paid_dollars": sum(\.fees).dollars,
            ])
        }
    }

    fileprivate func listFills(_ context: RequestContext) throws(Refusal) -> JSON {
        let query = context.query
        let tickers = Set(query.list("ticker"))
        let order = query.text("order_id")
        let from = try query.time("min_ts") ?? .distantPast
        let to = try query.time("max_ts") ?? .distantFuture
        let subaccount = try context.subaccount()
        let shard = try query.small("exchange_index")
        return query.page(
            try context.signed().customer.fills,
            key: "fills",
            number: { $0.sequence },
            limit: try query.limit(),
            where: { fill in
                (tickers.isEmpty || tickers.contains(fill.ticker.text)) && (order ?? fill.orderID) == fill.orderID
                    && fill.time >= from && fill.time <= to && (subaccount ?? fill.subaccount) == fill.subaccount
                    && (shard ?? fill.shard) == fill.shard
            },
            json: \.row
        )
    }

    fileprivate func listSettlements(_ context: RequestContext) throws(Refusal) -> JSON {
        let query = context.query
        let ticker = query.text("ticker")
        let event = query.text("event_ticker")
        let from = try query.time("min_ts") ?? .distantPast
        let to = try query.time("max_ts") ?? .distantFuture
        let subaccount = try context.subaccount()
        return query.page(
            try context.signed().customer.settlements,
            key: "settlements",
            number: { $0.sequence },
            limit: try query.limit(),
            where: { row in
                (ticker ?? row.ticker.text) == row.ticker.text && (event ?? row.event.text) == row.event.text
                    && row.time >= from && row.time <= to && (subaccount ?? row.subaccount) == row.subaccount
            },
            json: \.row
        )
    }

    fileprivate func listOrders(_ context: RequestContext) throws(Refusal) -> JSON {
        let query = context.query
        let ticker = query.text("ticker")
        let events = Set(query.list("event_ticker"))
        guard events.count <= 10 else { throw query.refuse("event_ticker must be at most 10") }
        let status = query.text("status").map(OrderStatus.init(rawValue:))
        if let status, status == nil { throw query.refuse("status: unknown value") }
        let from = try query.time("min_ts") ?? .distantPast
        let to = try query.time("max_ts") ?? .distantFuture
        let subaccount = try context.subaccount()
        let shard = try query.small("exchange_index")
        let customer = try context.signed().customer
        return query.page(
            customer.orders,
            key: "orders",
            number: { $0 + 1 },
            limit: try query.limit(),
            where: { number in
                let order = orders[number]
                return order.status != nil && (status.map { $0 == order.status } ?? true)
                    && (ticker ?? order.ticker.text) == order.ticker.text
                    && (events.isEmpty || events.contains(market(order.market)?.event.text ?? ""))
                    && order.created >= from && order.created <= to
                    && (subaccount ?? order.subaccount) == order.subaccount && (shard ?? order.shard) == order.shard
            },
            json: { orders[$0].row(userID: customer.userID) }
        )
    }

    /// The caller's order that the path names.
    fileprivate func order(_ context: RequestContext) throws(Refusal) -> ExchangeOrder {
        let caller = try context.signed()
        guard let number = orderNumbers[context.variables[0]], orders[number].status != nil,
            orders[number].account == caller.customer.key.index,
            (caller.key?.subaccount ?? orders[number].subaccount) == orders[number].subaccount
        else { throw .notFound }
        return orders[number]
    }

    /// Contracts that trade before an order does: at better prices, and before it at its own.
    fileprivate func queuePosition(of order: ExchangeOrder) -> Quantity {
        guard let market = market(order.market),
            let wallet = customers[order.account].wallet(order.subaccount, order.shard)
        else { return .zero }
        let better = market.book.bids(of: order.outcome).levels.reversed().prefix { $0.price > order.outcomePrice }
        let own = wallet.paper.queueAhead(of: order.paperID) ?? .zero
        return better.reduce(own) { $0 + $1.count }
    }

    fileprivate func queuePositions(_ context: RequestContext) throws(Refusal) -> JSON {
        let tickers = Set(context.query.list("market_tickers"))
        let event = context.query.text("event_ticker")
        guard !tickers.isEmpty || event != nil else {
            throw context.query.refuse("market_tickers or event_ticker is required")
        }
        let subaccount = try context.subaccount()
        let customer = try context.signed().customer
        var rows: [JSON] = []
        for number in live.flatMap({ resting[$0] ?? [] }).sorted() {
            let order = orders[number]
            guard order.account == customer.key.index, tickers.isEmpty || tickers.contains(order.ticker.text),
                event == nil || event == market(order.market)?.event.text,
                (subaccount ?? order.subaccount) == order.subaccount
            else { continue }
            let row = JSON.members([
                "order_id": .string(order.id), "market_ticker": order.ticker.wire,
                "queue_position_fp": queuePosition(of: order).wire,
            ])
            rows.append(row)
        }
        return .members(["queue_positions": .array(rows)])
    }
}
