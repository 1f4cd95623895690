package import KBotEngine
package import KBotModel
package import KBotSimulation

/// The engine, who carries out its requests, and who listens to it.
///
/// A plain synchronous loop. For each market event: first everything due before it (what the exchange delayed, the
/// engine's timers), then the paper exchange hears it, then the engine, then what the exchange made of it. At equal times
/// the order is: exchange, book and trades, timers. With a venue's carrier in the place of the paper exchange, what the
/// venue says comes in by ``deliver(_:at:)``.
package final class TradingSession {
    /// Everything that changes, in one value: a market event costs one check of exclusive access, not one for each part.
    private var machine: Machine

    /// Makes a session.
    ///
    /// - Parameters:
    ///   - engine: the engine, fresh.
    ///   - venue: who carries out the engine's requests.
    ///   - speed: how fast time passes.
    ///   - schedule: changes of the engine, each at its place in the events.
    ///   - commands: what an operator is to say, each at its place in the events.
    ///   - journal: keeps what goes into the engine and comes out of it; nil for a run that leaves nothing behind.
    ///   - pause: called every 50 ms while waiting at a finite speed, and by ``pause()``: between two events, so that it may
    ///     change the engine. It hears how many events the engine has taken in; false ends the wait.
    ///   - quiet: hears candles that lead to nothing, in place of the two notes of each, while bars pass in which nothing of
    ///     ours is; nil for somebody who wants them as notes.
    ///   - listen: hears every note, in order. Like `pause`, it sees the engine it is given and must not ask the session.
    package init(
        engine: consuming Engine,
        venue: OrderVenue,
        speed: Speed,
        schedule: [ScheduledChange] = [],
        commands: [(afterEvents: Int, command: Command)] = [],
        journal: (any SessionJournal)? = nil,
        pause: @escaping (inout Engine, Int, inout PauseWork) -> Bool = { _, _, _ in true },
        quiet: ((borrowing QuietCandle) throws -> Void)? = nil,
        listen: @escaping (Note, borrowing Engine) throws -> Void
    ) {
        machine = Machine(
            engine: engine,
            venue: venue,
            pacer: Pacer(speed),
            schedule: schedule,
            commands: commands,
            journal: journal,
            pause: pause,
            quiet: quiet,
            listen: listen
        )
    }

    /// A change of the engine that is made once it has taken in so many events.
    package struct ScheduledChange {
        let afterEvents: Int
        let make: (inout Engine, inout [Effect]) throws -> Void
    }

    /// What a pause wants done once it is over.
    package struct PauseWork {
        /// What followed from changes of the engine.
        package var effects: [Effect] = []
        /// What an operator wants.
        package var commands: [Command] = []

        var isEmpty: Bool { effects.isEmpty && commands.isEmpty }
    }

    /// Lets whoever waits for a pause have one, between two events.
    package func pause() throws { try machine.pause() }

    /// Events the engine has taken in.
    package var eventsTaken: Int { machine.events }

    /// Market time reached.
    package var now: Timestamp { machine.engine.now }

    /// Takes in one market event.
    package func process(_ event: MarketEvent) throws { try machine.process(event) }

    /// Whether a bar's trades would change nothing but candles and the last price; see ``Engine/isUntouched(by:in:)``.
    ///
    /// Never while somebody wants to hear every event.
    package func isUntouched(by bar: Candle, in market: MarketID) -> Bool {
        machine.takesWholeBars && machine.engine.isUntouched(by: bar, in: market)
    }

    /// Takes in all trades of a bar that touches nothing; see ``Engine/pass(_:in:)``.
    package func pass(_ bar: Candle, in market: MarketID) { machine.pass(bar, in: market) }

    /// Takes in bars of one market, one after the other with the timers between them, for as long as they reach nothing of
    /// ours and nothing follows from them.
    ///
    /// - Parameters:
    ///   - bars: the bars. The last only tells when it begins and is never taken, nor is one that ends after the next begins.
    ///   - end: none that ends after it is taken.
    ///   - prints: how many trades a bar's path has, given the last price before it; nil when it reaches something of ours
    ///     at the venue. It must stay as it is while nothing is sent.
    /// - Returns: how many were taken. What was sent waits for its answers; timers up to the next bar's start may not have
    ///   run.
    /// - Throws: what the listener throws.
    package func pass(
        calm bars: ArraySlice<MarketBar>,
        until end: Timestamp,
        counting prints: (Candle, Price) -> Int?
    ) throws -> Int {
        try machine.pass(calm: bars, until: end, counting: prints)
    }

    /// Takes in a price of an underlying from before the first event of a market, without waiting for its time.
    package func warmUp(_ event: MarketEvent) throws { try machine.warmUp(event) }

    /// Lets the exchange and the engine's timers run up to a time; timers at exactly that time stay for later.
    package func advance(to time: Timestamp) throws { try machine.advance(to: time) }

    /// Takes in what the venue said of our own orders.
    package func deliver(_ event: VenueEvent, at time: Timestamp) throws { try machine.deliver(event, at: time) }

    /// Says whether market data can be trusted to be current.
    package func health(_ health: FeedHealth, at time: Timestamp) throws { try machine.health(health, at: time) }

    /// When the engine or the paper exchange next has something to do, in market time.
    package var nextDue: Timestamp { machine.nextDue }

    /// Gives an operator's command.
    package func command(_ command: Command) throws { try machine.command(command) }

    /// Lets the clock tell the engine the time, for one that begins with what an earlier run left open.
    package func wake(at time: Timestamp) throws { try machine.wake(at: time) }

    /// Ends the run: strategies say goodbye.
    package func finish() throws { try machine.finish() }

    /// Reads something off the engine.
    package func read<Value>(_ body: (borrowing Engine) throws -> Value) rethrows -> Value { try body(machine.engine) }

    /// What the paper exchange counted; nil without one.
    package var statistics: PaperStatistics? { machine.exchange?.statistics }

    /// Cash at the paper exchange, without what resting orders hold; nil without one.
    package var exchangeCash: Money? { machine.exchange?.cash }

    /// Cash held for resting orders at the paper exchange; nil without one.
    package var exchangeReserved: Money? { machine.exchange?.reserved }
}

