import ArgumentParser
import Foundation
import KBotModel
import KBotRuntime

/// `kbot markets`: what can be traded.
struct Markets: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List what can be traded, with strike, time left, touch and volume.",
        discussion: """
            Reads public data; no key is needed. Without --series, the crypto series of a quarter-hour are listed. \
            KALSHI_ENV chooses between the demo and the live system.

            Examples:
              kbot markets
              kbot markets --series KXBTC15M --series KXBTCD --all
              kbot markets --kalshi-env live --json
            """
    )

    @Option(help: "Series, such as KXBTC15M (repeatable).")
    var series: [String] = []

    @Flag(help: "Also markets that are not open: coming, paused, closed.")
    var all = false

    @Flag(help: "Print one JSON document on standard output.")
    var json = false

    @OptionGroup var settings: SettingOptions

    private struct Document: Encodable {
        let markets: [MarketListing.Line]
        let warnings: [String]
    }

    func run() throws {
        try leave { () throws(RunFailure) in
            let environment = ProcessInfo.processInfo.environment
            let settings = try settings.load(environment: environment)
            let logging = RunLogging.standardError(
                settings,
                environment: environment,
                run: RunID("markets"),
                mode: "markets"
            )
            let access = try VenueAccess(settings.venue, credentials: nil, logger: logging.logger())
            defer { access.shutDown() }
            if settings.venue.override != nil { tell("talking to \(settings.venue.place)") }
            let listing = try MarketListing.ask(access, series: try series.tickers(), all: all)
            if json {
                try show(document: Document(markets: listing.lines, warnings: listing.warnings))
            } else {
                for warning in listing.warnings { tell("warning: \(warning)") }
                try show(listing.text)
            }
            return nil
        }
    }
}

extension [String] {
    /// The texts as tickers.
    func tickers<Tag>() throws(RunFailure) -> [Identifier<Tag>] {
        var tickers: [Identifier<Tag>] = []
        for text in self {
            guard let ticker = Identifier<Tag>(validating: text) else {
                throw RunFailure(.usage, "\"\(text)\" is no ticker: letters, digits and dashes, without spaces")
            }
            tickers.append(ticker)
        }
        return tickers
    }
}
