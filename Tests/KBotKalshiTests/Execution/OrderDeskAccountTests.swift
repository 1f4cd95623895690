import KBotKalshi
import KBotModel
import Testing

@Suite("An order desk that watches the account")
struct OrderDeskAccountTests {
    private static let id = ClientOrderID(1)

    /// Answers the reading of the account that is due next.
    private func read(_ bench: DeskBench, _ picture: AccountPicture) throws {
        for _ in 0..<3 where !isReading(bench) { bench.wait(.seconds(45)) }
        let job = try #require(bench.jobs.open.first { if case .account = $0.work { true } else { false } })
        bench.answer(job, .account(.success(picture)))
    }

    private func isReading(_ bench: DeskBench) -> Bool {
        bench.jobs.open.contains { if case .account = $0.work { true } else { false } }
    }

    private func resting(_ configure: (inout DeskConfiguration) -> Void = { _ in }) throws -> DeskBench {
        let bench = try DeskBench(configure: configure)
        bench.place(DeskBench.order(1))
        try bench.placed("v1", remaining: "10.00")
        _ = bench.takeEvents()
        return bench
    }

    @Test("The account is read at the start, every 45 seconds, and soon after the socket comes back")
    func readsInTime() throws {
        let bench = try DeskBench()
        #expect(bench.desk.nextDeadline == Timestamp(seconds: 45))
        bench.wait(.seconds(45))
        #expect(isReading(bench))
        try read(bench, try DeskBench.picture())
        bench.call { desk, time, _ in
            desk.connectionLost(at: time)
            desk.connectionRestored(at: time)
        }
        bench.wait(.milliseconds(1_300))
        #expect(isReading(bench))
        #expect(bench.desk.statistics.reconciliations == 2)
    }

    @Test("Ready is told once the account was read and every group stands")
    func tellsReady() throws {
        let bench = try DeskBench { $0.entryGroupLimit = Quantity(contracts: 100) }
        #expect(bench.news.count { if case .ready = $0 { true } else { false } } == 1)
    }

    @Test("A fill that no channel told is found by the reading, told and counted as a difference")
    func findsMissedFills() throws {
        let bench = try resting()
        let row = try DeskBench.row("v1", client: "kbot-7-1", "resting", filled: 4, remaining: 6)
        let fill = try DeskBench.fillRow("t1", of: "v1", 4)
        try read(bench, try DeskBench.picture(resting: [row], fills: [fill], position: 4))
        #expect(bench.warnings == [.difference])
        #expect(bench.takeEvents() == [DeskBench.told("t1", of: 1, 4, fee: 20_000, taker: true)])
        #expect(bench.desk.statistics.differences == 1)
    }

    @Test("An order that rests no more without a word is looked up")
    func looksUpVanished() throws {
        let bench = try resting()
        try read(bench, try DeskBench.picture())
        guard case .order("v1")? = bench.jobs.open.first?.work else {
            Issue.record("it was not looked up")
            return
        }
        try bench.answer(.order(.success(try DeskBench.row("v1", client: "kbot-7-1", "canceled"))))
        #expect(bench.warnings == [.difference])
        #expect(bench.takeEvents() == [.cancelled(Self.id, unfilled: Quantity(contracts: 10), .requested)])
    }

    @Test("Orders and positions of others make a market foreign until they are gone")
    func watchesOthers() throws {
        let bench = try DeskBench()
        let row = try DeskBench.row("x1", client: "kbot-6-1", "resting", remaining: 10)
        try read(bench, try DeskBench.picture(resting: [row], position: 5))
        #expect(bench.foreign == [true])
        #expect(bench.texts.last?.contains("5.00 contracts and 1 order") ?? false, "\(bench.texts)")
        _ = bench.takeEvents()
        try read(bench, try DeskBench.picture(position: 5))
        #expect(bench.foreign == [])
        try read(bench, try DeskBench.picture())
        #expect(bench.foreign == [false])
    }

    @Test("The channels tell of others at once")
    func hearsOthers() throws {
        let bench = try DeskBench()
        bench.hear(DeskBench.word("x1", client: "my-own", "resting", remaining: 10))
        #expect(bench.foreign == [true])
        bench.hear(DeskBench.word("x1", client: "my-own", "canceled"))
        #expect(bench.foreign == [true, false])
        bench.hear(DeskBench.fill("t9", of: "x2", 4))
        #expect(bench.foreign == [true, false, true])
        #expect(bench.takeEvents() == [])
    }

