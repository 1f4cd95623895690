import ArgumentParser
import Foundation
import KBotJournal
import KBotModel
import KBotReports
import KBotRuntime

/// `kbot journal`: the database of what runs did.
struct JournalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal",
        abstract: "List, export, check and prune what runs left in the journal.",
        discussion: """
            The journal is STATE_DIR/journal.sqlite; docs/journal.md describes its tables for sqlite3.

            Examples:
              kbot journal runs
              kbot journal export --run last --table fills
              kbot journal check
              kbot journal prune --keep-days 30 --dry-run
            """,
        subcommands: [JournalRuns.self, JournalExport.self, JournalChecking.self, JournalPrune.self]
    )
}

/// `kbot journal runs`: a list.
struct JournalRuns: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs",
        abstract: "List the last runs, latest first.",
        discussion: """
            Examples:
              kbot journal runs
              kbot journal runs --limit 100 --json
            """
    )

    @Option(help: ArgumentHelp("How many.", valueName: "n"))
    var limit = 20

    @Flag(help: "Print one JSON document on standard output.")
    var json = false

    @OptionGroup var options: ControlOptions

    private struct Document: Encodable {
        struct Row: Encodable {
            let run: String
            let kind: RunKind
            let account: String?
            let epoch: Int32
            let started: Timestamp
            let ended: Timestamp?
            let ending: String?
        }

        let runs: [Row]
    }

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit must be at least 1") }
    }

    func run() throws {
        try leave { () throws(RunFailure) in
            let journal = try options.journal(.readOnly)
            let runs = try readJournal { () throws(JournalError) in try journal.runs(limit: limit) }
            if json {
                let rows = runs.map {
                    Document.Row(
                        run: $0.name.text,
                        kind: $0.kind,
                        account: $0.account,
                        epoch: $0.epoch,
                        started: $0.started,
                        ended: $0.ended,
                        ending: $0.ending
                    )
                }
                try show(document: Document(runs: rows))
                return nil
            }
            var page = TextPage(width: Console.width)
            page.table(
                [.left("run"), .left("kind"), .left("account"), .left("started"), .left("ended"), .left("how")],
                rows: runs.map {
                    [
                        $0.name.text, $0.kind.rawValue, $0.account ?? "", $0.started.toTheSecond,
                        $0.ended?.toTheSecond ?? "", $0.ending ?? "",
                    ]
                }
            )
            try show(page.text)
            return nil
        }
    }
}

/// `kbot journal export`: rows for other programs.
struct JournalExport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write rows of the journal as CSV or JSON lines.",
        discussion: """
            Prices and money are dollars, counts contracts, times UTC. Without --run the rows of all runs are written.
            Tables: \(JournalTable.allCases.map(\.rawValue).joined(separator: ", ")) (effects only as JSON lines).

            Examples:
              kbot journal export --run last --table fills
              kbot journal export --table trades --format jsonl --output trades.jsonl
            """
    )

    @Option(
        name: .customLong("run"),
        help: ArgumentHelp("Run: its name, the beginning of it, or last.", valueName: "run")
    )
    var runName: String?

    @Option(help: ArgumentHelp("Table.", valueName: "table"))
    var table: JournalTable

    @Option(help: ArgumentHelp("csv or jsonl.", valueName: "format"))
    var format = ExportFormat.csv

    @Option(help: ArgumentHelp("File to write instead of standard output.", valueName: "file"))
    var output: String?

    @OptionGroup var options: ControlOptions

    func validate() throws {
        guard table != .effects || format == .jsonl else {
            throw ValidationError("effects are JSON lines: give --format jsonl")
        }
    }

    func run() throws {
        try leave { () throws(RunFailure) in
            let journal = try options.journal(.readOnly)
            let chosen = try readJournal { () throws(JournalError) in
                guard let runName else { return nil as JournaledRun? }
                return try journal.run(runName)
            }
            let file = try opened()
            var text = ""
            var failure: (any Error)?
            func write() -> Bool {
                do {
                    try file.write(contentsOf: Data(text.utf8))
                } catch {
                    failure = error
                }
                text.removeAll(keepingCapacity: true)
                return failure == nil
            }
            let count = try readJournal { () throws(JournalError) in
                try journal.export(table, of: chosen, as: format) { line in
                    text += line
                    return text.utf8.count < 1 << 16 || write()
                }
            }
            _ = failure == nil && write()
            if let failure { throw RunFailure(.other, "the export cannot be written: \(failure.localizedDescription)") }
            if let output { tell("\(count) rows of \(table.rawValue) written to \(output)") }
            return nil
        }
    }

    private func opened() throws(RunFailure) -> FileHandle {
        guard let output else { return .standardOutput }
        // What was traded is nobody else's business.
        let descriptor = unsafe open(output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw RunFailure(.usage, "--output: cannot write \(output): \(unsafe String(cString: strerror(errno)))")
        }
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }
}

