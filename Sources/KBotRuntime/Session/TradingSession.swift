package import KBotEngine
package import KBotModel
package import KBotSimulation

/// One run on paper: a feed, the engine and the paper exchange, and who listens to them.
///
/// A plain synchronous loop. For each market event: first everything due before it (what the exchange delayed, the
/// engine's timers), then the exchange hears it, then the engine, then what the exchange made of it. At equal times the
/// order is: exchange, book and trades, timers.
package final class TradingSession {
    /// Everything that changes, in one value: a market event costs one check of exclusive access, not one for each part.
    private var machine: Machine

    /// Makes a session.
    ///
    /// - Parameters:
    ///   - engine: the engine, fresh.
    ///   - exchange: the paper exchange, with the account's cash.
    ///   - speed: how fast time passes.
    ///   - idle: called every 50 ms while waiting at a finite speed; false ends the wait.
    ///   - listen: hears every note, in order. Like `idle`, it sees the engine it is given and must not ask the session.
    package init(
        engine: consuming Engine,
        exchange: PaperExchange,
        speed: Speed,
        idle: @escaping (borrowing Engine) -> Bool = { _ in true },
        listen: @escaping (Note, borrowing Engine) throws -> Void
    ) {
        machine = Machine(engine: engine, exchange: exchange, pacer: Pacer(speed), idle: idle, listen: listen)
    }

    /// Market time reached.
    package var now: Timestamp { machine.engine.now }

    /// Takes in one market event.
    package func process(_ event: MarketEvent) throws { try machine.process(event) }

    /// Lets the exchange and the engine's timers run up to a time; timers at exactly that time stay for later.
    package func advance(to time: Timestamp) throws { try machine.advance(to: time) }

    /// Gives an operator's command.
    package func command(_ command: Command) throws { try machine.command(command) }

    /// Ends the run: strategies say goodbye.
    package func finish() throws { try machine.finish() }

    /// Reads something off the engine.
    package func read<Value>(_ body: (borrowing Engine) throws -> Value) rethrows -> Value { try body(machine.engine) }

    /// What the paper exchange counted.
    package var statistics: PaperStatistics { machine.exchange.statistics }

    /// Cash at the paper exchange, without what resting orders hold.
    package var exchangeCash: Money { machine.exchange.cash }

    /// Cash held for resting orders at the paper exchange.
    package var exchangeReserved: Money { machine.exchange.reserved }
}

/// What a session is made of, and how it turns.
private struct Machine: ~Copyable {
    var engine: Engine
    var exchange: PaperExchange
    private var pacer: Pacer?
    private let idle: (borrowing Engine) -> Bool
    private let listen: (Note, borrowing Engine) throws -> Void
    private var effects: [Effect] = []
    private var answers: [TimedVenueEvent] = []
    private var lookUps: [ClientOrderID] = []

    init(
        engine: consuming Engine,
        exchange: PaperExchange,
        pacer: Pacer?,
        idle: @escaping (borrowing Engine) -> Bool,
        listen: @escaping (Note, borrowing Engine) throws -> Void
    ) {
        self.engine = engine
        self.exchange = exchange
        self.pacer = pacer
        self.idle = idle
        self.listen = listen
    }

    mutating func process(_ event: MarketEvent) throws {
        if nextDue <= event.time { try advance(to: event.time) }
        if pacer != nil { wait(for: event.time) }
        exchange.handle(event, into: &answers)
        try feed(.market(event))
        if !answers.isEmpty { try deliver() }
    }

    mutating func advance(to time: Timestamp) throws {
        while true {
            let exchangeDue = exchange.nextDue ?? .distantFuture
            let timer = engine.nextDeadline
            if exchangeDue <= time, exchangeDue <= timer {
                if pacer != nil { wait(for: exchangeDue) }
                exchange.advance(to: exchangeDue, into: &answers)
                try deliver()
            } else if timer < time {
                if pacer != nil { wait(for: timer) }
                try feed(.timer(timer))
                try deliver()
            } else {
                return
            }
        }
    }

    mutating func command(_ command: Command) throws {
        try feed(.command(engine.now, command))
        try deliver()
    }

    mutating func finish() throws {
        engine.finish(into: &effects)
        try perform()
    }

    private var nextDue: Timestamp { min(exchange.nextDue ?? .distantFuture, engine.nextDeadline) }

    private mutating func wait(for time: Timestamp) {
        guard var pacer else { return }
        pacer.wait(for: time) { idle(engine) }
        self.pacer = pacer
    }

    private mutating func feed(_ event: Event) throws {
        engine.process(event, into: &effects)
        if !effects.isEmpty { try perform() }
    }

    /// Carries out the engine's effects; look-ups are answered after them.
    private mutating func perform() throws {
        for effect in effects {
            switch effect {
            case .send(let approved): exchange.submit(approved.request, at: engine.now)
            case .lookUp(let id): lookUps.append(id)
            case .note(let note): try listen(note, engine)
            }
        }
        effects.removeAll(keepingCapacity: true)
        while let id = lookUps.popLast() {
            try feed(.venue(engine.now, .found(id, exchange.lookUp(id))))
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
