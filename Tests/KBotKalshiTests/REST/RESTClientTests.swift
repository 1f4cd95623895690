import KBotKalshi
import KBotModel
import Testing

struct RESTClientTests {
    private static let balance = RESTSamples.getBalanceResponse

    @Test func `a read is tried again until it is answered, signed anew each time`() async throws {
        let bench = Bench([
            .fail(.notSent("refused")), .fail(.outcomeUnknown("timeout")), .answer(503, "<html>"),
            .answer(429, #"{"error":"too many requests"}"#), .answer(200, "<html>"), .answer(200, Self.balance),
        ])
        let balance = try await bench.client.send(.balance(AccountScope(shard: 2)))
        #expect(balance.cents == 104_215)
        let requests = bench.transport.requests
        #expect(requests.count == 6)
        #expect(requests.allSatisfy { $0.target == "/trade-api/v2/portfolio/balance?exchange_index=2" })
        let stamps = requests.map { $0.headers.first { $0.name == "STAMP" }?.value }
        #expect(Set(stamps).count == 6)
        #expect(bench.signed.items.allSatisfy { $0 == "GET /trade-api/v2/portfolio/balance" })
    }

    @Test func `what would end the same way is not tried again`() async {
        let bench = Bench([.answer(400, #"{"msg":"bad"}"#)])
        await #expect(throws: VenueError.self) { try await bench.client.send(.balance()) }
        #expect(bench.transport.requests.count == 1)
    }

    @Test func `a storm of 429 ends within the patience, and waits in between`() async {
        let bench = Bench([.answer(429, "")])
        let error = await #expect(throws: VenueError.self) { try await bench.client.send(.balance()) }
        #expect(error?.kind == .rateLimited)
        #expect((2...8).contains(bench.transport.requests.count))
        #expect(bench.clock.uptime - Timestamp(microseconds: 0) <= .seconds(20))
    }

    @Test func `the venue's own wait is kept to`() async throws {
        let bench = Bench([.answer(429, "", [HTTPField("Retry-After", "7")]), .answer(200, Self.balance)])
        _ = try await bench.client.send(.balance())
        #expect(bench.clock.uptime >= Timestamp(seconds: 7))
    }

    @Test func `timeouts end with the patience`() async {
        let bench = Bench([.fail(.outcomeUnknown("timeout"))], latency: .seconds(5))
        let error = await #expect(throws: VenueError.self) { try await bench.client.send(.balance()) }
        #expect(error?.kind == .lostAnswer)
        #expect((3...5).contains(bench.transport.requests.count))
    }

    @Test func `a write that must not be done twice is not repeated after a lost answer`() async {
        for step: ScriptedTransport.Step in [
            .fail(.outcomeUnknown("reset")), .answer(500, "{}"), .answer(503, "<html>"), .answer(504, ""),
            .answer(201, "<html>"), .answer(201, "{}"),
        ] {
            let bench = Bench([step])
            let transfer = ShardTransfer(clientID: nil, amount: Money(dollars: 5), from: 0, to: 2)
            let error = await #expect(throws: VenueError.self) { try await bench.client.send(.transfer(transfer)) }
            #expect(error?.disposition == .outcomeUnknown)
            #expect(bench.transport.requests.count == 1)
        }
    }

    @Test func `a write that never left is sent again`() async throws {
        let bench = Bench([.fail(.notSent("dns")), .answer(201, #"{"transfer_id":"t"}"#)])
        let transfer = ShardTransfer(clientID: nil, amount: Money(dollars: 5), from: 0, to: 2)
        #expect(try await bench.client.send(.transfer(transfer)) == "t")
        let body = bench.transport.requests.last.map { String(decoding: $0.body, as: UTF8.self) } ?? ""
        #expect(body.contains(#""amount":50000,"#))
        #expect(bench.transport.requests.last?.headers.contains(HTTPField("Content-Type", "application/json")) == true)
    }

    @Test func `a refused stamp has the clock corrected and the request sent again`() async throws {
        let refusal = ScriptedTransport.Step.answer(
            401,
            ErrorCase.nested("header_timestamp_expired"),
            [HTTPField("Date", "Sun, 22 Nov 2026 19:32:00 GMT")]
        )
        let bench = Bench([refusal, .answer(200, Self.balance)], clock: TestClock(skew: .seconds(60)))
        _ = try await bench.client.send(.balance())
        #expect(bench.dates.items.map(\.isRefusal) == [true])
        #expect(bench.dates.items.first?.date == "Sun, 22 Nov 2026 19:32:00 GMT")
        let stamps = bench.transport.requests.compactMap {
            $0.headers.first { $0.name == "STAMP" }.flatMap { Int64($0.value) }
        }
        #expect(stamps.count == 2 && stamps[1] < stamps[0])

        let stubborn = Bench([refusal])
        let error = await #expect(throws: VenueError.self) { try await stubborn.client.send(.balance()) }
        #expect(error?.kind == .clockSkew)
        #expect(stubborn.transport.requests.count == 3)
    }

    @Test func `the state of the venue counts at any status`() async throws {
        let bench = Bench([.answer(503, #"{"exchange_active":false,"trading_active":false}"#)])
        let status = try await bench.client.send(.exchangeStatus())
        #expect(!status.isActive)
        let broken = Bench([.answer(503, "<html>"), .answer(200, RESTSamples.exchangeStatus)])
        #expect(try await broken.client.send(.exchangeStatus()).isTrading)
    }

    @Test func `pages follow one another`() async throws {
        let bench = Bench([page(["a", "b"], "1"), page([], "2"), page(["c"], "")])
        let rows = try await bench.client.all(.trades("A", bounds: ListBounds(limit: 2)))
        #expect(rows.map(\.id) == ["a", "b", "c"])
        #expect(
            bench.transport.requests.map(\.target) == [
                "/trade-api/v2/markets/trades?ticker=A&limit=2",
                "/trade-api/v2/markets/trades?ticker=A&limit=2&cursor=1",
                "/trade-api/v2/markets/trades?ticker=A&limit=2&cursor=2",
            ]
        )
        var walked: [String] = []
        for try await row in Bench([page(["a"], "1"), page(["b"], "")]).client.rows(.trades()) { walked.append(row.id) }
        #expect(walked == ["a", "b"])
    }

    @Test func `cursors that lead back end the list with an error`() async {
        let bench = Bench([page(["a"], "1"), page(["b"], "2"), page(["a"], "1")])
        let error = await #expect(throws: VenueError.self) { try await bench.client.all(.trades()) }
        #expect(error?.kind == .cursorLoop)
        #expect(bench.transport.requests.count == 3)
    }

    @Test func `the log names requests and no secrets`() async throws {
        let bench = Bench([.answer(503, "top secret body"), .answer(200, Self.balance)])
        _ = try await bench.client.send(.balance(AccountScope(subaccount: 7)))
        let lines = bench.lines.items
        #expect(lines.map(\.level) == [.notice, .debug])
        #expect(lines.last?.description == "GET /trade-api/v2/portfolio/balance → 200 in 20ms (attempt 2)")
        for line in lines {
            #expect(!line.description.contains("secret") && !line.description.contains("subaccount"))
            #expect(!line.description.contains("SIGNATURE"))
        }
    }

    @Test func `what cannot be signed is not sent`() async {
        let bench = Bench([.answer(200, Self.balance)], sign: { _, _, _ in throw TransportError.notSent("no key") })
        let error = await #expect(throws: VenueError.self) { try await bench.client.send(.balance()) }
        #expect(error?.kind == .unsigned)
        #expect(bench.transport.requests.isEmpty)
    }

    @Test func `the account's limits are kept to`() async throws {
        let bench = Bench([
            .answer(200, RESTSamples.getAccountApiLimitsResponse),
            .answer(200, RESTSamples.getAccountEndpointCostsResponse), .answer(200, Self.balance),
        ])
        #expect(await bench.client.largestBatch(.post) == 10)
        #expect(await bench.client.largestBatch(.delete) == 50)
        _ = try await bench.client.adoptLimits()
        #expect(await bench.client.largestBatch(.post) == 90)
        let before = bench.clock.uptime
        for _ in 0..<60 { _ = try await bench.client.send(.balance()) }
        // 600 tokens from a bucket that held 200 when the limits came, at 300 a second: beyond what answering took.
        #expect(bench.clock.uptime - before >= .milliseconds(1_200))
    }

    @Test func `a cancelled task sends nothing more`() async {
        let bench = Bench([.answer(503, "")])
        let task = Task { try await bench.client.send(.balance()) }
        task.cancel()
        await #expect(throws: VenueError.self) { try await task.value }
        #expect(bench.transport.requests.count <= 1)
    }

    private func page(_ ids: [String], _ cursor: String) -> ScriptedTransport.Step {
        let rows = ids.map {
            #"{"trade_id":"\#($0)","ticker":"A","count_fp":"1","yes_price_dollars":"0.5","created_time":1}"#
        }
        return .answer(200, #"{"trades":[\#(rows.joined(separator: ","))],"cursor":"\#(cursor)"}"#)
    }
}

/// A client on a scripted transport, and what it said.
struct Bench: Sendable {
    let clock: TestClock
    let transport: ScriptedTransport
    let client: RESTClient
    let signed = Collector<String>()
    let dates = Collector<DateReport>()
    let lines = Collector<RESTLogLine>()

    init(
        _ steps: [ScriptedTransport.Step],
        clock: TestClock = TestClock(),
        latency: TimeSpan = .milliseconds(20),
        sign: RESTClient.Sign? = nil
    ) {
        self.clock = clock
        transport = ScriptedTransport(steps, clock: clock, latency: latency)
        client = RESTClient(
            transport: transport,
            sign: sign ?? { [signed] method, path, now in
                signed.add("\(method) \(path)")
                return [
                    HTTPField("STAMP", "\(now.microseconds)"), HTTPField("KALSHI-ACCESS-SIGNATURE", "top secret"),
                ]
            },
            clock: clock.rest,
            report: { [dates] report in
                dates.add(report)
                clock.correct()
            },
            log: { [lines] in lines.add($0) }
        )
    }
}
