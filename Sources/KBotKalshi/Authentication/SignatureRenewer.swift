import KBotModel
import Synchronization

/// Makes the signatures of a bank ahead, in a task of its own, so that no request waits for one.
package final class SignatureRenewer: Sendable {
    /// How long it rests between two looks; a target that is registered meanwhile waits at most so long.
    private static let rest = TimeSpan.milliseconds(20)
    /// Signatures made before others get a turn on the same thread.
    private static let batch = 8

    private let bank: SignatureBank
    private let clock: RESTClock
    private let task = Mutex<Task<Void, Never>?>(nil)

    /// Makes a renewer that does nothing yet.
    package init(_ bank: SignatureBank, clock: RESTClock) {
        self.bank = bank
        self.clock = clock
    }

    /// Begins; nothing happens when it has begun already.
    package func start() {
        task.withLock { task in
            guard task == nil else { return }
            task = Task.detached(priority: .high) { [bank, clock] in
                while !Task.isCancelled {
                    // A key that cannot sign fails the request that needs it, with its reason; there is nobody to tell here.
                    let made = (try? bank.renew(now: clock.now(), atMost: Self.batch)) ?? 0
                    if made == Self.batch {
                        await Task.yield()
                    } else {
                        try? await clock.sleep(Self.rest)
                    }
                }
            }
        }
    }

    /// Ends; signatures made so far stay good for some seconds.
    package func stop() {
        task.withLock { task in
            task?.cancel()
            task = nil
        }
    }

    deinit { stop() }
}
