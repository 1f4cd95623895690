package import KBotModel
import Synchronization

/// Signatures made ahead, so that sending a request costs no RSA.
///
/// An RSA signature takes up to a millisecond of CPU, which an order or a cancel should not wait for. The owner
/// registers what it may have to send (the path of new orders, a cancel path for each resting order) and calls
/// ``renew(now:atMost:)`` from a task of its own. All times are the venue's and come in; any number of threads may
/// call.
///
/// A signature serves every request to its target until it is renewed: the venue signs no body and asks for no
/// uniqueness, and it takes stamps up to about ten seconds old.
package final class SignatureBank: Sendable {
    /// Signs one request, stamped with a time.
    package typealias Sign = @Sendable (RequestTarget, Timestamp) throws(SigningError) -> AuthenticationHeaders

    /// Age at which a signature is due to be made anew.
    package static let renewalAge = TimeSpan.seconds(3)
    /// Age up to which a signature is handed out.
    package static let greatestAge = TimeSpan.seconds(5)

    /// What a bank has done so far.
    package struct Statistics: Hashable, Sendable {
        /// Requests served with a signature made ahead.
        package var handedOut = 0
        /// Requests that had to be signed while they waited.
        package var madeOnTheSpot = 0
        /// Signatures made ahead.
        package var renewed = 0
        /// Targets that were not taken in, because the bank was full.
        package var turnedAway = 0
        /// Targets in the bank now.
        package var registered = 0
    }

    /// A registered target's newest headers; nil until there are any.
    private struct Slot: Sendable {
        var headers: AuthenticationHeaders?

        /// Whether what is kept may be handed out. Something from the future may not: the clock was set back.
        func isFresh(now: Timestamp, scale: Int64) -> Bool {
            guard let age = headers.map({ now - $0.time }) else { return false }
            return age >= .zero && age <= SignatureBank.greatestAge * scale
        }

        /// Whether a signature is to be made.
        func isDue(now: Timestamp, scale: Int64) -> Bool {
            guard let age = headers.map({ now - $0.time }) else { return true }
            return age < .zero || age >= SignatureBank.renewalAge * scale
        }
    }

    private struct State: Sendable {
        var slots: [RequestTarget: Slot] = [:]
        var statistics = Statistics()
    }

    private let capacity: Int
    private let timeScale: Int64
    private let sign: Sign
    private let state = Mutex(State())

    /// Makes an empty bank for at most `capacity` targets; each costs one signature every three seconds.
    ///
    /// At a local exchange the venue's time may run `timeScale` times faster than ours, and the ages are as much longer: it
    /// is more patient by the same factor.
    package init(capacity: Int = 256, timeScale: Int64 = 1, sign: @escaping Sign) {
        self.capacity = capacity
        self.timeScale = max(1, timeScale)
        self.sign = sign
    }

    /// Makes an empty bank whose signatures a signer makes.
    package convenience init(capacity: Int = 256, timeScale: Int64 = 1, signer: RequestSigner) {
        self.init(capacity: capacity, timeScale: timeScale) { (target, time) throws(SigningError) in
            try signer.headers(for: target, at: time)
        }
    }

    /// What was done so far.
    package var statistics: Statistics {
        state.withLock { state in
            var statistics = state.statistics
            statistics.registered = state.slots.count
            return statistics
        }
    }

    /// Keeps a signature for a target from the next renewal on; nothing happens when there is one already.
    ///
    /// Returns false when the bank is full: requests to that target are then signed on the spot.
    @discardableResult
    package func register(_ target: RequestTarget) -> Bool {
        state.withLock { state in
            guard state.slots[target] == nil else { return true }
            guard state.slots.count < capacity else {
                state.statistics.turnedAway += 1
                return false
            }
            state.slots[target] = Slot()
            return true
        }
    }

    /// Keeps no signature for a target any more.
    package func unregister(_ target: RequestTarget) {
        state.withLock { state in _ = state.slots.removeValue(forKey: target) }
    }

    /// The headers for a request that is sent now: those made ahead if they are fresh, else new ones.
    package func headers(for target: RequestTarget, now: Timestamp) throws(SigningError) -> AuthenticationHeaders {
        let ready = state.withLock { state -> AuthenticationHeaders? in
            guard let slot = state.slots[target], slot.isFresh(now: now, scale: timeScale) else { return nil }
            state.statistics.handedOut += 1
            return slot.headers
        }
        if let ready { return ready }
        let headers = try sign(target, now)
        state.withLock { state in
            state.statistics.madeOnTheSpot += 1
            state.slots[target]?.headers = headers
        }
        return headers
    }

    /// Makes the signatures that are due, those that wait longest first; returns how many.
    ///
    /// It signs one after the other without holding anybody up. `atMost` bounds how long it takes.
    @discardableResult
    package func renew(now: Timestamp, atMost: Int = .max) throws(SigningError) -> Int {
        let due = state.withLock { state in
            state.slots.filter { $0.value.isDue(now: now, scale: timeScale) }
                .map { (target: $0.key, time: $0.value.headers?.time ?? .distantPast) }
        }
        let chosen = due.sorted { $0.time < $1.time }.prefix(max(atMost, 0))
        for (target, _) in chosen {
            let headers = try sign(target, now)
            state.withLock { state in
                state.statistics.renewed += 1
                // Its target may have been unregistered meanwhile; then nothing is kept.
                state.slots[target]?.headers = headers
            }
        }
        return chosen.count
    }

    /// When the next signature is due, `now` at the earliest: the owner need not renew before.
    ///
    /// It is nil when nothing is registered.
    package func nextRenewal(now: Timestamp) -> Timestamp? {
        state.withLock { state in
            state.slots.values.map { slot in
                guard !slot.isDue(now: now, scale: timeScale), let time = slot.headers?.time else { return now }
                return time + Self.renewalAge * timeScale
            }
            .min()
        }
    }
}
