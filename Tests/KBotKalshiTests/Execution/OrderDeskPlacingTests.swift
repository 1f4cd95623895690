import KBotKalshi
import KBotModel
import Testing

@Suite("An order desk that places orders")
struct OrderDeskPlacingTests {
    private static let id = ClientOrderID(1)
    private static let lost = VenueError(.lostAnswer, .outcomeUnknown, message: "lost")

    @Test("An entry that rests expires before the close, dies in a pause and stands in the run's group")
    func dressesEntries() throws {
        let bench = try DeskBench { $0.entryGroupLimit = Quantity(contracts: 100) }
        bench.place(DeskBench.order(1))
        let sent = try #require(bench.creates.first)
        #expect(sent.clientID == "kbot-7-1")
        #expect(sent.expires == DeskBench.market.closeTime - .seconds(2))
        #expect(sent.cancelsOnPause == true)
        #expect(sent.group == "g1")
        #expect(sent.shard == 2)
        #expect(sent.isReduceOnly == nil)
    }

    @Test("An exit goes without a group, and before entries")
    func dressesExits() throws {
        let bench = try DeskBench { $0.entryGroupLimit = Quantity(contracts: 100) }
        bench.place(DeskBench.order(1, .ask, .immediateOrCancel, reduceOnly: true))
        guard case .place(let sent, _, let urgency)? = bench.jobs.open.first?.work else {
            Issue.record("nothing was sent")
            return
        }
        #expect(sent.group == nil)
        #expect(sent.isReduceOnly == true)
        #expect(urgency == .reducing)
    }

    @Test("A resting target counts as reducing up to what is held and not covered yet")
    func knowsTargets() throws {
        let bench = try DeskBench { $0.entryGroupLimit = Quantity(contracts: 100) }
        bench.place(DeskBench.order(1))
        try bench.placed("v1", remaining: "10.00")
        bench.hear(DeskBench.fill("t1", of: "v1", 6))
        bench.place(DeskBench.order(2, .ask, count: 6))
        bench.place(DeskBench.order(3, .ask, count: 1))
        #expect(bench.creates.map(\.group) == [nil, "g1"])
        #expect(bench.creates[0].expires == nil)
    }

    @Test("An entry whose end has come is refused and not sent")
    func refusesExpired() throws {
        let bench = try DeskBench()
        bench.place(DeskBench.order(1, .bid, .goodTillCancelled(expires: DeskBench.start)))
        #expect(bench.creates.isEmpty)
        #expect(bench.takeEvents() == [.rejected(Self.id, .expired)])
        #expect(bench.desk.isQuiet)
    }

    @Test(
        "An entry waits no longer for the network than it would live, in the venue's faster time too",
        arguments: [1, 60]
    )
    func keepsPatience(speed: Int64) throws {
        let bench = try DeskBench { $0.speed = speed }
        bench.place(DeskBench.order(1, .bid, .goodTillCancelled(expires: DeskBench.start + .seconds(3))))
        guard case .place(_, let patience, let urgency)? = bench.jobs.open.first?.work else {
            Issue.record("nothing was sent")
            return
        }
        #expect(patience == (speed == 1 ? .seconds(2) : .milliseconds(50)))
        #expect(urgency == .entering)
    }

    @Test("Entries wait for their group, and are given up when there is none in time")
    func waitsForGroup() throws {
        let bench = try DeskBench(isStarted: false) { $0.entryGroupLimit = Quantity(contracts: 100) }
        bench.call { desk, time, _ in desk.start(shards: [], at: time) }
        bench.place(DeskBench.order(1))
        bench.place(DeskBench.order(2, .ask, .immediateOrCancel, reduceOnly: true))
        #expect(bench.creates.map(\.clientID) == ["kbot-7-2"])
        bench.wait(.seconds(1))
        bench.place(DeskBench.order(3))
        bench.wait(.seconds(1))
        #expect(bench.takeEvents() == [.rejected(Self.id, .other)])
        let making = try #require(bench.jobs.open.first { if case .createGroup = $0.work { true } else { false } })
        try bench.group(making, "late")
        #expect(bench.creates.last?.group == "late")
        #expect(bench.creates.count == 2)
    }

