package import KBotModel

/// What `kbot transfer` would do: cash from one shard to another; then it can be done.
package struct TransferPlan: Sendable, CustomStringConvertible {
    /// Why a transfer makes no sense.
    package enum Problem: Error, Hashable, Sendable, CustomStringConvertible {
        /// The two shards are one.
        case sameShard
        /// The amount is not above zero, or finer than 1/10,000 dollar.
        case badAmount(Money)
        /// The source has less.
        case notEnough(shard: Int32, has: Money)
        /// The venue did not answer, or refused.
        case venue(VenueError)

        /// In words.
        package var description: String {
            switch self {
            case .sameShard: "the cash is on that shard already"
            case .badAmount(let amount): "\(amount) dollars cannot be moved: more than 0, in steps of 0.0001"
            case .notEnough(let shard, let has): "shard \(shard) has only \(has) dollars"
            case .venue(let error): "\(error)"
            }
        }
    }

    /// What came of it.
    package enum Outcome: Sendable {
        /// The venue took it; its id.
        case done(String)
        /// The answer was lost, and the balances show that it was done.
        case seen
        /// The answer was lost, and the balances do not show it; look before trying again.
        case unknown(VenueError)
    }

    /// The shard that gives.
    package let from: Int32
    /// The shard that takes.
    package let to: Int32
    /// How much.
    package let amount: Money
    /// Cash before, by shard.
    package let before: BalanceRow
    /// The subaccount; nil for the primary one.
    package let subaccount: Int32?

    /// In words, with cash before and after.
    package var description: String {
        let source = before.cash(onShard: from) ?? .zero
        let target = before.cash(onShard: to) ?? .zero
        return "move \(amount) dollars from shard \(from) (\(source) → \(source - amount)) "
            + "to shard \(to) (\(target) → \(target + amount))"
    }

    /// Reads the balance and checks that the transfer makes sense; nothing is changed.
    package static func draw(
        _ rest: RESTClient,
        from: Int32,
        to: Int32,
        amount: Money,
        subaccount: Int32? = nil
    ) async throws(Problem) -> TransferPlan {
        guard from != to else { throw .sameShard }
        guard amount > .zero, amount.units % 100 == 0 else { throw .badAmount(amount) }
        let balance: BalanceRow
        do throws(VenueError) {
            balance = try await rest.send(.balance(AccountScope(subaccount: subaccount)))
        } catch {
            throw .venue(error)
        }
        if let has = balance.cash(onShard: from), has < amount { throw .notEnough(shard: from, has: has) }
        return TransferPlan(from: from, to: to, amount: amount, before: balance, subaccount: subaccount)
    }

    /// Moves the cash, once; `id` is a new UUID, by which the venue refuses a second transfer.
    ///
    /// After a lost answer the balances are watched for some seconds: the venue's own look-up of transfers is known to
    /// miss some.
    package func perform(_ rest: RESTClient, id: String) async throws(Problem) -> Outcome {
        var transfer = ShardTransfer(clientID: id, amount: amount, from: from, to: to)
        transfer.sourceSubaccount = subaccount
        transfer.destinationSubaccount = subaccount
        do throws(VenueError) {
            return .done(try await rest.send(.transfer(transfer)))
        } catch {
            guard error.disposition == .outcomeUnknown || error.disposition == .conflict else { throw .venue(error) }
            for look in 0..<4 {
                guard await rest.rest(.milliseconds(500 << Int64(look))) else { break }
                let scope = AccountScope(subaccount: subaccount)
                guard let now = try? await rest.send(.balance(scope)) else { continue }
                if let target = now.cash(onShard: to), let old = before.cash(onShard: to), target >= old + amount {
                    return .seen
                }
            }
            return .unknown(error)
        }
    }
}
