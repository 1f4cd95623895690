import DequeModule
import KBotModel

/// What outlives the process: the state that is kept, and an engine that goes on from it.
///
/// Recovery is the path of a long disconnect: every order that was not over may have become anything, so the venue is
/// asked, and what it says goes the usual way.
extension Engine {
    /// Makes an engine that goes on where another one was when its state was taken.
    ///
    /// The first event that is not the price of an underlying takes the state up: its markets are told, each order that was
    /// not over becomes one of unknown outcome and is looked up, what its time has passed for happens, and a new UTC day
    /// begins with what the account was worth before the event. A trade whose strategy is not among `strategies` loses its
    /// entry order, and keeps stop and target.
    ///
    /// - Parameters:
    ///   - configuration: what the run sets; the account's initial capital is the state's.
    ///   - strategies: asked in the order given.
    ///   - rules: asked in the order given.
    ///   - state: what was kept; its markets bear the numbers that the feed gives them.
    ///   - onHold: nothing is done for trades of the state but cancelling their entries, until ``Command/resume`` or
    ///     ``Command/flatten``; meanwhile nothing new is opened.
    public init(
        _ configuration: EngineConfiguration,
        strategies: [any Strategy],
        rules: [any RiskRule] = [],
        restoring state: EngineState,
        onHold: Bool = false
    ) {
        self.init(configuration, strategies: strategies, rules: rules)
        let isFresh = state.time == .distantPast
        resumption = Resumption(time: isFresh ? nil : state.time, isOnHold: onHold)
        if !isFresh { account = state.account }
        lastEquity = state.lastEquity
        blocks.restore(state.blocks)
        lossRoomIsGone = state.lossRoomIsGone
        targetsAreAway = state.targetsAreAway
        entryTimes = Deque(state.entryTimes)
        lastOrder = state.lastOrder
        earlierOrders = state.earlierOrders
        for record in state.records { restore(record) }
        for bracket in state.brackets {
            guard let bracket = restore(bracket) else { continue }
            bracket.market.brackets.append(bracket)
            brackets.append(bracket)
            if bracket.position.units < 0 { foreign.insert(bracket.market.facts.id) }
        }
        for bracket in state.ended {
            if let bracket = restore(bracket) { ended.append(bracket) }
        }
    }

    /// What must outlive the process. Cheap enough to be asked after each event that moved ``changes``.
    public var state: EngineState {
        var decided: [MarketID: Timestamp] = [:]
        var kept: [MarketID: MarketState] = [:]
        for (time, market) in released.reversed() {
            guard now - time <= EngineState.memory else { break }
            decided[market.facts.id] = time
            if !market.settledTrades.isEmpty { kept[market.facts.id] = market }
        }
        let late = ended.filter { $0.isLate(at: now) }
        for bracket in brackets + late { kept[bracket.market.facts.id] = bracket.market }
        return EngineState(
            time: resumption?.time ?? now,
            account: account,
            lastEquity: lastEquity,
            blocks: blocks.blocks.filter(\.lasts),
            lossRoomIsGone: lossRoomIsGone,
            targetsAreAway: targetsAreAway,
            entryTimes: entryTimes.filter { now == .distantPast || now - $0 < .minutes(1) },
            lastOrder: lastOrder,
            earlierOrders: earlierOrders,
            records: kept.values.map { MarketRecord($0, decided: decided[$0.facts.id]) }
                .sorted { $0.facts.id < $1.facts.id },
            brackets: brackets.map { BracketState($0) },
            ended: late.map { BracketState($0) }
        )
    }

    // MARK: Giving back

    private mutating func restore(_ record: MarketRecord) {
        let index = Int(record.facts.id.index)
        while markets.count <= index { markets.append(nil) }
        markets[index] = MarketState(record)
    }

    private mutating func restore(_ state: BracketState) -> Bracket? {
        guard let market = known(state.market) else { return nil }
        let bracket = Bracket(
            state,
            strategyIndex: strategies.firstIndex { $0.name == state.strategy },
            market: market
        )
        bracket.entry = state.entry.map { ManagedOrder($0, bracket: bracket) }
        bracket.targets = state.targets.map { ManagedOrder($0, bracket: bracket) }
        bracket.exits = state.exits.map { ManagedOrder($0, bracket: bracket) }
        for managed in bracket.orders {
            orders[managed.order.id] = managed
            market.orderIDs.append(managed.order.id)
        }
        return bracket
    }

