package import KBotModel

/// Finding orders.
extension RESTClient {
    /// An order by our id, among those of its market placed from some time on; nil when there is none.
    ///
    /// The venue cannot be asked by our id, so the market's orders are walked over. Reads lag writes by up to about half
    /// a second: nil soon after a write proves nothing.
    package func find(
        clientID: String,
        ticker: Ticker,
        from: Timestamp,
        scope: AccountScope = AccountScope()
    ) async throws(VenueError) -> OrderRow? {
        try await find(clientID: clientID, ticker, from, scope, deadline: clock.uptime() + configuration.patience)
    }

    private func find(
        clientID: String,
        _ ticker: Ticker,
        _ from: Timestamp,
        _ scope: AccountScope,
        deadline: Timestamp
    ) async throws(VenueError) -> OrderRow? {
        let bounds = ListBounds(limit: 1_000, from: from)
        var call: Call<Page<OrderRow>> = .orders(ticker: ticker, scope: scope, bounds: bounds).urgent(.reducing)
        var seen: Set<String> = []
        while true {
            let page = try await send(call, deadline: deadline)
            if let row = page.rows.first(where: { $0.clientID == clientID }) { return row }
            guard let cursor = page.cursor else { return nil }
            guard seen.insert(cursor).inserted, seen.count < configuration.pages else {
                throw VenueError(.cursorLoop, .notRetryable, message: "\(call.path) gave no end of pages")
            }
            call.query.removeAll { $0.name == "cursor" }
            call.query.append(HTTPField("cursor", cursor))
        }
    }

    /// What a look-up of an order in doubt found.
    package enum Sighting: Sendable {
        /// It is there.
        case found(OrderRow)
        /// It is not there, and the reads that say so are newer than the doubt.
        case absent
        /// The venue could not be asked, or its reads stayed behind.
        case undecided
    }

    /// Looks an order up that was first sent at some time, until it is seen or its absence means something; sends none.
    ///
    /// Absence counts once the venue's own stamp of its reads has passed the end of the doubt; should that stamp never
    /// come so far, as it may on a quiet account, four looks with growing pauses count as well.
    package func lookUp(_ order: CreateOrder, sentAt: Timestamp) async -> Sighting {
        let doubtEnded = clock.now()
        let deadline = clock.uptime() + configuration.patience
        let scope = AccountScope(subaccount: order.subaccount)
        for look in 0..<4 {
            guard await rest(configuration.settling * Int64(1 << look)) else { return .undecided }
            do throws(VenueError) {
                // Asked before the list, so that the list is at least as new as this says.
                let asOf = try? await send(.userDataTimestamp().urgent(.reducing), deadline: deadline)
                let from = sentAt - configuration.lookBack
                if let row = try await find(
                    clientID: order.clientID,
                    order.ticker,
                    from,
                    scope,
                    deadline: deadline
                ) {
                    return .found(row)
                }
                if let asOf, asOf >= doubtEnded { return .absent }
            } catch {
                return .undecided
            }
        }
        return .absent
    }
}
