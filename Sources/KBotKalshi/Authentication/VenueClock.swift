package import KBotModel
import Synchronization

/// The venue's time: ours, corrected by what its answers tell.
///
/// The venue refuses requests whose stamp is off by more than some ten seconds. Any number of threads may use it.
package final class VenueClock: Sendable {
    private struct State: Sendable {
        var samples: ClockSamples
        var estimate: ClockEstimate?
    }

    private let local: @Sendable () -> Timestamp
    private let empty: ClockSamples
    private let state: Mutex<State>

    /// Makes a clock that agrees with ours until answers have come in; `local` tells our time.
    package init(samples: ClockSamples = ClockSamples(), local: @escaping @Sendable () -> Timestamp) {
        self.local = local
        empty = samples
        state = Mutex(State(samples: samples, estimate: samples.estimate))
    }

    /// The venue's time now, as well as it is known.
    package func now() -> Timestamp { local() + (estimate?.offset ?? .zero) }

    /// Our own time now, to stamp sending and receiving with.
    package func localNow() -> Timestamp { local() }

    /// How far the clocks are apart; nil until an answer has come in.
    package var estimate: ClockEstimate? { state.withLock { $0.estimate } }

    /// Takes in an answer: its `Date` and `Age` headers, and our times when the request was sent and the answer came.
    ///
    /// Returns false, and takes nothing in, when the date cannot be read, or a cache kept the answer for a while.
    @discardableResult
    package func record(date: String, age: String? = nil, sent: Timestamp, received: Timestamp) -> Bool {
        guard age.map({ $0.utf8.allSatisfy { $0 == UInt8(ascii: "0") } }) ?? true,
            let time = Timestamp(httpDate: date, near: received)
        else { return false }
        return state.withLock { state in
            guard state.samples.record(time, sent: sent, received: received) else { return false }
            state.estimate = state.samples.estimate
            return true
        }
    }

    /// Forgets all answers, as after a refusal for a stamp out of date: our clock may have been set.
    package func reset() {
        state.withLock { state in state = State(samples: empty, estimate: empty.estimate) }
    }
}
