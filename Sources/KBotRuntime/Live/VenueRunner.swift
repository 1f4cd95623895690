import KBotEngine
package import KBotKalshi
package import KBotModel

/// Joins the network to the engine's thread: carries out what feed and desk want done, waits for what comes of it, and
/// hands out what happened, in order.
///
/// Everything here but the posting into the mailbox happens on the engine's thread.
package final class VenueRunner {
    /// Something that happened, for the run.
    package enum Happening {
        /// The feed has something to say.
        case feed(VenueFeedOutput)
        /// The desk has something to say.
        case desk(DeskNews)
    }

    /// What the network posts.
    private enum Mail: Sendable {
        case socket(generation: Int, SocketEvent)
        case answer(VenueQuestion, VenueAnswer)
        case desk(DeskReport)
    }

    /// Bytes of unread frames from which on the connection is not read any more.
    private static let mailLimit = 16 << 20

    /// How to reach the venue.
    package let access: VenueAccess
    /// The data manager.
    package let feed: VenueFeed
    /// The order desk; nil on paper.
    package let desk: OrderDesk?
    private let mailbox: Mailbox<Mail>
    private let pressure: LinkPressure
    private var link: SocketLink?
    private var generation = 0
    private var mail: [Mail] = []
    private var happenings: [Happening] = []
    private var outputs: [VenueFeedOutput] = []
    private var news: [DeskNews] = []

    /// Makes a runner; with a desk's configuration, orders go to the venue.
    package init(access: VenueAccess, feed: VenueFeedConfiguration, desk: DeskConfiguration?) {
        self.access = access
        self.feed = VenueFeed(feed)
        let pressure = LinkPressure()
        self.pressure = pressure
        let mailbox = Mailbox<Mail>(limit: Self.mailLimit) { pressure.set($0) }
        self.mailbox = mailbox
        self.desk = desk.map { configuration in
            let client = access.deskClient { report in mailbox.post(.desk(report)) }
            return OrderDesk(configuration: configuration, client: client, signatures: access.bank)
        }
    }

    /// Begins to listen.
    package func start(shards: [Int32]) {
        access.startSigning()
        feed.start(at: access.time.now, uptime: access.time.uptime)
        desk?.start(shards: shards, at: deskTime)
        act()
    }

    /// Both clocks, read together.
    package var deskTime: DeskTime { DeskTime(now: access.time.now, uptime: access.time.uptime) }

    /// Waits until something comes, something is due, or market time has reached `due`, at most so long; takes it in.
    package func turn(until due: Timestamp, atMost longest: TimeSpan) {
        act()
        let time = access.time
        var patience = min(longest, time.patience(until: due))
        let deadline = min(feed.nextDeadline, desk?.nextDeadline ?? .distantFuture)
        if deadline < .distantFuture { patience = min(patience, max(.zero, deadline - time.uptime)) }
        mailbox.take(into: &mail, waiting: happenings.isEmpty ? patience : .zero)
        for item in mail { take(item) }
        mail.removeAll(keepingCapacity: true)
        feed.tick(at: time.now, uptime: time.uptime, into: &outputs)
        passOn()
        if let desk {
            desk.tick(at: deskTime, into: &news)
            passOn()
        }
        act()
    }

    /// What happened since this was last asked, in order.
    package func takeHappenings() -> [Happening] {
        passOn()
        defer { happenings.removeAll(keepingCapacity: true) }
        return happenings
    }

    /// Lets the desk be told something; what it has to say comes with the next happenings.
    package func tell(_ body: (OrderDesk, DeskTime, inout [DeskNews]) -> Void) {
        guard let desk else { return }
        body(desk, deskTime, &news)
    }

    /// Closes the connection.
    package func stop() {
        link?.close()
        link = nil
        generation += 1
    }

    private func take(_ item: Mail) {
        let time = access.time
        switch item {
        case .socket(let number, let event):
            // What a connection that was given up still has to say is of no use.
            guard number == generation else { return }
            feed.handle(event, at: time.now, uptime: time.uptime, into: &outputs)
        case .answer(let question, let answer):
            feed.handle(answer, to: question, at: time.now, uptime: time.uptime, into: &outputs)
        case .desk(let report): desk?.receive(report, at: deskTime, into: &news)
        }
        passOn()
    }

    private func passOn() {
        for output in outputs { happenings.append(.feed(output)) }
        outputs.removeAll(keepingCapacity: true)
        for item in news { happenings.append(.desk(item)) }
        news.removeAll(keepingCapacity: true)
    }

    /// Carries out what the feed wants done.
    private func act() {
        for action in feed.takeActions() {
            switch action {
            case .connect: connect()
            case .send(let bytes): link?.send(bytes)
            case .close: link?.close()
            case .ask(let question):
                Task { [client = access.client, mailbox] in
                    mailbox.post(.answer(question, await question.ask(client)))
                }
            }
        }
    }

    private func connect() {
        link?.close()
        generation += 1
        let number = generation
        do throws(RunFailure) {
            let link = try access.connect { [mailbox] event in
                var weight = 0
                if case .text(let bytes) = event { weight = bytes.count }
                mailbox.post(.socket(generation: number, event), weight: weight)
            }
            self.link = link
            pressure.watch(link)
        } catch {
            mailbox.post(.socket(generation: number, .closed(.notReached(error.message))))
        }
    }
}

extension VenueRunner: OrderCarrier {
    /// Hands a request of the engine to the desk.
    package func submit(_ request: OrderRequest, at time: Timestamp) {
        tell { desk, clock, news in desk.submit(request, at: clock, into: &news) }
    }

    /// Asks the desk what became of an order.
    package func lookUp(_ id: ClientOrderID, at time: Timestamp) {
        tell { desk, clock, news in desk.lookUp(id, at: clock, into: &news) }
    }
}
