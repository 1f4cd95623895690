/// Where an order stands.
public enum OrderState: Hashable, Codable, Sendable {
    /// Sent; the venue has not answered.
    case inFlight
    /// On the book, nothing filled yet.
    case resting
    /// On the book, partly filled.
    case partlyFilled
    /// A cancel was sent; the venue has not answered it.
    case cancelInFlight
    /// Filled whole.
    case filled
    /// Off the book, with or without fills before.
    case cancelled(CancelReason)
    /// Refused, proven: it never existed at the venue.
    case rejected(RejectReason)
    /// The answer was lost; the order may be anywhere until a look-up tells.
    case outcomeUnknown

    /// Whether the order may still fill in the ordinary course of things.
    public var isOpen: Bool {
        switch self {
        case .inFlight, .resting, .partlyFilled, .cancelInFlight, .outcomeUnknown: true
        case .filled, .cancelled, .rejected: false
        }
    }

    /// The word used in event streams.
    public var name: String {
        switch self {
        case .inFlight: "sent"
        case .resting: "resting"
        case .partlyFilled: "partly_filled"
        case .cancelInFlight: "cancelling"
        case .filled: "filled"
        case .cancelled(.expired): "expired"
        case .cancelled: "cancelled"
        case .rejected: "rejected"
        case .outcomeUnknown: "unknown"
        }
    }
}

/// What can happen to an order.
public enum OrderTransition: Hashable, Codable, Sendable {
    /// The venue acknowledged it.
    case accept
    /// A fill arrived; `complete` when nothing is left.
    case fill(complete: Bool)
    /// We sent a cancel.
    case requestCancel
    /// The venue took it off the book.
    case cancel(CancelReason)
    /// The venue refused the cancel: nothing rests.
    case refuseCancel
    /// The venue refused the order.
    case reject(RejectReason)
    /// The answer was lost.
    case loseAnswer
}

extension OrderState {
    /// The state after a transition: the one table. Nil for a pair that must not happen.
    ///
    /// `hasFills` tells whether the order had fills before the transition.
    public func after(_ transition: OrderTransition, hasFills: Bool) -> OrderState? {
        switch (self, transition) {
        case (.inFlight, .accept), (.outcomeUnknown, .accept): hasFills ? .partlyFilled : .resting
        case (.resting, .accept), (.partlyFilled, .accept): self  // acknowledged twice: REST and socket both tell
        case (.cancelInFlight, .accept): .cancelInFlight  // the cancel overtook the acknowledgement
        case (.filled, .accept), (.cancelled, .accept): self  // the fill or cancel overtook the acknowledgement

        case (.inFlight, .fill(let complete)), (.resting, .fill(let complete)),
            (.partlyFilled, .fill(let complete)), (.outcomeUnknown, .fill(let complete)):
            complete ? .filled : .partlyFilled
        case (.cancelInFlight, .fill(let complete)): complete ? .filled : .cancelInFlight
        case (.cancelled, .fill(let complete)): complete ? .filled : self  // traded before the cancel, told after it
        // The venue contradicts itself: the fill wins.
        case (.rejected, .fill(let complete)): complete ? .filled : .partlyFilled

        case (.inFlight, .requestCancel), (.resting, .requestCancel), (.partlyFilled, .requestCancel),
            (.outcomeUnknown, .requestCancel), (.cancelInFlight, .requestCancel):
            .cancelInFlight

        case (.inFlight, .cancel(let reason)), (.resting, .cancel(let reason)), (.partlyFilled, .cancel(let reason)),
            (.cancelInFlight, .cancel(let reason)), (.outcomeUnknown, .cancel(let reason)):
            .cancelled(reason)
        case (.cancelled, .cancel): self  // told twice
        case (.filled, .cancel): .filled  // nothing was left to cancel

        case (.cancelInFlight, .refuseCancel): .outcomeUnknown  // not resting: filled, cancelled or expired; look it up
        case (.filled, .refuseCancel), (.cancelled, .refuseCancel), (.rejected, .refuseCancel): self

        case (.inFlight, .reject(let reason)), (.outcomeUnknown, .reject(let reason)),
            (.cancelInFlight, .reject(let reason)):
            .rejected(reason)
        case (.rejected, .reject): self

        case (.inFlight, .loseAnswer), (.outcomeUnknown, .loseAnswer), (.cancelInFlight, .loseAnswer): .outcomeUnknown
        case (.resting, .loseAnswer), (.partlyFilled, .loseAnswer), (.filled, .loseAnswer), (.cancelled, .loseAnswer),
            (.rejected, .loseAnswer):
            self  // the socket told before the request timed out

        case (.filled, .fill), (.rejected, .accept), (.resting, .refuseCancel), (.partlyFilled, .refuseCancel),
            (.inFlight, .refuseCancel), (.outcomeUnknown, .refuseCancel), (.resting, .reject), (.partlyFilled, .reject),
            (.filled, .reject), (.cancelled, .reject), (.filled, .requestCancel), (.cancelled, .requestCancel),
            (.rejected, .requestCancel), (.rejected, .cancel):
            nil
        }
    }
}
