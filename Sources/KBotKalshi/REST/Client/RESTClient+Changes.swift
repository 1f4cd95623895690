import KBotModel

/// Cancelling and changing orders.
extension RESTClient {
    /// Cancels an order, trying again for as long as that may help.
    package func cancel(_ item: CancelItem) async -> Cancellation {
        do throws(VenueError) {
            return Self.cancellation(.success(try await send(.cancel(item))), of: item)
        } catch {
            return Self.cancellation(.failure(error), of: item)
        }
    }

    /// Cancels several orders, each for itself, in as few batches as the bucket allows.
    package func cancel(_ items: [CancelItem]) async -> [Cancellation] {
        var cancellations: [Cancellation] = []
        var rest = items[...]
        while !rest.isEmpty {
            let batch = Array(rest.prefix(max(1, largestBatch(.delete))))
            rest = rest.dropFirst(batch.count)
            do throws(VenueError) {
                let answers = try await send(.cancel(batch))
                for (index, item) in batch.enumerated() {
                    let named = answers.first { $0.orderID == item.id }
                    let answer =
                        named ?? (index < answers.count && answers[index].orderID == nil ? answers[index] : nil)
                    cancellations.append(Self.cancellation(answer?.result, of: item))
                }
            } catch {
                cancellations += batch.map { Self.cancellation(.failure(error), of: $0) }
            }
        }
        return cancellations
    }

    private static func cancellation(
        _ result: Result<CancelledOrder, VenueError>?,
        of item: CancelItem
    ) -> Cancellation {
        switch result {
        // The venue has told of answers on the wrong order: such a one says nothing about ours.
        case .success(let answer)?:
            return answer.id == item.id
                ? .cancelled(answer)
                : .unknown(VenueError(.unreadableAnswer, .outcomeUnknown, message: "the answer is on another order"))
        case .failure(let error)?:
            if error.kind == .notFound { return .notResting }
            switch error.disposition {
            case .notRetryable where error.kind != .unreadableAnswer, .gone, .needsClock: return .refused(error)
            // Of several attempts, one that was lost may have done it.
            case .notRetryable, .retryable, .outcomeUnknown, .conflict: return .unknown(error)
            }
        case nil: return .unknown(VenueError(.unreadableAnswer, .outcomeUnknown, message: "the answer left it out"))
        }
    }

    /// Changes price or total of a resting order, once.
    package func amend(_ id: String, _ change: AmendOrder, subaccount: Int32? = nil) async -> OrderChange<AmendedOrder>
    {
        await self.change(.amend(id, change, subaccount: subaccount), id, answers: \.id) { row in
            row.yesPrice == change.price && row.filled + row.remaining == change.total
        }
    }

    /// Takes a part of a resting order off the book, once.
    ///
    /// After a lost answer to a decrease *by* some contracts the order itself does not tell whether it was done; only a
    /// decrease *to* some does.
    package func decrease(
        _ id: String,
        _ change: DecreaseOrder,
        subaccount: Int32? = nil
    ) async -> OrderChange<DecreasedOrder> {
        await self.change(.decrease(id, change, subaccount: subaccount), id, answers: \.id) { row in
            if case .to(let count) = change.change { row.remaining <= count } else { false }
        }
    }

    private func change<Answer>(
        _ call: Call<Answer>,
        _ id: String,
        answers answeredID: (Answer) -> String,
        isDone: @Sendable (OrderRow) -> Bool
    ) async -> OrderChange<Answer> {
        do throws(VenueError) {
            let answer = try await send(call)
            if answeredID(answer) == id { return .done(answer) }
            let error = VenueError(.unreadableAnswer, .outcomeUnknown, message: "the answer is on another order")
            return await changed(id, error, isDone)
        } catch {
            guard error.disposition == .outcomeUnknown else { return .refused(error) }
            return await changed(id, error, isDone)
        }
    }

    /// Looks at an order after a change whose answer was lost; the change is not sent again.
    private func changed<Answer>(
        _ id: String,
        _ error: VenueError,
        _ isDone: @Sendable (OrderRow) -> Bool
    ) async -> OrderChange<Answer> {
        let deadline = clock.uptime() + configuration.patience
        for look in 0..<3 {
            guard await rest(configuration.settling * Int64(1 << look)) else { break }
            guard let row = try? await send(.order(id).urgent(.reducing), deadline: deadline) else { continue }
            if isDone(row) || row.status != .known(.resting) { return .found(row) }
        }
        return .unknown(error)
    }
}