/// Who carries out the engine's requests.
package enum OrderVenue {
    /// The paper exchange, with the account's cash.
    case paper(PaperExchange)
    /// A real venue, or one that speaks as it does.
    case carrier(any OrderCarrier)
}

/// Takes the engine's requests to a venue that answers in its own time.
package protocol OrderCarrier: AnyObject {
    /// Sends a request; what comes of it is told by ``TradingSession/deliver(_:at:)`` later.
    func submit(_ request: OrderRequest, at time: Timestamp)

    /// Asks what became of an order; the answer is a `.found`, later.
    func lookUp(_ id: ClientOrderID, at time: Timestamp)
}

/// Keeps what goes into an engine and comes out of it, in order.
package protocol SessionJournal: AnyObject {
    /// Hears an event that the engine is about to take in.
    func hear(_ event: Event)

    /// Hears what the engine wants done, before anything of it is.
    ///
    /// - Returns: new orders that must not be sent, because they could not be written down first.
    func hear(_ effects: [Effect], _ engine: borrowing Engine) -> Set<ClientOrderID>

    /// Whether it wants each single event, and so bars print by print; else they may be taken whole.
    var hearsEvents: Bool { get }

    /// Hears a candle that led to nothing, in place of the effects that tell it; asked of who hears no events.
    func hear(_ candle: borrowing QuietCandle)

    /// Whether the run has an account that goes on in the next one, so that ``settle(_:_:afterEvents:)`` is wanted.
    var keepsState: Bool { get }

    /// Keeps the state after an event that changed it: all that followed from it is done, and the engine and the paper
    /// exchange fit together.
    ///
    /// - Returns: false when that failed, and is to be tried again after the next event.
    func settle(_ engine: borrowing Engine, _ exchange: PaperExchange?, afterEvents: Int) -> Bool
}

extension SessionJournal {
    /// Whoever keeps what went in hears everything.
    package var hearsEvents: Bool { true }

    /// Nothing to hear for who hears every event.
    package func hear(_ candle: borrowing QuietCandle) {}
}

