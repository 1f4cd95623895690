import KBotKalshi
import KBotModel
import Testing

@Suite("Tools for an account")
struct AccountToolTests {
    private static let ticker = "KXBTC15M-26NOV221445-45"

    private func client(_ steps: [ScriptedTransport.Step]) -> (RESTClient, ScriptedTransport) {
        let clock = TestClock()
        let transport = ScriptedTransport(steps, clock: clock)
        return (RESTClient(transport: transport, sign: { _, _, _ in [] }, clock: clock.rest), transport)
    }

    private func order(_ id: String, client: String, filled: Int = 0, remaining: Int = 0) -> String {
        #"{"order_id":"\#(id)","client_order_id":"\#(client)","ticker":"\#(Self.ticker)","book_side":"bid","#
            + #""status":"resting","yes_price_dollars":"0.5600","fill_count_fp":"\#(filled).00","#
            + #""remaining_count_fp":"\#(remaining).00","exchange_index":2}"#
    }

    private var market: String {
        #"{"market":{"ticker":"\#(Self.ticker)","open_time":"2026-11-22T19:30:00Z","close_time":"2026-11-22T19:45:00Z","#
            + #""status":"active","price_level_structure":"tapered_deci_cent","exchange_index":2}}"#
    }

    private func book(bid: String, ask: String) -> String {
        #"{"orderbook_fp":{"yes_dollars":[["\#(bid)","5.00"]],"no_dollars":[["\#(ask)","5.00"]]}}"#
    }

    private func drawn(_ reach: FlattenPlan.Reach, position: Int) async throws -> (FlattenPlan, [HTTPRequest]) {
        let orders =
            #"{"orders":[\#(order("v1", client: "kbot-7-1", filled: 6, remaining: 4)),"#
            + #"\#(order("x1", client: "mine", remaining: 3))],"cursor":""}"#
        var steps: [ScriptedTransport.Step] = [
            .answer(200, orders),
            .answer(
                200,
                #"{"market_positions":[{"ticker":"\#(Self.ticker)","position_fp":"\#(position).00"}],"cursor":""}"#
            ),
        ]
        if case .ours = reach { steps.append(.answer(200, orders)) }
        steps += [.answer(200, market), .answer(200, book(bid: "0.5500", ask: "0.4300"))]
        let (rest, transport) = client(steps)
        return (try await FlattenPlan.draw(rest, reach: reach), transport.requests)
    }

    @Test("Flattening means kbot's own orders, and of a position the part that they hold")
    func drawsOurs() async throws {
        let (plan, requests) = try await drawn(.ours(prefix: "kbot-"), position: 10)
        #expect(plan.cancels.map(\.id) == ["v1"])
        #expect(plan.otherOrders.map(\.id) == ["x1"])
        #expect(plan.closes.map(\.count) == [Quantity(contracts: 6)])
        #expect(plan.closes.first?.side == .ask)
        #expect(plan.closes.first?.limit == Price(cents: 45))
        #expect(plan.remarks.count == 1)
        #expect(requests.allSatisfy { $0.method == .get })
    }

    @Test("Everything means everything, shorts too, ten cents through the touch")
    func drawsAll() async throws {
        let (plan, _) = try await drawn(.all, position: -10)
        #expect(plan.cancels.map(\.id) == ["v1", "x1"])
        #expect(plan.closes.map(\.count) == [Quantity(contracts: 10)])
        #expect(plan.closes.first?.side == .bid)
        #expect(plan.closes.first?.limit == Price(cents: 67))
        #expect(plan.closes.first?.description.contains("buy 10.00") ?? false)
    }

