import KBotKalshi
import KBotModel
import KBotTestSupport

/// A venue as its reference describes it, with made-up time and accidents on demand: what a socket machine talks to.
struct SocketVenueModel {
    /// What may go wrong, each as one chance in a hundred.
    struct Accidents {
        var refusedHandshake = 0
        var lostCommand = 0
        var refusedCommand = 0
        var slowReply = 0
        var lostBook = 0
        var deadSubscription = 0
        var drop = 0
        var doubledFrame = 0
        var swappedFrames = 0
        static let none = Accidents()
    }

    /// A subscription as the venue keeps it.
    struct Held: Hashable {
        var channel: String
        var members: Set<String>
        var isAll: Bool
    }

    var accidents = Accidents.none
    /// Markets that the venue does not know.
    var unknown: Set<String> = []
    private(set) var isOpen = false
    private(set) var held: [Int32: Held] = [:]
    private(set) var commands: [JSONObject] = []
    private(set) var connects = 0
    private var nextSID: Int32 = 1
    private var random: SeededGenerator
    private var lastDelivery = Timestamp.distantPast

    /// What is on its way to the machine, by time.
    private(set) var onTheWay: [(time: Timestamp, item: Item)] = []

    enum Item {
        case event(SocketEvent)
        case frame(Frame, Ticker?)
    }

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    private mutating func happens(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

    private mutating func deliver(_ item: Item, at now: Timestamp) {
        var delay = TimeSpan.milliseconds(Int64.random(in: 1...40, using: &random))
        if happens(accidents.slowReply) { delay = .seconds(Int64.random(in: 1...14, using: &random)) }
        // One connection keeps its order.
        lastDelivery = max(lastDelivery, now + delay)
        onTheWay.append((lastDelivery, item))
        guard case .frame = item else { return }
        if happens(accidents.doubledFrame) { onTheWay.append((lastDelivery, item)) }
        if onTheWay.count > 1, case .frame = onTheWay[onTheWay.count - 2].item, happens(accidents.swappedFrames) {
            let last = onTheWay.count - 1
            (onTheWay[last].item, onTheWay[last - 1].item) = (onTheWay[last - 1].item, onTheWay[last].item)
        }
    }

    /// The next thing that reaches the machine up to a time.
    mutating func next(until time: Timestamp) -> (Timestamp, Item)? {
        guard let first = onTheWay.first, first.time <= time else { return nil }
        onTheWay.removeFirst()
        return (first.time, first.item)
    }

    /// Does what the machine asks.
    mutating func perform(_ action: SocketMachine.Action, at now: Timestamp) {
        switch action {
        case .connect: connect(at: now)
        case .close: end(.closedByUs, at: now)
        case .send(let bytes): command(bytes, at: now)
        }
    }

    private mutating func connect(at now: Timestamp) {
        connects += 1
        held = [:]
        onTheWay = []
        lastDelivery = now
        if happens(accidents.refusedHandshake) {
            let status = [401, 429, 503].randomElement(using: &random) ?? 503
            deliver(.event(.closed(.refused(status: status, body: []))), at: now)
            return
        }
        isOpen = true
        deliver(.event(.opened), at: now)
    }

    /// Ends the connection; what was on its way is lost.
    mutating func end(_ closure: SocketClosure, at now: Timestamp) {
        guard isOpen || closure == .closedByUs else { return }
        isOpen = false
        held = [:]
        onTheWay = []
        lastDelivery = now
        deliver(.event(.closed(closure)), at: now)
    }

    /// The heartbeat, and the accidents that need no command.
    mutating func beat(at now: Timestamp) {
        guard isOpen else { return }
        deliver(.event(.ping), at: now)
        if happens(accidents.drop) { return end(.lost("reset"), at: now) }
        if happens(accidents.deadSubscription), let sid = held.keys.sorted().randomElement(using: &random) {
            held[sid] = nil
            let code: Int64 = happens(50) ? 10 : 25
            deliver(
                .frame(Frame(body: .error(code: code, message: "dead"), sid: happens(80) ? sid : nil), nil),
                at: now
            )
        }
    }

    private mutating func command(_ bytes: [UInt8], at now: Timestamp) {
        guard isOpen, case .object(let object)? = try? JSON(parsing: bytes) else { return }
        commands.append(object)
        guard let id: Int64 = try? RowReader(.object(object)).required("id"), let params = object["params"]?.object,
            !happens(accidents.lostCommand)
        else { return }
        if happens(accidents.refusedCommand) {
            let code = [11, 18, 27, 26, 13, 1].randomElement(using: &random) ?? 11
            return refuse(id, Int64(code), at: now)
        }
        let reader = try? RowReader(.object(params))
        let members: [String] =
            (try? reader?.list("market_tickers")).flatMap { $0?.isEmpty == false ? $0 : nil }
            ?? (try? reader?.list("index_ids")) ?? []
        guard unknown.isDisjoint(with: members) else { return refuse(id, 11, at: now) }
        switch object["cmd"]?.text {
        case "subscribe":
            guard case .array(let channels)? = params["channels"], let name = channels.first?.text else { return }
            let sid = nextSID
            nextSID += 1
            held[sid] = Held(channel: name, members: Set(members), isAll: members.isEmpty)
            let channel = Channel(rawValue: name) ?? .other
            deliver(.frame(Frame(body: .subscribed(channel, sid: sid), id: id), nil), at: now)
            if channel == .orderbook { sendBooks(members, sid, nil, at: now) }
        case "unsubscribe":
            guard let sids: [Int32] = try? reader?.list("sids"), let sid = sids.first else { return }
            guard held.removeValue(forKey: sid) != nil else { return refuse(id, 7, at: now) }
            deliver(.frame(Frame(body: .unsubscribed, sid: sid, id: id), nil), at: now)
        default:
            guard let sid: Int32 = try? reader?.required("sid"), let subscription = held[sid] else {
                return refuse(id, 7, at: now)
            }
            switch params["action"]?.text {
            case "add_markets", "subscribe_indices": held[sid]?.members.formUnion(members)
            case "delete_markets", "unsubscribe_indices": held[sid]?.members.subtract(members)
            default: return sendBooks(members, sid, id, at: now)
            }
            deliver(.frame(Frame(body: .ok, sid: sid, id: id), nil), at: now)
            if subscription.channel == "orderbook_delta", params["action"]?.text == "add_markets" {
                sendBooks(members, sid, nil, at: now)
            }
        }
    }

    private mutating func sendBooks(_ markets: [String], _ sid: Int32, _ id: Int64?, at now: Timestamp) {
        for market in markets where !happens(accidents.lostBook) {
            let book = Frame(body: .snapshot(BookSnapshot(yes: [], no: [])), sid: sid, id: id)
            deliver(.frame(book, Ticker(market)), at: now)
        }
    }

    private mutating func refuse(_ id: Int64, _ code: Int64, at now: Timestamp) {
        deliver(.frame(Frame(body: .error(code: code, message: "no"), id: id), nil), at: now)
    }
}

/// A machine with its venue, on made-up time.
struct SocketStage {
    var machine: SocketMachine
    var venue: SocketVenueModel
    private(set) var now = Timestamp(seconds: 1_000)
    private(set) var steps = 0
    private var nextBeat = Timestamp(seconds: 1_010)
    /// When each connect and command left.
    private(set) var connectTimes: [Timestamp] = []
    private(set) var actionsWhenStopped = 0