    @Test("A position off from our fills counts when it is seen twice with nothing between")
    func confirmsDrift() throws {
        let bench = try resting()
        bench.hear(DeskBench.fill("t1", of: "v1", 4))
        let row = try DeskBench.row("v1", client: "kbot-7-1", "resting", filled: 4, remaining: 6)
        let off = try DeskBench.picture(resting: [row], position: 7)
        try read(bench, off)
        #expect(bench.warnings == [] && bench.foreign == [])
        bench.wait(.seconds(2))
        try read(bench, off)
        #expect(bench.warnings == [.positionDrift])
        #expect(bench.foreign == [true])
        try read(bench, try DeskBench.picture(resting: [row], position: 4))
        #expect(bench.foreign == [true, false])
    }

    @Test("A position that was only read too early is no drift")
    func forgivesLag() throws {
        let bench = try resting()
        bench.hear(DeskBench.fill("t1", of: "v1", 4))
        let row = try DeskBench.row("v1", client: "kbot-7-1", "resting", filled: 4, remaining: 6)
        try read(bench, try DeskBench.picture(resting: [row]))
        bench.wait(.seconds(2))
        try read(bench, try DeskBench.picture(resting: [row], position: 4))
        #expect(bench.warnings == [] && bench.foreign == [])
    }

    @Test("A position frame that our fills do not explain after a second has the account read")
    func followsHints() throws {
        let bench = try DeskBench()
        bench.call { desk, time, news in
            let position = OwnPosition(ticker: DeskBench.ticker, position: Quantity(contracts: 3))
            desk.hear(position, at: time, into: &news)
        }
        bench.wait(.seconds(1))
        bench.wait(.milliseconds(300))
        #expect(isReading(bench))
    }

    @Test("What the venue's group says, what our own fills add up to, and a refusal all stop entries until a reset")
    func stopsAtFuse() throws {
        for way in 0..<3 {
            let bench = try DeskBench { $0.entryGroupLimit = Quantity(contracts: 5) }
            bench.place(DeskBench.order(1))
            try bench.placed("v1", remaining: "10.00")
            _ = bench.takeEvents()
            switch way {
            case 0: bench.call { $0.hearGroup("g1", event: "triggered", at: $1, into: &$2) }
            case 1: bench.hear(DeskBench.fill("t1", of: "v1", 5))
            default:
                bench.place(DeskBench.order(2))
                let error = VenueError(.conflict, .notRetryable, status: 409, code: "order_group_triggered")
                try bench.answer(.placed(.rejected(error)))
            }
            #expect(bench.warnings.contains(.groupTriggered))
            bench.place(DeskBench.order(3))
            #expect(bench.creates.isEmpty)
            #expect(bench.takeEvents().last == .rejected(ClientOrderID(3), .other))
            bench.place(DeskBench.order(4, .ask, .immediateOrCancel, reduceOnly: true))
            #expect(bench.creates.count == 1, "an exit was stopped")
            bench.call { desk, time, _ in desk.resetGroups(at: time) }
            bench.call { $0.hearGroup("g1", event: "reset", at: $1, into: &$2) }
            bench.place(DeskBench.order(5))
            #expect(bench.creates.last?.group == "g1")
        }
    }

    @Test(
        "A payment that differs from our fills is told; one that counts netted pairs in is not",
        arguments: [1_000, 1_500, 400]
    )
    func checksPayments(cents: Int) throws {
        let bench = try resting()
        bench.hear(DeskBench.fill("t1", of: "v1", 10))
        bench.call { desk, time, _ in desk.settlements(since: time.now, at: time) }
        let row: SettlementRow = try DeskVenueModel.parse(
            #"{"ticker":"\#(DeskBench.ticker)","market_result":"yes","revenue":\#(cents),"value":100,"#
                + #""yes_count_fp":"15.00","no_count_fp":"5.00","settled_time":"2026-11-22T19:45:12Z"}"#
        )
        try bench.answer(.settlements(.success([row])))
        #expect(bench.warnings.contains(.settlementDifference) == (cents == 400))
    }
}
