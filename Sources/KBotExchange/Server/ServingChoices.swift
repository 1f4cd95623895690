package import KBotModel
import KBotSimulation

extension Exchange {
    /// Gives an account so much cash on a shard instead of what new accounts get, before it trades.
    package func setCash(_ cash: Money, shard: Int32, of account: AccountKey) {
        guard customers.indices.contains(account.index),
            let wallet = customers[account.index].wallets.first(where: { $0.subaccount == 0 && $0.shard == shard })
        else { return }
        wallet.deposit(cash - wallet.deposits)
    }
}

extension ExchangeOptions {
    /// Takes one of the paper exchange's ways to fill orders by its name; false for another word.
    package mutating func setFills(_ name: String) -> Bool {
        guard let friction = Friction.named(name) else { return false }
        self.friction = friction
        return true
    }
}
