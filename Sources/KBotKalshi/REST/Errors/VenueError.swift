package import KBotModel

/// Why a request has no good answer, and what may be done about it.
package struct VenueError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong.
    package enum Kind: Hashable, Sendable {
        /// The body or a parameter could not be read by the venue.
        case badRequest
        /// The price is off the grid, or not between 0 and 1 dollar.
        case invalidPrice
        /// The order breaks a rule.
        case invalidOrder
        /// A post-only order would have traded.
        case postOnlyCross
        /// Not enough cash on the market's shard.
        case insufficientBalance
        /// The market does not trade now.
        case marketInactive
        /// The signature is wrong.
        case badSignature
        /// The key is unknown, or one of the other environment.
        case unknownKey
        /// The stamp is too far from the venue's time.
        case clockSkew
        /// A header of the three is missing.
        case missingSignature
        /// Any other failure to show who we are.
        case unauthenticated
        /// The key may not do this, or not from here.
        case forbidden
        /// No such thing, or an order that rests no more.
        case notFound
        /// The `client_order_id` was used before.
        case orderAlreadyExists
        /// A fill-or-kill or immediate-or-cancel order could not be filled.
        case notFilled
        /// Any other conflict.
        case conflict
        /// The endpoint was switched off.
        case gone
        /// Too many requests; nothing was done.
        case rateLimited
        /// The venue is out of order, or in maintenance.
        case unavailable
        /// An answer that cannot be read as what it should be.
        case unreadableAnswer
        /// The answer was lost on the way.
        case lostAnswer
        /// The request never left.
        case notSent
        /// The request could not be signed.
        case unsigned
        /// The request needs more tokens than the bucket ever holds.
        case tooLarge
        /// The list's cursors led back to where they had been, or led on for ever.
        case cursorLoop
        /// Anything else.
        case other
    }

    /// What may be done about it.
    package enum Disposition: Hashable, Sendable {
        /// It may be sent again: nothing was done, or doing it twice does no harm.
        case retryable
        /// Sending it again would end the same way.
        case notRetryable
        /// It may or may not have been done: look it up before anything else.
        case outcomeUnknown
        /// It was done before: look it up.
        case conflict
        /// This way is closed for good.
        case gone
        /// Nothing was done: correct the clock, stamp it anew, send it again.
        case needsClock
    }

    /// What went wrong.
    package let kind: Kind
    /// What may be done about it.
    package let disposition: Disposition
    /// The HTTP status; nil when there was no answer.
    package var status: Int?
    /// The venue's code, such as `insufficient_balance`.
    package var code: String?
    /// The venue's words, or ours, cut to a few hundred characters.
    package var message: String
    /// How long the venue asks to wait.
    package var retryAfter: TimeSpan?

    /// Makes an error.
    package init(
        _ kind: Kind,
        _ disposition: Disposition,
        status: Int? = nil,
        code: String? = nil,
        message: String = "",
        retryAfter: TimeSpan? = nil
    ) {
        self.kind = kind
        self.disposition = disposition
        self.status = status
        self.code = code
        self.message = String(message.prefix(300))
        self.retryAfter = retryAfter
    }

    /// Status, code and words: `400 insufficient_balance: insufficient balance`.
    package var description: String {
        let head = [status.map(String.init), code ?? (status == nil ? "\(kind)" : nil)].compactMap(\.self)
        return head.joined(separator: " ") + (message.isEmpty ? "" : ": \(message)")
    }
}

/// How often a request may be carried out.
package enum RequestEffect: Hashable, Sendable {
    /// It changes nothing.
    case read
    /// Carried out twice it leaves what once would have left: cancels, resets, limits.
    case idempotent
    /// Carried out twice it does harm, so it is never repeated blindly.
    case once
}

extension VenueError {
    /// A request that has no answer.
    package init(_ error: TransportError, effect: RequestEffect) {
        switch error {
        case .notSent(let text): self.init(.notSent, .retryable, message: text)
        case .outcomeUnknown(let text):
            self.init(.lostAnswer, effect == .once ? .outcomeUnknown : .retryable, message: text)
        }
    }

    /// An answer of a good status that cannot be read.
    ///
    /// Text that is no JSON at all comes from something between us and the venue, so reading again may help.
    package init(unreadable error: WireError, status: Int, effect: RequestEffect) {
        var isJSON = true
        if case .notJSON = error.reason { isJSON = false }
        let disposition: Disposition =
            switch effect {
            case .once: .outcomeUnknown
            case .read, .idempotent: isJSON ? .notRetryable : .retryable
            }
        self.init(.unreadableAnswer, disposition, status: status, message: error.description)
    }
}
