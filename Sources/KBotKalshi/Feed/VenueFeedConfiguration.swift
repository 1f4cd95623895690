package import KBotModel

/// What a run wants of the venue, and how patient it is.
package struct VenueFeedConfiguration: Hashable, Sendable {
    /// Series whose markets are wanted, each window after the other.
    package var series: [SeriesTicker]
    /// Single markets that are wanted, whatever their series.
    package var markets: [Ticker]
    /// Markets in which the account holds something from an earlier run: they have the numbers 0, 1, 2 and so on, in
    /// this order, and are followed until they are paid, whatever else is wanted. Their facts are read anew.
    package var held: [Market] = []
    /// Underlyings whose prices are wanted.
    package var spot: [SpotSymbol]
    /// Whether the account's own channels are wanted: fills, orders, positions and order groups.
    package var privateChannels: Bool
    /// Whether tickers are wanted: for recordings; no event is made of them.
    package var tickers = false
    /// How many times faster than uptime the venue's time runs; 1 at the venue, more at a local exchange.
    package var speed: Int64

    /// How long before its opening a market is listed and subscribed.
    package var lookAhead = TimeSpan.seconds(60)
    /// How far back trades are read when a market is met in the middle of its life.
    package var warmUp = TimeSpan.minutes(60)
    /// Most trades that are read of one market.
    package var mostTrades = 50_000
    /// How long after a subscription earlier trades are asked for, on uptime: REST is a little behind.
    package var fillDelay = TimeSpan.milliseconds(500)
    /// Most trades that wait for a market's earlier ones; beyond it, those are done without.
    package var mostHeld = 20_000

    /// How often the markets of a series are read.
    package var refresh = TimeSpan.minutes(1)
    /// How often a market without a strike is read.
    package var strikePoll = TimeSpan.seconds(5)
    /// How often a closed market is read until it is decided.
    package var resultPoll = TimeSpan.seconds(3)
    /// How often a decided market is read until it is paid: until then its result may be corrected.
    package var reviewPoll = TimeSpan.minutes(1)
    /// How long after its close a market waits for trades still under way before it is told to be closed.
    package var closeGrace = TimeSpan.milliseconds(250)
    /// How long after its close a market's subscriptions are kept.
    package var linger = TimeSpan.seconds(5)
    /// How often the venue's own state is read, on uptime.
    package var statusPoll = TimeSpan.seconds(15)
    /// How long the connection may say nothing at all, pings included, before the data count as stale; on uptime.
    package var silence = TimeSpan.seconds(15)
    /// How long a watched market's book may be in doubt before it is read by REST; on uptime.
    package var bookDoubt = TimeSpan.seconds(10)
    /// How often such a book is then read; on uptime.
    package var bookPoll = TimeSpan.seconds(2)
    /// How long no market may be open before series are named that have some.
    package var idle = TimeSpan.minutes(2)
    /// Seed of the waits between connections.
    package var seed: UInt64 = 0

    /// Makes a configuration.
    package init(
        series: [SeriesTicker] = [],
        markets: [Ticker] = [],
        spot: [SpotSymbol] = [],
        privateChannels: Bool = false,
        speed: Int64 = 1
    ) {
        precondition(speed >= 1, "Condition failed: the venue's time runs at least as fast as uptime")
        self.series = series
        self.markets = markets
        self.spot = spot
        self.privateChannels = privateChannels
        self.speed = speed
    }
}
