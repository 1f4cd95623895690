import Foundation
import KBotEngine
import KBotKalshi
import KBotModel
import Logging

/// A run against the venue: time is the venue's, data come when they come, and orders may be real.
extension TradingRun {
    /// How often others may ask how the run stands, edits of scripts are looked for and so on.
    private static let pausePeriod = TimeSpan.milliseconds(50)

    /// Runs until the time asked for is over, or an interrupt.
    func venueLoop(_ runner: VenueRunner) throws -> Ending {
        let time = runner.access.time
        takeOverGroups()
        runner.start(shards: plan.shards)
        defer { runner.stop() }
        let begin = time.now
        notifier?.hear(.stale, now: .now, at: begin)
        var nextPause = time.uptime + Self.pausePeriod
        if left != nil { try wake(at: begin) }
        while Interrupts.received == 0 {
            if let duration = plan.duration, time.now >= begin + duration { return try finishedAtVenue(runner) }
            try turn(runner)
            if time.uptime >= nextPause {
                nextPause = time.uptime + Self.pausePeriod
                try pauseAtVenue(runner)
                watchHeldMarkets(runner)
                try watchRecovery(runner)
                warnOfClock(runner.access)
            }
        }
        return try interruptedAtVenue(runner)
    }

    /// An engine that has trades of an earlier run on their way must hear the time, even if the feed stays silent.
    private func wake(at time: Timestamp) throws {
        self.begin(at: time)
        let session = makeSession()
        try session.wake(at: time)
        try session.health(.stale, at: time)
    }

    /// Waits for what comes next and lets the engine hear it.
    private func turn(_ runner: VenueRunner) throws {
        runner.turn(until: session?.nextDue ?? .distantFuture, atMost: Self.pausePeriod)
        try takeIn(runner)
        guard let session, started != nil else { return }
        try session.advance(to: runner.access.time.now)
        try takeIn(runner)
    }

    private func takeIn(_ runner: VenueRunner) throws {
        while true {
            let happenings = runner.takeHappenings()
            if happenings.isEmpty { return }
            for happening in happenings {
                switch happening {
                case .feed(let output): try hear(output, runner)
                case .desk(let news): try hear(news, runner)
                }
            }
        }
    }

    /// Where something is held, the book is wanted at all times: when the feed fails, it is read by REST, and stops go on.
    private func watchHeldMarkets(_ runner: VenueRunner) {
        guard let trades = session?.read({ $0.openTrades }), !trades.isEmpty || !watched.isEmpty else { return }
        let held = Set(trades.filter { !$0.isAwaitingSettlement }.compactMap { listed[$0.market] })
        for id in held.subtracting(watched) { runner.feed.watch(id) }
        for id in watched.subtracting(held) { runner.feed.unwatch(id) }
        watched = held
    }

    /// Says what to do when the venue does not let us in.
    private func tellOfRefusedKey(_ runner: VenueRunner) {
        guard runner.feed.isKeyRefused, case .closed(.refused(let status, let body))? = runner.feed.socketTrouble,
            let problem = AuthenticationProblem(
                status: status,
                body: body,
                clock: runner.access.time.clock.estimate
            )
        else { return }
        say("warning: \(problem)")
    }

    /// Says once that the clocks are apart: how far changes all the time.
    private func warnOfClock(_ access: VenueAccess) {
        guard !hasWarnedOfClock, let warning = access.clockWarning else { return }
        hasWarnedOfClock = true
        say("warning: \(warning)")
    }

    // MARK: What the feed says

    private func hear(_ output: VenueFeedOutput, _ runner: VenueRunner) throws {
        switch output {
        case .event(let event): try hear(event, runner)
        case .own(let body): hear(body, runner)
        case .health(let health): try hear(health, at: runner.access.time.now)
        case .connected: runner.tell { desk, time, _ in desk.connectionRestored(at: time) }
        case .lost(let reason):
            say("connection lost: \(reason)")
            tellOfRefusedKey(runner)
            runner.tell { desk, time, _ in desk.connectionLost(at: time) }
        case .note(let note): say(note.level == .warning ? "warning: \(note.text)" : note.text)
        }
    }

    private func hear(_ event: MarketEvent, _ runner: VenueRunner) throws {
        guard let event = filter.pass(event) else { return }
        let session = session ?? makeSession()
        guard started != nil || !event.isSpot else { return try session.warmUp(event) }
        if started == nil {
            begin(at: event.time)
            try session.process(event)
            if let health = feedHealth { try session.health(health, at: event.time) }
        } else {
            try session.process(event)
        }
        events += 1
        guard case .listed(let market) = event.kind else { return }
        listed[market.ticker] = market.id
        runner.tell { desk, time, news in desk.know(market, at: time, into: &news) }
    }

