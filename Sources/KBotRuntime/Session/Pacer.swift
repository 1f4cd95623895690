import Foundation
import KBotModel

/// How fast recorded or simulated time passes.
package enum Speed: Hashable, Sendable, CustomStringConvertible {
    /// So many seconds of market time in one of ours.
    case times(Int64)
    /// As fast as the machine can.
    case max

    /// Reads `1`, `60` or `max`; nil for anything else.
    package init?(_ text: String) {
        if text == "max" {
            self = .max
        } else if let factor = Int64(text), (1...1_000_000).contains(factor) {
            self = .times(factor)
        } else {
            return nil
        }
    }

    /// `max` or the factor.
    package var description: String {
        switch self {
        case .max: "max"
        case .times(let factor): "\(factor)"
        }
    }
}

/// Holds events back until their time has come at a finite speed.
struct Pacer {
    private let factor: Int64
    private let clock = ContinuousClock()
    private var origin: (market: Timestamp, wall: ContinuousClock.Instant)?

    /// Makes a pacer; nil at full speed, where nothing waits.
    init?(_ speed: Speed) {
        guard case .times(let factor) = speed else { return nil }
        self.factor = factor
    }

    /// Waits until a market time has come; `idle` is called about every 50 ms and ends the wait by answering false.
    mutating func wait(for time: Timestamp, idle: () -> Bool) {
        guard let origin else {
            self.origin = (time, clock.now)
            return
        }
        let due = origin.wall + .microseconds((time - origin.market).microseconds / factor)
        while true {
            let left = clock.now.duration(to: due)
            guard left > .zero, idle() else { return }
            let nap = min(left, .milliseconds(50))
            usleep(UInt32(nap.components.attoseconds / 1_000_000_000_000))
        }
    }
}
