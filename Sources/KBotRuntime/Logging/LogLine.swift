import KBotModel
import KBotReports
import Logging

/// One log line before it is text.
struct LogLine {
    var time: Timestamp
    var level: Logger.Level
    var label: String
    var message: String
    var metadata: Logger.Metadata

    /// The line for people: time, level, message, then `key=value` sorted by key.
    ///
    ///     2026-04-27 18:30:05.250 INFO   entry sent  market=KXBTC15M-26APR271445-45 run=r1
    func console(colour: Bool) -> String {
        let stamp = time.description
        var text = "\(stamp.prefix(10)) \(stamp.dropFirst(11).prefix(12)) "
        let word = level.word.padded(to: 6)
        text += colour ? "\u{1B}[\(level.colour)m\(word)\u{1B}[0m" : word
        text += " \(oneLine(message))"
        var separator = "  "
        for (key, value) in metadata.sorted(by: bytewise) {
            text += "\(separator)\(oneLine(key))=\(consoleValue(value))"
            separator = " "
        }
        return text
    }

    /// The line for programs: one JSON object.
    ///
    ///     {"ts":"2026-04-27T18:30:05.250000Z","level":"info","message":"entry sent","metadata":{"run":"r1"},"label":"kbot"}
    func json() -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("ts", time)
        writer.field("level", level.rawValue)
        writer.field("message", redactingPrivateKeys(message))
        writer.key("metadata")
        write(.dictionary(metadata), to: &writer)
        writer.field("label", label)
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private func write(_ value: Logger.MetadataValue, to writer: inout JSONWriter) {
        switch value {
        case .string(let text): writer.string(redactingPrivateKeys(text))
        case .stringConvertible(let value): writer.string(redactingPrivateKeys(value.description))
        case .array(let values):
            writer.beginArray()
            for value in values { write(value, to: &writer) }
            writer.endArray()
        case .dictionary(let fields):
            writer.beginObject()
            for (key, value) in fields.sorted(by: bytewise) {
                writer.key(redactingPrivateKeys(key))
                write(value, to: &writer)
            }
            writer.endObject()
        }
    }

    private func consoleValue(_ value: Logger.MetadataValue) -> String {
        switch value {
        case .string(let text): quoted(text)
        case .stringConvertible(let value): quoted(value.description)
        case .array(let values): "[" + values.map(consoleValue).joined(separator: ",") + "]"
        case .dictionary(let fields):
            "{" + fields.sorted(by: bytewise).map { "\(oneLine($0))=\(consoleValue($1))" }.joined(separator: " ") + "}"
        }
    }

    /// The text, in quotation marks when it could be taken for several values.
    private func quoted(_ text: String) -> String {
        let safe = oneLine(text)
        guard safe.isEmpty || safe.contains(where: { " =\"[]{},".contains($0) }) else { return safe }
        return "\"" + safe.replacing("\"", with: "\\\"") + "\""
    }

    /// The text without private keys and with control characters spelled out, so that it can neither break the line nor
    /// steer the terminal.
    private func oneLine(_ text: String) -> String {
        let safe = redactingPrivateKeys(text)
        guard safe.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return safe }
        return safe.unicodeScalars.map { scalar in
            switch scalar {
            case "\n": "\\n"
            case "\r": "\\r"
            case "\t": "\\t"
            default:
                scalar.properties.generalCategory == .control
                    ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
            }
        }.joined()
    }
}

private func bytewise<Value>(_ a: (key: String, value: Value), _ b: (key: String, value: Value)) -> Bool {
    a.key.utf8.lexicographicallyPrecedes(b.key.utf8)
}

extension Logger.Level {
    fileprivate var word: String {
        switch self {
        case .trace: "TRACE"
        case .debug: "DEBUG"
        case .info: "INFO"
        case .notice: "NOTICE"
        case .warning: "WARN"
        case .error: "ERROR"
        case .critical: "CRIT"
        }
    }

    /// The terminal's colour: grey, plain, green, yellow or red.
    fileprivate var colour: String {
        switch self {
        case .trace, .debug: "90"
        case .info: "0"
        case .notice: "32"
        case .warning: "33"
        case .error: "31"
        case .critical: "1;31"
        }
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
