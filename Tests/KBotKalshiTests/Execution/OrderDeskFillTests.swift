import KBotKalshi
import KBotModel
import Testing

@Suite("An order desk that hears of fills and ends")
struct OrderDeskFillTests {
    private static let id = ClientOrderID(1)

    private func resting(_ configure: (inout DeskConfiguration) -> Void = { _ in }) throws -> DeskBench {
        let bench = try DeskBench(configure: configure)
        bench.place(DeskBench.order(1))
        try bench.placed("v1", remaining: "10.00")
        _ = bench.takeEvents()
        return bench
    }

    @Test("What the answer to an immediate order counts is awaited from the channel, and the order ends after it")
    func waitsForChannel() throws {
        let bench = try DeskBench()
        bench.place(DeskBench.order(1, .bid, .immediateOrCancel))
        try bench.placed("v1", filled: "4.00", remaining: "0.00")
        #expect(bench.takeEvents() == [.accepted(Self.id, resting: .zero)])
        bench.wait(.milliseconds(200))
        bench.hear(DeskBench.fill("t1", of: "v1", 4))
        #expect(
            bench.takeEvents() == [
                DeskBench.told("t1", of: 1, 4),
                .cancelled(Self.id, unfilled: Quantity(contracts: 6), .immediateOrCancel),
            ]
        )
        #expect(bench.jobs.open.isEmpty)
        #expect(bench.desk.isQuiet)
    }

    @Test(
        "A channel that stays silent for a quarter of a second is not waited for: the fills are fetched, and told once"
    )
    func fetchesFills() throws {
        let bench = try DeskBench()
        bench.place(DeskBench.order(1, .bid, .immediateOrCancel))
        try bench.placed("v1", filled: "4.00", remaining: "0.00")
        _ = bench.takeEvents()
        #expect(bench.desk.nextDeadline == Timestamp(milliseconds: 250))
        bench.wait(.milliseconds(250))
        guard case .fills("v1", _, _)? = bench.jobs.open.first?.work else {
            Issue.record("the fills were not fetched")
            return
        }
        // The read lags behind at first.
        try bench.answer(.fills(.success([])))
        #expect(bench.takeEvents() == [])
        bench.wait(.milliseconds(300))
        try bench.answer(.fills(.success([try DeskBench.fillRow("t1", of: "v1", 4)])))
        #expect(
            bench.takeEvents() == [
                DeskBench.told("t1", of: 1, 4, fee: 20_000, taker: true),
                .cancelled(Self.id, unfilled: Quantity(contracts: 6), .immediateOrCancel),
            ]
        )
        bench.hear(DeskBench.fill("t1", of: "v1", 4))
        #expect(bench.takeEvents() == [])
    }

    @Test("Fills that cannot be had are asked for on and on, and the operator is told")
    func tellsMissing() throws {
        let bench = try DeskBench()
        bench.place(DeskBench.order(1, .bid, .immediateOrCancel))
        try bench.placed("v1", filled: "4.00", remaining: "0.00")
        for _ in 0..<5 {
            bench.wait(.seconds(5))
            try bench.answer(.fills(.failure(VenueError(.unavailable, .retryable, status: 503))))
        }
        #expect(bench.warnings == [.fillsMissing])
        // It is asked whether the count is right, too.
        try bench.answer(.order(.success(try DeskBench.row("v1", client: "kbot-7-1", "canceled", filled: 4))))
        bench.wait(.seconds(5))
        try bench.answer(.fills(.success([try DeskBench.fillRow("t1", of: "v1", 4)])))
        #expect(bench.takeEvents().count == 3)
    }

    @Test(
        "A fill that overtakes its order's answer is told at once by our id, and by the venue's when the answer names it"
    )
    func hearsEarlyFills() throws {
        let bench = try DeskBench()
        bench.place(DeskBench.order(1))
        bench.hear(DeskBench.fill("t1", of: "v1", client: "kbot-7-1", 4))
        #expect(bench.takeEvents() == [DeskBench.told("t1", of: 1, 4)])
        bench.place(DeskBench.order(2))
        bench.hear(DeskBench.fill("t2", of: "v2", 3))
        #expect(bench.takeEvents() == [])
        try bench.placed("v1", filled: "4.00", remaining: "6.00")
        try bench.placed("v2", filled: "3.00", remaining: "7.00")
        #expect(bench.takeEvents().contains(DeskBench.told("t2", of: 2, 3)))
    }

    @Test("A fill without its fee is told with the venue's own, fetched at once")
    func fetchesFees() throws {
        let bench = try resting()
        bench.hear(DeskBench.fill("t1", of: "v1", 4, fee: nil))
        #expect(bench.takeEvents() == [])
        try bench.answer(.fills(.success([try DeskBench.fillRow("t1", of: "v1", 4)])))
        #expect(bench.takeEvents() == [DeskBench.told("t1", of: 1, 4, fee: 20_000, taker: true)])
    }

    @Test("A fee the venue never tells is reckoned by the market's schedule, and said so")
    func reckonsFees() throws {
        let bench = try resting()
        bench.hear(DeskBench.fill("t1", of: "v1", 4, fee: nil))
        for _ in 0..<5 {
            try bench.answer(.fills(.success([])))
            bench.wait(.seconds(5))
        }
        #expect(bench.warnings.contains(.fillsMissing))
        #expect(bench.takeEvents() == [DeskBench.told("t1", of: 1, 4, fee: 0)])
    }

    @Test(
        "The channel's word on an end is told with its reason",
        arguments: [
            ("ExpiryCancel", CancelReason.expired), ("SelfTradeCancel", .selfTrade), ("CloseCancel", .marketClosed),
            ("HaltCancel", .marketClosed), (nil, .requested),
        ] as [(String?, CancelReason)]
    )
    func tellsEnds(reason: String?, told: CancelReason) throws {
        let bench = try resting()
        bench.hear(DeskBench.word("v1", "canceled", reason: reason))
        #expect(bench.takeEvents() == [.cancelled(Self.id, unfilled: Quantity(contracts: 10), told)])
        bench.hear(DeskBench.word("v1", "canceled", reason: reason))
        bench.hear(DeskBench.word("v1", "resting", remaining: 10))
        #expect(bench.takeEvents() == [])
    }

    @Test("An end is held back until the fills it counts were told")
    func holdsBackEnds() throws {
        let bench = try resting()
        bench.hear(DeskBench.word("v1", "canceled", filled: 4))
        #expect(bench.takeEvents() == [])
        bench.hear(DeskBench.fill("t1", of: "v1", 4))
        #expect(
            bench.takeEvents() == [
                DeskBench.told("t1", of: 1, 4),
                .cancelled(Self.id, unfilled: Quantity(contracts: 6), .requested),
            ]
        )
    }

    @Test("A cancel that finds nothing is told, and a read that lags behind is not believed")
    func looksAfterRefusedCancel() throws {
        let bench = try resting()
        bench.cancel(1)
        try bench.answer(.cancelled(.notResting))
        #expect(bench.takeEvents() == [.cancelRefused(Self.id)])
        bench.lookUp(1)
        let old = try DeskBench.row("v1", client: "kbot-7-1", "resting", remaining: 10)
        try bench.answer(.order(.success(old)))
        #expect(bench.takeEvents() == [])
        bench.wait(.milliseconds(300))
        try bench.answer(.order(.success(try DeskBench.row("v1", client: "kbot-7-1", "executed", filled: 10))))
        #expect(bench.takeEvents() == [])
        bench.wait(.milliseconds(250))
        try bench.answer(.fills(.success([try DeskBench.fillRow("t1", of: "v1", 10)])))
        #expect(
            bench.takeEvents() == [
                DeskBench.told("t1", of: 1, 10, fee: 20_000, taker: true),
                .found(Self.id, OrderSnapshot(status: .executed, filled: Quantity(contracts: 10))),
            ]
        )
    }

    @Test("A look-up of an order that rests tells its fills first")
    func findsAfterFills() throws {
        let bench = try resting()
        bench.lookUp(1)
        let row = try DeskBench.row("v1", client: "kbot-7-1", "resting", filled: 3, remaining: 7)
        try bench.answer(.order(.success(row)))
        #expect(bench.takeEvents() == [])
        bench.hear(DeskBench.fill("t1", of: "v1", 3))
        #expect(
            bench.takeEvents() == [
                DeskBench.told("t1", of: 1, 3),
                .found(Self.id, OrderSnapshot(status: .resting, filled: Quantity(contracts: 3))),
            ]
        )
    }

    @Test("A count that was reckoned from an order changed by somebody else is put right by the venue's own")
    func recounts() throws {
        let bench = try resting()
        bench.cancel(1)
        _ = bench.takeEvents()
        // Somebody had taken 4 of the 10 contracts off the order before.
        try bench.answer(.cancelled(.cancelled(try DeskVenueModel.parse(#"{"order_id":"v1","reduced_by":"6.00"}"#))))
        for _ in 0..<5 {
            bench.wait(.seconds(5))
            try bench.answer(.fills(.success([])))
        }
        #expect(bench.takeEvents() == [])
        try bench.answer(.order(.success(try DeskBench.row("v1", client: "kbot-7-1", "canceled"))))
        #expect(bench.takeEvents() == [.cancelled(Self.id, unfilled: Quantity(contracts: 10), .requested)])
        #expect(bench.desk.openOrders.isEmpty)
    }

    @Test(
        "What happens on another subaccount is not heard",
        arguments: [(nil, 0, true), (nil, 3, false), (3, 3, true)] as [(Int32?, Int32, Bool)]
    )
    func keepsToSubaccount(ours: Int32?, theirs: Int32, isHeard: Bool) throws {
        let bench = try resting { $0.terms.subaccount = ours }
        var fill = DeskBench.fill("t1", of: "v1", 4)
        fill.subaccount = theirs
        bench.hear(fill)
        #expect(bench.takeEvents().isEmpty == !isHeard)
    }
}
