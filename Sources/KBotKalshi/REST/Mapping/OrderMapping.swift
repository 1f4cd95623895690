package import KBotModel

/// What all orders of a run have in common.
package struct OrderTerms: Hashable, Sendable {
    /// The run: the first part of our ids.
    package let run: RunID
    /// The subaccount traded on.
    package var subaccount: Int32?
    /// The order group that is the last fuse.
    package var group: String?
    /// What happens at a cross with our own.
    package var selfTrade = SelfTradePrevention.takerAtCross

    /// Makes terms; nil when the run's id could not stand in ours: 1 to 40 letters, digits and `_ -`.
    package init?(run: RunID) {
        guard (1...40).contains(run.text.utf8.count), run.text.utf8.allSatisfy(Self.isPlain) else { return nil }
        self.run = run
    }

    /// Our id of an order as the venue sees it: `run-17`. Runs have names of their own, so none comes twice.
    package func clientID(_ id: ClientOrderID) -> String { "\(run)-\(id.sequence)" }

    /// The order that an id names; nil for one that is not of this run.
    package func order(_ clientID: String) -> ClientOrderID? {
        let prefix = "\(run)-"
        guard clientID.hasPrefix(prefix), let sequence = Int64(clientID.dropFirst(prefix.count)), sequence > 0,
            self.clientID(ClientOrderID(sequence)) == clientID
        else { return nil }
        return ClientOrderID(sequence)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & ~0x20) || byte == UInt8(ascii: "_")
            || byte == UInt8(ascii: "-")
    }
}

extension CreateOrder {
    /// An order of the engine as the venue takes it.
    ///
    /// An order that rests is cancelled by a pause and, when it opens risk, stands in the run's group. One that reduces
    /// stays out of it: when the fuse blows, the way out must stay open.
    package init(_ order: NewOrder, in market: Market, terms: OrderTerms) {
        self.init(
            ticker: market.ticker,
            clientID: terms.clientID(order.id),
            side: order.side,
            count: order.count,
            price: order.price,
            timeInForce: .goodTillCanceled,
            selfTrade: terms.selfTrade
        )
        switch order.timeInForce {
        case .goodTillCancelled(let expiration):
            expires = expiration
            cancelsOnPause = true
        case .immediateOrCancel: timeInForce = .immediateOrCancel
        case .fillOrKill: timeInForce = .fillOrKill
        }
        // The venue refuses the flag on any other kind of order; the engine's own care holds there.
        if order.reduceOnly, timeInForce == .immediateOrCancel { isReduceOnly = true }
        if !order.reduceOnly { group = terms.group }
        subaccount = terms.subaccount
        shard = market.shard
    }
}

extension OrderRow {
    /// What the engine wants to know of an order that it asked about.
    ///
    /// A word that came later counts as resting while contracts remain, and as cancelled when none do.
    package var snapshot: OrderSnapshot {
        let status: OrderSnapshot.Status =
            switch self.status.known {
            case .resting?: .resting
            case .executed?: .executed
            case .canceled?: .cancelled
            case nil: remaining > .zero ? .resting : .cancelled
            }
        return OrderSnapshot(status: status, filled: filled)
    }
}

extension FillRow {
    /// The fill in the engine's terms, of an order of ours.
    package func fill(of order: ClientOrderID, in market: MarketID) -> Fill {
        Fill(
            trade: tradeNumber(id),
            order: order,
            market: market,
            side: side,
            price: yesPrice,
            count: count,
            liquidity: isTaker ? .taker : .maker,
            fee: fee
        )
    }
}

/// A number for the venue's id of a trade: the same for one id in every process, at least 0, and different for different
/// ids but for one chance in 2⁶³.
package func tradeNumber(_ id: String) -> Int64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in id.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    // The last bytes of an id have met few multiplications: spread them over all bits.
    hash = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
    hash = (hash ^ (hash >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int64((hash ^ (hash >> 31)) >> 1)
}

extension SettlementRow {
    /// How the market was decided; nil for a scalar result without its value.
    package var settlement: Settlement? {
        switch result.known {
        case .yes?: return .yes
        case .no?: return .no
        case .scalar?, .undecided?, nil:
            guard let valueCents, (0...100).contains(valueCents) else { return nil }
            return Settlement(value: Price(cents: Int32(valueCents)))
        }
    }
}

extension VenueError {
    /// The engine's word for a refusal.
    package var rejectReason: RejectReason {
        switch kind {
        case .insufficientBalance: .insufficientBalance
        case .invalidPrice: .invalidPrice
        case .marketInactive: .marketInactive
        case .orderAlreadyExists: .orderAlreadyExists
        case .notFilled: .fillOrKill
        default: .other
        }
    }
}