    // MARK: The first event

    /// Takes up what the engine was restored with; the clock stands already.
    mutating func resume(_ resumption: Resumption) {
        self.resumption = nil
        changes &+= 1
        takeUpMarkets()
        for block in blocks.blocks { note(nil, .blocked(block.code)) }
        if lossRoomIsGone, !blocks.contains(.dailyLossLimit) { note(nil, .blocked(.dailyLossLimit)) }
        if !blocks.contains(.halted) { targetsAreAway = false }
        for managed in (brackets + ended).flatMap(\.orders).sorted(by: { $0.order.id < $1.order.id })
        where managed.order.state.isOpen || managed.order.state == .cancelled(.marketClosed) {
            // One that ended with its market may have filled before: a look-up brings the fills that nobody heard.
            if managed.order.state.isOpen { tell(managed, why: "of an earlier run") }
            out.append(.lookUp(managed.order.id))
        }
        // The answers are on their way: patience begins now.
        for bracket in brackets where bracket.answerDue != nil { bracket.answerDue = now + Self.answerPatience }
        if resumption.isOnHold { hold() }
        for bracket in brackets where bracket.strategyIndex == nil { takeOver(bracket) }
        if let block = blocks.first {
            for bracket in brackets { cancelEntry(of: bracket, why: block.code.text) }
        }
        runBracketDeadlines()
    }

    private mutating func takeUpMarkets() {
        for market in markets.compactMap({ $0 }) {
            note(market, .market(market.facts))
            guard market.settlement == nil else { continue }
            market.last.heard = now
            active.append(market)
            for index in strategies.indices { prepare(index, in: market) }
        }
    }

    /// Looks after a trade whose strategy does not run now.
    private mutating func takeOver(_ bracket: Bracket) {
        let ticker = bracket.market.facts.ticker
        let plan = bracket.plan
        note(
            bracket.market,
            .warning(
                .strategyMissing,
                bracket.position.units > 0
                    ? "\(ticker): \(bracket.position) contracts of \(bracket.strategy), which does not run now; "
                        + "stop \(plan.stop) and target \(plan.target) stay"
                    : "\(ticker): an entry of \(bracket.strategy), which does not run now; it is cancelled"
            )
        )
        cancelEntry(of: bracket, why: "its strategy does not run now")
    }

    /// Lets every trade wait for the operator.
    private mutating func hold() {
        guard !brackets.isEmpty else { return }
        for bracket in brackets {
            bracket.isHeld = true
            note(
                bracket.market,
                .warning(
                    .onHold,
                    "\(bracket.market.facts.ticker): \(bracket.position) contracts of \(bracket.strategy) wait for resume; "
                        + "neither stop \(bracket.plan.stop) nor target \(bracket.plan.target) acts"
                )
            )
        }
        block(.onHold, until: nil, "trades of an earlier run wait for the operator")
    }

    /// Remembers a trade that ended, for fills that are told late.
    mutating func remember(_ bracket: Bracket) {
        bracket.ended = now
        guard bracket.entry != nil else { return }
        ended.removeAll { $0 === bracket }  // it was taken up again meanwhile
        ended.append(bracket)
        while let oldest = ended.first, !oldest.isLate(at: now) { ended.removeFirst() }
    }
}

/// What a restored engine still has to do.
struct Resumption {
    /// Time the earlier engine had reached; nil when it had heard nothing.
    let time: Timestamp?
    /// Whether trades wait for the operator.
    let isOnHold: Bool
}

extension Bracket {
    /// Its orders: entry, targets, exits.
    var orders: [ManagedOrder] { (entry.map { [$0] } ?? []) + targets + exits }

    /// Whether it is over, and lately enough for fills that are told late.
    fileprivate func isLate(at time: Timestamp) -> Bool {
        guard phase == .done, let ended else { return false }
        return time - ended <= EngineState.lateness
    }
}

extension Engine {
    /// Numbers orders in an epoch of the account, for a fresh engine of an account whose earlier runs left nothing; to be called
    /// before the first event. A restored one is told with ``EngineState/begin(epoch:)``.
    public mutating func begin(epoch: Int32) {
        // The earlier runs left no trace of any order.
        earlierOrders = [0]
        lastOrder = ClientOrderID(epoch: epoch, number: 0).sequence
    }
}
