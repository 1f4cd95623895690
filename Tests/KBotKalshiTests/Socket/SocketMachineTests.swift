import KBotKalshi
import KBotModel
import Testing

/// The machine step by step.
struct SocketMachineTests {
    private let btc: Ticker = "KXBTC15M-26NOV221445-45"
    private let eth: Ticker = "KXETH15M-26NOV221445-45"
    private let start = Timestamp(seconds: 1_000)

    private func stage(_ markets: [Ticker], configuration: SocketConfiguration = .init()) throws -> SocketStage {
        var stage = SocketStage(configuration: configuration)
        stage.machine.want(.orderbook, markets: markets, at: stage.now)
        stage.machine.start(at: stage.now)
        try stage.run(.seconds(2))
        return stage
    }

    @Test func `idle, connecting, subscribing, live`() {
        var machine = SocketMachine()
        #expect(machine.state == .idle && machine.nextDeadline == .distantFuture)
        machine.want(.orderbook, markets: [btc], at: start)
        #expect(machine.takeActions().isEmpty)
        machine.start(at: start)
        #expect(machine.state == .connecting && machine.takeActions() == [.connect])
        machine.handle(.opened, at: start + .milliseconds(20))
        #expect(machine.state == .subscribing)
        let command =
            #"{"id":1,"cmd":"subscribe","params":{"channels":["orderbook_delta"],"#
            + #""market_tickers":["KXBTC15M-26NOV221445-45"],"use_yes_price":false}}"#
        #expect(machine.takeActions() == [.send(Array(command.utf8))])
        machine.handle(Frame(body: .subscribed(.orderbook, sid: 4), id: 1), ticker: nil, at: start + .milliseconds(40))
        #expect(machine.state == .subscribing)
        let book = Frame(body: .snapshot(BookSnapshot(yes: [], no: [])), sid: 4, seq: 1)
        machine.handle(book, ticker: btc, at: start + .milliseconds(41))
        #expect(machine.isLive && machine.isSubscribed(.orderbook) && machine.holds(btc.text, on: .orderbook))
        #expect(machine.takeActions().isEmpty)
        #expect(machine.nextDeadline == start + .milliseconds(41) + .seconds(30))
    }

    @Test(
        arguments: zip(
            [
                SocketCommand.subscribe(.ticker, members: []), .subscribe(.trade, members: ["A"]),
                .subscribe(.index, members: ["BRTI"]), .unsubscribe(sid: 1),
                .add(.orderbook, sid: 1, members: ["A", "B"]), .remove(.trade, sid: 2, members: ["A"]),
                .snapshot(sid: 1, members: ["A"]), .add(.fastIndex, sid: 3, members: ["BRTI"]),
            ],
            [
                #"{"id":7,"cmd":"subscribe","params":{"channels":["ticker"],"send_initial_snapshot":true}}"#,
                #"{"id":7,"cmd":"subscribe","params":{"channels":["trade"],"market_tickers":["A"]}}"#,
                #"{"id":7,"cmd":"subscribe","params":{"channels":["cfbenchmarks_value"],"index_ids":["BRTI"]}}"#,
                #"{"id":7,"cmd":"unsubscribe","params":{"sids":[1]}}"#,
                #"{"id":7,"cmd":"update_subscription","params":{"sid":1,"action":"add_markets","market_tickers":["A","B"]}}"#,
                #"{"id":7,"cmd":"update_subscription","params":{"sid":2,"action":"delete_markets","market_tickers":["A"]}}"#,
                #"{"id":7,"cmd":"update_subscription","params":{"sid":1,"action":"get_snapshot","market_tickers":["A"]}}"#,
                #"{"id":7,"cmd":"update_subscription","params":{"sid":3,"action":"subscribe_indices","index_ids":["BRTI"]}}"#,
            ]
        )
    )
    func `commands are written as the venue's reference has them`(command: SocketCommand, text: String) {
        #expect(String(decoding: command.bytes(id: 7), as: UTF8.self) == text)
    }