    @Test("A plan cancels, then closes with orders that can only reduce, as often as the book needs")
    func performs() async throws {
        let (plan, _) = try await drawn(.all, position: 10)
        let (rest, transport) = client([
            .answer(
                200,
                #"{"orders":[{"order_id":"v1","reduced_by":"4.00"},{"order_id":"x1","error":{"code":"not_found"}}]}"#
            ),
            .answer(201, #"{"order_id":"c1","fill_count":"7.00","remaining_count":"0.00"}"#),
            .answer(200, book(bid: "0.4000", ask: "0.5000")),
            .answer(201, #"{"order_id":"c2","fill_count":"3.00","remaining_count":"0.00"}"#),
        ])
        let report = await plan.perform(rest, terms: try #require(OrderTerms(run: "kbot-flat")))
        #expect(report.isComplete, "\(report.problems)")
        #expect(report.cancelled == 1 && report.gone == 1)
        #expect(report.closed.map(\.count) == [Quantity(contracts: 10)])
        let sent = try transport.requests.filter { $0.method == .post }
            .map { try CreateOrder(wire: JSON(parsing: $0.body)) }
        #expect(sent.map(\.count) == [Quantity(contracts: 10), Quantity(contracts: 3)])
        #expect(sent.map(\.price) == [Price(cents: 45), Price(cents: 30)])
        #expect(sent.allSatisfy { $0.isReduceOnly == true && $0.timeInForce == .immediateOrCancel && $0.shard == 2 })
        #expect(Set(sent.map(\.clientID)).count == 2)
    }

    @Test("What stays open is said, with the reason")
    func saysWhatIsLeft() async throws {
        let (plan, _) = try await drawn(.all, position: 10)
        let (rest, _) = client([
            .answer(200, #"{"orders":[{"order_id":"v1","reduced_by":"4.00"},{"order_id":"x1","reduced_by":"3.00"}]}"#),
            .answer(400, ErrorCase.nested("market_inactive")),
        ])
        let report = await plan.perform(rest, terms: try #require(OrderTerms(run: "kbot-flat")))
        #expect(report.problems.count == 1)
        #expect(report.problems.first?.contains("10.00 contracts are still open: 400 market_inactive") ?? false)
    }

    private static let balance =
        #"{"balance":10050,"balance_breakdown":[{"exchange_index":0,"balance":"100.0000"},"#
        + #"{"exchange_index":2,"balance":"0.5000"}]}"#

    @Test("A transfer is checked against the balance and described before it is done")
    func plansTransfers() async throws {
        let (rest, transport) = client([
            .answer(200, Self.balance), .answer(200, #"{"transfer_id":"t1"}"#),
        ])
        let plan = try await TransferPlan.draw(rest, from: 0, to: 2, amount: Money(dollars: 40))
        #expect(plan.description.contains("shard 0 (100.00"), "\(plan)")
        guard case .done("t1") = try await plan.perform(rest, id: "7f9c1f5e-0000-4000-8000-000000000001") else {
            Issue.record("it was not done")
            return
        }
        let sent = try ShardTransfer(wire: JSON(parsing: #require(transport.requests.last).body))
        #expect(sent.amount == Money(dollars: 40) && sent.sourceShard == 0 && sent.destinationShard == 2)
    }

    @Test(
        "A transfer that makes no sense is refused before anything is sent",
        arguments: [(0, 0, 40_000_000), (0, 2, 0), (0, 2, 50), (0, 2, 101_000_000)] as [(Int32, Int32, Int64)]
    )
    func refusesTransfers(from: Int32, to: Int32, amount: Int64) async {
        let (rest, transport) = client([.answer(200, Self.balance)])
        await #expect(throws: TransferPlan.Problem.self) {
            _ = try await TransferPlan.draw(rest, from: from, to: to, amount: Money(units: amount))
        }
        #expect(transport.requests.allSatisfy { $0.method == .get })
    }

    @Test("A transfer whose answer is lost is sent once, and seen in the balances", arguments: [true, false])
    func watchesTransfers(arrives: Bool) async throws {
        let after = arrives ? Self.balance.replacing("0.5000", with: "40.5000") : Self.balance
        let (rest, transport) = client([
            .answer(200, Self.balance), .fail(.outcomeUnknown("timeout")), .answer(200, after),
        ])
        let plan = try await TransferPlan.draw(rest, from: 0, to: 2, amount: Money(dollars: 40))
        switch try await plan.perform(rest, id: "7f9c1f5e-0000-4000-8000-000000000001") {
        case .seen: #expect(arrives)
        case .unknown: #expect(!arrives)
        case .done: Issue.record("nobody said so")
        }
        #expect(transport.requests.count { $0.method == .post } == 1)
    }

    @Test("The transfer that would help comes from the richest shard, and is no more than it has")
    func advises() throws {
        let balance: BalanceRow = try DeskVenueModel.parse(Self.balance)
        let picture = AccountPicture(balance: balance, positions: [], resting: [])
        #expect(
            picture.transferAdvice(toShard: 2, need: Money(dollars: 20))
                == TransferAdvice(from: 0, to: 2, amount: Money(units: 19_500_000))
        )
        #expect(picture.transferAdvice(toShard: 2, need: Money(dollars: 200))?.amount == Money(dollars: 100))
        #expect(picture.transferAdvice(toShard: 0, need: Money(dollars: 20)) == nil)
    }

    @Test("A desk's jobs are carried out over REST, and each is reported once")
    func carriesOutJobs() async throws {
        let (rest, transport) = client([
            .answer(201, #"{"order_id":"v1","fill_count":"0.00","remaining_count":"10.00"}"#)
        ])
        let (reports, report) = AsyncStream.makeStream(of: DeskReport.self)
        let desk = RESTDeskClient(rest: rest) { report.yield($0) }
        let terms = try #require(OrderTerms(run: "kbot-7"))
        let wire = CreateOrder(DeskBench.order(1), in: DeskBench.market, terms: terms)
        desk.launch(DeskJob(number: 7, work: .place(wire, patience: .seconds(2), urgency: .entering)))
        var iterator = reports.makeAsyncIterator()
        let first = try #require(await iterator.next())
        #expect(first.number == 7)
        guard case .placed(.placed(let answer)) = first.outcome else {
            Issue.record("it was not placed")
            return
        }
        #expect(answer.id == "v1")
        #expect(transport.requests.count == 1)
    }
}
