package import KBotEngine
package import KBotModel
package import KBotSimulation

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
