import KBotKalshi
import KBotModel
import Testing

@Suite("An order desk of an account that goes on")
struct OrderDeskRecoveryTests {
    private static let id = ClientOrderID(epoch: 2, number: 5)
    private static let client = "kbot-7-\(id.sequence)"
    private static let last = ClientOrderID(epoch: 2, number: 9).sequence
    private var ticker: Ticker { DeskBench.ticker }

    private static func adopted(filled: Int64 = 0, _ trades: [String] = [], wasSent: Bool = true) -> AdoptedOrder {
        AdoptedOrder(
            request: DeskBench.order(id.sequence),
            market: DeskBench.market,
            opensRisk: true,
            sentAt: DeskBench.start - .minutes(1),
            filled: Quantity(contracts: filled),
            trades: Set(trades.map(tradeNumber)),
            wasSent: wasSent
        )
    }

    /// A desk that has taken an account up and is reading it.
    private func bench(
        _ orders: [AdoptedOrder] = [],
        position: Int64 = 0,
        in ticker: Ticker = DeskBench.ticker
    ) throws -> DeskBench {
        let bench = try DeskBench(isStarted: false)
        bench.call { desk, time, _ in
            desk.adopt(
                orders,
                positions: [ticker: Quantity(contracts: position)],
                lastOrders: [ClientOrderID(Self.last)],
                fillsFrom: DeskBench.start - .minutes(1)
            )
            desk.start(shards: [2], at: time)
        }
        return bench
    }

    /// Answers the reading of the account that is due next.
    private func read(_ bench: DeskBench, _ picture: AccountPicture) throws {
        for _ in 0..<60 where reading(bench) == nil { bench.wait(.seconds(1)) }
        bench.answer(try #require(reading(bench)), .account(.success(picture)))
    }

    private func reading(_ bench: DeskBench) -> DeskJob? {
        bench.jobs.open.first { if case .account = $0.work { true } else { false } }
    }

    private func recovered(_ bench: DeskBench) -> [RecoveryPicture] {
        bench.news.compactMap { if case .recovered(let picture) = $0 { picture } else { nil } }
    }

    private func unaccounted(_ bench: DeskBench) -> [[UnaccountedOrder]] {
        bench.news.compactMap { if case .unaccounted(let orders) = $0 { orders } else { nil } }
    }

    private func isReady(_ bench: DeskBench) -> Bool {
        bench.news.contains { if case .ready = $0 { true } else { false } }
    }

    @Test("Fills made while away are told once, booked ones never, and the look-up is answered after them")
    func tellsFillsSince() throws {
        let bench = try bench([Self.adopted(filled: 3, ["t1"])], position: 3)
        bench.lookUp(Self.id.sequence)
        #expect(bench.takeEvents() == [] && bench.jobs.open.count == 1)
        #expect(bench.desk.missingForRecovery == ["the account could not be read yet"])
        let row = try DeskBench.row("v1", client: Self.client, "executed", filled: 10)
        let fills = [try DeskBench.fillRow("t2", of: "v1", 7), try DeskBench.fillRow("t1", of: "v1", 3)]
        var picture = try DeskBench.picture(fills: fills, position: 10)
        picture.orders = [row]
        try read(bench, picture)
        #expect(recovered(bench).map(\.differences) == [[]])
        #expect(recovered(bench).first?.fills.map(\.trade) == [tradeNumber("t2")])
        #expect(isReady(bench))
        #expect(bench.warnings == [] && bench.desk.missingForRecovery == [])
        let snapshot = OrderSnapshot(status: .executed, filled: Quantity(contracts: 10))
        #expect(
            bench.takeEvents() == [
                DeskBench.told("t2", of: Self.id.sequence, 7, fee: 20_000, taker: true), .found(Self.id, snapshot),
            ]
        )
        #expect(bench.desk.position(in: ticker) == Quantity(contracts: 10))
    }

