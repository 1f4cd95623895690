import KBotModel
import Synchronization
import Testing

@testable import KBotRuntime

@Suite struct MailboxTests {
    @Test func `what is posted comes out once and in order`() {
        let box = Mailbox<Int>(limit: 1_000) { _ in }
        for number in 0..<100 { box.post(number) }
        var taken: [Int] = []
        box.take(into: &taken, waiting: .seconds(10))
        #expect(taken == Array(0..<100))
        taken.removeAll()
        box.take(into: &taken, waiting: .zero)
        #expect(taken.isEmpty)
    }

    @Test func `a post wakes who waits`() async {
        let box = Mailbox<String>(limit: 1_000) { _ in }
        async let posted: Void = Task.detached { box.post("here") }.value
        let taken = await Task.detached {
            var taken: [String] = []
            while taken.isEmpty { box.take(into: &taken, waiting: .seconds(60)) }
            return taken
        }.value
        await posted
        #expect(taken == ["here"])
    }

    @Test func `pressure is told once when too much lies there, and once when it is taken`() {
        let told = Mutex<[Bool]>([])
        let box = Mailbox<Int>(limit: 100) { high in told.withLock { $0.append(high) } }
        box.post(1, weight: 60)
        #expect(told.withLock { $0 } == [])
        box.post(2, weight: 60)
        box.post(3, weight: 60)
        #expect(told.withLock { $0 } == [true])
        var taken: [Int] = []
        box.take(into: &taken, waiting: .zero)
        #expect(taken == [1, 2, 3])
        #expect(told.withLock { $0 } == [true, false])
        taken.removeAll()
        box.take(into: &taken, waiting: .zero)
        #expect(told.withLock { $0 } == [true, false])
    }

    @Test func `nothing is lost between many posters and one listener`() async {
        let box = Mailbox<Int>(limit: .max) { _ in }
        let taken = await withTaskGroup(of: Void.self) { group in
            for poster in 0..<4 {
                group.addTask { for number in 0..<2_500 { box.post(poster * 2_500 + number) } }
            }
            return await Task.detached {
                var all: [Int] = []
                var batch: [Int] = []
                while all.count < 10_000 {
                    box.take(into: &batch, waiting: .seconds(60))
                    all += batch
                    batch.removeAll()
                }
                return all
            }.value
        }
        #expect(taken.sorted() == Array(0..<10_000))
        for poster in 0..<4 {
            let own = taken.filter { $0 / 2_500 == poster }
            #expect(own == own.sorted())
        }
    }
}
