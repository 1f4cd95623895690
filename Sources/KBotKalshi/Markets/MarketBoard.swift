package import KBotModel

/// All markets of a run: their numbers, and what is publicly known of each.
///
/// Every feed of one run shares one board, so that a market has one number and is listed once.
package struct MarketBoard: Sendable {
    /// Numbers of tickers.
    package private(set) var registry = MarketRegistry()
    /// The markets, by number.
    package private(set) var markets: [Market] = []
    /// Markets whose times are new since ``takeChanges()``.
    private var changed: [MarketID] = []
    /// Facts by ticker; looked up only, never walked.
    private var facts: [Ticker: MarketFacts] = [:]
    private var isSettled: [Bool] = []
    /// Markets that have a number and were not told of yet.
    private var untold: Set<MarketID> = []
    /// The latest time that any event was given.
    package private(set) var latest = Timestamp.distantPast
    /// Messages on markets already decided; they were not passed on.
    package private(set) var afterSettlement = 0
    /// Markets whose close lies in the hour repeated in November.
    package private(set) var ambiguousTickers: [Ticker] = []

    /// Makes a board that knows these facts and no market yet; of two facts on one market the last counts.
    package init(facts: [MarketFacts] = []) {
        for fact in facts { self.facts[fact.ticker] = fact }
    }

    /// Gives markets of an earlier run their numbers, in the order given, before any other market has one.
    ///
    /// They count as known; ``list(_:at:into:make:)`` tells of each when its facts come.
    package mutating func reserve(_ markets: [Market]) {
        precondition(self.markets.isEmpty, "Condition failed: numbers are reserved before any market is listed")
        for market in markets {
            guard let id = registry.intern(market.ticker), Int(id.index) == self.markets.count else { continue }
            self.markets.append(market.renumbered(id))
            isSettled.append(false)
            untold.insert(id)
        }
    }

    /// The number of the market with this ticker, listing it when it is new.
    ///
    /// The listing is dated at the market's opening, when that lies between the last event and this one.
    ///
    /// - Returns: nil when the text is no ticker, or when the market is decided: there is nothing more to say of it.
    @inline(__always)
    package mutating func market(
        _ ticker: Span<UInt8>,
        at time: Timestamp,
        into events: inout [MarketEvent]
    ) -> MarketID? {
        guard let id = registry.intern(ticker) else { return nil }
        defer { reach(time) }
        if Int(id.index) >= markets.count {
            list(id, life: nil, at: time, into: &events)
        } else if isSettled[Int(id.index)] {
            afterSettlement += 1
            return nil
        }
        return id
    }

    /// Notes that time has come so far.
    @inline(__always) package mutating func reach(_ time: Timestamp) {
        if time > latest { latest = time }
    }

    /// Facts given for a market, the result among them.
    package func facts(of id: MarketID) -> MarketFacts? { facts[registry.ticker(of: id)] }

    /// The market with this number.
    package func market(_ id: MarketID) -> Market { markets[Int(id.index)] }

    /// Whether nothing is waiting in ``takeChanges()``.
    @inline(__always) package var hasChanges: Bool { !changed.isEmpty }

    /// Markets listed, or given another close, since this was last asked.
    package mutating func takeChanges() -> [MarketID] {
        defer { changed.removeAll(keepingCapacity: true) }
        return changed
    }

    /// Lists a market by what the venue's own answers say of it, or lists it anew when they say something new.
    ///
    /// - Returns: nil when the text is no ticker.
    package mutating func list(
        _ ticker: Ticker,
        at time: Timestamp,
        into events: inout [MarketEvent],
        make: (MarketID) -> Market
    ) -> MarketID? {
        guard let id = registry.intern(ticker) else { return nil }
        let market = make(id)
        if Int(id.index) >= markets.count {
            markets.append(market)
            isSettled.append(false)
        } else {
            guard untold.remove(id) != nil || markets[Int(id.index)] != market else { return id }
            markets[Int(id.index)] = market
        }
        reach(time)
        events.append(MarketEvent(time: time, .listed(market)))
        return id
    }

    /// The number of a market that is listed.
    @inline(__always) package func listed(_ ticker: Span<UInt8>) -> MarketID? { registry.known(ticker) }

    /// Records a status and tells of it, if it is new.
    package mutating func set(
        _ status: MarketStatus,
        of id: MarketID,
        at time: Timestamp,
        into events: inout [MarketEvent]
    ) {
        guard markets[Int(id.index)].status != status else { return }
        markets[Int(id.index)].status = status
        events.append(MarketEvent(time: time, .status(id, status)))
    }

    /// Records a result and tells of it.
    package mutating func settle(
        _ id: MarketID,
        _ settlement: Settlement,
        at time: Timestamp,
        into events: inout [MarketEvent]
    ) {
        isSettled[Int(id.index)] = true
        markets[Int(id.index)].status = .settled
        events.append(MarketEvent(time: time, .settled(id, settlement)))
    }

    /// Whether the market's result was told.
    package func isSettled(_ id: MarketID) -> Bool { isSettled[Int(id.index)] }

    private mutating func list(
        _ id: MarketID,
        life: Lifecycle?,
        at time: Timestamp,
        into events: inout [MarketEvent]
    ) {
        let ticker = registry.ticker(of: id)
        let market = Market.known(id: id, ticker: ticker, facts: facts[ticker], life: life, firstSeen: time)
        if facts[ticker]?.closeTime == nil, TickerGrammar(ticker).isAmbiguous { ambiguousTickers.append(ticker) }
        markets.append(market)
        isSettled.append(false)
        changed.append(id)
        let listing = life == nil ? min(time, max(latest, market.openTime)) : time
        events.append(MarketEvent(time: listing, .listed(market)))
    }

    /// Takes in a message on a market's life.
    ///
    /// A market nobody has listed is listed by `created` alone: the channel speaks of every market of the venue.
    package mutating func apply(
        _ life: Lifecycle,
        ticker: Span<UInt8>,
        at time: Timestamp,
        into events: inout [MarketEvent]
    ) {
        guard let id = known(ticker, life.event) else { return }
        if Int(id.index) >= markets.count { return list(id, life: life, at: time, into: &events) }
        let before = markets[Int(id.index)]
        var market = before
        switch life.event {
        case .created, .closeDateUpdated, .metadataUpdated, .priceLevelStructureUpdated:
            if let openTime = life.openTime { market.openTime = openTime }
            if let closeTime = life.closeTime {
                // Fees of a recording go by the close; those a venue told are today's.
                let isDated = market.fees.step == FeeSchedule.step(at: market.closeTime)
                if isDated { market.fees = market.fees.inForce(at: closeTime) }
                market.closeTime = closeTime
            }
            if let grid = life.grid { market.grid = grid }
            if let strike = life.strike { market.strike = strike }
            if let shard = life.shard { market.shard = shard }
            // Times that contradict one another are not believed.
            guard market != before, market.openTime <= market.closeTime else { return }
            markets[Int(id.index)] = market
            if market.closeTime != before.closeTime || market.openTime != before.openTime { changed.append(id) }
            events.append(MarketEvent(time: time, .listed(market)))
        case .activated: set(.active, of: id, at: time, into: &events)
        case .deactivated: set(.inactive, of: id, at: time, into: &events)
        case .determined:
            if !isSettled(id) { set(.closed, of: id, at: time, into: &events) }
            if let settlement = life.settlement { settle(id, settlement, at: time, into: &events) }
        case .settled, .unknown: break
        }
    }

    /// The number of a market that is listed, or is listed now by being created.
    private mutating func known(_ ticker: Span<UInt8>, _ event: Lifecycle.Event) -> MarketID? {
        if event == .created { return registry.intern(ticker) }
        return registry.known(ticker)
    }
}

extension Market {
    /// The same market with another number.
    fileprivate func renumbered(_ id: MarketID) -> Market {
        Market(
            id: id,
            ticker: ticker,
            series: series,
            openTime: openTime,
            closeTime: closeTime,
            grid: grid,
            fees: fees,
            strike: strike,
            shard: shard,
            status: status
        )
    }
}
