/// One of our orders: what was sent, where it stands, what was filled.
///
/// The state moves only through ``apply(_:)``; fills are counted once, however often they are told.
public struct Order: Hashable, Codable, Sendable {
    /// What was done with an event.
    public enum Application: Hashable, Sendable {
        /// The order changed or the event confirmed what was known.
        case applied
        /// A fill that was counted before.
        case duplicate
        /// The event does not fit the state; the order is unchanged.
        case impossible
    }

    /// What was sent.
    public let request: NewOrder
    /// Where it stands.
    public private(set) var state: OrderState
    /// Contracts filled.
    public private(set) var filled: Quantity
    /// What the fills cost at their prices, without fees.
    public private(set) var filledValue: Money
    /// Fees of the fills.
    public private(set) var fees: Money
    /// Ids of the fills counted, in their order.
    public private(set) var trades: [Int64]

    /// Makes an order that is being sent.
    public init(_ request: NewOrder) {
        self.request = request
        state = .inFlight
        filled = .zero
        filledValue = .zero
        fees = .zero
        trades = []
    }

    /// The order's number.
    public var id: ClientOrderID { request.id }

    /// Contracts neither filled nor dead.
    public var remaining: Quantity { state.isOpen ? request.count - filled : .zero }

    /// Counts a fill once.
    public mutating func apply(_ fill: Fill) -> Application {
        guard !trades.contains(fill.trade) else { return .duplicate }
        guard fill.count.units > 0, filled + fill.count <= request.count else { return .impossible }
        let complete = filled + fill.count == request.count
        guard let next = state.after(.fill(complete: complete), hasFills: filled.units > 0) else { return .impossible }
        trades.append(fill.trade)
        filled += fill.count
        filledValue += Money.value(of: fill.count, at: fill.price)
        fees += fill.fee
        state = next
        return .applied
    }

    /// Moves the order along the table of ``OrderState/after(_:hasFills:)``.
    public mutating func apply(_ transition: OrderTransition) -> Application {
        if case .fill = transition { return .impossible }  // a fill carries its count: use the other form
        guard let next = state.after(transition, hasFills: filled.units > 0) else { return .impossible }
        state = next
        return .applied
    }

    /// Ends an order that the venue dropped with its market, if it still stood open.
    public mutating func endWithMarket() {
        if state.isOpen { state = .cancelled(.marketClosed) }
    }
}
