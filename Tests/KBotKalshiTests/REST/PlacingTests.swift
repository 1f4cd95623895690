import KBotKalshi
import KBotModel
import KBotTestSupport
import Testing

struct PlacingTests {
    @Test func `a lost answer is looked up, and what is there is not sent again`() async throws {
        let bench = Bench([
            .fail(.outcomeUnknown("timeout")), .answer(200, asOf("2026-11-22T20:00:00Z")),
            .answer(200, orders("run-1")),
        ])
        guard case .found(let row) = await bench.client.place(order("run-1")) else {
            Issue.record("not found")
            return
        }
        #expect(row.id == "v-1")
        #expect(bench.transport.requests.map(\.method) == [.post, .get, .get])
        let lookUp = try #require(bench.transport.requests.last)
        // Five minutes before it was sent, of that market only.
        #expect(lookUp.target == "/trade-api/v2/portfolio/orders?ticker=M&limit=1000&min_ts=1795375620")
    }

    @Test func `what is not there is sent again with the same id`() async throws {
        let bench = Bench([
            .answer(504, "<html>"), .answer(200, asOf("2026-11-22T20:00:00Z")),
            .answer(200, #"{"orders":[],"cursor":""}"#),
            .answer(201, created("run-1")),
        ])
        guard case .placed(let answer) = await bench.client.place(order("run-1")) else {
            Issue.record("not placed")
            return
        }
        #expect(answer.id == "v-1")
        let creates = bench.transport.requests.filter { $0.method == .post }
        #expect(creates.count == 2 && creates[0].body == creates[1].body)
    }

    @Test func `stale reads prove nothing until they are newer than the doubt`() async throws {
        let stale = asOf("2026-11-22T19:32:00Z")
        let none = #"{"orders":[]}"#
        let bench = Bench([
            .fail(.outcomeUnknown("reset")), .answer(200, stale), .answer(200, none), .answer(200, stale),
            .answer(200, none), .answer(200, asOf("2026-11-22T19:40:00Z")), .answer(200, orders("run-1")),
        ])
        guard case .found = await bench.client.place(order("run-1")) else {
            Issue.record("not found")
            return
        }
        #expect(bench.transport.requests.filter { $0.method == .post }.count == 1)
    }

    @Test func `an id that exists is looked up`() async {
        let exists = ScriptedTransport.Step.answer(409, ErrorCase.nested("order_already_exists"))
        let now = ScriptedTransport.Step.answer(200, asOf("2026-11-22T20:00:00Z"))
        let found = Bench([exists, now, .answer(200, orders("run-1"))])
        guard case .found = await found.client.place(order("run-1")) else {
            Issue.record("not found")
            return
        }
        // The same id on another order, or on none that shows: ours was refused.
        for body in [orders("run-1", price: "0.9000"), #"{"orders":[]}"#] {
            let bench = Bench([exists, now, .answer(200, body)])
            guard case .rejected(let error) = await bench.client.place(order("run-1")) else {
                Issue.record("not rejected")
                return
            }
            #expect(error.kind == .orderAlreadyExists)
        }
    }

    @Test func `nothing is known when the venue cannot be asked`() async {
        let bench = Bench([.fail(.outcomeUnknown("reset"))])
        guard case .unknown(let error) = await bench.client.place(order("run-1")) else {
            Issue.record("not unknown")
            return
        }
        #expect(error.kind == .lostAnswer)
        #expect(bench.transport.requests.filter { $0.method == .post }.count == 1)
    }

    @Test func `an order that has expired meanwhile is not sent again`() async {
        let bench = Bench([
            .answer(500, "{}"), .answer(200, asOf("2026-11-22T20:00:00Z")), .answer(200, #"{"orders":[]}"#),
        ])
        var brief = order("run-1")
        brief.expires = TestClock.start + .milliseconds(500)
        guard case .unknown = await bench.client.place(brief) else {
            Issue.record("not unknown")
            return
        }
        #expect(bench.transport.requests.filter { $0.method == .post }.count == 1)
    }

    @Test func `an answer on another order is no answer`() async {
        let bench = Bench([
            .answer(201, created("run-9")), .answer(200, asOf("2026-11-22T20:00:00Z")), .answer(200, orders("run-1")),
        ])
        guard case .found = await bench.client.place(order("run-1")) else {
            Issue.record("not found")
            return
        }
    }

    @Test func `a batch is answered item by item, and what is in doubt is looked up`() async {
        let exists = #"{"client_order_id":"run-2","error":{"code":"order_already_exists"}}"#
        let refused = #"{"client_order_id":"run-3","error":{"code":"insufficient_balance"}}"#
        let bench = Bench([
            .answer(201, #"{"orders":[\#(created("run-1")),\#(exists),\#(refused)]}"#),
            .answer(200, asOf("2026-11-22T20:00:00Z")), .answer(200, orders("run-2")),
        ])
        let placements = await bench.client.place([order("run-1"), order("run-2"), order("run-3")])
        guard placements.count == 3, case .placed = placements[0], case .found = placements[1],
            case .rejected(let error) = placements[2]
        else {
            Issue.record("\(placements)")
            return
        }
        #expect(error.kind == .insufficientBalance)
    }

    @Test func `batches are cut to what the bucket holds`() async {
        let items = (1...10).map { created("run-\($0)") }.joined(separator: ",")
        let more = (11...12).map { created("run-\($0)") }.joined(separator: ",")
        let bench = Bench([.answer(201, #"{"orders":[\#(items)]}"#), .answer(201, #"{"orders":[\#(more)]}"#)])
        let placements = await bench.client.place((1...12).map { order("run-\($0)") })
        #expect(placements.count == 12)
        #expect(bench.transport.requests.count == 2)
    }

    @Test(arguments: [true, false])
    func `whatever goes wrong, no order is made twice or lost track of`(refusesRepeatedIDs: Bool) async throws {
        var unknown = 0
        var resent = 0
        for seed in UInt64(0)..<400 {
            var rules = FakeVenue.Rules()
            rules.refusesRepeatedIDs = refusesRepeatedIDs
            // A request that arrives after its absence was proven can only be caught by the venue itself.
            rules.allowsLate = false
            rules.faults = Int(seed % 9)
            let venue = FakeVenue(seed: seed, clock: TestClock(), rules: rules)
            let client = client(venue, seed)
            for number in 1...3 {
                let price: Price = (seed &+ UInt64(number)) % 5 == 0 ? Price(cents: 1) : Price(cents: 50)
                let order = order("run-\(number)", price: price)
                let placement = await client.place(order)
                let made = venue.count(order.clientID)
                let note = Comment(rawValue: "seed \(seed), order \(number): \(placement), made \(made)")
                #expect(made <= 1, note)
                switch placement {
                case .placed, .found: #expect(made == 1, note)
                case .rejected: #expect(made == 0, note)
                case .unknown: unknown += 1
                }
            }
            resent += max(0, venue.requests.creates - 3)
        }
        #expect(unknown < 60)
        #expect(resent > 50)
    }

    @Test func `requests that arrive late make no second order`() async throws {
        for seed in UInt64(1_000)..<1_300 {
            let venue = FakeVenue(seed: seed, clock: TestClock())
            let client = client(venue, seed)
            for number in 1...3 {
                let order = order("run-\(number)")
                let placement = await client.place(order)
                let made = venue.count(order.clientID)
                #expect(made <= 1, "seed \(seed), order \(number)")
                switch placement {
                case .placed, .found: #expect(made == 1, "seed \(seed), order \(number)")
                case .rejected, .unknown: break
                }
            }
        }
    }

    @Test func `an id of an earlier run is refused, whatever it was`() async {
        var rules = FakeVenue.Rules()
        rules.faults = 0
        let venue = FakeVenue(seed: 1, clock: TestClock(), rules: rules)
        venue.add(order("run-1"))
        guard case .rejected(let error) = await client(venue, 1).place(order("run-1")) else {
            Issue.record("not rejected")
            return
        }
        #expect(error.rejectReason == .orderAlreadyExists)
        #expect(venue.count("run-1") == 1 && venue.requests.lookUps == 1)
    }

    @Test func `an order in doubt is looked up before it is sent`() async {
        var rules = FakeVenue.Rules()
        rules.faults = 0
        let venue = FakeVenue(seed: 2, clock: TestClock(), rules: rules)
        venue.add(order("run-1"))
        let client = client(venue, 2)
        guard case .found = await client.place(order("run-1"), inDoubtSince: TestClock.start - .hours(2)),
            case .placed = await client.place(order("run-2"), inDoubtSince: TestClock.start - .hours(2))
        else {
            Issue.record("not found, or not placed")
            return
        }
        #expect(venue.requests.creates == 1)
        guard case .absent = await client.lookUp(order("run-3"), sentAt: TestClock.start) else {
            Issue.record("not absent")
            return
        }
        #expect(venue.requests.creates == 1)
    }

    @Test func `orders placed side by side keep within the bucket`() async {
        var rules = FakeVenue.Rules()
        rules.faults = 0
        let clock = TestClock()
        let venue = FakeVenue(seed: 1, clock: clock, rules: rules)
        let client = client(venue, 1)
        await withTaskGroup(of: Void.self) { group in
            for number in 1...40 {
                group.addTask {
                    guard case .placed = await client.place(order("run-\(number)")) else {
                        Issue.record("not placed")
                        return
                    }
                }
            }
        }
        #expect(venue.requests.creates == 40)
    }

    private func client(_ venue: FakeVenue, _ seed: UInt64) -> RESTClient {
        var configuration = RESTConfiguration()
        configuration.seed = seed
        return RESTClient(transport: venue, sign: nil, clock: venue.clock.rest, configuration: configuration)
    }
}

/// An order of one contract in the market `M`.
func order(_ clientID: String, price: Price = Price(cents: 50)) -> CreateOrder {
    var order = CreateOrder(
        ticker: "M",
        clientID: clientID,
        side: .bid,
        count: Quantity(contracts: 1),
        price: price,
        timeInForce: .goodTillCanceled
    )
    order.shard = 2
    return order
}

func asOf(_ time: String) -> String { #"{"as_of_time":"\#(time)"}"# }

func created(_ clientID: String) -> String {
    #"{"order_id":"v-1","client_order_id":"\#(clientID)","fill_count":"0.00","remaining_count":"1.00","ts_ms":1}"#
}

func orders(_ clientID: String, price: String = "0.5000", status: String = "resting") -> String {
    #"{"orders":[\#(row(clientID, price: price, status: status))],"cursor":""}"#
}

func row(_ clientID: String, price: String = "0.5000", status: String = "resting") -> String {
    #"{"order_id":"v-1","client_order_id":"\#(clientID)","ticker":"M","book_side":"bid","status":"\#(status)","#
        + #""yes_price_dollars":"\#(price)","initial_count_fp":"1.00","fill_count_fp":"0.00","#
        + #""remaining_count_fp":"\#(status == "resting" ? "1.00" : "0.00")"}"#
}
