package import KBotKalshi
import KBotModel

/// What a run asks the venue before it begins: whether it works, lets us in, and what the account holds.
package struct CheckIn: Sendable {
    /// Whether the venue works.
    package let status: ExchangeStatus
    /// What the account may send.
    package let limits: AccountLimits?
    /// Cash, by shard; nil for a run on paper, which asks nothing about money.
    package let balance: BalanceRow?

    /// Whether the venue says of itself that its market is made up, as the local exchange does.
    package var isSimulated: Bool { status.shards.contains { $0.name?.contains("SIMULATED") == true } }

    /// Asks; the answers also set the clock right.
    ///
    /// - Throws: ``RunFailure`` with what to do about it.
    package init(_ access: VenueAccess, wantsAccount: Bool) throws(RunFailure) {
        let scope = AccountScope(
            subaccount: access.settings.subaccount == 0 ? nil : access.settings.subaccount,
            shard: nil
        )
        let isSigned = access.bank != nil
        let orders = access.orders
        let answer = access.wait { client -> Result<CheckIn, VenueError> in
            do throws(VenueError) {
                let status = try await client.send(.exchangeStatus())
                let limits: AccountLimits? = if isSigned { try await client.adoptLimits() } else { nil }
                if wantsAccount { _ = try await orders.adoptLimits() }
                let balance: BalanceRow? = if wantsAccount { try await client.send(.balance(scope)) } else { nil }
                return .success(CheckIn(status: status, limits: limits, balance: balance))
            } catch {
                return .failure(error)
            }
        }
        switch answer {
        case .success(let checkIn): self = checkIn
        case .failure(let error):
            throw RunFailure(.venue, "\(access.settings.place): \(error.advice(access.time.clock.estimate))")
        }
    }

    private init(status: ExchangeStatus, limits: AccountLimits?, balance: BalanceRow?) {
        self.status = status
        self.limits = limits
        self.balance = balance
    }
}

extension VenueError {
    /// What happened, and what to do about it.
    package func advice(_ clock: ClockEstimate?) -> String {
        let problem: AuthenticationProblem? =
            switch kind {
            case .badSignature: .badSignature
            case .unknownKey: .unknownKey
            case .clockSkew: .expiredTimestamp(offset: clock?.offset)
            case .missingSignature: .headersMissing
            case .unauthenticated: .notAuthenticated
            case .forbidden: .scopeMissing(message.isEmpty ? nil : message)
            default: nil
            }
        if let problem { return "\(problem)" }
        switch kind {
        case .notSent: return "no connection: \(message)"
        case .rateLimited: return "too many requests (\(self)); another program uses the same account; try again soon"
        case .unavailable: return "the exchange is out of order or in maintenance (\(self)); try again later"
        default: return description
        }
    }
}
