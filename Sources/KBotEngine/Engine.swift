import DequeModule
import KBotIndicators
public import KBotModel

/// The one engine behind backtest, replay, paper and live: events in, effects out.
///
/// Synchronous, and a pure function of its events: no clock, no randomness, no I/O. Time is the events' time; what must
/// happen by the clock is asked for with ``nextDeadline`` and comes back as a timer event. The order inside one step is
/// fixed: sequence check → book and candles → indicators → strategies → sizing → risk → order manager → effects.
///
/// The parts live beside this file: `Engine+Markets` (what is public), `Engine+Signals` (from candle to order),
/// `Engine+Orders` (what the venue says), `Engine+Brackets` (stops and deadlines), `Engine+Entries`, `Engine+Exits`,
/// `Engine+Risk` (equity, the day), `Engine+Halts` (what blocks entries), `Engine+Spot` (underlyings), `Engine+Timers`,
/// `Engine+Replacing` (new versions), `Engine+Recovery` (what outlives the process).
public struct Engine: ~Copyable {
    /// What the run set.
    public let configuration: EngineConfiguration
    var strategies: [any Strategy]
    var rules: [any RiskRule]
    /// Whether any strategy wants to hear trades.
    var hearsTrades = false
    /// Whether any strategy wants to hear changes of the book.
    var hearsBooks = false

    /// Largest time seen.
    public internal(set) var now = Timestamp.distantPast
    /// Time of the last event that was no price of an underlying: candles of markets and timers have come this far.
    var marketTime = Timestamp.distantPast
    var out: [Effect] = []

    var markets: ContiguousArray<MarketState?> = []
    /// Markets that still matter, in the order of their numbers.
    var active: [MarketState] = []
    var warnedIntervals: Set<String> = []
    var candleDue = Timestamp.distantFuture
    /// Underlyings that a strategy asked for.
    var spots: [SpotState] = []
    var timerDue = Timestamp.distantFuture
    /// Decided markets whose orders are still remembered, oldest first.
    var released = Deque<(time: Timestamp, market: MarketState)>()

    var account: Account
    var blocks = EntryBlocks()
    /// Whether a halt took the resting targets off the book; it lasts as long as the halt.
    var targetsAreAway = false
    /// Whether the last signal found less room under the daily loss limit than one contract needs.
    var lossRoomIsGone = false
    /// Markets in which the account holds something that is not kbot's.
    var foreign: Set<MarketID> = []
    var dayStart = Timestamp.distantFuture
    var entryTimes = Deque<Timestamp>()
    var lastEquity: Money?

    /// Trades on their way, oldest first.
    var brackets: [Bracket] = []
    var bracketDue = Timestamp.distantFuture
    var orders: [ClientOrderID: ManagedOrder] = [:]
    var lastOrder: Int64 = 0
    /// What it was at the end of each earlier epoch.
    var earlierOrders: [Int64] = []
    /// Trades that ended a while ago, oldest first: fills of them may still be told.
    var ended = Deque<Bracket>()

    /// Counts what has changed in ``state`` besides time and marks: orders, fills, trades, the account, blocks. Who keeps
    /// states looks at this after an event instead of comparing them.
    public internal(set) var changes: UInt64 = 0
    /// What is still to be done for the state the engine was restored from, at its first event.
    var resumption: Resumption?

    /// Makes an engine; strategies and rules are asked in the order given.
    public init(_ configuration: EngineConfiguration, strategies: [any Strategy], rules: [any RiskRule] = []) {
        self.configuration = configuration
        self.strategies = strategies
        self.rules = rules
        account = Account(initialCapital: configuration.initialCapital, at: Timestamp(seconds: 0))
        lastEquity = configuration.initialCapital
        listen()
        makeSpots()
    }

    /// Finds out which callbacks any strategy wants.
    mutating func listen() {
        hearsTrades = strategies.contains { $0.callbacks.contains(.trade) }
        hearsBooks = strategies.contains { $0.callbacks.contains(.book) }
    }

