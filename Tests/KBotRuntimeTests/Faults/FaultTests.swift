import Foundation
import KBotModel
import KBotTestSupport
import Testing

/// Seeded lives among faults.
///
/// `KBOT_FAULT_SEEDS=5000` plays so many of each kind, `KBOT_FAULT_SEED=17` that one alone, and with
/// `KBOT_FAULT_TOLD=1` step by step.
@Suite("Survival among faults", .serialized)
struct FaultTests {
    /// Whether lives are told step by step: `KBOT_FAULT_TOLD=1`.
    private static var isTold: Bool { ProcessInfo.processInfo.environment["KBOT_FAULT_TOLD"] != nil }

    /// Plays lives and reports those that did not hold, each with the seed that shows it again.
    private func play(_ name: String, usual: UInt64, _ life: (UInt64) throws -> FaultTally) {
        let environment = ProcessInfo.processInfo.environment
        let count = environment["KBOT_FAULT_SEEDS"].flatMap(UInt64.init) ?? usual
        let one = environment["KBOT_FAULT_SEED"].flatMap(UInt64.init)
        var sum = FaultTally()
        var failures: [String] = []
        let began = ContinuousClock.now
        for seed in one.map({ $0..<$0 + 1 }) ?? 0..<count where failures.count < 20 {
            do {
                sum += try life(seed)
            } catch {
                failures.append("KBOT_FAULT_SEED=\(seed): \(error)")
            }
        }
        print("\(name): \(sum.text(in: ContinuousClock.now - began))")
        #expect(failures.isEmpty, "\(name): \(failures.joined(separator: "\n"))")
    }

    @Test("Killed at any step on any network, the bot's books are the exchange's, and no order is sent twice")
    func survives() {
        play("at the venue", usual: 60) { seed in
            let world = try FaultWorld(seed: seed, disk: MemoryDisk(), length: .seconds(100))
            world.isTold = Self.isTold
            return try world.run()
        }
    }

    @Test("Killed at any step, an account on paper comes back with engine and exchange agreeing to the microdollar")
    func survivesOnPaper() {
        play("on paper", usual: 80) { seed in
            // Now and then longer than anything is remembered.
            let length = TimeSpan.seconds(seed % 25 == 0 ? 700 : 100)
            return try PaperWorld(seed: seed, disk: MemoryDisk(keepsPaper: true), length: length).run()
        }
    }

    @Test("With a journal on a disk that fails now and then, its tables are the exchange's books at the end")
    func survivesOnADisk() {
        play("at the venue, on a disk", usual: 4) { seed in
            let disk = try RealDisk()
            let world = try FaultWorld(seed: seed, disk: disk, orderPrefix: disk.orderPrefix, length: .seconds(60))
            world.isTold = Self.isTold
            let tally = try world.run()
            guard tally.refusals == 0 else { return tally }
            try disk.read { journal in
                try JournalTables(journal).compare(with: world.filled, profit: world.venue.profit)
            }
            return tally
        }
    }
}