    @Test("A cancel waits for the venue's id, and names shard and market")
    func cancelsInSequence() throws {
        let bench = try DeskBench()
        bench.place(DeskBench.order(1))
        bench.cancel(1)
        #expect(bench.cancels.isEmpty && !bench.desk.isIdle)
        try bench.placed("v1", remaining: "10.00")
        #expect(bench.cancels.map(\.id) == ["v1"])
        #expect(bench.cancels.first?.shard == 2)
        #expect(bench.cancels.first?.ticker == DeskBench.ticker)
        let done: CancelledOrder = try DeskVenueModel.parse(#"{"order_id":"v1","reduced_by":"10.00"}"#)
        try bench.answer(.cancelled(.cancelled(done)))
        #expect(bench.takeEvents().last == .cancelled(Self.id, unfilled: Quantity(contracts: 10), .requested))
        #expect(bench.desk.isQuiet)
    }

    @Test("A cancel of which only the answer was lost is sent again, later")
    func repeatsCancels() throws {
        let bench = try DeskBench()
        bench.place(DeskBench.order(1))
        try bench.placed("v1", remaining: "10.00")
        bench.cancel(1)
        try bench.answer(.cancelled(.unknown(Self.lost)))
        #expect(bench.cancels.isEmpty)
        bench.wait(.milliseconds(300))
        #expect(bench.cancels.count == 1)
    }

    @Test("An order refused by the venue is told with the venue's reason")
    func tellsRefusals() throws {
        let bench = try DeskBench()
        bench.place(DeskBench.order(1))
        let error = VenueError(.marketInactive, .notRetryable, status: 400)
        try bench.answer(.placed(.rejected(error)))
        #expect(bench.takeEvents() == [.rejected(Self.id, .marketInactive)])
        #expect(bench.desk.isQuiet)
    }

    @Test("A shard without cash is told with the transfer that would help")
    func advisesTransfers() throws {
        let bench = try DeskBench(isStarted: false)
        bench.call { desk, time, _ in desk.start(shards: [], at: time) }
        let balance =
            #"{"balance":10050,"balance_breakdown":[{"exchange_index":0,"balance":"100.0000"},"#
            + #"{"exchange_index":2,"balance":"0.5000"}]}"#
        try bench.answer(.account(.success(try DeskBench.picture(balance: balance))))
        bench.place(DeskBench.order(1))
        try bench.answer(.placed(.rejected(VenueError(.insufficientBalance, .notRetryable, status: 400))))
        #expect(bench.warnings == [.insufficientCash])
        let text = try #require(bench.texts.last)
        // 10 at 0.56 and the taker's fee of 0.1725 cost 5.7725.
        #expect(text.contains("shard 2: $0.5") && text.contains("kbot transfer --from 0 --to 2 5.2725"), "\(text)")
        #expect(bench.takeEvents() == [.rejected(Self.id, .insufficientBalance)])
    }

    @Test("A lost answer is looked up, and the order never sent again; what is not there is told as unknown")
    func looksUpLost() throws {
        let bench = try DeskBench()
        bench.place(DeskBench.order(1))
        try bench.answer(.placed(.unknown(Self.lost)))
        #expect(bench.takeEvents() == [.outcomeUnknown(Self.id)])
        bench.lookUp(1)
        bench.cancel(1)
        bench.wait(.milliseconds(300))
        guard case .find(let order, _)? = bench.jobs.open.first?.work else {
            Issue.record("it was not looked up")
            return
        }
        #expect(order.clientID == "kbot-7-1")
        #expect(bench.jobs.open.count == 1)
        try bench.answer(.sighted(.absent))
        #expect(bench.takeEvents() == [.found(Self.id, OrderSnapshot(status: .unknown, filled: .zero))])
        #expect(bench.desk.isQuiet)
    }

    @Test("A lost answer that turns out to have arrived is found, and a waiting cancel goes out")
    func findsLost() throws {
        let bench = try DeskBench()
        bench.place(DeskBench.order(1))
        try bench.answer(.placed(.unknown(Self.lost)))
        bench.lookUp(1)
        bench.cancel(1)
        bench.wait(.milliseconds(300))
        _ = bench.takeEvents()
        try bench.answer(.sighted(.found(try DeskBench.row("v1", client: "kbot-7-1", "resting", remaining: 10))))
        #expect(
            bench.takeEvents() == [.found(Self.id, OrderSnapshot(status: .resting, filled: .zero))]
        )
        #expect(bench.cancels.map(\.id) == ["v1"])
    }

