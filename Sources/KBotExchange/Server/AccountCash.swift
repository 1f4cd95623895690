package import KBotModel

extension Exchange {
    /// Gives an account so much cash on a shard instead of what new accounts get, before it trades.
    package func setCash(_ cash: Money, shard: Int32, of account: AccountKey) {
        guard customers.indices.contains(account.index),
            let wallet = customers[account.index].wallets.first(where: { $0.subaccount == 0 && $0.shard == shard })
        else { return }
        wallet.deposit(cash - wallet.deposits)
    }
}
