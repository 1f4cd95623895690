import KBotEngine
import KBotKalshi
package import KBotModel

/// Records a venue's frames: all markets of some series, from window to window.
package final class Recorder {
    private let runner: VenueRunner
    private let recording: FrameRecording
    private let say: (String) -> Void
    private var failure: RunFailure?
    /// The hour, by market time, of the file that is being written.
    private var hour: Timestamp

    /// Makes a recorder into a folder; `say` hears lines for a person.
    ///
    /// - Throws: ``RunFailure`` when the folder cannot be made, or there is no key: the venue's socket needs one.
    package init(
        access: VenueAccess,
        series: [SeriesTicker],
        markets: [Ticker],
        spot: [SpotSymbol],
        folder: String,
        say: @escaping (String) -> Void
    ) throws(RunFailure) {
        guard access.bank != nil else {
            throw RunFailure(
                .usage,
                "recording needs a key (KALSHI_API_KEY_ID, KALSHI_PRIVATE_KEY_PATH): the socket is signed"
            )
        }
        var configuration = VenueFeedConfiguration(
            series: series,
            markets: markets,
            spot: spot,
            speed: access.time.speed
        )
        configuration.tickers = true
        runner = VenueRunner(access: access, feed: configuration, desk: nil)
        recording = try FrameRecording(folder: folder, at: access.time.now)
        self.say = say
        hour = access.time.now.floored(to: .hours(1))
    }

    /// Records until the time is over or `isOver`; returns how many frames were written.
    package func run(for duration: TimeSpan?, until isOver: () -> Bool) throws(RunFailure) -> Int {
        let time = runner.access.time
        let end = duration.map { time.uptime + $0 }
        runner.feed.tap = { [unowned self] event in take(event) }
        defer { runner.feed.tap = nil }
        runner.start(shards: [])
        while !isOver(), time.uptime < end ?? .distantFuture {
            runner.turn(until: .distantFuture, atMost: .milliseconds(200))
            for happening in runner.takeHappenings() {
                if case .feed(let output) = happening { try hear(output) }
            }
            if let failure { throw failure }
            try recording.tick(uptime: time.uptime)
            // The hour is full when a window closes: the markets are quiet then.
            let now = time.now
            if now.floored(to: .hours(1)) > hour {
                hour = now.floored(to: .hours(1))
                var outputs: [VenueFeedOutput] = []
                runner.feed.renew(at: now, uptime: time.uptime, into: &outputs)
                for output in outputs { try hear(output) }
            }
        }
        runner.stop()
        try recording.finish()
        return recording.frames
    }

    private func take(_ event: SocketEvent) {
        guard failure == nil else { return }
        let time = runner.access.time
        do throws(RunFailure) {
            switch event {
            case .opened: try recording.begin(at: time.now)
            // By our own clock, as recordings are: the venue's time stands in the frames.
            case .text(let bytes): try recording.write(bytes, at: time.clock.localNow(), uptime: time.uptime)
            case .closed: try recording.finish()
            case .ping: break
            }
        } catch {
            failure = error
        }
    }

    private func hear(_ output: VenueFeedOutput) throws(RunFailure) {
        switch output {
        case .event(let event):
            switch event.kind {
            case .listed(let market): try recording.learn(market)
            case .settled(let id, let settlement):
                try recording.learn(settlement, of: runner.feed.board.market(id).ticker)
            default: break
            }
        case .connected: say("recording into \(recording.folder)/\(recording.files.last ?? "")")
        case .lost(let reason): say("the connection ended: \(reason)")
        case .note(let note): say(note.level == .warning ? "warning: \(note.text)" : note.text)
        case .own, .health: break
        }
    }
}
