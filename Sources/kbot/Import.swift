import ArgumentParser
import Foundation
import KBotData
import KBotModel
import KBotRuntime

/// `kbot import`: files into the data catalogue.
struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Bring recordings into the data catalogue.",
        discussion: """
            Reads recorded frames (.jsonl), trades, candles, facts and outcomes of markets, and prices of underlyings (.csv), \
            plain or .gz, and folders of them. Each file is imported whole or not at all; importing it again changes nothing. \
            docs/data.md says what each kind of file needs.

            Examples:
              kbot import recordings/btc
              kbot import trades.csv.gz KXBTC15M_markets.csv BTC-USD=coinbase.csv
              kbot import bars.csv --price-unit dollars --ticker MYMARKET
            """
    )

    @Argument(help: ArgumentHelp("Files and folders; SYMBOL=FILE for prices of an underlying.", valueName: "path"))
    var paths: [String]

    @OptionGroup var data: DataOptions

    @Option(help: ArgumentHelp("Prices of candles are in cents or dollars.", valueName: "unit"))
    var priceUnit = PriceUnit.cents

    @Option(help: ArgumentHelp("Market of candles without a ticker column; else the file's name.", valueName: "ticker"))
    var ticker: String?

    @Flag(help: "Leave a file out when one of its lines cannot be read.")
    var strict = false

    @Flag(help: "Print one JSON document on standard output.")
    var json = false

    private struct Document: Encodable {
        let files: [DataImport.Result]
        let passedOver: [String]

        private enum CodingKeys: String, CodingKey {
            case files
            case passedOver = "passed_over"
        }
    }

    func run() throws {
        try leave { () throws(RunFailure) in
            var options = DataImport.Options()
            options.priceUnit = priceUnit
            options.strict = strict
            if let ticker {
                guard let market = Ticker(validating: ticker) else {
                    throw RunFailure(.usage, "--ticker \(ticker): no ticker")
                }
                options.market = market
            }
            var results: [DataImport.Result] = []
            var passedOver: [String] = []
            let isTerminal = isatty(STDERR_FILENO) == 1
            do {
                let work = DataImport(
                    try data.catalogue(.readWrite) {
                        try? FileHandle.standardError.write(contentsOf: Data("waiting for another import\n".utf8))
                    },
                    options,
                    now: { Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000)) },
                    progress: { path, share in
                        guard isTerminal else { return }
                        let name = (path as NSString).lastPathComponent
                        let line = "\r\u{1B}[K\(name): \(Int(share * 100)) %"
                        try? FileHandle.standardError.write(contentsOf: Data(line.utf8))
                    }
                )
                passedOver = try work.run(paths) { result in
                    results.append(result)
                    if isTerminal { try? FileHandle.standardError.write(contentsOf: Data("\r\u{1B}[K".utf8)) }
                    if !json { try show(Self.text(result)) }
                }
            } catch {
                throw RunFailure(catalogueError: error)
            }
            if json {
                try show(document: Document(files: results, passedOver: passedOver))
            } else if !passedOver.isEmpty {
                try show("not imported: \(passedOver.joined(separator: ", "))\n")
            }
            return results.contains { $0.outcome == .failed || $0.outcome == .cut } ? .data : nil
        }
    }

    private static func text(_ result: DataImport.Result) -> String {
        let name = (result.path as NSString).lastPathComponent
        var line: String
        switch result.outcome {
        case .failed: line = "\(name): NOT imported"
        case .known: line = "\(name): known already"
        case .grown: line = "\(name): \(result.rows) rows, in the place of its shorter version"
        case .imported: line = "\(name): \(result.rows) rows"
        case .cut: line = "\(name): ONLY IN PART: \(result.rows) rows"
        }
        if result.duplicates > 0 { line += ", \(result.duplicates) known from other files" }
        if result.contradictions > 0 {
            line += ", \(result.contradictions) that differ from known ones and were left out"
        }
        if result.skipped > 0 { line += ", \(result.skipped) \(result.skipped == 1 ? "line" : "lines") left out" }
        return ([line] + result.notes.map { "  \($0)" }).joined(separator: "\n") + "\n"
    }
}

extension PriceUnit: ExpressibleByArgument {}
