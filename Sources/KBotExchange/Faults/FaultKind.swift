/// What can go wrong at the venue, and can be made to go wrong here.
package enum FaultKind: String, Hashable, Sendable, CaseIterable {
    /// A socket is cut without a close.
    case dropSocket = "drop-socket"
    /// A socket stays open and says nothing any more, no ping either.
    case freezeSocket = "freeze-socket"
    /// A numbered frame is left out.
    case gap
    /// A frame is sent twice.
    case duplicate
    /// A frame is sent after its successor.
    case reorder
    /// A request is answered 429, in one of the venue's two shapes, and not carried out.
    case tooManyRequests = "429"
    /// A request is answered 500; a write may have been carried out.
    case serverError = "500"
    /// A request is answered 503 with a page of HTML, and not carried out.
    case htmlPage = "503"
    /// An answer is held back, up to two seconds.
    case slow
    /// An order is taken, and the answer never comes: closed, 504, or silence.
    case createTimeout = "create-timeout"
    /// An order is not taken, and the connection is closed without an answer.
    case createLost = "create-lost"
    /// The `Date` header is off, by so many seconds.
    case clockSkew = "clock-skew"
    /// A market's result takes minutes to be paid.
    case lateSettlement = "late-settlement"
    /// All trading pauses for a while.
    case pause
    /// A key is refused for a while, as if it had been deleted.
    case keyRemoved = "key-removed"
    /// Lists of orders and fills lag behind, by so many milliseconds.
    case staleReads = "stale-reads"
    /// A market that was just made, or has just opened, is answered 404.
    case freshMarket = "fresh-404"

    /// What a rate means for a fault.
    package enum Unit: Sendable {
        /// Times a minute of the wall clock, on each socket or on the whole.
        case perMinute
        /// The share of frames, requests, orders or markets it strikes, from 0 to 1.
        case share
        /// An amount: seconds or milliseconds.
        case amount
    }

    /// What its rate means.
    package var unit: Unit {
        switch self {
        case .dropSocket, .freezeSocket, .pause, .keyRemoved: .perMinute
        case .clockSkew, .staleReads: .amount
        default: .share
        }
    }

    /// The rate it has when it is switched on without one.
    package var usualRate: Double {
        switch self {
        case .dropSocket: 1
        case .freezeSocket: 0.3
        case .gap, .duplicate, .reorder: 0.002
        case .tooManyRequests, .serverError, .htmlPage: 0.01
        case .slow: 0.02
        case .createTimeout: 0.05
        case .createLost: 0.03
        case .clockSkew: 3
        case .lateSettlement: 0.1
        case .pause: 0.3
        case .keyRemoved: 0.1
        case .staleReads: 400
        case .freshMarket: 0.5
        }
    }

    /// Greatest rate that means anything.
    package var greatestRate: Double {
        switch unit {
        case .perMinute: 600
        case .share: 1
        case .amount: 60_000
        }
    }

    /// The faults that `all` switches on: every one but the loss of a key, which a client cannot mend.
    package static var all: [FaultKind] { allCases.filter { $0 != .keyRemoved } }
}
