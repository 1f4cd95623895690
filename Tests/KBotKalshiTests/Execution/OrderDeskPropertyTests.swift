import KBotKalshi
import KBotModel
import KBotTestSupport
import Testing

@Suite("An order desk among faults")
struct OrderDeskPropertyTests {
    @Test("Whatever is lost, late, doubled or out of order, each order is placed once and each fill told once, in time")
    func holdsAmongFaults() throws {
        try forSeeds(0..<400) { random in
            var faults = DeskVenueModel.Faults()
            faults.lostAnswers = Int.random(in: 0...40, using: &random)
            faults.lostFrames = [0, 10, 50, 100].randomElement(using: &random) ?? 0
            faults.repeatedFrames = Int.random(in: 0...50, using: &random)
            faults.missingFees = [0, 0, 30].randomElement(using: &random) ?? 0
            faults.missingClientIDs = [0, 0, 50].randomElement(using: &random) ?? 0
            faults.failingReads = Int.random(in: 0...40, using: &random)
            faults.refusals = Int.random(in: 0...15, using: &random)
            faults.longestDelay = .milliseconds([20, 150, 1_500].randomElement(using: &random) ?? 20)
            try play(seed: random.next(), faults: faults)
        }
    }

    @Test("An order that reaches the venue after it was given up is taken off the book, and its fills are told")
    func takesBackLateOrders() throws {
        try forSeeds(0..<100) { random in
            var faults = DeskVenueModel.Faults()
            faults.lostAnswers = 50
            faults.lateOrders = 60
            faults.longestDelay = .milliseconds(200)
            try play(seed: random.next(), faults: faults)
        }
    }

    private func play(seed: UInt64, faults: DeskVenueModel.Faults) throws {
        var stage = try DeskStage(seed: seed, faults: faults) {
            $0.reconcilePeriod = .seconds(10)
            if seed % 3 == 0 { $0.entryGroupLimit = Quantity(contracts: 10_000) }
        }
        let venue = stage.venue
        for number in 0..<12 {
            venue.schedule(.action(number), after: .milliseconds(Int64.random(in: 0...15_000, using: &venue.random)))
        }
        var sequence: Int64 = 0
        try stage.run(until: Timestamp(seconds: 20)) { stage, _ in
            let sent = stage.engine.held.keys.sorted()
            switch Int.random(in: 0..<10, using: &venue.random) {
            case 0..<6:
                sequence += 1
                try stage.place(Self.order(sequence, stage, &venue.random))
            case 6..<9:
                if let id = sent.randomElement(using: &venue.random) { try stage.cancel(id) }
            default:
                if let id = sent.randomElement(using: &venue.random) { try stage.lookUp(id) }
                try stage.call { desk, time, _ in desk.connectionRestored(at: time) }
            }
        }
        // Quiet time: nothing trades, everything is cancelled, nothing goes wrong any more.
        venue.trades = false
        venue.faults.lostAnswers = 0
        venue.faults.failingReads = 0
        venue.faults.refusals = 0
        if seed % 2 == 0 {
            for id in stage.engine.held.keys.sorted() { try stage.cancel(id) }
        } else {
            try stage.call { desk, time, news in desk.cancelAll(at: time, into: &news) }
        }
        try stage.run(until: Timestamp(seconds: 120))
        try compare(stage)
    }

    static func order(_ sequence: Int64, _ stage: DeskStage, _ random: inout SeededGenerator) -> NewOrder {
        let market = DeskStage.markets[Int.random(in: 0..<3, using: &random)]
        let life: NewOrder.TimeInForce =
            switch Int.random(in: 0..<3, using: &random) {
            case 0: .immediateOrCancel
            case 1: .goodTillCancelled(expires: nil)
            default:
                .goodTillCancelled(
                    expires: stage.venue.time.now + .seconds(Int64.random(in: 1...12, using: &random))
                )
            }
        return NewOrder(
            id: ClientOrderID(sequence),
            market: market.id,
            side: Bool.random(using: &random) ? .bid : .ask,
            price: Price(cents: Int32.random(in: 10...90, using: &random)),
            count: Quantity(contracts: Int64.random(in: 1...20, using: &random)),
            timeInForce: life
        )
    }

    private func compare(_ stage: DeskStage) throws {
        for (clientID, count) in stage.venue.placements {
            try hold(count == 1, "\(clientID) was placed \(count) times")
        }
        for (id, held) in stage.engine.held.sorted(by: { $0.key < $1.key }) {
            try hold(!held.order.state.isOpen, "\(id) is still \(held.order.state.name)")
            let entry = stage.venue.entry("run-\(id.sequence)")
            try hold(
                held.order.filled == entry?.filled ?? .zero,
                "\(id): \(held.order.filled) told, \(String(describing: entry?.filled)) filled"
            )
            let fees = entry?.trades.reduce(Money.zero) { $0 + $1.fee } ?? .zero
            try hold(held.fees == fees, "\(id): fees \(held.fees), not \(fees)")
            try hold(!(entry?.isResting ?? false), "\(id) still rests")
            try hold(held.order.trades.sorted() == (entry?.trades.map { tradeNumber($0.id) }.sorted() ?? []), "\(id)")
        }
        for market in DeskStage.markets {
            try hold(
                stage.desk.position(in: market.ticker) == stage.venue.position(market.ticker),
                "\(market.ticker): \(stage.desk.position(in: market.ticker))"
            )
        }
        try hold(stage.desk.openOrders.isEmpty, "open: \(stage.desk.openOrders)")
        try hold(!stage.engine.warnings.contains(.positionDrift), "a position drift was told")
        try hold(stage.engine.foreign.isEmpty, "foreign: \(stage.engine.foreign)")
    }
}
