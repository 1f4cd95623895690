import Foundation
import Synchronization

/// Counts SIGUSR1; the run looks at the count in its pauses.
package enum SignalHalt {
    private static let count = Atomic<Int>(0)

    /// Begins to listen: from now on the signal halts instead of ending the process.
    package static func listen() {
        var action = sigaction()
        unsafe action.__sigaction_handler.sa_handler = { _ in
            _ = SignalHalt.count.add(1, ordering: .relaxed)
        }
        // A question put to the operator goes on.
        action.sa_flags = SA_RESTART
        var wanted = sigset_t()
        unsafe sigemptyset(&wanted)
        _ = unsafe sigaction(SIGUSR1, &action, nil)
        unsafe sigaddset(&wanted, SIGUSR1)
        unsafe pthread_sigmask(SIG_UNBLOCK, &wanted, nil)
    }

    /// Signals so far.
    package static var received: Int { count.load(ordering: .relaxed) }
}
