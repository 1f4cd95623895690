package import KBotModel

/// The account as the venue tells it at one time: cash by shard, positions, resting orders, fills, order groups.
///
/// The parts are read one after the other, so they need not agree to the last fill.
package struct AccountPicture: Sendable {
    /// Cash that is not locked, by shard.
    package var balance: BalanceRow
    /// Positions in markets that are not settled, without empty ones.
    package var positions: [PositionRow]
    /// Orders that rest.
    package var resting: [OrderRow]
    /// Orders placed from the time asked for on, whatever became of them; empty unless they were asked for.
    package var orders: [OrderRow]
    /// Fills from the time asked for on.
    package var fills: [FillRow]
    /// Order groups; empty unless they were asked for.
    package var groups: [OrderGroupRow]

    /// Puts a picture together.
    package init(
        balance: BalanceRow,
        positions: [PositionRow],
        resting: [OrderRow],
        orders: [OrderRow] = [],
        fills: [FillRow] = [],
        groups: [OrderGroupRow] = []
    ) {
        self.balance = balance
        self.positions = positions
        self.resting = resting
        self.orders = orders
        self.fills = fills
        self.groups = groups
    }

    /// Cash by shard in words: `shard 0: $100.000000, shard 2: $0.000000`.
    package var cashByShard: String {
        guard !balance.shards.isEmpty else { return "$\(balance.cash)" }
        return balance.shards.sorted { $0.shard < $1.shard }.map { "shard \($0.shard): $\($0.balance)" }
            .joined(separator: ", ")
    }

    /// The transfer that brings a shard's cash up to an amount, from the shard with most cash; nil when the shard has
    /// it, or no other can spare any.
    package func transferAdvice(toShard shard: Int32, need: Money) -> TransferAdvice? {
        guard let here = balance.cash(onShard: shard), here < need else { return nil }
        let others = balance.shards.filter { $0.shard != shard && $0.balance > .zero }
        guard let richest = others.max(by: { $0.balance < $1.balance }) else { return nil }
        return TransferAdvice(from: richest.shard, to: shard, amount: min(need - here, richest.balance))
    }
}

/// A transfer between shards that would help.
package struct TransferAdvice: Hashable, Sendable, CustomStringConvertible {
    /// The shard that has the cash.
    package let from: Int32
    /// The shard that needs it.
    package let to: Int32
    /// How much.
    package let amount: Money

    /// Makes an advice.
    package init(from: Int32, to: Int32, amount: Money) {
        self.from = from
        self.to = to
        self.amount = amount
    }

    /// The command: `kbot transfer --from 0 --to 2 100.00`.
    package var description: String { "kbot transfer --from \(from) --to \(to) \(amount)" }
}
