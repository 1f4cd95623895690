import Foundation
import Synchronization

/// Threads that do numbered pieces of work and hand the results over in the order of the numbers, however many threads there
/// are and however long each piece takes.
enum WorkerPool {
    /// Stack of a thread: scripts may recurse as deep as on the main thread.
    private static let stack = 8 << 20

    private struct State<Result: Sendable>: Sendable {
        var next = 0
        var done: [Int: Swift.Result<Result, RunFailure>] = [:]
        var running: Int
        var isStopped = false
    }

    /// Does all the work.
    ///
    /// - Parameters:
    ///   - count: pieces.
    ///   - workers: threads.
    ///   - work: does a piece; called on any of the threads.
    ///   - take: takes a result, on the calling thread, in the order of the numbers.
    /// - Throws: what `work` threw for the lowest number, or what `take` threw; no piece is begun after that.
    static func run<Result: Sendable>(
        _ count: Int,
        workers: Int,
        _ work: @escaping @Sendable (Int) throws(RunFailure) -> Result,
        take: (Int, Result) throws(RunFailure) -> Void
    ) throws(RunFailure) {
        let threads = min(max(workers, 1), count)
        guard threads > 0 else { return }
        let desk = Desk(State<Result>(running: threads))
        for _ in 0..<threads {
            let thread = Thread {
                while let index = desk.take(below: count) { desk.finish(index, catching(index, work)) }
                desk.leave()
            }
            thread.stackSize = stack
            thread.start()
        }
        var failure: RunFailure?
        for index in 0..<count {
            do throws(RunFailure) {
                guard let result = desk.wait(for: index) else { break }
                try take(index, try result.get())
            } catch {
                failure = error
                break
            }
        }
        desk.stop()
        if let failure { throw failure }
    }

    private static func catching<Result: Sendable>(
        _ index: Int,
        _ work: (Int) throws(RunFailure) -> Result
    ) -> Swift.Result<Result, RunFailure> {
        do throws(RunFailure) {
            return .success(try work(index))
        } catch {
            return .failure(error)
        }
    }

    /// Where threads take work and leave results.
    private final class Desk<Result: Sendable>: Sendable {
        private let state: Mutex<State<Result>>
        private let news = DispatchSemaphore(value: 0)

        init(_ state: State<Result>) { self.state = Mutex(state) }

        func take(below count: Int) -> Int? {
            state.withLock { state in
                guard !state.isStopped, state.next < count else { return nil }
                state.next += 1
                return state.next - 1
            }
        }

        func finish(_ index: Int, _ result: Swift.Result<Result, RunFailure>) {
            state.withLock { state in
                state.done[index] = result
                if case .failure = result { state.isStopped = true }
            }
            news.signal()
        }

        func leave() {
            state.withLock { $0.running -= 1 }
            news.signal()
        }

        /// The result of a piece; nil when it was never begun.
        func wait(for index: Int) -> Swift.Result<Result, RunFailure>? {
            while true {
                let (result, isOver) = state.withLock { state in
                    (state.done.removeValue(forKey: index), state.running == 0)
                }
                if result != nil || isOver { return result }
                news.wait()
            }
        }

        /// Begins no more work and waits until every thread is done.
        func stop() {
            state.withLock { $0.isStopped = true }
            while state.withLock({ $0.running }) > 0 { news.wait() }
        }
    }
}