    @Test("Fills that are too old for the account's list are fetched by the order")
    func fetchesOldFills() throws {
        let bench = try bench([Self.adopted()])
        bench.lookUp(Self.id.sequence)
        let row = try DeskBench.row("v1", client: Self.client, "canceled", filled: 4)
        var picture = try DeskBench.picture(position: 4)
        picture.orders = [row]
        try read(bench, picture)
        #expect(bench.takeEvents().allSatisfy { if case .found = $0 { false } else { true } })
        bench.wait(.milliseconds(250))
        let job = try #require(bench.jobs.open.first { if case .fills("v1", _, _) = $0.work { true } else { false } })
        bench.answer(job, .fills(.success([try DeskBench.fillRow("t1", of: "v1", 4)])))
        let snapshot = OrderSnapshot(status: .cancelled, filled: Quantity(contracts: 4))
        #expect(bench.takeEvents().last == .found(Self.id, snapshot))
        #expect(recovered(bench).isEmpty)
        try read(bench, picture)
        #expect(recovered(bench).map(\.differences) == [[]])
    }

    @Test("An intent that never reached the venue is found unknown once its absence is proven, and is never placed")
    func forgetsUnsentIntents() throws {
        let bench = try bench([Self.adopted(wasSent: false)])
        bench.lookUp(Self.id.sequence)
        try read(bench, try DeskBench.picture())
        #expect(bench.takeEvents() == [])
        let job = try #require(bench.jobs.open.first { if case .find = $0.work { true } else { false } })
        bench.answer(job, .sighted(.undecided))
        #expect(bench.takeEvents() == [])
        let missing = "order o2.5 in \(ticker): the venue has not said yet what became of it"
        #expect(bench.desk.missingForRecovery == [missing])
        bench.wait(.milliseconds(300))
        let again = try #require(bench.jobs.open.first { if case .find = $0.work { true } else { false } })
        bench.answer(again, .sighted(.absent))
        #expect(bench.warnings == [])
        #expect(bench.takeEvents() == [.found(Self.id, OrderSnapshot(status: .unknown, filled: .zero))])
        bench.place(DeskBench.order(Self.id.sequence))
        #expect(bench.creates.isEmpty && bench.takeEvents() == [])
        bench.place(DeskBench.order(Self.id.sequence + 1))
        #expect(bench.creates.isEmpty)
        #expect(bench.takeEvents() == [.rejected(ClientOrderID(Self.id.sequence + 1), .orderAlreadyExists)])
    }

