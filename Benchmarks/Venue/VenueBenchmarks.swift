import CCrypto
import Foundation
import KBotEngine
import KBotKalshi
import KBotModel
import KBotRuntime
import KBotSimulation

/// kbot against a venue on loopback: from the bytes of a frame to the bytes of an order, and frames in bulk.
enum VenueBenchmarks {
    /// What there is, by the beginnings of their names.
    static let names = ["tick to order", "frames through socket", "stop fired", "frames of 200 markets"]

    /// Orders of a latency run; the first ones warm up.
    private static let rounds = 400
    private static let warmUp = 50

    static func run(_ words: [String]) throws {
        let wanted = { (name: String) in words.isEmpty || words.contains { name.contains($0) } }
        let ingestion = "frames through socket, decoder, book and engine"
        let latencies: [(name: String, ahead: Bool, goal: Double?)] = [
            ("tick to order, RSA signatures made ahead", true, 100), ("tick to order, RSA on the spot", false, nil),
        ]
        if wanted(ingestion) {
            let figures = try ingest()
            KBotBenchmarks.say(
                "\n\(ingestion): \(Int(figures.wall / 1_000)) k/s, \(Int(figures.cpu / 1_000)) k/s of one core's time (goal ≥ 300)"
            )
        }
        var isFirst = true
        for (name, ahead, goal) in latencies where wanted(name) {
            if isFirst {
                KBotBenchmarks.say(
                    "\nlatency over loopback, wall clock, in µs                    p50      p99     goal"
                )
            }
            isFirst = false
            let times = try LatencyBench(signsAhead: ahead).ticksToOrders(rounds).dropFirst(warmUp).sorted()
            let p50 = Double(times[times.count / 2]) / 1_000
            let p99 = Double(times[times.count * 99 / 100]) / 1_000
            let met = goal.map { p50 <= $0 ? "≤ \(Int($0)) met" : "≤ \(Int($0)) SHORT" } ?? ""
            KBotBenchmarks.say(
                name + String(repeating: " ", count: 54 - name.count) + String(format: "%9.0f%9.0f  ", p50, p99) + met
            )
        }
        try stops(wanted)
        try memory(wanted)
    }

    /// Stops of one market after the other: from the frame that fires one to the bytes of the order that leaves, a cancel
    /// of the target and its answer in between.
    private static func stops(_ wanted: (String) -> Bool) throws {
        let name = "stop fired to exit order, cancel and answer between"
        guard wanted(name) else { return }
        let times = try LatencyBench(signsAhead: true, fills: true).stops(warmUp + 150).dropFirst(warmUp).sorted()
        let p50 = Double(times[times.count / 2]) / 1_000
        let p99 = Double(times[times.count * 99 / 100]) / 1_000
        KBotBenchmarks.say(
            name + String(repeating: " ", count: 54 - name.count) + String(format: "%9.0f%9.0f", p50, p99)
        )
    }

    /// Frames of many books for a while: how much memory they come to hold.
    private static func memory(_ wanted: (String) -> Bool) throws {
        let name = "frames of 200 markets, 2 million: memory"
        guard wanted(name) else { return }
        let venue = try MiniVenue()
        venue.start { _ in "{}" }
        defer { venue.stop() }
        let bench = try LatencyBench(venue: venue, markets: 200, signsAhead: false)
        var figures: [Int] = []
        for round in 0..<5 {
            var frames: [UInt8] = []
            for index in 0..<400_000 {
                let number = round * 400_000 + index
                let cents = 30 + number / 200 % 20
                let sign = number / 4_000 % 2 == 0 ? "" : "-"
                frames += MiniVenue.frame(
                    #"{"type":"orderbook_delta","sid":1,"seq":\#(number + 201),"msg":{"market_ticker":"KXBENCH-\#(number % 200)","#
                        + #""market_id":"m","price_dollars":"0.\#(cents)00","delta_fp":"\#(sign)10.00","side":"yes","ts_ms":\#(bench.milliseconds)}}"#
                )
            }
            let bytes = frames
            frames = []
            let thread = Thread { venue.write(bytes) }
            thread.start()
            try bench.take(frames: 400_000)
            figures.append(Self.residentMegabytes)
        }
        KBotBenchmarks.say(
            "\n\(name): \(figures.map { "\($0)" }.joined(separator: ", ")) MB after each fifth (the frames themselves among it)"
        )
    }

