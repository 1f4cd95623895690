import ArgumentParser
import Foundation
import KBotData
import KBotModel
import KBotRuntime

/// Where the data catalogue is.
struct DataOptions: ParsableArguments {
    @Option(
        name: .customLong("data-dir"),
        help: ArgumentHelp("Directory of the data catalogue. (default: .kbot/data)", valueName: "dir")
    )
    var givenDirectory: String?

    /// The directory given, or the usual one.
    var dataDir: String { givenDirectory ?? ".kbot/data" }

    /// Opens the catalogue; `waiting` hears that another process is importing, when it has to be waited for.
    func catalogue(
        _ access: Catalogue.Access,
        waiting: @escaping @Sendable () -> Void = {}
    ) throws(RunFailure) -> Catalogue {
        do throws(CatalogueError) {
            return try Catalogue(directory: dataDir, access: access, waiting: waiting)
        } catch {
            throw RunFailure(catalogueError: error)
        }
    }
}

/// `kbot data`: what the catalogue holds.
struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data",
        abstract: "List, show and check the data catalogue.",
        discussion: """
            The catalogue is DIR/catalogue.sqlite; kbot import fills it. docs/data.md says what it holds.

            Examples:
              kbot data list
              kbot data show KXBTC15M --day 2026-04-27
              kbot data check
            """,
        subcommands: [DataList.self, DataShow.self, DataChecking.self]
    )
}

/// `kbot data list`: series and underlyings.
struct DataList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the series and underlyings of the catalogue.",
        discussion: """
            Examples:
              kbot data list
              kbot data list --json
            """
    )

    @OptionGroup var data: DataOptions

    @Flag(help: "Print one JSON document on standard output.")
    var json = false

    func run() throws {
        try leave { () throws(RunFailure) in
            let catalogue = try data.catalogue(.readOnly)
            let overview = try readCatalogue { () throws(CatalogueError) in try DataOverview(catalogue) }
            if json { try show(document: overview) } else { try show(overview.text(width: Console.width)) }
            return nil
        }
    }
}

/// `kbot data show`: one series, market or underlying.
struct DataShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show what there is of a series, a market or an underlying.",
        discussion: """
            Examples:
              kbot data show KXBTC15M
              kbot data show KXBTC15M-26APR271500-00 --json
              kbot data show BTC-USD --day 2026-05-13
            """
    )

    @Argument(help: ArgumentHelp("Series, market or underlying.", valueName: "name"))
    var name: String

    @Option(help: ArgumentHelp("Only what is of this day, UTC.", valueName: "date"))
    var day: String?

    @OptionGroup var data: DataOptions

    @Flag(help: "Print one JSON document on standard output.")
    var json = false

    func run() throws {
        try leave { () throws(RunFailure) in
            var wanted: UTCDay?
            if let day {
                guard day.utf8.count == 10, let time = Timestamp(rfc3339: day + "T00:00:00Z") else {
                    throw RunFailure(.usage, "--day \(day): give a day such as 2026-04-27")
                }
                wanted = time.utcDay
            }
            let details = try DataDetails(try data.catalogue(.readOnly), name, day: wanted)
            if json { try show(document: details) } else { try show(details.text(width: Console.width)) }
            return nil
        }
    }
}

/// `kbot data check`: what is wrong with the data.
struct DataChecking: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Look for gaps, duplicates, crossed books, clock jumps and missing outcomes.",
        discussion: """
            Reads everything, market by market. Leaves with 0 when nothing is wrong, with 4 when something is. docs/data.md \
            says what counts as wrong.

            Examples:
              kbot data check
              kbot data check --series KXBTC15M --from 2026-04-27 --to 2026-04-28 --json
            """
    )

    @OptionGroup var data: DataOptions

    @Option(help: "Series, such as KXBTC15M (repeatable); all by default.")
    var series: [String] = []

    @Option(help: "Single market (repeatable).")
    var market: [String] = []

    @Option(help: ArgumentHelp("First day or time, UTC.", valueName: "time"))
    var from: String?

    @Option(help: ArgumentHelp("Day or time at which it ends, UTC.", valueName: "time"))
    var to: String?

    @Flag(help: "Print one JSON document on standard output.")
    var json = false

    func run() throws {
        try leave { () throws(RunFailure) in
            let selection = try DataSelection(from: from, to: to, series: series, markets: market)
            let catalogue = try data.catalogue(.readOnly)
            let check = try readCatalogue { () throws(CatalogueError) in try DataCheck(catalogue, selection) }
            if json { try show(document: check) } else { try show(check.text(width: Console.width)) }
            return check.isSound ? nil : .data
        }
    }
}

/// What the catalogue cannot do, as a command tells it.
private func readCatalogue<Value>(_ body: () throws(CatalogueError) -> Value) throws(RunFailure) -> Value {
    do throws(CatalogueError) {
        return try body()
    } catch {
        throw RunFailure(catalogueError: error)
    }
}
