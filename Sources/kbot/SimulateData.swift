import ArgumentParser
import Foundation
import KBotModel
import KBotRuntime

/// `kbot simulate-data`: recordings of a market that never was.
struct SimulateData: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate-data",
        abstract: "Write simulated recordings, for who has none.",
        discussion: """
            The market is the one of kbot run --feed sim, day after day: random, without an edge, shaped after Bitcoin's. \
            A strategy that earns on it has found nothing. Every file says SIMULATED in its name and in itself. Trades and \
            results take some 4 MB a day; --kind frames writes books too, as kbot record does, some 90 MB a day.

            Examples:
              kbot simulate-data --days 30 --out simulated
              kbot simulate-data --days 2 --out frames --kind frames --seed 7
              kbot import simulated && kbot backtest --strategy bollinger_scalper.lua --series KXBTC15M
            """
    )

    @Option(help: ArgumentHelp("How many days.", valueName: "n"))
    var days = 30

    @Option(help: ArgumentHelp("Folder to write into; made when there is none.", valueName: "dir"))
    var out: String

    @Option(help: "Seed of all randomness.")
    var seed: UInt64 = 1

    @Option(help: "Series: a 15-minute crypto series, such as KXBTC15M.")
    var series = "KXBTC15M"

    @Option(help: ArgumentHelp("First day, UTC.", valueName: "date"))
    var start = SimulatedFeed.usualStart.utcDay.description

    @Option(help: "What is written: trades, or frames with books.")
    var kind = SimulatedDataPlan.Kind.trades

    @Flag(help: "Replace simulated data of the series that lie in the folder.")
    var force = false

    @Flag(help: "Print one JSON document on standard output.")
    var json = false

    /// What was asked for.
    func plan() throws(RunFailure) -> SimulatedDataPlan {
        guard let first = Timestamp(rfc3339: start + "T00:00:00Z") else {
            throw RunFailure(.usage, "--start \(start): a date such as 2026-06-01")
        }
        var plan = SimulatedDataPlan(folder: out)
        plan.series = SeriesTicker(series)
        plan.days = days
        plan.start = first.utcDay
        plan.seed = seed
        plan.kind = kind
        plan.overwrites = force
        return plan
    }

    func run() throws {
        try leave { () throws(RunFailure) in
            var data = try SimulatedData(try plan())
            let isTerminal = isatty(STDERR_FILENO) == 1
            func progress(_ text: String) {
                if isTerminal { try? FileHandle.standardError.write(contentsOf: Data("\r\u{1B}[K\(text)".utf8)) }
            }
            Interrupts.listen()
            defer { progress("") }
            let result = try data.write(
                progress: { progress("SIMULATED \(series): \(Int($0 * 100)) %") },
                until: { Interrupts.received > 0 }
            )
            progress("")
            try show(result)
            return nil
        }
    }

    private func show(_ result: SimulatedData.Result) throws(RunFailure) {
        guard !json else { return try show(document: result) }
        let days = days == 1 ? "1 day" : "\(days) days"
        try show(
            """
            SIMULATED \(series), \(days) from \(start), seed \(seed): \(result.markets) markets, \(result.trades) trades
            \(result.files.count) files in \(out)

            """
        )
    }
}

extension SimulatedDataPlan.Kind: ExpressibleByArgument {}
