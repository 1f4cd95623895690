import KBotKalshi
import KBotModel
import KBotSimulation

/// From what became of orders to the answers of those who asked.
extension Exchange {
    /// Answers the requests on an order that are decided by now.
    func decide(_ number: Int) {
        guard let list = operations[number], let first = list.first(where: { $0.begun != nil }) else { return }
        let order = orders[number]
        let fields: JSON
        switch first.kind {
        case .create:
            // What acts at once has no answer before its end: where there is no book it waits for a trade.
            guard order.timeInForce == .goodTillCanceled || !waits(order) else { return }
            fields = .members([
                "order_id": .string(order.id), "client_order_id": .string(order.clientID),
                "fill_count": first.filled.wire, "remaining_count": first.remaining.wire,
                "average_fill_price": first.averages?.price, "average_fee_paid": first.averages?.fee,
                "ts_ms": .milliseconds(order.created),
            ])
        case .amend(let amendment) where amendment.isDecrease:
            fields = .members([
                "order_id": .string(order.id), "client_order_id": .string(order.clientID),
                "remaining_count": first.remaining.wire, "ts_ms": .milliseconds(order.updated),
            ])
        case .amend:
            fields = .members([
                "order_id": .string(order.id), "client_order_id": .string(order.clientID),
                "remaining_count": first.remaining.wire, "fill_count": order.filled.wire,
                "average_fill_price": first.averages?.price, "average_fee_paid": first.averages?.fee,
                "ts_ms": .milliseconds(order.updated),
            ])
        case .cancel: return
        }
        operations[number]?.removeAll { $0.reply === first.reply && $0.slot == first.slot }
        answer(first, .success(fields))
    }

    /// Whether the paper exchange still has the order open.
    private func waits(_ order: ExchangeOrder) -> Bool {
        guard let wallet = customers[order.account].wallet(order.subaccount, order.shard) else { return false }
        return wallet.paper.lookUp(order.paperID).status == .resting
    }

    func failFirst(_ number: Int, _ refusal: Refusal, where isMeant: (Operation.Kind) -> Bool) {
        guard let place = operations[number]?.firstIndex(where: { isMeant($0.kind) }),
            let operation = operations[number]?.remove(at: place)
        else { return }
        answer(operation, .failure(refusal))
    }

    func answer(_ operation: Operation, _ item: WaitingReply.Item) {
        operation.reply.decide(operation.slot, item)
        guard !operation.reply.isImmediate, let response = operation.reply.response else { return }
        waiting[operation.reply.ticket] = nil
        replies.append((operation.reply.ticket, response))
    }

    /// The venue's words for what the paper exchange refuses.
    func refusal(_ reason: RejectReason, _ number: Int) -> Refusal {
        switch reason {
        case .insufficientBalance: Refusal(400, "insufficient_balance")
        case .invalidPrice: Refusal(400, "invalid_price")
        case .invalidCount: .invalidOrder("invalid count")
        case .marketInactive: .marketInactive()
        case .orderAlreadyExists: .alreadyExists
        case .reduceOnly: .invalidOrder("reduce only order would not reduce the position")
        case .fillOrKill: Refusal(409, "fill_or_kill_insufficient_resting_volume")
        case .expired: .invalidOrder("expiration time is in the past")
        case .other: .invalidOrder(orders[number].isPostOnly ? "post only cross" : "self trade")
        }
    }
}
