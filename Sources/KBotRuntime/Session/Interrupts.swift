import Foundation
import Synchronization

/// Counts Ctrl-C and SIGTERM; the run looks at the count between events.
package enum Interrupts {
    private static let count = Atomic<Int>(0)

    /// Begins to listen; the second signal ends the process at once.
    ///
    /// A signal also ends a question put to the operator: reading the answer is not taken up again.
    package static func listen() {
        var action = sigaction()
        unsafe action.__sigaction_handler.sa_handler = { _ in
            if Interrupts.count.add(1, ordering: .relaxed).newValue > 1 { _exit(130) }
        }
        // Whoever started this process may have had them blocked, and a process inherits that.
        var wanted = sigset_t()
        unsafe sigemptyset(&wanted)
        for number in [SIGINT, SIGTERM] {
            _ = unsafe sigaction(number, &action, nil)
            unsafe sigaddset(&wanted, number)
        }
        unsafe pthread_sigmask(SIG_UNBLOCK, &wanted, nil)
    }

    /// Signals so far.
    package static var received: Int { count.load(ordering: .relaxed) }
}
