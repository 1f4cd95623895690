import KBotKalshi
import KBotModel

/// A feed and a made-up venue, on made-up clocks.
struct FeedBench {
    /// Something told, and when.
    struct Told {
        let now: Timestamp
        let output: VenueFeedOutput
    }

    let feed: VenueFeed
    var venue = FeedVenue()
    let speed: Int64
    let start: Timestamp
    var now: Timestamp
    private(set) var told: [Told] = []
    private(set) var isOpen = false
    /// Whether connections come about.
    var isReachable = true
    private var isFrozen = false
    /// Whether planned frames are lost on the way.
    var isDeaf = false
    /// Answers that are on their way until this is false.
    var holdsAnswers = false
    private var answers: [(VenueQuestion, VenueAnswer)] = []
    private var frames: [(time: Timestamp, make: (inout FeedVenue) -> String?)] = []
    private var nextPing = Timestamp.distantFuture

    init(_ configuration: VenueFeedConfiguration, at start: Timestamp) {
        feed = VenueFeed(configuration)
        speed = configuration.speed
        self.start = start
        now = start
    }

    /// 1,000 s at the start; from then on as fast as the configuration says.
    var uptime: Timestamp {
        Timestamp(microseconds: Timestamp(seconds: 1_000).microseconds + (now - start).microseconds / speed)
    }

    /// Begins.
    mutating func begin() throws {
        feed.start(at: now, uptime: uptime)
        try act()
    }

    /// Plans a frame.
    mutating func at(_ time: Timestamp, _ make: @escaping (inout FeedVenue) -> String?) {
        frames.append((time, make))
        frames.sort { $0.time < $1.time }
    }

    /// Plans the frames of a market's trades.
    mutating func planTrades(of ticker: Ticker) {
        for trade in venue.markets.first(where: { $0.ticker == ticker })?.trades ?? [] where trade.time > now {
            at(trade.time + .milliseconds(20)) { $0.trade(ticker, at: trade.time, id: trade.id) }
        }
    }

    /// Lets time go on, doing what is due when it is due.
    mutating func run(until end: Timestamp) throws {
        while true {
            let ahead = max(.zero, feed.nextDeadline - uptime)
            var next = ahead > .hours(48) ? end : now + TimeSpan(microseconds: ahead.microseconds * speed)
            if let frame = frames.first { next = min(next, max(now, frame.time)) }
            if isOpen { next = min(next, nextPing) }
            guard next < end else { break }
            now = max(now, next)
            try step()
        }
        now = end
        try step()
    }

    private mutating func step() throws {
        while let frame = frames.first, frame.time <= now {
            frames.removeFirst()
            if let text = frame.make(&venue), isOpen, !isDeaf { try deliver(text) }
        }
        if isOpen, now >= nextPing {
            hear(.ping)
            nextPing = now + TimeSpan(microseconds: 10_000_000 * speed)
        }
        var outputs: [VenueFeedOutput] = []
        feed.tick(at: now, uptime: uptime, into: &outputs)
        keep(outputs)
        try act()
    }

    /// Hands the feed a frame.
    mutating func deliver(_ text: String) throws {
        hear(.text(Array(text.utf8)))
        try act()
    }

    /// Ends the connection.
    mutating func drop() throws {
        isOpen = false
        venue.disconnect()
        hear(.closed(.lost("reset")))
        try act()
    }

    /// Lets the connection hang: it says nothing more, until the next one.
    mutating func freeze() {
        isFrozen = true
        nextPing = .distantFuture
    }

    /// Lets answers go that were held.
    mutating func release() throws {
        holdsAnswers = false
        for (question, answer) in answers { answer_(question, answer) }
        answers = []
        try act()
    }

    private mutating func answer_(_ question: VenueQuestion, _ answer: VenueAnswer) {
        var outputs: [VenueFeedOutput] = []
        feed.handle(answer, to: question, at: now, uptime: uptime, into: &outputs)
        keep(outputs)
    }

    private mutating func hear(_ event: SocketEvent) {
        var outputs: [VenueFeedOutput] = []
        feed.handle(event, at: now, uptime: uptime, into: &outputs)
        keep(outputs)
    }

    private mutating func keep(_ outputs: [VenueFeedOutput]) {
        told += outputs.map { Told(now: now, output: $0) }
    }

    /// Does what the feed asks until it asks nothing more.
    mutating func act() throws {
        while true {
            let actions = feed.takeActions()
            if actions.isEmpty { return }
            for action in actions {
                switch action {
                case .connect:
                    isFrozen = false
                    isOpen = isReachable
                    nextPing = now + TimeSpan(microseconds: 10_000_000 * speed)
                    hear(isReachable ? .opened : .closed(.notReached("refused")))
                case .close:
                    venue.disconnect()
                    if isOpen {
                        isOpen = false
                        hear(.closed(.closedByUs))
                    }
                case .send(let bytes):
                    let replies = try venue.reply(to: bytes)
                    for reply in replies where !isFrozen { hear(.text(Array(reply.utf8))) }
                case .ask(let question):
                    let answer = try venue.answer(question, at: now)
                    if holdsAnswers { answers.append((question, answer)) } else { answer_(question, answer) }
                }
            }
        }
    }

    // MARK: What was told

    var events: [MarketEvent] {
        told.compactMap { if case .event(let event) = $0.output { event } else { nil } }
    }

    var notes: [String] {
        told.compactMap { if case .note(let note) = $0.output { note.text } else { nil } }
    }

    var healths: [VenueFeedHealth] {
        told.compactMap { if case .health(let health) = $0.output { health } else { nil } }
    }

    /// Listings of a market, in order.
    func listings(_ ticker: Ticker) -> [Market] {
        events.compactMap { if case .listed(let market) = $0.kind, market.ticker == ticker { market } else { nil } }
    }

    /// What was said of a market but listings, books and trades, with when it was said.
    func life(_ ticker: Ticker) -> [(now: Timestamp, kind: MarketEvent.Kind)] {
        told.compactMap { told in
            guard case .event(let event) = told.output else { return nil }
            switch event.kind {
            case .status(let id, _), .settled(let id, _):
                return feed.board.market(id).ticker == ticker ? (told.now, event.kind) : nil
            default: return nil
            }
        }
    }

    /// Times of the trades told of a market, those of its history among them.
    func trades(_ ticker: Ticker) -> [Timestamp] {
        events.flatMap { event -> [Timestamp] in
            switch event.kind {
            case .trade(let trade) where feed.board.market(trade.market).ticker == ticker: [event.time]
            case .history(let id, let past) where feed.board.market(id).ticker == ticker: past.map(\.time)
            default: []
            }
        }
    }
}
