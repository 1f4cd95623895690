import KBotKalshi
import KBotModel
import KBotSimulation

/// The cash of an account's subaccount on one shard, with the paper exchange that trades it.
final class Wallet {
    /// Whose it is.
    let account: Int
    /// Number of the subaccount; 0 is the primary one.
    let subaccount: Int32
    /// Number of the shard.
    let shard: Int32
    /// What matches its orders; no other account's orders are in it.
    var paper: PaperExchange
    /// By market.
    var holdings: [MarketID: Holding] = [:]
    /// What was paid in, less what was taken out.
    private(set) var deposits: Money

    /// Opens a wallet.
    init(account: Int, subaccount: Int32, shard: Int32, cash: Money, friction: Friction, seed: UInt64) {
        self.account = account
        self.subaccount = subaccount
        self.shard = shard
        paper = PaperExchange(cash: cash, friction: friction, seed: seed)
        deposits = cash
    }

    /// Moves cash in or, negative, out.
    func deposit(_ amount: Money) {
        paper.deposit(amount)
        deposits += amount
    }
}

/// One customer.
final class Customer {
    /// Number of the account.
    let key: AccountKey
    /// Its name, for the keeper of the exchange.
    let name: String
    /// Its id on the wire.
    let userID: String
    /// One per subaccount and shard, in the order in which they were opened.
    var wallets: [Wallet] = []
    /// Subaccounts, the primary one included.
    var subaccounts: [Int32] = [0]
    /// Ids of orders that were ever used.
    var usedClientIDs: Set<String> = []
    /// Orders, by number; ascending.
    var orders: [Int] = []
    /// Fills, oldest first.
    var fills: [ExchangeFill] = []
    /// Payments, oldest first.
    var settlements: [ExchangeSettlement] = []
    /// Order groups, oldest first.
    var groups: [OrderGroup] = []
    /// Moves of cash between shards, oldest first.
    var shardTransfers: [JSON] = []
    /// Moves of cash between subaccounts, oldest first.
    var subaccountTransfers: [JSON] = []
    /// Ids of transfers that were used.
    var usedTransferIDs: Set<String> = []
    /// Subaccounts whose collateral is netted.
    var netted: Set<Int32> = []
    /// The split of cash that was asked for; kept, not acted on.
    var allocation: JSON?
    /// Public trades that already gave one of its fills their id: the last one.
    var lastTrade: Int64 = -1
    /// The bucket for reads.
    var reads: TokenBucket
    /// The buckets for writes, by shard; 0 is the unscoped one.
    var writes: [Int32: TokenBucket] = [:]
    let tier: ExchangeOptions.Tier

    /// Opens an account.
    init(_ index: Int, name: String, userID: String, tier: ExchangeOptions.Tier) {
        key = AccountKey(index)
        self.name = name
        self.userID = userID
        self.tier = tier
        reads = TokenBucket(refill: tier.read, capacity: tier.read * tier.readBurst)
    }

    /// The wallet of a subaccount on a shard; nil when there is none.
    func wallet(_ subaccount: Int32, _ shard: Int32) -> Wallet? {
        wallets.first { $0.subaccount == subaccount && $0.shard == shard }
    }

    /// Takes tokens for a read; false when there are too few.
    func spendRead(_ tokens: Int64, at time: Timestamp) -> Bool {
        reads.advance(to: time)
        guard reads.holds(tokens) else { return false }
        reads.take(tokens)
        return true
    }

    /// Takes tokens for a write from the bucket of each of these shards, or from none; false when one has too few.
    func spendWrite(_ tokens: Int64, shards: [Int32], at time: Timestamp) -> Bool {
        for shard in shards {
            var bucket = writes[shard] ?? TokenBucket(refill: tier.write, capacity: tier.write * tier.writeBurst)
            bucket.advance(to: time)
            writes[shard] = bucket
        }
        guard shards.allSatisfy({ writes[$0]?.holds(tokens) == true }) else { return false }
        for shard in shards { writes[shard]?.take(tokens) }
        return true
    }
}
