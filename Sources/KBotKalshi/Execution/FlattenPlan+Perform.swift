package import KBotModel

/// What came of flattening.
package struct FlattenReport: Sendable {
    /// Orders that are off the book.
    package var cancelled = 0
    /// Orders that were gone already.
    package var gone = 0
    /// What was closed, by market: contracts.
    package var closed: [(ticker: Ticker, count: Quantity)] = []
    /// What is still open, or in doubt, and why.
    package var problems: [String] = []

    /// Whether all was done.
    package var isComplete: Bool { problems.isEmpty }
}

extension FlattenPlan {
    /// Cancels the orders, then closes the positions, a few times over where the book is thin.
    ///
    /// Every closing order is reduce-only and immediate-or-cancel, so that it can neither turn a position nor stay
    /// behind; one whose outcome is in doubt is the last for its market. `terms` are of a run made for this alone, on the
    /// plan's subaccount; a market gets `attempts` orders at most.
    package func perform(_ rest: RESTClient, terms: OrderTerms, attempts: Int = 3) async -> FlattenReport {
        var report = FlattenReport()
        let items = cancels.map {
            CancelItem(id: $0.id, shard: $0.shard, ticker: $0.ticker, subaccount: subaccount)
        }
        for (order, cancellation) in zip(cancels, await rest.cancel(items)) {
            switch cancellation {
            case .cancelled: report.cancelled += 1
            case .notResting: report.gone += 1
            case .refused(let error):
                report.problems.append("\(order.ticker): order \(order.id) was not cancelled: \(error)")
            case .unknown(let error):
                report.problems.append("\(order.ticker): whether order \(order.id) was cancelled is unknown: \(error)")
            }
        }
        var sequence: Int64 = 0
        for close in closes { await perform(close, rest, terms, attempts, &sequence, &report) }
        return report
    }

    private func perform(
        _ first: Close,
        _ rest: RESTClient,
        _ terms: OrderTerms,
        _ attempts: Int,
        _ sequence: inout Int64,
        _ report: inout FlattenReport
    ) async {
        var terms = terms
        terms.subaccount = subaccount
        var close = first
        var left = first.count
        var trouble: String?
        for attempt in 0..<attempts where left > .zero && trouble == nil {
            if attempt > 0 {
                guard let next = try? await Self.close(rest, first.market, held: first.held, count: left) else { break }
                close = next
            }
            sequence += 1
            let order = NewOrder(
                id: ClientOrderID(sequence),
                market: close.market.id,
                side: close.side,
                price: close.limit,
                count: left,
                timeInForce: .immediateOrCancel,
                reduceOnly: true
            )
            let wire = CreateOrder(order, in: close.market, terms: terms)
            switch await rest.place(wire, urgency: .reducing) {
            case .placed(let answer): left -= min(left, answer.filled)
            case .found(let row): left -= min(left, row.filled)
            case .rejected(let error) where error.kind == .notFilled: break
            case .rejected(let error): trouble = "\(error)"
            case .unknown(let error): trouble = "whether order \(wire.clientID) arrived is unknown: \(error)"
            }
        }
        if left < first.count { report.closed.append((first.market.ticker, first.count - left)) }
        guard left > .zero else { return }
        let why = trouble ?? "the book did not take it"
        report.problems.append("\(first.market.ticker): \(left) contracts are still open: \(why)")
    }
}