/// What a session is made of, and how it turns.
private struct Machine: ~Copyable {
    var engine: Engine
    /// Not both: one of them has the account.
    var exchange: PaperExchange?
    private let carrier: (any OrderCarrier)?
    /// Events the engine has taken in.
    private(set) var events = 0
    private var pacer: Pacer?
    /// What is still to be changed, the first change last.
    private var schedule: [TradingSession.ScheduledChange]
    /// What an operator is still to say, the first last.
    private var commands: [(afterEvents: Int, command: Command)]
    private let journal: (any SessionJournal)?
    /// The journal, when it keeps the state, and what the engine had counted when it last did.
    private let keeper: (any SessionJournal)?
    private var changesKept: UInt64?
    private let pauseWith: (inout Engine, Int, inout TradingSession.PauseWork) -> Bool
    private let quiet: ((borrowing QuietCandle) throws -> Void)?
    private let listen: (Note, borrowing Engine) throws -> Void
    private var effects: [Effect] = []
    private var answers: [TimedVenueEvent] = []
    private var lookUps: [ClientOrderID] = []

    init(
        engine: consuming Engine,
        venue: OrderVenue,
        pacer: Pacer?,
        schedule: [TradingSession.ScheduledChange],
        commands: [(afterEvents: Int, command: Command)],
        journal: (any SessionJournal)?,
        pause: @escaping (inout Engine, Int, inout TradingSession.PauseWork) -> Bool,
        quiet: ((borrowing QuietCandle) throws -> Void)?,
        listen: @escaping (Note, borrowing Engine) throws -> Void
    ) {
        self.engine = engine
        switch venue {
        case .paper(let exchange): (self.exchange, carrier) = (exchange, nil)
        case .carrier(let carrier): (exchange, self.carrier) = (nil, carrier)
        }
        self.pacer = pacer
        self.schedule = schedule.sorted { $0.afterEvents > $1.afterEvents }
        self.commands = commands.sorted { $0.afterEvents > $1.afterEvents }
        self.journal = journal
        keeper = journal?.keepsState == true ? journal : nil
        pauseWith = pause
        self.quiet = quiet
        self.listen = listen
    }

    mutating func process(_ event: MarketEvent) throws {
        while true {
            if nextDue <= event.time { try advance(to: event.time) }
            // A pause can put a new deadline before the event.
            if pacer == nil { break }
            if try !wait(for: event.time) { break }
        }
        exchange?.handle(event, into: &answers)
        try feed(.market(event))
        if !answers.isEmpty { try deliver() }
        settle()
    }

    /// Whether nobody counts or hears single events.
    var takesWholeBars: Bool {
        journal?.hearsEvents != true && exchange == nil && pacer == nil && schedule.isEmpty && commands.isEmpty
    }

    mutating func pass(_ bar: Candle, in market: MarketID) {
        engine.pass(bar, in: market)
        events += Int(bar.trades)
    }

    mutating func pass(
        calm bars: ArraySlice<MarketBar>,
        until end: Timestamp,
        counting prints: (Candle, Price) -> Int?
    ) throws -> Int {
        guard takesWholeBars else { return 0 }
        let changes = engine.changes
        var place = bars.startIndex
        while place < bars.endIndex - 1 {
            let bar = bars[place].bar
            let market = bars[place].market
            guard bar.end <= end, bar.end <= bars[place + 1].bar.start else { break }
            while engine.nextDeadline <= bar.start, engine.changes == changes {
                try feed(.timer(engine.nextDeadline))
            }
            guard engine.changes == changes, engine.isUntouched(by: bar, in: market) else { break }
            let passed = try pass(quiet: bars[place...], until: end, counting: prints)
            place += passed
            guard engine.changes == changes else { break }
            guard passed == 0 else { continue }
            // Somebody wants every note, or the clock has more to do than to close one candle.
            guard engine.isCalm(in: market), let last = engine.lastPrice(in: market), let count = prints(bar, last)
            else { break }
            var whole = bar
            whole.trades = Int32(count)
            pass(whole, in: market)
            place += 1
        }
        return place - bars.startIndex
    }

    /// Takes bars whose candles lead to nothing; how many they were.
    private mutating func pass(
        quiet bars: ArraySlice<MarketBar>,
        until end: Timestamp,
        counting prints: (Candle, Price) -> Int?
    ) throws -> Int {
        guard let quiet else { return 0 }
        let journal = journal
        let changes = engine.changes
        var taken = 0
        while true {
            let passed = try engine.pass(
                quiet: bars.dropFirst(taken),
                until: end,
                counting: prints,
                telling: { candle in
                    journal?.hear(candle)
                    try quiet(candle)
                },
                into: &effects
            )
            taken += passed.bars
            events += passed.events
            guard !effects.isEmpty else { return taken }
            try perform()
            guard engine.changes == changes else { return taken }
        }
    }

