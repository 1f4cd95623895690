import Foundation
import Synchronization

/// Counts Ctrl-C and SIGTERM; the run looks at the count between events.
package enum Interrupts {
    private static let count = Atomic<Int>(0)

    /// Begins to listen; the third signal ends the process at once.
    package static func listen() {
        for number in [SIGINT, SIGTERM] {
            signal(number) { _ in
                if Interrupts.count.add(1, ordering: .relaxed).newValue > 2 { _exit(130) }
            }
        }
    }

    /// Signals so far.
    package static var received: Int { count.load(ordering: .relaxed) }
}
