import KBotEngine
import KBotModel
import KBotSimulation

/// What a session is made of, and how it turns.
struct Machine: ~Copyable {
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
    private let quiet: ((borrowing QuietCandle) -> Void)?
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
        quiet: ((borrowing QuietCandle) -> Void)?,
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
        journal?.hearsEvents != true && keeper == nil && exchange == nil && pacer == nil && schedule.isEmpty
            && commands.isEmpty
    }

    mutating func pass(_ bar: Candle, in market: MarketID) {
        engine.pass(bar, in: market)
        events += Int(bar.trades)
    }

    mutating func pass(
        untouched bars: ArraySlice<MarketBar>,
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
            let passed = engine.pass(
                quiet: bars.dropFirst(taken),
                until: end,
                counting: prints,
                telling: { candle in
                    journal?.hear(candle)
                    quiet(candle)
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