    @Test func `a new market is added before the old one is taken out, and the connection stays live`() throws {
        var stage = try stage([btc])
        stage.machine.want(.orderbook, markets: [eth], at: stage.now)
        #expect(stage.machine.isLive)
        try stage.run(.seconds(2))
        #expect(stage.commands() == ["subscribe", "add_markets", "delete_markets"])
        #expect(stage.held(.orderbook)?.members == [eth.text])
        #expect(stage.machine.isLive && stage.venue.connects == 1)
    }

    @Test func `a book channel without markets is unsubscribed, and comes back with the next market`() throws {
        var stage = try stage([btc])
        stage.machine.want(.orderbook, markets: [], at: stage.now)
        try stage.run(.seconds(2))
        #expect(stage.commands().last == "unsubscribe" && stage.held(.orderbook) == nil && stage.machine.isLive)
        stage.machine.want(.orderbook, markets: [eth], at: stage.now)
        try stage.run(.seconds(2))
        #expect(stage.held(.orderbook)?.members == [eth.text])
    }

    @Test func `books in doubt are asked for, and the connection is live when all are there`() throws {
        var stage = try stage([btc, eth])
        stage.machine.resync([btc, eth], at: stage.now)
        #expect(stage.machine.state == .resyncing && stage.machine.isInDoubt)
        stage.performActions()
        #expect(stage.commands().last == "get_snapshot")
        try stage.run(.seconds(2))
        #expect(stage.machine.isLive && stage.machine.counts.resyncs == 1)
    }

    @Test func `requests for books keep a distance, however often numbers are missing`() throws {
        var stage = try stage([btc])
        let before = stage.venue.commands.count
        for _ in 0..<100 {
            stage.machine.resync([btc], at: stage.now)
            try stage.run(.milliseconds(50))
        }
        #expect(stage.venue.commands.count - before <= 21)
        try stage.run(.seconds(1))
        #expect(stage.machine.isLive)
    }

    @Test func `a book that does not come costs the subscription, then the connection`() throws {
        var stage = try stage([btc])
        stage.venue.accidents.lostBook = 100
        stage.machine.resync([btc], at: stage.now)
        try stage.run(.seconds(6))
        #expect(stage.commands() == ["subscribe", "get_snapshot", "unsubscribe", "subscribe"])
        #expect(stage.machine.state == .resyncing && stage.machine.counts.replacements == 1)
        try stage.run(.seconds(6))
        #expect(stage.machine.lastTrouble == .noBook)
        #expect(stage.venue.connects == 2)
    }

    @Test func `a market whose first book never comes keeps nothing from being live`() throws {
        var stage = SocketStage()
        stage.venue.accidents.lostBook = 100
        stage.machine.want(.orderbook, markets: [btc], at: stage.now)
        stage.machine.start(at: stage.now)
        try stage.run(.seconds(4))
        #expect(stage.machine.state == .subscribing)
        try stage.run(.minutes(10))
        #expect(stage.machine.isLive && stage.venue.connects == 1)
        #expect((5...20).contains(stage.commands().filter { $0 == "get_snapshot" }.count))
    }

    @Test(arguments: [10, 25] as [Int64])
    func `a dead subscription begins anew at once, and with waits when that repeats`(code: Int64) throws {
        var stage = try stage([btc])
        func die(_ stage: inout SocketStage) throws {
            let sid = try #require(stage.venue.held.first { $0.value.channel == "orderbook_delta" }?.key)
            stage.machine.handle(Frame(body: .error(code: code, message: "dead"), sid: sid), ticker: nil, at: stage.now)
        }
        try die(&stage)
        #expect(stage.machine.state == .resyncing)
        stage.performActions()
        #expect(stage.commands() == ["subscribe", "subscribe"])
        for _ in 0..<8 {
            try stage.run(.seconds(1))
            if stage.machine.isSubscribed(.orderbook) {
                let sid = try #require(stage.venue.held.keys.max())
                let frame = Frame(body: .error(code: code, message: "dead"), sid: sid)
                stage.machine.handle(frame, ticker: nil, at: stage.now)
            }
        }
        #expect(stage.machine.counts.deadSubscriptions > 2)
        #expect(stage.venue.commands.count < 11)
        try stage.run(.minutes(1))
        #expect(stage.machine.isLive && stage.venue.connects == 1)
        #expect(stage.machine.counts.errors[code] == stage.machine.counts.deadSubscriptions)
    }

