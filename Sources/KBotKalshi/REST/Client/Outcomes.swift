/// What became of a new order.
package enum Placement: Sendable {
    /// The venue took it.
    case placed(CreatedOrder)
    /// The answer was lost, but the order is there.
    case found(OrderRow)
    /// It was refused, or never left: no such order is at the venue.
    case rejected(VenueError)
    /// It may or may not be at the venue; look it up again later.
    case unknown(VenueError)
}

/// What became of a cancel.
package enum Cancellation: Sendable {
    /// The order is off the book.
    case cancelled(CancelledOrder)
    /// No such order rests: it is filled, cancelled or expired already. Look it up.
    case notResting
    /// The cancel was refused; the order stands as it did.
    case refused(VenueError)
    /// It may or may not have been done.
    case unknown(VenueError)
}

/// What became of a change of an order.
package enum OrderChange<Answer: Sendable>: Sendable {
    /// It was done.
    case done(Answer)
    /// The answer was lost; this is the order as it is now, changed or resting no more.
    case found(OrderRow)
    /// It was refused; the order stands as it did.
    case refused(VenueError)
    /// It may or may not have been done, or is still to come.
    case unknown(VenueError)
}
