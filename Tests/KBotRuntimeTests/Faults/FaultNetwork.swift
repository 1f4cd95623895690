import Foundation
import KBotModel
import KBotTestSupport

/// Made-up time, and everything that is on its way in it.
final class FaultNetwork {
    /// What goes wrong, each with a chance in percent.
    struct Faults {
        /// Whether lives hold also what kbot is known not to survive yet: orders that reach the venue after they were proven
        /// absent, and results that a process hears before it knows what filled while it was away (`KBOT_FAULT_ALL=1`).
        static let includesKnown = ProcessInfo.processInfo.environment["KBOT_FAULT_ALL"] != nil

        var lostRequests = 0
        /// Orders that reach the venue only after everybody gave them up.
        var lateRequests = 0
        var doubledRequests = 0
        var lostAnswers = 0
        var refusals = 0
        var failingReads = 0
        var lostFrames = 0
        var doubledFrames = 0
        var lostData = 0
        var longestDelay = TimeSpan.milliseconds(80)

        static let none = Faults()

        /// A bad day, of a kind of its own.
        static func random(_ random: inout SeededGenerator) -> Faults {
            var faults = Faults()
            func chance(_ most: Int) -> Int {
                Bool.random(using: &random) ? 0 : Int.random(in: 0...most, using: &random)
            }
            faults.lostRequests = chance(15)
            faults.lateRequests = includesKnown ? chance(8) : 0
            faults.doubledRequests = chance(20)
            faults.lostAnswers = chance(25)
            faults.refusals = chance(10)
            faults.failingReads = chance(30)
            faults.lostFrames = [0, 5, 40, 100].randomElement(using: &random) ?? 0
            faults.doubledFrames = chance(40)
            faults.lostData = chance(4)
            faults.longestDelay = .milliseconds([20, 150, 900].randomElement(using: &random) ?? 20)
            return faults
        }
    }

    /// Whom something on its way is for.
    enum Goal: Equatable {
        /// The venue; a request of this process.
        case venue(from: Int)
        /// A process: nobody hears it once that is dead.
        case process(Int)
        /// The world itself.
        case world
    }

    private struct Item {
        let at: Timestamp
        let number: Int
        let goal: Goal
        let act: () throws -> Void
    }

    var random: SeededGenerator
    var faults = Faults.none
    private(set) var uptime = Timestamp(microseconds: 0)
    /// Latest first, so that what is next is cheap to take.
    private var items: [Item] = []
    private var numbers = 0

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    // MARK: Luck

    func chance(_ percent: Int) -> Bool { percent > 0 && Int.random(in: 0..<100, using: &random) < percent }

    func delay() -> TimeSpan {
        TimeSpan(microseconds: Int64.random(in: 300...max(faults.longestDelay.microseconds, 301), using: &random))
    }

    func seconds(_ range: ClosedRange<Int64>) -> TimeSpan {
        .milliseconds(Int64.random(in: range.lowerBound * 1_000...range.upperBound * 1_000, using: &random))
    }

    // MARK: On its way

    func schedule(_ goal: Goal, after span: TimeSpan, _ act: @escaping () throws -> Void) {
        numbers += 1
        let item = Item(at: uptime + max(span, .zero), number: numbers, goal: goal, act: act)
        var place = items.count
        while place > 0, (items[place - 1].at, items[place - 1].number) < (item.at, item.number) { place -= 1 }
        items.insert(item, at: place)
    }

    var nextTime: Timestamp { items.last?.at ?? .distantFuture }

    func advance(to time: Timestamp) { uptime = max(uptime, time) }

    /// What arrives now; nil when nothing does.
    func take() -> (goal: Goal, act: () throws -> Void)? {
        guard let item = items.last, item.at <= uptime else { return nil }
        items.removeLast()
        return (item.goal, item.act)
    }

    /// Whether nothing is on its way to or from a process.
    func isQuiet(_ process: Int) -> Bool {
        !items.contains { $0.goal == .process(process) || $0.goal == .venue(from: process) }
    }

    /// Forgets what was on its way: all of it holds on to the world, which would never go.
    func end() { items = [] }

    /// A process is dead: nobody hears what was on its way to it; what it sent may arrive all the same.
    func kill(_ process: Int) {
        items.removeAll { item in
            item.goal == .process(process) || item.goal == .venue(from: process) && Bool.random(using: &random)
        }
    }
}
