import Foundation
import KBotExchange
import KBotKalshi
import KBotModel
import KBotSimulation
import Testing

@Suite struct ExchangeServerTests {
    private static let status = "/trade-api/v2/exchange/status"

    @Test func aConnectionTakesManyRequestsAndAnswersInTheirOrder() throws {
        let served = try ServedExchange()
        let connection = try served.connect()
        let one = "GET \(Self.status) HTTP/1.1\r\nHost: x\r\n\r\n"
        let other = "GET /trade-api/v2/nothing HTTP/1.1\r\nHost: x\r\n\r\n"
        try connection.send(one + other + one)
        let answers = try (0..<3).map { _ in try connection.answer() }
        #expect(answers.map(\.status) == [200, 404, 200])
        #expect(answers[0].headers["content-type"] == "application/json")
        #expect(answers[0].headers["server"] == ExchangeServer.name)
    }

    @Test func theDateIsTheExchangesTime() throws {
        let served = try ServedExchange()
        let answer = try served.connect().ask("GET", Self.status)
        let date = Timestamp(httpDate: answer.headers["date"] ?? "", near: ServedExchange.start)
        // The second in which the clock began, or one of those that a slow machine took.
        let late = try #require(date) - (ServedExchange.start + .minutes(1))
        #expect((TimeSpan.zero..<TimeSpan.minutes(5)).contains(late))
    }

    @Test func headHasNoBodyAndOtherMethodsAreRefused() throws {
        let served = try ServedExchange()
        let connection = try served.connect()
        let head = try connection.ask("HEAD", Self.status)
        #expect(head.status == 200 && head.body.isEmpty)
        #expect(Int(head.headers["content-length"] ?? "") ?? 0 > 0)
        let patch = try connection.ask("PATCH", Self.status)
        #expect(patch.status == 405)
        #expect(patch.headers["allow"] == "GET, HEAD, POST, PUT, DELETE")
    }

    @Test func garbageIsABadRequestAndAHugeBodyIsRefused() throws {
        let served = try ServedExchange()
        let garbage = try served.connect()
        try garbage.send("NOT HTTP AT ALL\r\n\r\n")
        #expect(try garbage.answer().status == 400)
        let huge = try served.connect()
        try huge.send("POST \(ServedExchange.orders) HTTP/1.1\r\nHost: x\r\nContent-Length: \(2 << 20)\r\n\r\n")
        try huge.send([UInt8](repeating: 0x20, count: 2 << 20))
        #expect(try huge.answer().status == 413)
    }

    @Test func aClientThatAsksForItIsClosedAfterTheAnswer() throws {
        let served = try ServedExchange()
        let connection = try served.connect()
        #expect(try connection.ask("GET", Self.status, headers: ["Connection": "close"]).status == 200)
        #expect(connection.isClosed())
    }

    @Test(arguments: [GeneratedKey.Kind.rsa, .ed25519])
    func ordersAreTakenWithEitherKindOfKeyAndTellTheSocket(_ kind: GeneratedKey.Kind) throws {
        let served = try ServedExchange(kind: kind)
        let socket = try served.socket()
        try socket.sendFrame(#"{"id":1,"cmd":"subscribe","params":{"channels":["user_orders"]}}"#)
        _ = try socket.frame(with: "subscribed")
        let body = served.order(try served.market(), id: "mine")
        let answer = try served.ask(served.connect(), "POST", ServedExchange.orders, body: body)
        #expect(answer.status == 201)
        #expect(answer.body.contains(#""remaining_count":"1.00""#))
        #expect(try socket.frame(with: "user_order").text.contains(#""client_order_id":"mine""#))
    }

    @Test func anAnswerThatMustWaitComesWhenTheOrderHasArrived() throws {
        let served = try ServedExchange(speed: 60) { $0.friction = .realistic }
        let body = served.order(try served.market(), id: "late")
        let answer = try served.ask(served.connect(), "POST", ServedExchange.orders, body: body)
        #expect(answer.status == 201)
        #expect(answer.body.contains(#""client_order_id":"late""#))
    }
}

@Suite struct ExchangeSocketTests {
    @Test func aSocketNeedsASignature() throws {
        let served = try ServedExchange()
        let refused = try served.connect().upgrade(headers: [:])
        #expect(refused.status == 401)
        #expect(refused.body.contains("token_authentication_failure"))
        let wrong = try served.connect().upgrade(headers: try served.headers("GET", "/trade-api/v2/other"))
        #expect(wrong.status == 401)
        #expect(wrong.body.contains("INCORRECT_API_KEY_SIGNATURE"))
        let plain = try served.ask(served.connect(), "GET", "/trade-api/ws/v2")
        #expect(plain.status == 400)
    }

    @Test func aBookBeginsWithASnapshotAndGoesOnWithoutAGap() throws {
        let served = try ServedExchange(speed: 20)
        let socket = try served.socket()
        let market = try served.market()
        try socket.sendFrame(
            #"{"id":1,"cmd":"subscribe","params":{"channels":["orderbook_delta"],"market_tickers":["\#(market)"]}}"#
        )
        #expect(try socket.frame().text.contains(#""type":"subscribed""#))
        var last: Int64 = 0
        for _ in 0..<50 {
            let object = try #require(try JSON(parsing: try socket.frame().payload).object)
            guard case .number(let seq)? = object["seq"] else { continue }
            last += 1
            #expect(Int64(seq) == last)
            #expect(object["type"] == .string(last == 1 ? "orderbook_snapshot" : "orderbook_delta"))
        }
    }

