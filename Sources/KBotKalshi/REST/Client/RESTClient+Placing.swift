package import KBotModel

/// Placing orders so that none is ever placed twice, or lost track of.
extension RESTClient {
    /// Places an order, whatever goes wrong on the way.
    ///
    /// When an answer is lost, the order is looked up by our id, and sent again, with the same id, only when it is not
    /// there. `inDoubtSince` says that it was first sent then, with an unknown outcome: it is then looked up first. It is
    /// not sent any more once `patience` is over, the client's own when nil; looking it up may take longer. `urgency`
    /// says who goes first when tokens are short; when nil, orders that say of themselves that they reduce.
    package func place(
        _ order: CreateOrder,
        inDoubtSince: Timestamp? = nil,
        patience: TimeSpan? = nil,
        urgency: RateLimiter.Urgency? = nil
    ) async -> Placement {
        var retry = Retry(deadline: clock.uptime() + (patience ?? configuration.patience))
        retry.urgency = urgency
        guard let inDoubtSince else { return await send(order, clock.now(), &retry) }
        let lost = VenueError(.lostAnswer, .outcomeUnknown, message: "the answer was lost before")
        return await resolve(order, inDoubtSince, lost, &retry, canResend: true)
    }

    /// Places several orders, each for itself, in as few batches as the bucket allows; in the order given.
    package func place(_ orders: [CreateOrder]) async -> [Placement] {
        var placements: [Placement] = []
        var rest = orders[...]
        while !rest.isEmpty {
            let batch = Array(rest.prefix(max(1, largestBatch(.post))))
            rest = rest.dropFirst(batch.count)
            placements += await placeBatch(batch)
        }
        return placements
    }

    private func placeBatch(_ batch: [CreateOrder]) async -> [Placement] {
        let began = clock.now()
        var placements: [Placement] = []
        do throws(VenueError) {
            let items = try await send(.create(batch))
            for (index, order) in batch.enumerated() {
                // By our id where the answer has it; the order of the answer is only the venue's promise.
                let named = items.first { $0.clientID == order.clientID }
                let item = named ?? (index < items.count && items[index].clientID == nil ? items[index] : nil)
                placements.append(await placement(of: order, item, began))
            }
        } catch {
            for order in batch {
                let isInDoubt = error.disposition == .outcomeUnknown || error.disposition == .conflict
                placements.append(isInDoubt ? await place(order, inDoubtSince: began) : .rejected(error))
            }
        }
        return placements
    }

    private func placement(
        of order: CreateOrder,
        _ item: BatchItem<CreatedOrder>?,
        _ began: Timestamp
    ) async -> Placement {
        switch item?.result {
        case .success(let created)?: return .placed(created)
        case .failure(let error)? where error.disposition == .notRetryable || error.disposition == .gone:
            return .rejected(error)
        case .failure?, nil: return await place(order, inDoubtSince: began)
        }
    }

    /// Sends an order that is not at the venue, as far as is known.
    private func send(_ order: CreateOrder, _ began: Timestamp, _ retry: inout Retry) async -> Placement {
        while true {
            do throws(VenueError) {
                var call: Call<CreatedOrder> = .create(order)
                if let urgency = retry.urgency { call.urgency = urgency }
                let created = try await attempt(call, number: retry.failures + 1, deadline: retry.deadline)
                guard created.clientID == nil || created.clientID == order.clientID else {
                    let error = VenueError(
                        .unreadableAnswer,
                        .outcomeUnknown,
                        message: "the answer is on another order"
                    )
                    return await resolve(order, began, error, &retry, canResend: false)
                }
                return .placed(created)
            } catch {
                switch error.disposition {
                case .outcomeUnknown:
                    retry.failures += 1
                    return await resolve(order, began, error, &retry, canResend: true)
                case .conflict: return await resolve(order, began, error, &retry, canResend: false)
                case .retryable, .needsClock, .notRetryable, .gone:
                    // Nothing was done by this attempt; `doubted` tells whether an earlier one may have done it.
                    if let pause = pause(after: error, &retry), await rest(pause) { continue }
                    guard retry.doubted else { return .rejected(error) }
                    return await resolve(order, began, error, &retry, canResend: false)
                }
            }
        }
    }

    /// Finds out about an order whose outcome is unknown, and sends it again when that is right.
    private func resolve(
        _ order: CreateOrder,
        _ began: Timestamp,
        _ error: VenueError,
        _ retry: inout Retry,
        canResend: Bool
    ) async -> Placement {
        let wasDoubted = retry.doubted
        if error.disposition == .outcomeUnknown { retry.doubted = true }
        switch await lookUp(order, sentAt: began) {
        case .found(let row):
            guard row.isWhat(order) else {
                return .rejected(
                    VenueError(.orderAlreadyExists, .conflict, message: "\(order.clientID) is the id of another order")
                )
            }
            return .found(row)
        case .undecided: return .unknown(error)
        case .absent:
            if canResend, retry.failures < configuration.attempts, clock.uptime() < retry.deadline,
                order.expires.map({ $0 > clock.now() }) ?? true
            {
                return await send(order, began, &retry)
            }
            // A plain refusal stands when no earlier attempt has left an order. An id that exists and does not show
            // is an older order's, unless an earlier attempt of ours may have made it.
            switch error.disposition {
            case .outcomeUnknown: return .unknown(error)
            case .conflict: return wasDoubted ? .unknown(error) : .rejected(error)
            case .retryable, .notRetryable, .gone, .needsClock: return .rejected(error)
            }
        }
    }
}

extension OrderRow {
    /// Whether this is the order that was sent: an id may have been used before for another one.
    func isWhat(_ order: CreateOrder) -> Bool {
        clientID == order.clientID && ticker == order.ticker && side == order.side && yesPrice == order.price
            && (initial ?? order.count) == order.count
    }
}
