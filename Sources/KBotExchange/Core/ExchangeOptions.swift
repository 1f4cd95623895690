package import KBotModel
package import KBotSimulation

/// What kind of exchange it is.
package struct ExchangeOptions: Sendable {
    /// How many requests an account may send: tokens a second, and the most a bucket holds.
    package struct Tier: Hashable, Sendable {
        /// The venue's name of it.
        package var name: String
        /// Tokens a second for reads.
        package var read: Int64
        /// Tokens a second for writes, on each shard.
        package var write: Int64
        /// Seconds of refill that the bucket for reads holds.
        package var readBurst: Int64
        /// Seconds of refill that a bucket for writes holds.
        package var writeBurst: Int64

        /// The tier of any verified account.
        package static let basic = Tier(name: "basic", read: 200, write: 100, readBurst: 2, writeBurst: 1)
        /// The tier of accounts that trade by API.
        package static let advanced = Tier(name: "advanced", read: 300, write: 300, readBurst: 3, writeBurst: 3)
        /// A tier for loads that no account of the venue may make.
        package static let prestige = Tier(name: "prestige", read: 12_000, write: 9_600, readBurst: 3, writeBurst: 3)

        /// The tier of a name a user may type; nil for another word.
        package static func named(_ name: String) -> Tier? {
            [basic, advanced, prestige].first { $0.name == name }
        }
    }

    /// The series the feed makes, for titles and listings before the first market comes.
    package var series: SeriesTicker
    /// The series' title; nil for one made of its asset.
    package var seriesTitle: String?
    /// Cash of each new account, by shard. Shards that are not named hold nothing, but exist when a market is on them.
    package var cash: [Int32: Money]
    /// How orders fill. With a delay in it, answers come later: see ``ExchangeReply``.
    package var friction: Friction
    /// What ids and luck are drawn from.
    package var seed: UInt64
    /// Whether a cancel, amend or decrease that names neither shard nor market is looked for on shard 0 alone.
    package var isStrictOnShards: Bool
    /// Whether requests are counted against ``tier``.
    package var limitsRates: Bool
    /// How many requests an account may send.
    package var tier: Tier
    /// How far a request's stamp may be from the exchange's time.
    package var skew: TimeSpan
    /// How many times faster than the wall clock the exchange's time runs: widens the window for stamps.
    package var speed: Int64
    /// From the result of a market to its payment.
    package var settlementDelay: TimeSpan
    /// Least time between two `ticker` messages of a market.
    package var tickerInterval: TimeSpan
    /// How long trades of a closed market are kept.
    package var tradeMemory: TimeSpan

    /// Makes options of an ordinary exchange.
    package init(
        series: SeriesTicker = "KXBTC15M",
        cash: [Int32: Money] = [0: .zero, 2: Money(dollars: 1_000)],
        seed: UInt64 = 1
    ) {
        self.series = series
        seriesTitle = nil
        self.cash = cash
        friction = .optimistic
        self.seed = seed
        isStrictOnShards = false
        limitsRates = true
        tier = .advanced
        skew = .seconds(15)
        speed = 1
        settlementDelay = .seconds(1)
        tickerInterval = .milliseconds(500)
        tradeMemory = .hours(2)
    }
}
