import KBotKalshi
import KBotModel

/// Messages that only their owner hears.
extension Exchange {
    /// Tells a customer how its own order changes the book that it sees.
    func tellOwnDelta(_ order: ExchangeOrder, _ change: Quantity) {
        guard audience.contains(.orderbook), change != .zero, let market = market(order.market) else { return }
        let text = delta(market, order.outcome, order.outcomePrice, change) {
            $0.add("client_order_id", order.clientID)
            $0.add("subaccount", number: Int64(order.subaccount))
        }
        messages.append(
            ExchangeMessage(
                channel: .orderbook,
                type: "orderbook_delta",
                market: order.ticker,
                account: AccountKey(order.account),
                bytes: text.bytes,
                yesPriceBytes: text.yes
            )
        )
    }

    /// Tells an order as it stands.
    func tellOrder(_ number: Int) {
        guard audience.contains(.userOrders) else { return }
        let order = orders[number]
        var writer = TextWriter()
        writer.add("order_id", order.id)
        writer.add("client_order_id", order.clientID)
        writer.add("user_id", customers[order.account].userID)
        writer.add("ticker", order.ticker.text)
        writer.add("exchange_index", number: Int64(order.shard))
        writer.add("status", (order.status ?? .canceled).rawValue)
        writer.add("side", order.outcome.rawValue)
        writer.add("is_yes", order.side == .bid)
        writer.add("outcome_side", order.outcome.rawValue)
        writer.add("book_side", order.side.rawValue)
        writer.add("yes_price_dollars", order.price)
        writer.add("initial_count_fp", order.total)
        writer.add("fill_count_fp", order.filled)
        writer.add("remaining_count_fp", order.remaining)
        writer.add("taker_fill_cost_dollars", order.takerCost)
        writer.add("maker_fill_cost_dollars", order.makerCost)
        writer.add("taker_fees_dollars", order.takerFees)
        writer.add("maker_fees_dollars", order.makerFees)
        writer.add("self_trade_prevention_type", order.selfTrade.rawValue)
        if let group = order.group { writer.add("order_group_id", group) }
        if let expires = order.expires { writer.add("expiration_ts_ms", number: expires.epochMilliseconds) }
        if let reason = order.reason { writer.add("last_update_reason", reason) }
        writer.add("subaccount_number", number: Int64(order.subaccount))
        writer.add("created_time", order.created)
        writer.add("created_ts_ms", number: order.created.epochMilliseconds)
        writer.add("last_updated_ts_ms", number: order.updated.epochMilliseconds)
        send(.userOrders, "user_order", order, writer.ended())
    }

    /// Tells a fill; `position` is what the account holds after it.
    func tellFill(_ fill: ExchangeFill, of order: ExchangeOrder, position: Quantity) {
        guard audience.contains(.fill) else { return }
        let outcome = fill.side == .bid ? "yes" : "no"
        var writer = TextWriter()
        writer.add("trade_id", fill.id)
        writer.add("order_id", fill.orderID)
        writer.add("client_order_id", order.clientID)
        writer.add("market_ticker", fill.ticker.text)
        writer.add("exchange_index", number: Int64(fill.shard))
        writer.add("is_taker", fill.isTaker)
        writer.add("outcome_side", outcome)
        writer.add("book_side", fill.side.rawValue)
        writer.add("side", outcome)
        writer.add("purchased_side", outcome)
        writer.add("action", fill.side == .bid ? "buy" : "sell")
        writer.add("yes_price_dollars", fill.price)
        writer.add("count_fp", fill.count)
        writer.add("fee_cost", fill.fee)
        writer.add("post_position_fp", position)
        writer.add("ts", number: fill.time.epochSeconds)
        writer.add("ts_ms", number: fill.time.epochMilliseconds)
        writer.add("subaccount", number: Int64(fill.subaccount))
        send(.fill, "fill", order, writer.ended())
    }

    /// Tells what a wallet holds of an order's market.
    func tellPosition(_ wallet: Wallet, _ order: ExchangeOrder) {
        guard audience.contains(.marketPositions), let holding = wallet.holdings[order.market] else { return }
        var writer = TextWriter()
        writer.add("user_id", customers[wallet.account].userID)
        writer.add("market_ticker", order.ticker.text)
        writer.add("position_fp", holding.position)
        writer.add("position_cost_dollars", holding.exposure)
        writer.add("realized_pnl_dollars", holding.realized)
        writer.add("fees_paid_dollars", holding.fees)
        writer.add("position_fee_cost_dollars", holding.fees)
        writer.add("volume_fp", holding.volume)
        writer.add("subaccount", number: Int64(wallet.subaccount))
        send(.marketPositions, "market_position", order, writer.ended())
    }

    /// Tells what became of an order group.
    func tellGroup(_ group: OrderGroup, of customer: Customer, _ event: String) {
        guard audience.contains(.orderGroups) else { return }
        var writer = TextWriter()
        writer.add("event_type", event)
        writer.add("order_group_id", group.id)
        writer.add("contracts_limit_fp", group.limit)
        writer.add("ts_ms", number: clock.epochMilliseconds)
        messages.append(
            ExchangeMessage(
                channel: .orderGroups,
                type: "order_group_updates",
                market: nil,
                account: customer.key,
                bytes: writer.ended()
            )
        )
    }

    private func send(_ channel: ExchangeChannel, _ type: String, _ order: ExchangeOrder, _ bytes: [UInt8]) {
        messages.append(
            ExchangeMessage(
                channel: channel,
                type: type,
                market: order.ticker,
                account: AccountKey(order.account),
                bytes: bytes
            )
        )
    }
}
