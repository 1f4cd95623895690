import Foundation

/// Tells what waits, in one way, on a thread of its own: whoever has something to tell never waits for it.
final class NotifyWorker: @unchecked Sendable {
    /// How long an attempt may take.
    static let patience = Duration.seconds(10)
    /// Pauses before the second, third and fourth attempt.
    static let pauses: [Duration] = [.seconds(1), .seconds(4), .seconds(15)]

    private let sink: any NotifySink
    private let sender: NotifySender
    private let pauses: [Duration]
    private let report: @Sendable (String) -> Void

    // Everything below is touched under the lock alone.
    private let condition = NSCondition()
    private var queue = NotifyQueue()
    private var counts = NotifyCounts()
    private var closing: ContinuousClock.Instant?
    private var hasEnded = false
    private var hasComplained = false

    /// Starts the thread; `report` hears once of each stretch of failures.
    init(
        _ sink: any NotifySink,
        sender: NotifySender,
        pauses: [Duration] = NotifyWorker.pauses,
        report: @escaping @Sendable (String) -> Void
    ) {
        self.sink = sink
        self.sender = sender
        self.pauses = pauses
        self.report = report
        let thread = Thread { [self] in work() }
        thread.name = "kbot.notify"
        thread.start()
    }

    /// Counts so far.
    var soFar: NotifyCounts {
        condition.withLock {
            var counts = counts
            counts.dropped = queue.dropped
            return counts
        }
    }

    /// Takes an event in; never waits.
    func add(_ event: NotifyEvent) {
        condition.withLock {
            guard closing == nil else { return }
            queue.add(event)
            condition.signal()
        }
    }

    /// Takes nothing in any more: what waits must be told until then.
    func close(by end: ContinuousClock.Instant) {
        condition.withLock {
            if closing == nil { closing = end }
            condition.broadcast()
        }
    }

    /// Waits until the thread has ended, at most until a time; whether it has.
    func waitForEnd(by end: ContinuousClock.Instant) -> Bool {
        condition.withLock {
            while !hasEnded {
                let left = end - ContinuousClock.now
                guard left > .zero else { return false }
                _ = condition.wait(until: Date(timeIntervalSinceNow: left.seconds))
            }
            return true
        }
    }

    private func work() {
        while let message = next() { tell(message) }
        sink.close()
        condition.withLock {
            hasEnded = true
            condition.broadcast()
        }
    }

    /// Waits for the next message; nil when there is nothing left to do.
    private func next() -> NotifyMessage? {
        condition.withLock {
            while true {
                let now = ContinuousClock.now
                if let closing {
                    guard now < closing, let taken = queue.takeAll() else { return nil }
                    return NotifyMessage(sender: sender, events: taken.events, more: taken.more)
                }
                if let taken = queue.take(now: now) {
                    return NotifyMessage(sender: sender, events: taken.events, more: taken.more)
                }
                if let time = queue.nextTime(now: now) {
                    _ = condition.wait(until: Date(timeIntervalSinceNow: max(0.01, (time - now).seconds)))
                } else {
                    condition.wait()
                }
            }
        }
    }

    private func tell(_ message: NotifyMessage) {
        var problem = ""
        for attempt in 0...pauses.count {
            switch sink.deliver(message, atMost: patience) {
            case .done: return finish(message, nil)
            case .refused(let why): return finish(message, why)
            case .again(let why, let after):
                problem = why
                guard attempt < pauses.count, wait(max(pauses[attempt], min(after, .seconds(60)))) else {
                    return finish(message, problem)
                }
            }
        }
        finish(message, problem)
    }

    /// How long an attempt may take now.
    private var patience: Duration {
        condition.withLock {
            closing.map { max(.milliseconds(50), min(Self.patience, $0 - ContinuousClock.now)) } ?? Self.patience
        }
    }

    /// Waits before another attempt; false when there is no time for one.
    private func wait(_ pause: Duration) -> Bool {
        condition.withLock {
            let end = ContinuousClock.now + pause
            while true {
                let now = ContinuousClock.now
                // At the end there is no time for pauses, but for another attempt.
                if let closing { return now < closing }
                guard now < end else { return true }
                _ = condition.wait(until: Date(timeIntervalSinceNow: (end - now).seconds))
            }
        }
    }

    private func finish(_ message: NotifyMessage, _ problem: String?) {
        let complaint: String? = condition.withLock {
            guard let problem else {
                counts.sent += message.count
                hasComplained = false
                return nil
            }
            counts.failed += message.count
            defer { hasComplained = true }
            return hasComplained ? nil : problem
        }
        if let complaint { report("notifications by \(sink.name) fail: \(complaint)") }
    }
}

extension Duration {
    /// Seconds, for Foundation's clocks.
    var seconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}
