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
    ///   - quiet: hears candles that lead to nothing, in place of the notes of each, while bars pass that reach nothing of
    ///     ours; nil for somebody who wants them as notes.
    ///   - listen: hears every note, in order. Like `pause`, it sees the engine it is given and must not ask the session.
    package init(
        engine: consuming Engine,
        venue: OrderVenue,
        speed: Speed,
        schedule: [ScheduledChange] = [],
        commands: [(afterEvents: Int, command: Command)] = [],
        journal: (any SessionJournal)? = nil,
        pause: @escaping (inout Engine, Int, inout PauseWork) -> Bool = { _, _, _ in true },
        quiet: ((borrowing QuietCandle) -> Void)? = nil,
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
        untouched bars: ArraySlice<MarketBar>,
        until end: Timestamp,
        counting prints: (Candle, Price) -> Int?
    ) throws -> Int {
        try machine.pass(untouched: bars, until: end, counting: prints)
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