    private func hear(_ body: Frame.Body, _ runner: VenueRunner) {
        runner.tell { desk, time, news in
            switch body {
            case .ownFill(let fill): desk.hear(fill, at: time, into: &news)
            case .ownOrder(let order): desk.hear(order, at: time, into: &news)
            case .ownPosition(let position): desk.hear(position, at: time, into: &news)
            case .orderGroup(let id, let kind): desk.hearGroup(id, event: kind, at: time, into: &news)
            default: break
            }
        }
    }

    private func hear(_ health: VenueFeedHealth, at time: Timestamp) throws {
        let state: FeedHealth
        switch health {
        case .live:
            state = .live
            say("market data: live")
        case .stale(let reason, let resumes):
            state = .stale
            let back = resumes.map { ", expected back at \($0)" } ?? ""
            say("market data: \(reason)\(back); no entries until it is back")
        }
        feedHealth = state
        notifier?.hear(state, now: .now, at: time)
        if started != nil { try session?.health(state, at: time) }
    }

    // MARK: What the desk says

    private func hear(_ news: DeskNews, _ runner: VenueRunner) throws {
        let now = runner.access.time.now
        switch news {
        case .venue(let event): try session?.deliver(event, at: now)
        case .foreign(let ticker, let id, let isForeign, let text):
            say(isForeign ? "\(ticker): \(text); no entries there" : "\(ticker): \(text)")
            if let id { try session?.command(.foreignPosition(id, isForeign)) }
        case .warning(let kind, let text):
            say("warning: \(text)")
            logger.warning("\(text)", metadata: ["code": "\(kind.rawValue)"])
            if kind == .groupTriggered { try hearTriggeredGroup(text) }
        case .problem(let error, let text): say("\(text): \(error)")
        case .account(let picture): account = picture
        case .unaccounted(let orders): try hearUnaccounted(orders)
        case .recovered(let picture): try judge(picture)
        case .ready: say("orders: the account is read and the order groups stand")
        }
    }

    // MARK: The end

    /// The time asked for is over: as an interrupt, but nobody is asked.
    private func finishedAtVenue(_ runner: VenueRunner) throws -> Ending {
        try leave(runner, settings.onExit == .flatten ? .flatten : .hold)
        return .finished
    }

    private func interruptedAtVenue(_ runner: VenueRunner) throws -> Ending {
        wasInterrupted = true
        say("interrupted: no new entries, resting entries are cancelled (Ctrl-C again: stop now)")
        try session?.command(.stopEntries)
        try turns(runner, atMost: .seconds(5)) { runner.desk?.isIdle ?? true }
        let isOpen = session?.read { $0.hasOpenTrades } ?? false
        try leave(runner, isOpen ? askOnExit() : .hold)
        return .interrupted
    }

    /// Ends the run at the venue: entries are cancelled, positions left or sold, the desk closed; says what is still open.
    private func leave(_ runner: VenueRunner, _ policy: ExitPolicy) throws {
        try session?.command(.stopEntries)
        if policy == .flatten {
            try session?.command(.flatten)
            try turns(runner, atMost: .seconds(60)) { session.map { !$0.read { $0.hasOpenTrades } } ?? true }
        }
        try turns(runner, atMost: .seconds(5)) { runner.desk?.isIdle ?? true }
        runner.tell { desk, time, _ in desk.stop(at: time) }
        try turns(runner, atMost: .seconds(5)) { runner.desk?.isIdle ?? true }
        for trade in session?.read({ $0.openTrades }) ?? [] {
            say("still open: \(trade.direction.rawValue) \(trade.count) \(trade.market)")
        }
        for order in runner.desk?.openOrders ?? [] {
            say(
                "still resting: \(order.request.side.rawValue) \(order.request.count) \(order.ticker) at \(order.request.price)"
            )
        }
        if session?.read({ $0.hasOpenTrades }) == true {
            say("positions are held: their targets stay, but NO STOP IS WATCHED from now on")
        }
    }

    /// Goes on until something is so, at most so long by our clock.
    private func turns(_ runner: VenueRunner, atMost span: TimeSpan, until isDone: () -> Bool) throws {
        let end = runner.access.time.uptime + span
        repeat { try turn(runner) } while !isDone() && runner.access.time.uptime < end && Interrupts.received < 2
    }

    private func say(_ text: String) {
        terminal.say(text)
        if log != nil { logger.notice("\(text)") }
    }
}