    @Test("An order taken for dead that shows up is cancelled, and told only by its fills")
    func cancelsOrphans() throws {
        let bench = try DeskBench()
        bench.place(DeskBench.order(1))
        try bench.answer(.placed(.unknown(Self.lost)))
        bench.wait(.milliseconds(300))
        try bench.answer(.sighted(.absent))
        _ = bench.takeEvents()
        bench.hear(DeskBench.word("v1", client: "kbot-7-1", "resting", remaining: 10))
        #expect(bench.warnings == [.orphan])
        #expect(bench.cancels.map(\.id) == ["v1"])
        #expect(bench.takeEvents() == [])
        let done: CancelledOrder = try DeskVenueModel.parse(#"{"order_id":"v1","reduced_by":"10.00"}"#)
        try bench.answer(.cancelled(.cancelled(done)))
        #expect(bench.takeEvents() == [])
        #expect(bench.desk.isQuiet)
    }

    @Test("An immediate order that the venue refuses for want of contracts has died unfilled")
    func readsNotFilled() throws {
        let bench = try DeskBench()
        bench.place(DeskBench.order(1, .bid, .immediateOrCancel))
        try bench.answer(.placed(.rejected(VenueError(.notFilled, .notRetryable, status: 409))))
        #expect(
            bench.takeEvents() == [
                .accepted(Self.id, resting: .zero),
                .cancelled(Self.id, unfilled: Quantity(contracts: 10), .immediateOrCancel),
            ]
        )
    }

    @Test("Everything is cancelled in one batch, and what waits to be sent is not sent")
    func cancelsAll() throws {
        let bench = try DeskBench()
        bench.place(DeskBench.order(1))
        try bench.placed("v1", remaining: "10.00")
        bench.place(DeskBench.order(2))
        try bench.placed("v2", remaining: "10.00")
        bench.place(DeskBench.order(3))
        bench.call { desk, time, news in desk.cancelAll(at: time, into: &news) }
        let items = bench.jobs.open.compactMap { job -> [String]? in
            if case .cancelMany(let items) = job.work { items.map(\.id) } else { nil }
        }
        #expect(items == [["v1", "v2"]])
        #expect(!bench.desk.isIdle)
        try bench.placed("v3", remaining: "10.00")
        #expect(bench.cancels.map(\.id) == ["v3"])
    }

    @Test("The create path is signed ahead always, a cancel path while its order may rest")
    func registersSignatures() throws {
        let bank = SignatureBank { (target, time) throws(SigningError) in
            AuthenticationHeaders(keyID: "key", time: time, signature: target.path)
        }
        let bench = try DeskBench(signatures: bank)
        #expect(bank.statistics.registered == 1)
        bench.place(DeskBench.order(1))
        try bench.placed("v1", remaining: "10.00")
        #expect(bench.desk.isIdle && !bench.desk.isQuiet)
        #expect(bank.statistics.registered == 2)
        bench.hear(DeskBench.word("v1", "canceled", reason: "ExpiryCancel"))
        #expect(bank.statistics.registered == 1)
        bench.call { desk, time, _ in desk.stop(at: time) }
        #expect(bank.statistics.registered == 0)
    }

    @Test(
        "Change requests wait for the id, and an unclear one is told once the order was seen",
        arguments: [true, false]
    )
    func amends(isLost: Bool) throws {
        let bench = try DeskBench()
        bench.place(DeskBench.order(1))
        bench.call { desk, time, news in
            let request = OrderRequest.amend(Self.id, price: Price(cents: 55), total: Quantity(contracts: 8))
            desk.submit(request, at: time, into: &news)
        }
        #expect(bench.jobs.open.count == 1)
        try bench.placed("v1", remaining: "10.00")
        _ = bench.takeEvents()
        if isLost {
            try bench.answer(.amended(.unknown(Self.lost)))
            bench.wait(.seconds(1))
            try bench.answer(.order(.success(try DeskBench.row("v1", client: "kbot-7-1", "resting", remaining: 10))))
            #expect(bench.takeEvents() == [.amendRefused(Self.id, .other)])
        } else {
            let body = #"{"order_id":"v1","remaining_count":"8.00","fill_count":"0.00"}"#
            try bench.answer(.amended(.done(try DeskVenueModel.parse(body))))
            #expect(
                bench.takeEvents() == [.amended(Self.id, price: Price(cents: 55), resting: Quantity(contracts: 8))]
            )
        }
    }
}
