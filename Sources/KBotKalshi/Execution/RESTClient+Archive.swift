package import KBotModel

/// Finding what the venue has moved to its archive, for an account that was left alone for long.
extension RESTClient {
    /// The age from which on something may be archived; the venue keeps about two months at hand, and is asked how much.
    private static var archiveAge: TimeSpan { .hours(24 * 14) }

    /// Looks an order up, in the archive too when it is old; see ``lookUp(_:sentAt:)``.
    package func lookUpAnywhere(_ order: CreateOrder, sentAt: Timestamp) async -> Sighting {
        let sighting = await lookUp(order, sentAt: sentAt)
        guard case .absent = sighting, sentAt + Self.archiveAge < clock.now() else { return sighting }
        do throws(VenueError) {
            guard sentAt < (try await send(.historicalCutoff())).orders else { return .absent }
            let call = Call<Page<OrderRow>>.orders(
                ticker: order.ticker,
                scope: AccountScope(subaccount: order.subaccount),
                bounds: ListBounds(limit: 1_000),
                isHistorical: true
            )
            let rows = try await all(call)
            return rows.first { $0.clientID == order.clientID }.map { .found($0) } ?? .absent
        } catch {
            return .undecided
        }
    }

    /// The fills of an order, those in the archive too when it is old.
    package func fillsAnywhere(
        of order: String,
        sentAt: Timestamp,
        scope: AccountScope
    ) async throws(VenueError) -> [FillRow] {
        let rows = try await all(Call<Page<FillRow>>.fills(order: order, scope: scope).urgent(.reducing))
        guard sentAt + Self.archiveAge < clock.now(), sentAt < (try await send(.historicalCutoff())).trades else {
            return rows
        }
        return rows + (try await all(Call<Page<FillRow>>.fills(order: order, scope: scope, isHistorical: true)))
    }
}
