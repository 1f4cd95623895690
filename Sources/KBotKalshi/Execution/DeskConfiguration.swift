package import KBotModel

/// The two clocks an order desk lives by, read together.
package struct DeskTime: Hashable, Sendable {
    /// The venue's time: expirations and what the engine hears are in it.
    package let now: Timestamp
    /// A clock that is never set: waits and patience are in it.
    package let uptime: Timestamp

    /// Puts the clocks together.
    package init(now: Timestamp, uptime: Timestamp) {
        self.now = now
        self.uptime = uptime
    }
}

/// How an order desk works. All spans are of uptime unless said otherwise.
package struct DeskConfiguration: Hashable, Sendable {
    /// What all orders of the run have in common.
    package var terms: OrderTerms
    /// Contracts that entries may fill on one shard within 15 seconds before the venue itself cancels them and takes no
    /// more: the last fuse. Nil for no order group.
    package var entryGroupLimit: Quantity?
    /// The path of the API on its host: signatures are made ahead for paths below it.
    package var root = "/trade-api/v2"
    /// How many times faster than uptime the venue's time runs; 1 at the real venue.
    package var speed: Int64 = 1
    /// Time between two reconciliations.
    package var reconcilePeriod = TimeSpan.seconds(45)
    /// How long after a reconnect, or after an oddity, the next reconciliation begins.
    package var reconcileSoon = TimeSpan.milliseconds(300)
    /// How much later than the last known fill a reconciliation may find one still, in the venue's time.
    package var fillOverlap = TimeSpan.minutes(2)
    /// How long after a start an order of a run that was killed may still arrive at the venue.
    package var lateArrival = TimeSpan.minutes(1)
    /// How long reads may lag behind writes.
    package var readLag = TimeSpan.seconds(1)
    /// How long before a market's close an entry without an end of its own expires, in the venue's time.
    package var closeMargin = TimeSpan.seconds(2)
    /// How long an entry may wait for tokens or its group before it is given up.
    package var entryPatience = TimeSpan.seconds(2)
    /// How long an order that reduces may wait and be tried again.
    package var exitPatience = TimeSpan.seconds(20)
    /// How long the fill channel may take to tell what an answer told already, before the fills are fetched.
    package var fillGrace = TimeSpan.milliseconds(250)
    /// How often fills are fetched without success before the operator is told.
    package var fillAttempts = 5
    /// The first wait before something is asked again; each further one is twice as long.
    package var firstRetry = TimeSpan.milliseconds(300)
    /// The longest wait before something is asked again.
    package var longestRetry = TimeSpan.seconds(5)
    /// Fills of orders not known yet that are kept at most.
    package var strayCapacity = 256

    /// Makes the usual configuration.
    package init(terms: OrderTerms, entryGroupLimit: Quantity? = nil) {
        self.terms = terms
        self.entryGroupLimit = entryGroupLimit
    }
}
