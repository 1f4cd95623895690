import KBotModel

/// What an account did and has in one market, for reports; the paper exchange keeps the cash.
///
/// It adds up: cash, free and locked, + ``exposure`` of all holdings = what was paid in + ``realized`` − ``fees``.
struct Holding {
    /// Contracts: plus is YES, minus is NO.
    private(set) var position = Quantity.zero
    /// What the contracts held cost, without fees.
    private(set) var exposure = Money.zero
    /// Profit of what was closed or settled, without fees.
    private(set) var realized = Money.zero
    /// Fees of all fills.
    private(set) var fees = Money.zero
    /// Paid and received in all trades, both counted positive.
    private(set) var traded = Money.zero
    /// Contracts traded.
    private(set) var volume = Quantity.zero
    /// When it last changed.
    private(set) var updated = Timestamp.distantPast
    /// Whether the market was paid out.
    private(set) var isSettled = false
    /// What was paid out, to be taken back by a correction.
    private(set) var paid: (position: Quantity, cost: Money, payout: Money)?

    /// Books a fill: first it closes what is held on the other side, then it opens.
    mutating func trade(_ side: BookSide, count: Quantity, price: Price, fee: Money, at time: Timestamp) {
        let held = side == .bid ? -position : position
        let closing = min(count, max(.zero, held))
        if closing > .zero {
            // The share of the cost that goes with what is closed; the last contract takes what rounding left.
            let cost =
                closing == held
                ? exposure : Money(units: Int64(Int128(exposure.units) * Int128(closing.units) / Int128(held.units)))
            // Buying one outcome to close the other gives back a dollar a pair.
            let received = Money.value(of: closing, at: side == .bid ? price.complement : price)
            realized += received - cost
            exposure -= cost
        }
        exposure += (side == .bid ? price : price.complement) * (count - closing)
        position += Quantity(units: side.sign * count.units)
        traded += (side == .bid ? price : price.complement) * count
        volume += count
        fees += fee
        updated = time
    }

    /// Books the payment of the market; a second one corrects the first. The payout, all told.
    mutating func settle(at value: Price, time: Timestamp) -> Money {
        let (count, cost) = paid.map { ($0.position, $0.cost) } ?? (position, exposure)
        let payout = count.units >= 0 ? value * count : value.complement * -count
        realized += payout - (paid?.payout ?? cost)
        paid = (count, cost, payout)
        position = .zero
        exposure = .zero
        isSettled = true
        updated = time
        return payout
    }
}
