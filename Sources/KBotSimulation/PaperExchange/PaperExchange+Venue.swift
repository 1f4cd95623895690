public import KBotModel

/// What a venue that serves several customers asks of the paper exchange besides what the engine does.
///
/// Nothing here travels: these are the venue's own acts, carried out at the time the exchange has reached.
extension PaperExchange {
    /// What an order carries that the engine's own orders do not have.
    public struct VenueTerms: Hashable, Codable, Sendable {
        /// The order is refused, with ``RejectReason/other``, when it would take.
        public var isPostOnly: Bool
        /// Where it meets an order of the same account, that one is cancelled and this one goes on; else this one ends.
        public var cancelsOwnResting: Bool

        /// Makes terms.
        public init(isPostOnly: Bool = false, cancelsOwnResting: Bool = false) {
            self.isPostOnly = isPostOnly
            self.cancelsOwnResting = cancelsOwnResting
        }
    }

    /// Sends an order with such terms at `time`; it arrives after its delay.
    public mutating func submit(_ order: NewOrder, terms: VenueTerms, at time: Timestamp) {
        if terms != VenueTerms() { self.terms[order.id] = terms }
        submit(.place(order), at: time)
    }

    /// Moves cash in or, negative, out.
    public mutating func deposit(_ amount: Money) { account.deposit(amount) }

    /// Takes an open order off at once; false when there is none.
    @discardableResult
    public mutating func cancelNow(
        _ id: ClientOrderID,
        because reason: CancelReason,
        into output: inout [TimedVenueEvent]
    ) -> Bool {
        guard let (index, position) = find(id) else { return false }
        drop(position, in: index, reason, into: &output)
        fund(index, into: &output)
        return true
    }

    /// Sets when an open order dies by itself; nil for never.
    public mutating func setExpiration(of id: ClientOrderID, to expires: Timestamp?) {
        guard let (index, position) = find(id) else { return }
        markets[index].resting[position].expires = expires
        if let expires { schedule.plan(.expiry(id), at: max(expires, now)) }
    }

    /// Contracts ahead of a resting order at its own price; nil when it does not rest, or while the book is unknown.
    public func queueAhead(of id: ClientOrderID) -> Quantity? {
        find(id).flatMap {
            let order = markets[$0.market].resting[$0.position]
            return order.isQueueUnknown ? nil : order.ahead
        }
    }

    /// Why an order breaks its terms; nil when it does not.
    func breach(of terms: VenueTerms, by order: NewOrder, in index: Int) -> RejectReason? {
        guard terms.isPostOnly else { return nil }
        let crosses =
            markets[index].isMarketable(order.side, order.price, at: now)
            || markets[index].ownPrice(against: order.side, limit: order.price) != nil
        return crosses ? .other : nil
    }

    /// Cancels those resting orders of the account that an arriving order would trade with.
    ///
    /// Only those it reaches: what is displayed at better prices is taken first. A fill-or-kill order that will be
    /// killed anyway cancels nothing.
    mutating func makeWay(for order: NewOrder, in index: Int, into output: inout [TimedVenueEvent]) {
        if order.timeInForce == .fillOrKill,
            markets[index].available(to: order.side, upTo: order.price, inclusive: true) < order.count
        {
            return
        }
        while let own = markets[index].ownPrice(against: order.side, limit: order.price),
            markets[index].available(to: order.side, upTo: own, inclusive: false) < order.count,
            let position = markets[index].resting.firstIndex(where: {
                $0.side != order.side && $0.rests && $0.price == own
            })
        {
            drop(position, in: index, .selfTrade, into: &output)
        }
    }
}

extension PaperMarket {
    /// Contracts that a taker of this side finds up to a price, without what takers took already.
    func available(to side: BookSide, upTo limit: Price, inclusive: Bool) -> Quantity {
        let (outcome, ladder) = bids(against: side)
        var sum = Quantity.zero
        for bid in ladder.levels.reversed() {
            let level = outcome == .yes ? bid.price : bid.price.complement
            let isWithin = side == .bid ? level < limit : level > limit
            guard isWithin || inclusive && level == limit else { break }
            sum += max(.zero, bid.count - taken.count(of: outcome, at: bid.price))
        }
        return sum
    }
}
