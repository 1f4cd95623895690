import ArgumentParser
import Foundation
import KBotJournal
import KBotReports
import KBotRuntime

/// `kbot report`: a run's report in another form, or two runs side by side.
struct Report: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the report of a run as text, JSON, a page or CSV; compare two runs.",
        discussion: """
            A report is named by the run, by its report.json, or by a folder that holds one (kbot run --report-dir). With two \
            names the runs are shown side by side. A page is one file without anything from the network; docs/reports.md \
            explains its figures and the columns of the CSV.

            Examples:
              kbot report out
              kbot report out --format html --output report.html
              kbot report out/report.json --format csv
              kbot report before after
            """
    )

    /// The forms of a report.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json, html, csv
    }

    @Argument(help: ArgumentHelp("Run, report.json or folder; two to compare.", valueName: "run"))
    var names: [String]

    @Option(help: "Form: text, json, html or csv.")
    var format: Format = .text

    @Option(help: ArgumentHelp("Write to this file instead of standard output.", valueName: "file"))
    var output: String?

    @OptionGroup var control: ControlOptions

    func validate() throws {
        guard (1...2).contains(names.count) else { throw ValidationError("give one run, or two to compare") }
        guard names.count == 1 || format == .text || format == .html else {
            throw ValidationError("two runs are compared as text or html")
        }
    }

    func run() throws {
        try leave { () throws(RunFailure) in
            let finder = ReportFinder { name throws(RunFailure) in
                // A path that is not there may be a run's name; without a journal it is neither.
                guard let journal = try? control.journal(.readOnly), let run = try? journal.run(name) else {
                    return nil
                }
                guard let report = run.report else {
                    throw RunFailure(
                        .data,
                        "run \(run.name) has no report: it \(run.ending == nil ? "goes on" : "was cut off")"
                    )
                }
                return report
            }
            let first = try finder.document(names[0])
            let content: String
            if names.count == 2 {
                let comparison = ReportComparison(first, try finder.document(names[1]))
                content = format == .html ? comparison.html() : comparison.text(width: width)
            } else {
                content = text(of: first)
            }
            try show(content, in: output)
            return nil
        }
    }

    private func text(of document: ReportDocument) -> String {
        switch format {
        case .text: document.report.text(width: width)
        case .json: String(decoding: document.report.jsonDocument(), as: UTF8.self)
        case .html: document.html()
        case .csv: document.csv()
        }
    }

    /// A file is as wide as any other.
    private var width: Int { output == nil ? Console.width : 80 }
}