    @Test("An order that the venue had taken and lists no more is told of; one with fills has ended with them")
    func warnsOfAbsence() throws {
        let bench = try bench([Self.adopted(filled: 3, ["t1"])], position: 3)
        bench.lookUp(Self.id.sequence)
        try read(bench, try DeskBench.picture(position: 3))
        let job = try #require(bench.jobs.open.first { if case .find = $0.work { true } else { false } })
        bench.answer(job, .sighted(.absent))
        #expect(bench.warnings == [.difference])
        let three = Quantity(contracts: 3)
        #expect(
            bench.takeEvents() == [
                .cancelled(Self.id, unfilled: Quantity(contracts: 7), .requested),
                .found(Self.id, OrderSnapshot(status: .cancelled, filled: three)),
            ]
        )
    }

    @Test("What the channels tell before the account was read is heard, and answers the look-up")
    func hearsChannelsFirst() throws {
        let bench = try bench([Self.adopted(filled: 3, ["t1"])], position: 3)
        bench.hear(DeskBench.fill("t1", of: "v1", client: Self.client, 3))
        bench.hear(DeskBench.fill("t2", of: "v1", client: Self.client, 2))
        #expect(bench.takeEvents() == [DeskBench.told("t2", of: Self.id.sequence, 2)])
        bench.lookUp(Self.id.sequence)
        bench.hear(DeskBench.word("v1", client: Self.client, "resting", filled: 5, remaining: 5))
        let snapshot = OrderSnapshot(status: .resting, filled: Quantity(contracts: 5))
        #expect(bench.takeEvents().last == .found(Self.id, snapshot))
        let row = try DeskBench.row("v1", client: Self.client, "resting", filled: 5, remaining: 5)
        try read(bench, try DeskBench.picture(resting: [row], position: 5))
        #expect(recovered(bench).first?.openOrders.map(\.venueID) == ["v1"])
        bench.cancel(Self.id.sequence)
        #expect(bench.cancels.map(\.id) == ["v1"])
    }

    @Test("An order with an id of ours that the journal does not know is told once, is not foreign, and stops entries")
    func tellsUnaccounted() throws {
        let bench = try bench(position: 2)
        let lost = "kbot-7-\(Self.last + 1)"
        let row = try DeskBench.row("x1", client: lost, "resting", filled: 4, remaining: 6)
        let dead = try DeskBench.row("x2", client: "kbot-7-\(Self.last + 2)", "canceled")
        let old = try DeskBench.row("x3", client: "kbot-7-\(Self.last)", "executed", filled: 10)
        var picture = try DeskBench.picture(resting: [row], position: 6)
        picture.orders = [row, dead, old]
        try read(bench, picture)
        #expect(unaccounted(bench).map { $0.map(\.venueID) } == [["x1"]])
        let order = try #require(unaccounted(bench).first?.first)
        #expect(order.clientID == lost && order.position == Quantity(contracts: 4) && order.side == .bid)
        #expect(order.remaining == Quantity(contracts: 6) && order.price == Price(cents: 56))
        try read(bench, picture)
        let line = try #require(recovered(bench).first?.differences.first)
        #expect(line.difference == line.unaccounted && line.unaccounted == Quantity(contracts: 4))
        bench.hear(DeskBench.word("x1", client: lost, "resting", filled: 4, remaining: 6))
        try read(bench, picture)
        #expect(unaccounted(bench).count == 1)
        #expect(bench.foreign == [] && !isReady(bench))
        bench.place(DeskBench.order(ClientOrderID(epoch: 3, number: 1).sequence))
        #expect(bench.creates.isEmpty)
        let exit = ClientOrderID(epoch: 3, number: 2).sequence
        bench.place(DeskBench.order(exit, .ask, count: 2, .immediateOrCancel, reduceOnly: true))
        #expect(bench.creates.map(\.clientID) == ["kbot-7-\(exit)"])
    }

    @Test("A fill of an order that nobody knows has the orders listed again")
    func listsAfterStrangeFill() throws {
        let bench = try bench()
        try read(bench, try DeskBench.picture())
        bench.wait(.minutes(3))
        while let job = reading(bench) { bench.answer(job, .account(.success(try DeskBench.picture()))) }
        bench.wait(.seconds(50))
        guard case .account(_, let usual, _)? = reading(bench)?.work else {
            Issue.record("the account was not read")
            return
        }
        #expect(usual == nil)
        try read(bench, try DeskBench.picture())
        bench.hear(DeskBench.fill("t9", of: "x1", client: "kbot-7-\(Self.last + 1)", 4))
        #expect(bench.foreign == [])
        bench.wait(.seconds(2))
        guard case .account(_, let from?, _)? = reading(bench)?.work else {
            Issue.record("no orders were listed")
            return
        }
        #expect(from == DeskBench.start - .minutes(3))
    }

    @Test("An order that rests though it has ended by the journal is taken off the book, once reads cannot be stale")
    func sweepsLeftovers() throws {
        let bench = try bench()
        let row = try DeskBench.row("x3", client: "kbot-7-\(Self.last)", "resting", remaining: 10)
        let picture = try DeskBench.picture(resting: [row])
        try read(bench, picture)
        #expect(bench.cancels.isEmpty && bench.warnings == [])
        for _ in 0..<3 where bench.cancels.isEmpty { try read(bench, picture) }
        #expect(bench.cancels.map(\.id) == ["x3"])
        #expect(bench.warnings == [.orphan] && bench.foreign == [] && unaccounted(bench).isEmpty)
    }

    @Test("No entry is sent, and nothing is ready, before the account was compared")
    func waitsWithEntries() throws {
        let bench = try bench()
        let id = ClientOrderID(epoch: 3, number: 1)
        bench.place(DeskBench.order(id.sequence))
        #expect(bench.creates.isEmpty && bench.takeEvents() == [.rejected(id, .other)])
        try read(bench, try DeskBench.picture())
        #expect(isReady(bench) && recovered(bench).count == 1)
        bench.place(DeskBench.order(id.sequence + 1))
        #expect(bench.creates.count == 1)
    }

    @Test("A difference is told when it was seen twice, and no entry is made where it is")
    func confirmsDifferences() throws {
        let bench = try bench(position: 4)
        try read(bench, try DeskBench.picture(position: 7))
        #expect(recovered(bench).isEmpty)
        try read(bench, try DeskBench.picture(position: 7))
        let line = try #require(recovered(bench).first?.differences.first)
        #expect("\(line)" == "\(ticker): ours 4.00, venue 7.00")
        #expect(bench.foreign == [true])
        try read(bench, try DeskBench.picture(position: 7))
        #expect(recovered(bench).count == 1 && bench.warnings == [])
    }

    @Test("A position in a market that was paid while away is no difference", arguments: [true, false])
    func explainsPayments(isPaid: Bool) throws {
        let other: Ticker = "KXETH15M-26NOV221430-30"
        let bench = try bench(position: 4, in: other)
        try read(bench, try DeskBench.picture())
        let job = try #require(bench.jobs.open.first { if case .settlements = $0.work { true } else { false } })
        let row: SettlementRow = try DeskVenueModel.parse(
            #"{"ticker":"\#(other)","market_result":"yes","revenue":400,"value":100,"yes_count_fp":"4.00","#
                + #""no_count_fp":"0.00","settled_time":"2026-11-22T19:30:12Z"}"#
        )
        bench.answer(job, .settlements(.success(isPaid ? [row] : [])))
        #expect(recovered(bench).isEmpty)
        try read(bench, try DeskBench.picture())
        let picture = try #require(recovered(bench).first)
        #expect(picture.differences.map(\.difference) == (isPaid ? [] : [Quantity(contracts: -4)]))
        #expect(picture.lines.map(\.venue) == [isPaid ? nil : .zero])
        #expect(bench.warnings == [])
    }

    @Test("A position that is gone from a market known to be closed was paid")
    func explainsKnownResults() throws {
        let bench = try bench([Self.adopted(filled: 4, ["t1"])], position: 4)
        bench.wait(.minutes(11))
        let row = try DeskBench.row("v1", client: Self.client, "canceled", filled: 4)
        var picture = try DeskBench.picture()
        picture.orders = [row]
        try read(bench, picture)
        #expect(recovered(bench).map(\.differences) == [[]])
        #expect(recovered(bench).first?.lines.map(\.venue) == [nil])
    }

    @Test("What others hold is foreign, and no difference")
    func tellsForeignApart() throws {
        let bench = try bench()
        let row = try DeskBench.row("y1", client: "mine", "resting", remaining: 10)
        try read(bench, try DeskBench.picture(resting: [row], position: 5))
        let picture = try #require(recovered(bench).first)
        #expect(picture.differences.isEmpty && picture.foreign.map(\.difference) == [Quantity(contracts: 5)])
        #expect(bench.foreign == [true])
    }

    @Test("Ids of all epochs of an account are read and written, and those of another account are not its own")
    func namesOrders() throws {
        let terms = try #require(OrderTerms(run: "kbot-1a2b3c4d"))
        for id in [ClientOrderID(1), ClientOrderID(epoch: 0, number: .max), ClientOrderID(epoch: .max, number: .max)] {
            let text = terms.clientID(id)
            #expect(text == "kbot-1a2b3c4d-\(id.sequence)" && text.utf8.count <= 64)
            #expect(terms.order(text) == id)
        }
        for text in ["kbot-1a2b3c4e-7", "kbot-1a2b3c4d-07", "kbot-1a2b3c4d--7", "kbot-1a2b3c4d-9223372036854775808"] {
            #expect(terms.order(text) == nil)
        }
    }
}
