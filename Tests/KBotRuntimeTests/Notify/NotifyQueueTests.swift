import KBotTestSupport
import Testing

@testable import KBotRuntime

@Suite struct NotifyQueueTests {
    private let start = ContinuousClock().now

    @Test func `the first ten go at once, one by one, and then everything that waits together`() throws {
        var queue = NotifyQueue()
        for number in 1...25 { queue.add(.fill(number)) }
        var messages: [(events: [NotifyEvent], more: Int)] = []
        while let taken = queue.take(now: start) { messages.append(taken) }
        #expect(messages.map(\.events.count) == Array(repeating: 1, count: 9) + [10])
        #expect(messages.map(\.more) == Array(repeating: 0, count: 9) + [6] && queue.isEmpty)
        #expect(messages.first?.events == [.fill(1)] && messages.last?.events.first == .fill(10))
        queue.add(.fill(26))
        queue.add(.fill(27))
        let early = queue.take(now: start + .milliseconds(2_999))
        #expect(early?.events == nil)
        #expect(queue.nextTime(now: start) == start + .seconds(3))
        let taken = queue.take(now: start + .seconds(3))
        let next = try #require(taken)
        #expect(next.events == [.fill(26), .fill(27)] && next.more == 0)
        #expect(queue.nextTime(now: start + .seconds(3)) == nil)
    }

    @Test func `no minute has more than thirty messages, and no event is lost without being counted`() {
        var random = SeededGenerator(seed: 11)
        var queue = NotifyQueue()
        var now = start
        var sent: [ContinuousClock.Instant] = []
        var told = 0
        var added = 0
        for _ in 0..<20_000 {
            now += .milliseconds(Int.random(in: 0...400, using: &random))
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                queue.add(Bool.random(using: &random) ? .fill() : .halt)
                added += 1
            }
            while let taken = queue.take(now: now) {
                sent.append(now)
                told += taken.events.count + taken.more
            }
        }
        if let rest = queue.takeAll() { told += rest.events.count + rest.more }
        #expect(told == added && queue.isEmpty)
        for (index, time) in sent.enumerated() where index >= 30 { #expect(time - sent[index - 30] >= .seconds(60)) }
    }

    @Test func `when too much waits, fills are let go before halts, and the message says how many`() throws {
        var queue = NotifyQueue()
        for _ in 0..<10 {
            queue.add(.fill())
            _ = queue.take(now: start)
        }
        queue.add(.halt)
        for number in 0..<300 { queue.add(.fill(number)) }
        #expect(queue.dropped == 101)
        let taken = queue.take(now: start + .seconds(3))
        let next = try #require(taken)
        #expect(next.events.count == 10 && next.events.first == .halt && next.more == 291)
    }
}
