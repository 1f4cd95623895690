package import KBotModel

/// What the venue's answers mean to the engine.
extension Placement {
    /// The events that follow from the answer itself; fills come from the fill channel or from `/portfolio/fills`, which
    /// alone know their prices and fees.
    ///
    /// An immediate order that was not filled whole has died by its answer; a fill-or-kill or immediate order refused for
    /// want of contracts has died too, and was no mistake.
    package func events(_ order: NewOrder) -> [VenueEvent] {
        switch self {
        case .placed(let answer):
            var events: [VenueEvent] = [.accepted(order.id, resting: answer.remaining)]
            let dead = order.count - answer.filled - answer.remaining
            if dead > .zero {
                events.append(.cancelled(order.id, unfilled: dead, order.isImmediate ? .immediateOrCancel : .selfTrade))
            }
            return events
        case .found(let row): return [.found(order.id, row.snapshot)]
        case .rejected(let error):
            guard error.kind == .notFilled, order.timeInForce == .immediateOrCancel else {
                return [.rejected(order.id, error.rejectReason)]
            }
            return [
                .accepted(order.id, resting: .zero),
                .cancelled(order.id, unfilled: order.count, .immediateOrCancel),
            ]
        case .unknown: return [.outcomeUnknown(order.id)]
        }
    }
}

extension NewOrder {
    fileprivate var isImmediate: Bool {
        if case .goodTillCancelled = timeInForce { false } else { true }
    }
}

extension Cancellation {
    /// The events that follow from the answer; none where it says nothing about the order.
    package func events(_ order: ClientOrderID) -> [VenueEvent] {
        switch self {
        case .cancelled(let answer): [.cancelled(order, unfilled: answer.reducedBy, .requested)]
        case .notResting, .refused: [.cancelRefused(order)]
        case .unknown: [.outcomeUnknown(order)]
        }
    }
}

extension OrderChange<AmendedOrder> {
    /// The events that follow from the answer.
    package func events(_ order: ClientOrderID, price: Price, total: Quantity) -> [VenueEvent] {
        switch self {
        case .done(let answer):
            [.amended(order, price: price, resting: answer.remaining ?? total - (answer.filled ?? .zero))]
        case .found(let row) where row.status == .known(.resting):
            [.amended(order, price: row.yesPrice, resting: row.remaining)]
        case .found(let row): [.found(order, row.snapshot)]
        case .refused(let error): [.amendRefused(order, error.rejectReason)]
        case .unknown: [.outcomeUnknown(order)]
        }
    }
}

extension OrderStatus {
    /// Why an order left the book, by the venue's `last_update_reason`; a plain cancel has none.
    package static func cancelReason(_ updateReason: String?) -> CancelReason {
        switch updateReason {
        case "ExpiryCancel"?: .expired
        case "SelfTradeCancel"?: .selfTrade
        case "CloseCancel"?, "HaltCancel"?: .marketClosed
        case "ReduceOnlyCancel"?: .reduceOnly
        default: .requested
        }
    }
}