    private static var residentMegabytes: Int {
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return pages * 4 / 1_024
    }

    /// Frames of one book, as many as fit a second or two: how many a second, by the wall and by all threads' CPU time
    /// without the venue's own.
    private static func ingest() throws -> (wall: Double, cpu: Double) {
        let count = 400_000
        let venue = try MiniVenue()
        venue.start { _ in "{}" }
        defer { venue.stop() }
        let bench = try LatencyBench(venue: venue, markets: 1, signsAhead: false)
        var frames: [UInt8] = []
        for index in 0..<count {
            let cents = 30 + index % 20
            let sign = index / 20 % 2 == 0 ? "" : "-"
            frames += MiniVenue.frame(
                #"{"type":"orderbook_delta","sid":1,"seq":\#(index + 2),"msg":{"market_ticker":"KXBENCH-0","market_id":"m","#
                    + #""price_dollars":"0.\#(cents)00","delta_fp":"\#(sign)10.00","side":"yes","ts_ms":\#(bench.milliseconds)}}"#
            )
        }
        let bytes = frames
        let cpu = Self.processTime
        let began = MiniVenue.now
        let writer = WriterTime()
        let thread = Thread {
            venue.write(bytes)
            writer.finish()
        }
        thread.start()
        try bench.take(frames: count)
        let wall = Double(MiniVenue.now - began)
        let used = Double(Self.processTime - cpu - writer.wait())
        return (Double(count) * 1e9 / wall, Double(count) * 1e9 / used)
    }

    private static var processTime: UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

/// CPU time of the thread that plays the venue.
private final class WriterTime: @unchecked Sendable {
    private let condition = NSCondition()
    private var nanoseconds: UInt64?

    func finish() {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        condition.lock()
        nanoseconds = UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
        condition.signal()
        condition.unlock()
    }

    func wait() -> UInt64 {
        condition.lock()
        defer { condition.unlock() }
        while true {
            if let nanoseconds { return nanoseconds }
            condition.wait()
        }
    }
}

/// All of kbot between the wire and the wire: socket, mailbox, decoder, mapper, engine, desk, REST client, connection.
private final class LatencyBench: OrderCarrier {
    private enum Mail: Sendable {
        case socket(SocketEvent)
        case desk(DeskReport)
    }

    private let venue: MiniVenue
    private let network: VenueNetwork
    private let bank: SignatureBank
    private let renewer: SignatureRenewer?
    private let mailbox = Mailbox<Mail>(limit: .max) { _ in }
    private let decoder = FrameDecoder()
    private var mapper = FrameMapper()
    private var board = MarketBoard()
    private var desk: OrderDesk?
    private var session: TradingSession?
    private var link: SocketLink?
    private let time = VenueTime()
    private var mail: [Mail] = []
    private var news: [DeskNews] = []
    private var events: [MarketEvent] = []
    private var frames = 0

    var milliseconds: Int64 { time.now.microseconds / 1_000 }