/// `kbot journal check`: whether it is sound, and what can be read if not.
struct JournalChecking: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Look through the whole journal for damage.",
        discussion: """
            Reads every page, reference, checksum and sum. Leaves with 0 when nothing is wrong, with 4 when something is; \
            then it says how many rows of each table can still be read, and --salvage copies them into a new database.

            Examples:
              kbot journal check
              kbot journal check --salvage saved.sqlite
            """
    )

    @Option(help: ArgumentHelp("New database for all rows that can be read.", valueName: "file"))
    var salvage: String?

    @Flag(help: "Print one JSON document on standard output.")
    var json = false

    @OptionGroup var options: ControlOptions

    private struct Document: Encodable {
        struct Table: Encodable {
            let name: String
            let rows: Int
            let whole: Bool
        }

        let sound: Bool
        let problems: [String]
        let tables: [Table]
    }

    func run() throws {
        try leave { () throws(RunFailure) in
            let directory = try options.directory()
            let check = try readJournal { () throws(JournalError) in try JournalCheck(stateDirectory: directory) }
            if json {
                let tables = check.tables.map { Document.Table(name: $0.name, rows: $0.rows, whole: $0.isWhole) }
                try show(document: Document(sound: check.isSound, problems: check.problems, tables: tables))
            } else {
                try show(text(check))
            }
            if let salvage {
                let copied = try readJournal { () throws(JournalError) in
                    try Salvage.copy(stateDirectory: directory, to: salvage)
                }
                tell("\(copied.reduce(0) { $0 + $1.rows }) rows copied to \(salvage)")
            }
            return check.isSound ? nil : .data
        }
    }

    private func text(_ check: JournalCheck) -> String {
        var page = TextPage(width: Console.width)
        page.line(check.isSound ? "The journal is sound." : "The journal is damaged:")
        for problem in check.problems { page.paragraph(problem, indent: 2) }
        page.line()
        page.table(
            [.left("table"), .right("rows"), .left("")],
            rows: check.tables.map { [$0.name, String($0.rows), $0.isWhole ? "" : "can be read; more is damaged"] }
        )
        return page.text
    }
}

/// `kbot journal prune`: removes old runs.
struct JournalPrune: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Remove runs that ended long ago.",
        discussion: """
            Everything of a run goes: orders, fills, candles, effects. What an account needs to go on stays however old: its \
            newest run, its last checkpoint, and runs whose orders or positions are open. A run may go on meanwhile.

            Examples:
              kbot journal prune --keep-days 30 --dry-run
              kbot journal prune --before 2026-06-01
            """
    )

    @Option(help: ArgumentHelp("Keep runs that ended in the last so many days.", valueName: "days"))
    var keepDays: Int?

    @Option(help: ArgumentHelp("Remove runs that ended before this day, UTC.", valueName: "date"))
    var before: String?

    @Flag(help: "Only list what would be removed.")
    var dryRun = false

    @OptionGroup var options: ControlOptions

    func validate() throws {
        guard (keepDays == nil) != (before == nil) else { throw ValidationError("give either --keep-days or --before") }
        if let keepDays, !(0...36_500).contains(keepDays) { throw ValidationError("--keep-days must be 0 to 36500") }
        if let before, time(before) == nil { throw ValidationError("--before needs a day such as 2026-06-01") }
    }

    private func time(_ text: String) -> Timestamp? {
        text.utf8.count == 10 ? Timestamp(rfc3339: text + "T00:00:00Z") : Timestamp(rfc3339: text)
    }

    func run() throws {
        try leave { () throws(RunFailure) in
            let now = Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
            guard let cutoff = before.map(time) ?? keepDays.map({ now - .hours(24 * Int64($0)) }) else { return .usage }
            let path = Journal.path(in: try options.directory())
            // Pruning makes no journal where there is none.
            guard FileManager.default.fileExists(atPath: path) else {
                throw RunFailure(.usage, JournalError.missing(path).description)
            }
            let journal = try options.journal(.readWrite)
            let result = try readJournal { () throws(JournalError) in
                try journal.prune(before: cutoff, isDryRun: dryRun, now: now)
            }
            var lines = result.runs.map(\.text)
            if dryRun {
                lines.append("\(result.runs.count) runs would be removed.")
            } else {
                lines.append(
                    "\(result.runs.count) runs with \(result.rows) rows removed, \(result.bytes / 1_024) KiB given back."
                )
            }
            try show(lines.joined(separator: "\n") + "\n")
            return nil
        }
    }
}

extension JournalTable: ExpressibleByArgument {}
extension ExportFormat: ExpressibleByArgument {}

extension ControlOptions {
    /// The state directory.
    func directory() throws(RunFailure) -> String { try client().stateDirectory }

    /// Opens the journal of the state directory.
    func journal(_ access: JournalAccess) throws(RunFailure) -> Journal {
        let directory = try directory()
        return try readJournal { () throws(JournalError) in try Journal(stateDirectory: directory, access: access) }
    }
}

/// What the journal cannot do, as a command tells it.
private func readJournal<Value>(_ body: () throws(JournalError) -> Value) throws(RunFailure) -> Value {
    do throws(JournalError) {
        return try body()
    } catch {
        switch error {
        case .corrupt, .chunk: throw RunFailure(.data, error.description)
        case .missing, .newer, .older, .run, .accountMismatch: throw RunFailure(.usage, error.description)
        case .failed: throw RunFailure(.other, error.description)
        }
    }
}

extension Timestamp {
    /// `2026-04-27 18:30:05`, UTC.
    fileprivate var toTheSecond: String {
        String(description.prefix(19)).replacing("T", with: " ")
    }
}
