import ArgumentParser
import Foundation
import KBotModel
import KBotRuntime

/// `kbot record`: keeps what the venue's socket says.
struct Record: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Record the venue's frames, ready for --feed replay:.",
        discussion: """
            Writes books, trades, tickers and lives of markets as .jsonl.gz, one file for each connection, a new one each \
            hour, with the facts of the markets beside them. What was written is safe after a second, whatever happens. \
            Needs a key, for the socket is signed; nothing of the account is recorded but the ids of own orders that \
            changed a book.

            Examples:
              kbot record --series KXBTC15M --out recordings/btc
              kbot record --series KXBTC15M --spot BTC-USD --duration 1h
              kbot record --out recordings/btc --report
            """
    )

    @Option(help: "Series, such as KXBTC15M (repeatable).")
    var series: [String] = []

    @Option(help: "Single market (repeatable).")
    var market: [String] = []

    @Option(help: "Underlying whose index is recorded too, such as BTC-USD (repeatable).")
    var spot: [String] = []

    @Option(help: "Folder to write into; made when there is none.")
    var out = "recordings"

    @Option(help: "How long to record, such as 90m; until Ctrl-C by default.")
    var duration: String?

    @Flag(help: "Record nothing: show what the recordings in the folder hold and lack.")
    var report = false

    @Flag(help: "With --report: print one JSON document on standard output.")
    var json = false

    @OptionGroup var settings: SettingOptions

    func run() throws {
        try leave { () throws(RunFailure) in
            if report {
                let report = try RecordingReport(out)
                if json { try show(document: report) } else { try show(report.text) }
                return nil
            }
            try record()
            return nil
        }
    }

    private func record() throws(RunFailure) {
        guard !series.isEmpty || !market.isEmpty else {
            throw RunFailure(.usage, "what is to be recorded? --series KXBTC15M or --market TICKER")
        }
        let span = try duration.map { text throws(RunFailure) in
            guard let span = TimeSpan(text), span > .zero else {
                throw RunFailure(.usage, "--duration \(text): a whole number with a unit, such as 90m")
            }
            return span
        }
        let environment = ProcessInfo.processInfo.environment
        let settings = try settings.load(environment: environment)
        let logging = RunLogging.standardError(settings, environment: environment, run: RunID("record"), mode: "record")
        let access = try VenueAccess(
            settings.venue,
            credentials: settings.credentials.credentials,
            logger: logging.logger()
        )
        defer { access.shutDown() }
        for warning in access.keyWarnings { tell("warning: \(warning)") }
        tell("recording from \(settings.venue.place)")
        let recorder = try Recorder(
            access: access,
            series: try series.tickers(),
            markets: try market.tickers(),
            spot: try spot.tickers(),
            folder: out,
            say: { tell($0) }
        )
        Interrupts.listen()
        let frames = try recorder.run(for: span) { Interrupts.received > 0 }
        tell("\(frames) frames recorded in \(out)")
        try show(RecordingReport(out).text)
    }
}
