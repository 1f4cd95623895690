import Foundation
import GRDB
import KBotModel

/// What can be exported; numbers and times as texts that can be read.
package enum JournalTable: String, CaseIterable, Sendable {
    case runs, markets, orders
    case orderEvents = "order_events"
    case fills, positions, trades, settlements, candles
    case spotCandles = "spot_candles"
    case equity, signals, blocks, messages, reloads, gaps
    /// The effect lines, which are JSON already.
    case effects
}

/// How rows are written.
package enum ExportFormat: String, CaseIterable, Sendable {
    /// A line of names, then a line for each row; quoted as RFC 4180 says, lines end with a newline.
    case csv
    /// One JSON object a line; decimals and times are strings.
    case jsonl
}

extension Journal {
    /// Writes out the rows of a table, of one run or of all.
    ///
    /// - Parameters:
    ///   - table: The table.
    ///   - run: Whose rows; nil for those of all runs.
    ///   - format: How rows are written; effects are JSON lines only.
    ///   - sink: Takes text, whole lines; false ends the export.
    /// - Returns: rows written.
    /// - Throws: what keeps the journal from being read.
    package func export(
        _ table: JournalTable,
        of run: JournaledRun?,
        as format: ExportFormat,
        to sink: (String) -> Bool
    ) throws(JournalError) -> Int {
        if table == .effects { return try exportEffects(of: run, to: sink) }
        let condition =
            switch (run, table) {
            case (nil, _): ""
            case (_?, .positions): "WHERE run = ?1 OR account = ?2"
            case (_?, _): "WHERE run = ?1"
            }
        let arguments: StatementArguments =
            switch (run, table) {
            case (nil, _): []
            case (let run?, .positions): [run.name.text, run.account]
            case (let run?, _): [run.name.text]
            }
        return try read { db in
            let rows = try Row.fetchCursor(
                db,
                sql: "SELECT * FROM v_\(table.rawValue) \(condition)",
                arguments: arguments
            )
            let names = rows.columnNames
            var count = 0
            if format == .csv, !sink(Self.csv(names.map { $0.databaseValue })) { return 0 }
            while let row = try rows.next() {
                let values = Array(row.databaseValues)
                guard sink(format == .csv ? Self.csv(values) : Self.json(names, values)) else { break }
                count += 1
            }
            return count
        }
    }

    private func exportEffects(of run: JournaledRun?, to sink: (String) -> Bool) throws(JournalError) -> Int {
        let chosen: [JournaledRun]
        if let run { chosen = [run] } else { chosen = try runs(limit: .max).reversed() }
        var count = 0
        for run in chosen {
            var chunks = effectLines(of: run)
            while let chunk = try chunks.next() {
                guard sink(String(decoding: chunk.bytes, as: UTF8.self)) else { return count }
                count += chunk.bytes.isEmpty ? 0 : chunk.count
            }
        }
        return count
    }

    private static func csv(_ values: [DatabaseValue]) -> String {
        let fields = values.map { value in
            switch value.storage {
            case .null, .blob: ""
            case .int64(let number): String(number)
            case .double(let number): "\(number)"
            case .string(let text):
                text.contains { $0 == "," || $0 == "\"" || $0.isNewline }
                    ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
            }
        }
        return fields.joined(separator: ",") + "\n"
    }

    private static func json(_ names: [String], _ values: [DatabaseValue]) -> String {
        var line = "{"
        for (name, value) in zip(names, values) {
            if line.utf8.count > 1 { line += "," }
            line += "\"\(name)\":"
            switch value.storage {
            case .null, .blob: line += "null"
            case .int64(let number): line += String(number)
            case .double(let number): line += "\(number)"
            case .string(let text): line += quoted(text)
            }
        }
        return line + "}\n"
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            default:
                if scalar.value < 0x20 {
                    let digits = String(scalar.value, radix: 16)
                    result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result + "\""
    }
}
