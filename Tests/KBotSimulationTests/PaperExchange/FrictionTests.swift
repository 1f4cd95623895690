import KBotModel
import KBotTestSupport
import Testing

@testable import KBotSimulation

@Suite("Friction and luck")
struct FrictionTests {
    private func delays(seed: UInt64, orders: ClosedRange<Int64>) -> [TimeSpan] {
        orders.map { Luck(seed: seed, order: ClientOrderID($0), event: .request(0)).delay(.realistic) }
    }

    @Test func `delays lie between 100 and 500 ms and spread over all of it`() {
        let delays = delays(seed: 7, orders: 1...2_000)
        #expect(delays.allSatisfy { $0 >= .milliseconds(100) && $0 <= .milliseconds(500) })
        let mean = delays.reduce(0) { $0 + $1.microseconds } / 2_000
        #expect((290_000...310_000).contains(mean))
        #expect(Set(delays).count > 1_900)
    }

    @Test func `the same seed gives the same luck and another seed another`() {
        #expect(delays(seed: 7, orders: 1...50) == delays(seed: 7, orders: 1...50))
        #expect(delays(seed: 7, orders: 1...50) != delays(seed: 8, orders: 1...50))
    }

    @Test func `one order's luck does not depend on another order`() {
        func run(withOther: Bool) -> [TimedVenueEvent] {
            var venue = PaperVenue.withBook(bids: [(48, 100), (47, 100)], asks: [(50, 1_000)], .realistic, seed: 3)
            if withOther {
                venue.place(1, .bid, 30, 1)
                venue.amend(1, 31, total: 2)
            }
            venue.place(2, .bid, 60, 10, .immediateOrCancel)
            venue.pass(.seconds(5))
            return venue.log.filter {
                switch $0.event {
                case .accepted(let id, _): id == ClientOrderID(2)
                case .filled(let fill): fill.order == ClientOrderID(2)
                case .cancelled(let id, _, _): id == ClientOrderID(2)
                default: false
                }
            }
        }
        #expect(run(withOther: true) == run(withOther: false))
        #expect(!run(withOther: true).isEmpty)
    }

    @Test func `draws keep to their ranges and their chance`() {
        var partial = 0
        for number in 1...4_000 as ClosedRange<Int64> {
            let luck = Luck(seed: 11, order: ClientOrderID(number), event: .restingFill(0))
            #expect((1...3).contains(luck.slippage(.realistic, stressed: false)))
            #expect((5...10).contains(luck.slippage(.realistic, stressed: true)))
            guard let cap = luck.partialCap(of: Quantity(contracts: 10), .realistic) else { continue }
            partial += 1
            #expect(cap >= Quantity(contracts: 1) && cap <= Quantity(contracts: 9))
        }
        #expect((150...250).contains(partial), "5 % of 4000 is 200")
    }

    @Test func `a partial fill is never less than a hundredth of a contract`() {
        var friction = Friction.pessimistic
        friction.partialChance = 100
        let luck = Luck(seed: 1, order: ClientOrderID(1), event: .request(0))
        #expect(luck.partialCap(of: Quantity(units: 1), friction) == Quantity(units: 1))
    }

    @Test func `the pessimist takes the worst end of every realistic range`() {
        let worst = Friction.pessimistic
        let real = Friction.realistic
        #expect(worst.delay == real.delay.upperBound...real.delay.upperBound)
        #expect(worst.slippage == real.slippage.upperBound...real.slippage.upperBound)
        #expect(worst.stressedSlippage == real.stressedSlippage.upperBound...real.stressedSlippage.upperBound)
        #expect(worst.partialShare == real.partialShare.lowerBound...real.partialShare.lowerBound)
        #expect(worst.queue == .back)
    }

    @Test(arguments: ["realistic", "optimistic", "pessimistic"])
    func `a friction is found by its name and tells its constants`(_ name: String) throws {
        let friction = try #require(Friction.named(name))
        #expect(friction.facts.first?.value == name)
        #expect(friction.facts.count == 11)
        #expect(friction.facts.allSatisfy { !$0.value.isEmpty })
        #expect(Friction.named("perfect") == nil)
    }

    @Test func `the report's words give the constants in their units`() {
        let facts = Friction.realistic.facts.map { "\($0.name): \($0.value)" }
        #expect(facts.contains("delay of each create, cancel and amend: 100ms to 500ms"))
        #expect(facts.contains("slippage of a taker: 1 to 3 ticks"))
        #expect(facts.contains("share filled by a partial fill: 10 to 90 %"))
    }

    @Test func `the window of mids agrees with a naive one`() {
        var generator = SeededGenerator(seed: 99)
        var window = MidWindow()
        var all: [(mid: Int32, from: Int64)] = []
        var time: Int64 = 0
        for _ in 0..<3_000 {
            time += Int64(generator.below(2_000_000))
            let mid = Int32(9_000 + generator.below(40) * 100)
            window.record(mid, at: Timestamp(microseconds: time), window: .seconds(5))
            all.append((mid, time))
            let asked = time + Int64(generator.below(3_000_000))
            // A mid stands from its own time until the next one's.
            let seen = all.indices.filter { index in
                index == all.count - 1 || all[index + 1].from >= asked - 5_000_000
            }
            .map { all[$0].mid }
            let naive = (seen.max() ?? 0) - (seen.min() ?? 0)
            #expect(window.extent(at: Timestamp(microseconds: asked), window: .seconds(5)) == naive)
        }
    }
}