    init(venue: MiniVenue, markets: Int, signsAhead: Bool) throws {
        self.venue = venue
        guard let hosts = VenueHosts(rest: "http://127.0.0.1:\(venue.port)") else { throw POSIXError(.EINVAL) }
        let time = time
        network = try VenueNetwork(hosts, trust: .system, uptime: { time.uptime })
        let key = try SigningKey.benchmark()
        let bank = SignatureBank(signer: try RequestSigner(keyID: "benchmark", key: key, clock: time.clock))
        self.bank = bank
        renewer = signsAhead ? SignatureRenewer(bank, clock: time.restClock) : nil
        var limiter = RateLimiter()
        limiter.adopt(
            read: RateLimiter.Limit(refill: 100_000, capacity: 1_000_000),
            write: RateLimiter.Limit(refill: 100_000, capacity: 1_000_000)
        )
        let rest = RESTClient(
            transport: network.transport,
            sign: { method, path, now in
                try bank.headers(for: RequestTarget(method: method, path: path), now: now).fields
            },
            clock: time.restClock,
            limiter: limiter
        )
        guard let terms = OrderTerms(run: "benchmark") else { throw POSIXError(.EINVAL) }
        let mailbox = mailbox
        let client = RESTDeskClient(rest: rest, executor: network.transport.executor) { mailbox.post(.desk($0)) }
        desk = OrderDesk(
            configuration: DeskConfiguration(terms: terms),
            client: client,
            signatures: signsAhead ? bank : nil
        )
        var configuration = EngineConfiguration()
        configuration.initialCapital = Money(dollars: 1_000_000)
        configuration.sizing = .fixed(Quantity(contracts: 1))
        configuration.limits = RiskLimits.none
        session = TradingSession(
            engine: Engine(configuration, strategies: [EveryTrade()]),
            venue: .carrier(self),
            speed: .max,
            listen: { _, _ in }
        )
        renewer?.start()
        link = network.connect(headers: []) { mailbox.post(.socket($0)) }
        venue.write(MiniVenue.frame(#"{"id":1,"type":"subscribed","msg":{"channel":"orderbook_delta","sid":1}}"#))
        let now = time.now
        for index in 0..<markets {
            let ticker = Ticker("KXBENCH-\(index)")
            guard let id = board.market(Array(ticker.text.utf8).span, at: now, into: &events) else { continue }
            var market = board.market(id)
            market.closeTime = now + .hours(1)
            events = [MarketEvent(time: now, .listed(market))]
            try pass()
            desk?.know(market, at: clock, into: &news)
        }
        for index in 0..<markets {
            let seq = index + 1
            venue.write(
                MiniVenue.frame(
                    #"{"type":"orderbook_snapshot","sid":1,"seq":\#(seq),"msg":{"market_ticker":"KXBENCH-\#(index)","market_id":"m","#
                        + #""yes_dollars_fp":[["0.4800","1000000.00"]],"no_dollars_fp":[["0.5000","1000000.00"]]}}"#
                )
            )
        }
        try take(frames: markets + 1)
        desk?.start(shards: [], at: clock)
    }

    convenience init(signsAhead: Bool, fills: Bool = false) throws {
        let venue = try MiniVenue()
        venue.start { request in
            if request.line.hasPrefix("DELETE") {
                let path = request.line.split(separator: " ").dropFirst().first ?? ""
                let id = path.split(separator: "/").last?.prefix { $0 != "?" } ?? ""
                return #"{"order_id":"\#(id)","reduced_by":"1.00","ts_ms":0}"#
            }
            guard request.line.hasPrefix("POST") else {
                return #"{"market_positions":[],"event_positions":[],"orders":[],"fills":[],"balance":0,"cursor":""}"#
            }
            let id = (try? JSONDecoder().decode(Placed.self, from: Data(request.body.utf8)))?.client_order_id ?? ""
            let rests = request.body.contains("good_till_canceled")
            let filled = fills && !rests ? "1.00" : "0.00"
            return
                #"{"order_id":"\#(id)","client_order_id":"\#(id)","fill_count":"\#(filled)","remaining_count":"\#(rests ? "1.00" : "0.00")","ts_ms":0}"#
        }
        try self.init(venue: venue, markets: 500, signsAhead: signsAhead)
    }

    private var clock: DeskTime { DeskTime(now: time.now, uptime: time.uptime) }

    /// For each of so many trades, the nanoseconds from the write of its frame to the first byte of the order it led to.
    func ticksToOrders(_ count: Int) throws -> [UInt64] {
        // The signatures are there before the first tick.
        if renewer != nil { while bank.statistics.renewed == 0 { try turn(.milliseconds(5)) } }
        var times: [UInt64] = []
        for index in 0..<count {
            let ticker = "KXBENCH-\(index)"
            let frame = MiniVenue.frame(
                #"{"type":"trade","sid":2,"seq":\#(index + 1),"msg":{"trade_id":"t\#(index)","market_ticker":"\#(ticker)","#
                    + #""yes_price_dollars":"0.5000","count_fp":"1.00","taker_side":"yes","ts_ms":\#(milliseconds)}}"#
            )
            let arrived = Box<MiniVenue.Arrival>()
            let wrote = Box<UInt64>()
            let thread = Thread { [venue] in
                wrote.set(venue.write(frame))
                var arrival = venue.nextArrival()
                while !arrival.line.hasPrefix("POST") { arrival = venue.nextArrival() }
                arrived.set(arrival)
            }
            thread.start()
            while arrived.value == nil { try turn(.milliseconds(20)) }
            if let arrival = arrived.value, let began = wrote.value { times.append(arrival.time &- began) }
            // A market does not trade ten thousand times a second: between two ticks others have their turn.
            for _ in 0..<3 { try turn(.milliseconds(1)) }
        }
        return times
    }

    /// For each of so many trades that are stopped, the nanoseconds from the write of the frame that fires the stop to the
    /// first byte of the order that leaves.
    func stops(_ count: Int) throws -> [UInt64] {
        while bank.statistics.renewed == 0 { try turn(.milliseconds(5)) }
        var times: [UInt64] = []
        var bookSeq = 501
        var tradeSeq = 1
        for index in 0..<count {
            let ticker = "KXBENCH-\(index)"
            func trade(_ price: String) -> [UInt8] {
                defer { tradeSeq += 1 }
                return MiniVenue.frame(
                    #"{"type":"trade","sid":2,"seq":\#(tradeSeq),"msg":{"trade_id":"t\#(tradeSeq)","market_ticker":"\#(ticker)","#
                        + #""yes_price_dollars":"\#(price)","count_fp":"1.00","taker_side":"yes","ts_ms":\#(milliseconds)}}"#
                )
            }
            // In: the order is filled at once, and the fill channel says so.
            venue.write(trade("0.5000"))
            let entry = try arrival("POST")
            tellFill(of: entry, "bid", "0.5000", ticker, position: "1.00")
            _ = try arrival("POST")  // the target
            for _ in 0..<40 { try turn(.milliseconds(1)) }  // its cancel is signed ahead
            let began = venue.write(
                MiniVenue.frame(
                    #"{"type":"orderbook_snapshot","sid":1,"seq":\#(bookSeq),"msg":{"market_ticker":"\#(ticker)","market_id":"m","#
                        + #""yes_dollars_fp":[["0.4300","1000000.00"]],"no_dollars_fp":[["0.5600","1000000.00"]]}}"#
                ) + trade("0.4300")
            )
            bookSeq += 1
            _ = try arrival("DELETE")
            let exit = try arrival("POST")
            times.append(exit.time &- began)
            tellFill(of: exit, "ask", "0.4300", ticker, position: "0.00")
            for _ in 0..<3 { try turn(.milliseconds(1)) }
        }
        return times
    }

    /// Says on the fill channel that an order was filled whole.
    private func tellFill(
        of order: MiniVenue.Arrival,
        _ side: String,
        _ price: String,
        _ ticker: String,
        position: String
    ) {
        guard let id = (try? JSONDecoder().decode(Placed.self, from: Data(order.body.utf8)))?.client_order_id else {
            return
        }
        venue.write(
            MiniVenue.frame(
                #"{"type":"fill","sid":3,"msg":{"trade_id":"f\#(id)","order_id":"\#(id)","client_order_id":"\#(id)","#
                    + #""market_ticker":"\#(ticker)","exchange_index":2,"is_taker":true,"book_side":"\#(side)","side":"yes","action":"buy","#
                    + #""yes_price_dollars":"\#(price)","count_fp":"1.00","fee_cost":"0.0175","post_position_fp":"\#(position)","ts_ms":\#(milliseconds)}}"#
            )
        )
    }

    private struct Placed: Decodable {
        let client_order_id: String
    }

    /// Goes on until a request of a method comes; others that come before are passed over.
    private func arrival(_ method: String) throws -> MiniVenue.Arrival {
        while true {
            if let arrival = venue.takeArrival() {
                if arrival.line.hasPrefix(method) { return arrival }
            } else {
                try turn(.milliseconds(5))
            }
        }
    }

    /// Takes in what comes until so many frames more were read.
    func take(frames wanted: Int) throws {
        let end = frames + wanted
        while frames < end { try turn(.milliseconds(50)) }
    }

    private func turn(_ patience: TimeSpan) throws {
        mailbox.take(into: &mail, waiting: patience)
        for item in mail {
            switch item {
            case .socket(.text(let bytes)):
                frames += 1
                if let frame = try? decoder.decode(bytes.span) {
                    if case .ownFill(let fill) = frame.body { desk?.hear(fill, at: clock, into: &news) }
                    _ = mapper.map(frame, bytes: bytes.span, board: &board, into: &events)
                }
                try pass()
            case .socket: break
            case .desk(let report): desk?.receive(report, at: clock, into: &news)
            }
        }
        mail.removeAll(keepingCapacity: true)
        while !news.isEmpty {
            let told = news
            news.removeAll(keepingCapacity: true)
            for case .venue(let event) in told { try session?.deliver(event, at: time.now) }
        }
        desk?.tick(at: clock, into: &news)
        try session?.advance(to: time.now)
    }

    private func pass() throws {
        for event in events { try session?.process(event) }
        events.removeAll(keepingCapacity: true)
    }

    func submit(_ request: OrderRequest, at time: Timestamp) { desk?.submit(request, at: clock, into: &news) }

    func lookUp(_ id: ClientOrderID, at time: Timestamp) { desk?.lookUp(id, at: clock, into: &news) }
}

/// Takes at the market on every trade.
private final class EveryTrade: Strategy {
    let name: StrategyName = "every_trade"
    let version = "1"
    let needs = StrategyNeeds(interval: .fixed(.minutes(15)), indicators: [])
    let callbacks: StrategyCallbacks = [.trade]

    func onCandle(_ candle: Candle, _ context: borrowing StrategyContext) -> Decision { .none(.noSignal) }

    func onTrade(_ trade: Trade, _ context: borrowing StrategyContext) -> Decision? {
        .signal(
            Signal(
                direction: .long,
                entry: trade.price,
                stop: .price(trade.price - PriceDelta(cents: 5)),
                target: .price(trade.price + PriceDelta(cents: 15)),
                entryType: .market
            )
        )
    }
}

/// A value set by one thread and read by another.
private final class Box<Value>: @unchecked Sendable {
    private let lock = NSLock()
    private var held: Value?

    var value: Value? { lock.withLock { held } }

    func set(_ value: Value) { lock.withLock { held = value } }
}

extension SigningKey {
    /// A fresh RSA key of 2048 bits.
    fileprivate static func benchmark() throws -> SigningKey {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", folder.path,
        ]
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        defer { try? FileManager.default.removeItem(at: folder) }
        return try KeyFile(folder.path, home: nil).key
    }
}

extension RiskLimits {
    /// No limit at all.
    fileprivate static var none: RiskLimits {
        var limits = RiskLimits()
        limits.riskPerTrade = nil
        limits.dailyLoss = nil
        limits.maxExposure = nil
        limits.maxPositions = nil
        limits.circuitBreakerLosses = nil
        limits.minRewardRisk = nil
        limits.minTimeToClose = nil
        limits.priceCollar = nil
        limits.ordersPerMinute = nil
        return limits
    }
}