    deinit {
        // Orders, brackets and markets hold each other while they matter; an engine that is dropped lets go of them.
        for managed in orders.values { managed.bracket.forgetOrders() }
        for bracket in brackets { bracket.market.brackets = [] }
    }

    /// The next time at which the engine wants a timer event; `distantFuture` when nothing is planned.
    ///
    /// Whoever feeds the engine must send that timer before any event of a later time.
    @inlinable public var nextDeadline: Timestamp { deadline }
    @usableFromInline var deadline = Timestamp.distantFuture

    /// Takes in one event and appends what follows from it, in order.
    public mutating func process(_ event: Event, into effects: inout [Effect]) {
        swap(&out, &effects)
        step(event)
        planDeadline()
        swap(&out, &effects)
    }

    /// Takes in one event and returns what follows from it.
    public mutating func process(_ event: Event) -> [Effect] {
        var effects: [Effect] = []
        process(event, into: &effects)
        return effects
    }

    mutating func planDeadline() {
        deadline = min(min(candleDue, bracketDue, dayStart, timerDue), blocks.nextEnd ?? .distantFuture)
    }

    private mutating func step(_ event: Event) {
        if now == .distantPast {
            if keepEarlySpot(event) { return }
            start(at: event.time)
        }
        if event.time > now { now = event.time }
        if now >= dayStart { beginDay() }
        if let end = blocks.nextEnd, now >= end { endBlocks() }
        switch event {
        case .market(let event):
            handle(event)
            // A price of an underlying moves no market's clock: what is due there waits for its timer.
            if event.isSpot { return }
        case .venue(_, let event): handle(event)
        case .timer: break
        case .feed(_, let health): handle(health)
        case .command(_, let command): handle(command)
        }
        marketTime = now
        if now >= candleDue { closeCandles() }
        if now >= bracketDue { runBracketDeadlines() }
        if now >= timerDue { runTimers() }
    }

    /// Keeps a price of an underlying that comes before the first event of a market.
    private mutating func keepEarlySpot(_ event: Event) -> Bool {
        guard case .market(let event) = event else { return false }
        switch event.kind {
        case .spot(let symbol, let price): hearEarly(symbol, .tick(event.time, price), at: event.time)
        case .spotCandle(let symbol, let candle): hearEarly(symbol, .candle(candle), at: event.time)
        default: return false
        }
        return true
    }

    private mutating func start(at time: Timestamp) {
        let resumption = resumption
        now = max(time, resumption?.time ?? time)
        marketTime = now
        if resumption?.time == nil { account = Account(initialCapital: configuration.initialCapital, at: now) }
        dayStart = account.day.next.start
        for index in strategies.indices { prepareSpot(of: index) }
        if !configuration.keepsTrades { for spot in spots { spot.forgetInputs() } }
        planTimers()
        for strategy in strategies {
            strategy.onStart(at: now)
            tellMessages(of: strategy)
        }
        if let resumption { resume(resumption) }
    }

    /// Tells the strategies that the run ends; appends what they still have to say.
    public mutating func finish(into effects: inout [Effect]) {
        swap(&out, &effects)
        for strategy in strategies {
            strategy.onStop(at: now)
            tellMessages(of: strategy)
        }
        swap(&out, &effects)
    }

    // MARK: Telling

    mutating func note(_ market: MarketState?, _ kind: Note.Kind) {
        out.append(.note(Note(time: now, market: market?.facts.id, kind)))
    }

    mutating func tellMessages(of strategy: any Strategy, in market: MarketState? = nil) {
        tell(strategy.takeMessages(), of: strategy.name, in: market)
    }

    mutating func tell(_ messages: [StrategyMessage], of script: StrategyName, in market: MarketState?) {
        for message in messages {
            switch message {
            case .log(let text): note(market, .script(script, text))
            case .failure(let text): note(market, .warning(.scriptFailed, "\(script): \(text)"))
            }
        }
    }
}
