import KBotKalshi
import KBotModel
import KBotTestSupport
import Testing

@Suite("An order desk that takes up the orders of a run that died")
struct OrderDeskCrashTests {
    @Test("Killed at any step among faults, each order is placed once and each fill told once, over all lives")
    func survivesKills() throws {
        try forSeeds(0..<500) { random in try play(&random, isPowerCut: false) }
    }

    @Test("Orders that a power cut took from the journal are told, and explain what the venue has more")
    func survivesPowerCuts() throws {
        try forSeeds(0..<300) { random in try play(&random, isPowerCut: true) }
    }

    private func faults(_ random: inout SeededGenerator) -> DeskVenueModel.Faults {
        var faults = DeskVenueModel.Faults()
        faults.lostAnswers = Int.random(in: 0...30, using: &random)
        faults.lostFrames = [0, 10, 50, 100].randomElement(using: &random) ?? 0
        faults.repeatedFrames = Int.random(in: 0...50, using: &random)
        faults.missingFees = [0, 0, 30].randomElement(using: &random) ?? 0
        faults.missingClientIDs = [0, 0, 50].randomElement(using: &random) ?? 0
        faults.failingReads = Int.random(in: 0...40, using: &random)
        faults.refusals = Int.random(in: 0...10, using: &random)
        faults.longestDelay = .milliseconds([20, 150, 1_500].randomElement(using: &random) ?? 20)
        return faults
    }

    private func play(_ random: inout SeededGenerator, isPowerCut: Bool) throws {
        var stage = try DeskStage(seed: random.next(), faults: faults(&random)) { $0.reconcilePeriod = .seconds(10) }
        let venue = stage.venue
        for number in 0..<16 {
            venue.schedule(.action(number), after: .milliseconds(Int64.random(in: 0...20_000, using: &random)))
        }
        let crashes = Set(
            (0..<Int.random(in: 1...2, using: &random)).map { _ in Int.random(in: 2..<16, using: &random) }
        )
        var epoch: Int32 = 0
        var number: Int32 = 0
        try stage.run(until: Timestamp(seconds: 25)) { stage, action in
            if action >= 100 { return try lookUpAll(&stage) }
            let random = Int.random(in: 0..<10, using: &venue.random)
            let sent = stage.engine.held.keys.sorted()
            if crashes.contains(action) {
                if random < 5, !isPowerCut {
                    number += 1
                    let id = ClientOrderID(epoch: epoch, number: number)
                    stage.intend(OrderDeskPropertyTests.order(id.sequence, stage, &venue.random))
                }
                let down = TimeSpan.milliseconds([1, 200, 8_000].randomElement(using: &venue.random) ?? 1)
                let steps = [0, 1, 5, 20].randomElement(using: &venue.random) ?? 0
                try stage.crash(isPowerCut: isPowerCut, steps: steps, down: down)
                epoch += 1
                number = 0
                let wait = TimeSpan.milliseconds([0, 50, 3_000].randomElement(using: &venue.random) ?? 0)
                venue.schedule(.action(100), after: wait)
                return
            }
            switch random {
            case 0..<6:
                number += 1
                let id = ClientOrderID(epoch: epoch, number: number)
                try stage.place(OrderDeskPropertyTests.order(id.sequence, stage, &venue.random))
            case 6..<9:
                if let id = sent.randomElement(using: &venue.random) { try stage.cancel(id) }
            default:
                if let id = sent.randomElement(using: &venue.random) { try stage.lookUp(id) }
                try stage.call { desk, time, _ in desk.connectionRestored(at: time) }
            }
        }
        try calm(&stage)
        try compare(stage, lives: crashes.count)
    }

    /// What the engine does with its first event after a restart.
    private func lookUpAll(_ stage: inout DeskStage) throws {
        for id in stage.takeDoubts() { try stage.lookUp(id) }
    }

    /// Nothing trades, goes wrong or rests any more.
    private func calm(_ stage: inout DeskStage) throws {
        let venue = stage.venue
        venue.trades = false
        venue.faults.lostAnswers = 0
        venue.faults.failingReads = 0
        venue.faults.refusals = 0
        try lookUpAll(&stage)
        for id in stage.engine.held.keys.sorted() { try stage.cancel(id) }
        try stage.run(until: venue.uptime + .seconds(120))
    }

    private func compare(_ stage: DeskStage, lives: Int) throws {
        let venue = stage.venue
        for (clientID, count) in venue.placements { try hold(count == 1, "\(clientID) was placed \(count) times") }
        for (id, held) in stage.engine.held.sorted(by: { $0.key < $1.key }) {
            try hold(!held.order.state.isOpen, "\(id) is still \(held.order.state.name)")
            let entry = venue.entry("run-\(id.sequence)")
            let trades = entry?.trades.map { tradeNumber($0.id) }.sorted() ?? []
            try hold(held.order.trades.sorted() == trades, "\(id): \(held.order.trades) told, \(trades) traded")
            let fees = entry?.trades.reduce(Money.zero) { $0 + $1.fee } ?? .zero
            try hold(held.fees == fees, "\(id): fees \(held.fees), not \(fees)")
            try hold(!(entry?.isResting ?? false), "\(id) still rests")
        }
        try hold(stage.desk.openOrders.isEmpty, "open: \(stage.desk.openOrders)")
        try hold(stage.engine.recovered.count == 1, "recovery was told \(stage.engine.recovered.count) times")

        // Orders that nobody knows: each that left something behind, once.
        let expected = stage.lost.compactMap { venue.entry("run-\($0.sequence)") }
            .filter { $0.isResting || $0.filled > .zero }
        let told = stage.engine.unaccounted.map(\.venueID)
        try hold(Set(told).count == told.count, "told twice: \(told)")
        if lives == 1 { try hold(Set(told) == Set(expected.map(\.id)), "told: \(told), \(expected.map(\.id))") }
        // Those of an earlier crash were told to an earlier run.
        try hold(Set(told).isSubset(of: expected.map(\.id)), "told: \(told), expected: \(expected.map(\.id))")
        for market in DeskStage.markets {
            let lost = expected.filter { $0.wire.ticker == market.ticker }
                .reduce(Quantity.zero) { $1.wire.side == .bid ? $0 + $1.filled : $0 - $1.filled }
            let ours = stage.desk.position(in: market.ticker)
            try hold(ours + lost == venue.position(market.ticker), "\(market.ticker): \(ours), lost \(lost)")
        }
        guard stage.lost.isEmpty else { return }
        try hold(!stage.engine.warnings.contains(.positionDrift), "a position drift was told")
        try hold(stage.engine.foreign.isEmpty, "foreign: \(stage.engine.foreign)")
        try hold(stage.engine.recovered[0].differences.isEmpty, "\(stage.engine.recovered[0].differences)")
        try hold(stage.engine.isReady, "not ready")
    }
}