    init(seed: UInt64 = 1, configuration: SocketConfiguration = SocketConfiguration()) {
        var configuration = configuration
        configuration.seed = seed
        machine = SocketMachine(configuration: configuration)
        venue = SocketVenueModel(seed: seed)
    }

    /// Lets time pass, doing all that is due.
    mutating func run(_ span: TimeSpan, beats: Bool = true) throws {
        let end = now + span
        performActions()
        while true {
            let due = [
                machine.nextDeadline, beats ? nextBeat : .distantFuture, venue.onTheWay.first?.time ?? .distantFuture,
            ]
            guard let time = due.min(), time <= end else { break }
            steps += 1
            try hold(steps < 200_000, "the machine spins at \(now), \(machine.state), due \(machine.nextDeadline)")
            now = max(now, time)
            if let (_, item) = venue.next(until: now) {
                switch item {
                case .event(let event): machine.handle(event, at: now)
                case .frame(let frame, let ticker): machine.handle(frame, ticker: ticker, at: now)
                }
            }
            if now >= nextBeat {
                venue.beat(at: now)
                nextBeat = now + .seconds(10)
            }
            if now >= machine.nextDeadline { machine.tick(at: now) }
            performActions()
        }
        now = end
    }

    mutating func performActions() {
        for action in machine.takeActions() {
            if machine.state == .stopped, action != .close { actionsWhenStopped += 1 }
            if action == .connect { connectTimes.append(now) }
            venue.perform(action, at: now)
        }
    }

    /// What the venue holds of a channel; nil when it holds nothing, or two subscriptions.
    func held(_ channel: Channel) -> SocketVenueModel.Held? {
        let found = venue.held.values.filter { $0.channel == channel.rawValue }
        return found.count == 1 ? found.first : nil
    }

    /// The commands since one, as `cmd` or `action`.
    func commands(from start: Int = 0) -> [String] {
        venue.commands.dropFirst(start).map { $0["params"]?.object?["action"]?.text ?? $0["cmd"]?.text ?? "" }
    }
}
