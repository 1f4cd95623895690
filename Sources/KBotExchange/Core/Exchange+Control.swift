package import KBotKalshi
package import KBotModel
import KBotSimulation

/// What the keeper of the exchange does by hand.
extension Exchange {
    /// Pauses a market, or, without one, all trading: no order is taken or changed, but cancels are.
    ///
    /// Orders that ask for it are cancelled; the others stay. Nobody trades in what is paused, so the tape stands still.
    package func pause(_ ticker: Ticker? = nil) {
        guard let ticker else {
            isTradingPaused = true
            for (_, numbers) in resting.sorted(by: { $0.key < $1.key }) {
                for number in numbers where orders[number].cancelsOnPause { drop(number, "HaltCancel") }
            }
            return
        }
        guard let market = market(ticker), !market.isPaused else { return }
        market.isPaused = true
        market.updated = clock
        halt(market, isActive: false)
    }

    /// Ends a pause; a market that was paused comes back without its resting orders.
    package func resume(_ ticker: Ticker? = nil) {
        guard let ticker else {
            isTradingPaused = false
            return
        }
        guard let market = market(ticker), market.isPaused else { return }
        market.isPaused = false
        market.updated = clock
        if !market.isHalted { halt(market, isActive: true) }
    }

    /// Cancels what a market's pause or its end takes off the book, and tells of it.
    func halt(_ market: ListedMarket, isActive: Bool) {
        for order in orders(restingIn: market) where isActive || order.cancelsOnPause {
            drop(order.number, "HaltCancel")
        }
        tellLifecycle(market, isActive ? "activated" : "deactivated") { $0.add("is_deactivated", !isActive) }
    }

    /// Everything the exchange has on its accounts, for audits: cash free and locked, positions, orders, fills, payments,
    /// order groups.
    ///
    /// Of each wallet holds: cash + locked + exposure of its positions = deposits + realised profit − fees.
    package var books: JSON {
        .members([
            "clock": .time(clock), "seed": .integer(options.seed),
            "accounts": .array(customers.map(book)),
        ])
    }

    private func book(of customer: Customer) -> JSON {
        .members([
            "name": .string(customer.name), "user_id": .string(customer.userID),
            "api_key_ids": .array(keyIDs.filter { keys[$0]?.account == customer.key.index }.map { .string($0) }),
            "wallets": .array(customer.wallets.map(book)),
            "orders": .array(
                customer.orders.filter { orders[$0].status != nil }.map { orders[$0].row(userID: customer.userID) }
            ),
            "fills": .array(customer.fills.map(\.row)),
            "order_groups": .array(
                customer.groups.map { group in
                    .members([
                        "id": .string(group.id), "contracts_limit_fp": group.limit.wire,
                        "is_locked": .bool(group.isLocked),
                    ])
                }
            ),
            "settlements": .array(customer.settlements.map(\.row)),
            "shard_transfers": .array(customer.shardTransfers),
            "subaccount_transfers": .array(customer.subaccountTransfers),
        ])
    }

    private func book(of wallet: Wallet) -> JSON {
        let holdings = wallet.holdings.sorted { $0.key < $1.key }
        func sum(_ part: (Holding) -> Money) -> Money { holdings.reduce(.zero) { $0 + part($1.value) } }
        return .members([
            "subaccount": .integer(wallet.subaccount), "exchange_index": .integer(wallet.shard),
            "cash": wallet.paper.cash.wire, "locked": wallet.paper.reserved.wire, "deposits": wallet.deposits.wire,
            "exposure": sum(\.exposure).wire, "realized_pnl": sum(\.realized).wire, "fees": sum(\.fees).wire,
            "positions": .array(
                holdings.map { id, holding in
                    .members([
                        "ticker": market(id)?.facts.ticker.wire ?? .integer(id.index),
                        "position": holding.position.wire, "exposure": holding.exposure.wire,
                        "realized_pnl": holding.realized.wire, "fees": holding.fees.wire,
                        "is_settled": .bool(holding.isSettled),
                    ])
                }
            ),
        ])
    }
}