    @Test func `a dead subscription that the venue does not name costs the connection`() throws {
        var stage = try stage([btc])
        stage.machine.handle(Frame(body: .error(code: 25, message: "overflow")), ticker: nil, at: stage.now)
        #expect(stage.machine.state == .backingOff)
        #expect(stage.machine.lastTrouble == .unknownSubscriptionEnded(code: 25))
        try stage.run(.seconds(5))
        #expect(stage.machine.isLive && stage.venue.connects == 2)
    }

    @Test func `a market that does not exist does not keep the others out`() throws {
        var stage = SocketStage()
        stage.venue.unknown = ["GONE"]
        let markets = (0..<40).map { Ticker($0 == 17 ? "GONE" : "M\($0)") }
        stage.machine.want(.orderbook, markets: markets, at: stage.now)
        stage.machine.start(at: stage.now)
        try stage.run(.seconds(5))
        #expect(stage.machine.isLive)
        #expect(stage.held(.orderbook)?.members.count == 39)
        #expect(stage.venue.commands.count < 30)
        stage.venue.unknown = []
        try stage.run(.minutes(1))
        #expect(stage.held(.orderbook)?.members.count == 40)
    }

    @Test(arguments: [8, 18, 26, 27] as [Int64])
    func `a refusal that may pass is tried again, ever more rarely`(code: Int64) {
        var machine = SocketMachine()
        machine.want(.fill, at: start)
        machine.start(at: start)
        machine.handle(.opened, at: start)
        var now = start
        var sends: [Timestamp] = []
        while now < start + .minutes(10) {
            if case .send? = machine.takeActions().last {
                sends.append(now)
                let id = Int64(sends.count)
                machine.handle(Frame(body: .error(code: code, message: "no"), id: id), ticker: nil, at: now)
            }
            machine.handle(.ping, at: now)
            #expect(machine.isLive)
            now = now + .seconds(1)
            if now >= machine.nextDeadline { machine.tick(at: now) }
        }
        #expect((8...16).contains(sends.count))
        #expect(!machine.isSubscribed(.fill))
        #expect(machine.complaints.last == "subscribe fill: no (code \(code))")
    }

    @Test func `large sets go out in parts`() throws {
        var configuration = SocketConfiguration()
        configuration.marketsPerCommand = 10
        let stage = try stage((0..<35).map { Ticker("M\($0)") }, configuration: configuration)
        #expect(stage.commands() == ["subscribe", "add_markets", "add_markets", "add_markets"])
        #expect(stage.held(.orderbook)?.members.count == 35)
    }

    @Test func `all markets and some markets are two different subscriptions`() throws {
        var stage = SocketStage()
        stage.machine.want(.trade, at: stage.now)
        stage.machine.start(at: stage.now)
        try stage.run(.seconds(1))
        #expect(stage.held(.trade)?.isAll == true)
        stage.machine.want(.trade, markets: [btc], at: stage.now)
        try stage.run(.seconds(1))
        #expect(stage.held(.trade)?.members == [btc.text])
        stage.machine.want(.trade, at: stage.now)
        try stage.run(.seconds(1))
        #expect(stage.held(.trade)?.isAll == true)
    }

    @Test func `a subscription that the venue ends without being asked begins anew`() throws {
        var stage = try stage([btc])
        let sid = try #require(stage.venue.held.keys.first)
        stage.machine.handle(Frame(body: .unsubscribed, sid: sid), ticker: nil, at: stage.now)
        try stage.run(.seconds(1))
        #expect(stage.commands() == ["subscribe", "subscribe"])
    }
}
