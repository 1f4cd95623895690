import Foundation
import KBotEngine
import KBotModel
import Synchronization

/// The thread that writes what need not be waited for, and what passes between it and the engine's thread.
///
/// A batch goes through three stages: handed over (bounded: the engine's thread waits), digested into lines, chunks and
/// rows, kept until the database has them. A disk that refuses stops the third stage alone: everything kept is tried again
/// each second, in its order.
final class JournalWriter: @unchecked Sendable {
    // What both threads touch, under the lock alone.
    private let condition = NSCondition()
    private var incoming: [JournalBatch] = []
    private var free: [JournalBatch] = []
    private var asked = 0
    private var answered = 0
    private var answer: JournalError?
    private var isStopping = false
    private let state = Mutex(JournalHealth())

    // What the writer's thread touches alone.
    private var work: JournalWork

    init(_ work: JournalWork) { self.work = work }

    /// How it stands.
    var health: JournalHealth { state.withLock { $0 } }

    /// Begins.
    func start() {
        let thread = Thread { [self] in loop() }
        thread.name = "kbot journal"
        thread.start()
    }

    /// Hands over a batch; an empty one is left in its place.
    func hand(over batch: inout JournalBatch) {
        condition.lock()
        while incoming.count >= JournalLimits.batches, !isStopping { condition.wait() }
        var empty = free.popLast() ?? JournalBatch()
        empty.firstEvent = batch.firstEvent
        swap(&batch, &empty)
        incoming.append(empty)
        condition.broadcast()
        condition.unlock()
    }

    /// Waits until everything handed over was tried, and throws what kept it from being written.
    func flush() throws(JournalError) {
        condition.lock()
        asked += 1
        let ticket = asked
        condition.broadcast()
        while answered < ticket, !isStopping { condition.wait() }
        let answer = answer
        condition.unlock()
        if let answer { throw answer }
    }

    /// Ends the thread after what it has in hand.
    func stop() {
        condition.lock()
        isStopping = true
        condition.broadcast()
        condition.unlock()
    }

    /// Takes note of a write of the engine's thread: the disk it failed on is this thread's too.
    func note(_ error: JournalError?) {
        let changed = state.withLock { $0.note(error) }
        guard changed else { return }
        condition.lock()
        condition.broadcast()
        condition.unlock()
    }

    // MARK: The thread

    private func loop() {
        var batches: [JournalBatch] = []
        while true {
            condition.lock()
            if incoming.isEmpty, asked == answered, !isStopping { wait() }
            swap(&batches, &incoming)
            let ticket = asked
            let isAsked = ticket > answered || isStopping
            let isLast = isStopping
            condition.broadcast()
            condition.unlock()

            for index in batches.indices { work.digest(&batches[index]) }
            let error = work.write(everything: isAsked, isTroubled: health.trouble != nil)
            state.withLock { health in
                if error != nil || work.wasWriting { _ = health.note(error) }
                health.keptBytes = work.keptBytes
                health.dropped = work.dropped
            }

            condition.lock()
            free.append(contentsOf: batches)
            batches.removeAll(keepingCapacity: true)
            if isAsked {
                answer = error
                answered = ticket
                condition.broadcast()
            }
            condition.unlock()
            if isLast { return }
        }
    }

    /// Sleeps until something comes or something is due.
    private func wait() {
        // A trouble of the engine's thread is looked after too: each second, until a write succeeds.
        let seconds = health.trouble != nil ? 1 : work.patience
        _ = condition.wait(until: Date(timeIntervalSinceNow: seconds))
    }
}

extension JournalHealth {
    /// Takes in how a write went; tells whether that changed anything.
    mutating func note(_ error: JournalError?) -> Bool {
        let before = trouble
        switch error {
        case nil: (trouble, detail) = (nil, "")
        case .failed(let trouble, let detail): (self.trouble, self.detail) = (trouble, detail)
        case .corrupt(let detail): (trouble, self.detail) = (.corrupt, detail)
        case .some(let error): (trouble, detail) = (.other, error.description)
        }
        return trouble != before
    }
}