    mutating func deliver(_ event: VenueEvent, at time: Timestamp) throws {
        if nextDue < time { try advance(to: time) }
        try feed(.venue(time, event))
        settle()
    }

    mutating func health(_ health: FeedHealth, at time: Timestamp) throws {
        try feed(.feed(time, health))
        settle()
    }

    mutating func warmUp(_ event: MarketEvent) throws { try feed(.market(event)) }

    mutating func wake(at time: Timestamp) throws {
        try feed(.timer(time))
        try deliver()
        settle()
    }

    mutating func advance(to time: Timestamp) throws {
        while true {
            let exchangeDue = exchange?.nextDue ?? .distantFuture
            let timer = engine.nextDeadline
            if exchangeDue <= time, exchangeDue <= timer {
                if pacer != nil, try wait(for: exchangeDue) { continue }
                exchange?.advance(to: exchangeDue, into: &answers)
                try deliver()
                settle()
            } else if timer < time {
                if pacer != nil, try wait(for: timer) { continue }
                try feed(.timer(timer))
                try deliver()
                settle()
            } else {
                return
            }
        }
    }

    mutating func command(_ command: Command) throws {
        try feed(.command(engine.now, command))
        try deliver()
        settle()
    }

    mutating func finish() throws {
        engine.finish(into: &effects)
        try perform()
        settle()
    }

    mutating func pause() throws {
        var work = TradingSession.PauseWork()
        _ = pauseWith(&engine, events, &work)
        try carryOut(&work)
    }

    /// Does what a pause wants; true when there was anything.
    @discardableResult
    private mutating func carryOut(_ work: inout TradingSession.PauseWork) throws -> Bool {
        guard !work.isEmpty else { return false }
        swap(&effects, &work.effects)
        try perform()
        for command in work.commands { try self.command(command) }
        settle()
        return true
    }

    /// Lets the journal keep the state, if anything of it has changed.
    private mutating func settle() {
        guard let keeper, engine.changes != changesKept else { return }
        let changes = engine.changes
        if keeper.settle(engine, exchange, afterEvents: events) { changesKept = changes }
    }

    var nextDue: Timestamp { min(exchange?.nextDue ?? .distantFuture, engine.nextDeadline) }

    /// Waits until a market time has come; true when a pause changed something, and what is due must be asked again.
    private mutating func wait(for time: Timestamp) throws -> Bool {
        guard var pacer else { return false }
        var work = TradingSession.PauseWork()
        pacer.wait(for: time) { pauseWith(&engine, events, &work) && work.isEmpty }
        self.pacer = pacer
        return try carryOut(&work)
    }

    private mutating func feed(_ event: Event) throws {
        journal?.hear(event)
        engine.process(event, into: &effects)
        events += 1
        if !effects.isEmpty { try perform() }
        while let change = schedule.last, change.afterEvents <= events {
            schedule.removeLast()
            try change.make(&engine, &effects)
            try perform()
        }
        while let next = commands.last, next.afterEvents <= events {
            commands.removeLast()
            // Whoever feeds this event delivers what the exchange has to say, once.
            try feed(.command(engine.now, next.command))
        }
    }

    /// Carries out the engine's effects; look-ups are answered after them.
    private mutating func perform() throws {
        let refused = journal?.hear(effects, engine) ?? []
        for effect in effects {
            switch effect {
            case .send(let approved):
                if !refused.isEmpty, case .place(let order) = approved.request, refused.contains(order.id) { continue }
                exchange?.submit(approved.request, at: engine.now)
                carrier?.submit(approved.request, at: engine.now)
            case .lookUp(let id):
                if let carrier { carrier.lookUp(id, at: engine.now) } else { lookUps.append(id) }
            case .note(let note): try listen(note, engine)
            }
        }
        effects.removeAll(keepingCapacity: true)
        if !refused.isEmpty { for id in refused.sorted() { try feed(.venue(engine.now, .rejected(id, .other))) } }
        while let id = lookUps.popLast() {
            guard let told = exchange?.tellAgain(id) else { continue }
            for event in told { try feed(.venue(engine.now, event)) }
        }
    }

    /// Tells the engine what the exchange said.
    private mutating func deliver() throws {
        var index = 0
        while index < answers.count {
            let answer = answers[index]
            try feed(.venue(answer.time, answer.event))
            index += 1
        }
        answers.removeAll(keepingCapacity: true)
    }
}