    @Test func pingsAreAnsweredAndACloseIsReturned() throws {
        let served = try ServedExchange()
        let socket = try served.socket()
        try socket.sendFrame("are you there", opcode: 9)
        let pong = try socket.frame()
        #expect(pong.opcode == 10 && pong.text == "are you there")
        try socket.sendFrame([0x03, 0xE8], opcode: 8)
        let close = try socket.frame()
        #expect(close.opcode == 8 && close.payload == [0x03, 0xE8])
        #expect(socket.isClosed())
    }

    @Test func aCommandMayComeInPieces() throws {
        let served = try ServedExchange()
        let socket = try served.socket()
        let (first, second) = (Array(#"{"id":9,"c"#.utf8), Array(#"md":"list_subscriptions"}"#.utf8))
        // The first frame says that more follows; a mask of zeros changes nothing.
        try socket.send([0x01, 0x80 | UInt8(first.count), 0, 0, 0, 0] + first)
        try socket.send([0x80, 0x80 | UInt8(second.count), 0, 0, 0, 0] + second)
        #expect(try socket.frame().text.contains(#""id":9,"type":"ok""#))
    }

    @Test func whoStopsSaysGoodbye() throws {
        let served = try ServedExchange()
        let socket = try served.socket()
        served.server.stopAndWait()
        let close = try socket.frame()
        #expect(close.opcode == 8 && close.payload == [0x03, 0xE9])
    }
}

@Suite struct ExchangeFaultTests {
    private func control(_ served: ServedExchange, _ body: String) throws {
        #expect(try served.connect().ask("POST", "/kbot/faults", body: body).status == 200)
    }

    @Test func aDroppedSocketEndsWithoutAWord() throws {
        let served = try ServedExchange()
        let socket = try served.socket()
        // The server has made the socket when it answers a command.
        try socket.sendFrame(#"{"id":1,"cmd":"list_subscriptions"}"#)
        _ = try socket.frame()
        try control(served, #"{"now":["drop-socket"]}"#)
        #expect(socket.isClosed())
    }

    @Test func anOrderThatIsTakenAndNotAnsweredIsThere() throws {
        let served = try ServedExchange(faults: [.createTimeout: 1])
        let market = try served.market()
        var outcomes: Set<Int> = []
        for number in 0..<3 {
            let body = served.order(market, id: "t\(number)")
            let connection = try served.connect()
            outcomes.insert((try? served.ask(connection, "POST", ServedExchange.orders, body: body))?.status ?? 0)
            #expect(try served.orderCount(id: "t\(number)") == 1)
        }
        #expect(outcomes.isSubset(of: [0, 504]))
    }

    @Test func anOrderThatIsLostIsNotThere() throws {
        let served = try ServedExchange(faults: [.createLost: 1])
        let market = try served.market()
        let connection = try served.connect()
        #expect(throws: RawConnection.Gone.self) {
            try served.ask(connection, "POST", ServedExchange.orders, body: served.order(market, id: "gone"))
        }
        #expect(try served.orderCount(id: "gone") == 0)
    }

    @Test(arguments: [(FaultKind.tooManyRequests, 429), (.htmlPage, 503), (.serverError, 500)])
    func requestsFailAsTheVenueLetsThemFail(_ kind: FaultKind, _ status: Int) throws {
        let served = try ServedExchange(faults: [kind: 1])
        let answer = try served.connect().ask("GET", "/trade-api/v2/exchange/status")
        #expect(answer.status == status)
        #expect(answer.body.hasPrefix("<html>") == (kind == .htmlPage))
        try control(served, #"{"off":true}"#)
        #expect(try served.connect().ask("GET", "/trade-api/v2/exchange/status").status == 200)
    }

    @Test func theClockCanBeOff() throws {
        let served = try ServedExchange(faults: [.clockSkew: -7])
        let answer = try served.connect().ask("GET", "/trade-api/v2/exchange/status")
        let date = try #require(Timestamp(httpDate: answer.headers["date"] ?? "", near: ServedExchange.start))
        #expect(date >= ServedExchange.start + .minutes(1) - .seconds(8))
    }

    @Test func aPauseIsToldByTheStatus() throws {
        let served = try ServedExchange()
        try control(served, #"{"now":["pause"]}"#)
        let answer = try served.connect().ask("GET", "/trade-api/v2/exchange/status")
        #expect(answer.body.contains(#""trading_active":false"#))
    }

    @Test func aKeyTakenAwayIsUnknownForAWhile() throws {
        let served = try ServedExchange()
        #expect(try served.ask(served.connect(), "GET", "/trade-api/v2/portfolio/balance").status == 200)
        try control(served, #"{"now":["key-removed"]}"#)
        let answer = try served.ask(served.connect(), "GET", "/trade-api/v2/portfolio/balance")
        #expect(answer.status == 401)
        #expect(answer.body.contains("NOT_FOUND"))
        #expect(try served.connect().upgrade(headers: served.headers("GET", "/trade-api/ws/v2")).status == 401)
    }

    @Test(arguments: [#"{"gip":1}"#, #"{"gap":2}"#, #"{"now":["gap"]}"#, #"{"now":["x"]}"#, "[]", "x"])
    func aWrongWishIsRefused(_ body: String) throws {
        let served = try ServedExchange()
        #expect(try served.connect().ask("POST", "/kbot/faults", body: body).status == 400)
    }
}
