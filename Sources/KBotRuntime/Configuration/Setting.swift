/// Something a run can be told, by option, environment or file: its name, what it may be, and its default.
struct Setting<Value: Sendable>: Sendable {
    /// What is known of the setting without its type.
    let info: SettingInfo
    /// The value when nothing is given.
    let fallback: Value
    /// Reads a value; nil when the text is none, or is out of range.
    let parse: @Sendable (String) -> Value?
}

/// A setting as documentation and messages show it.
package struct SettingInfo: Hashable, Sendable {
    /// Name in the environment and in `.env`: `MAX_EXPOSURE`.
    package let name: String
    /// What it sets, in one sentence.
    package let summary: String
    /// The unit of a bare number: `dollars`; nil when there is none.
    package let unit: String?
    /// The default as a user would write it; nil when there is none.
    package let defaultText: String?
    /// Every value that is allowed, in words.
    package let allowed: String
    /// Whether the value must not be shown.
    package let isSecret: Bool

    /// Name of the option without dashes in front: `max-exposure`.
    package var option: String { name.lowercased().replacing("_", with: "-") }
}

/// Where the value of a setting came from.
package enum SettingSource: Hashable, Sendable, CustomStringConvertible {
    /// An option on the command line, by its name without dashes.
    case option(String)
    /// A variable of the environment.
    case environment(String)
    /// A line of an environment file.
    case file(name: String, line: Int, variable: String)
    /// Nothing was given.
    case fallback

    /// `--max-exposure`, `environment MAX_EXPOSURE`, `.env MAX_EXPOSURE` or `default`.
    package var description: String {
        switch self {
        case .option(let name): "--\(name)"
        case .environment(let name): "environment \(name)"
        case .file(let file, _, let name): "\(file) \(name)"
        case .fallback: "default"
        }
    }

    /// The place as an error names it, with the line in a file: `.env:7: MAX_EXPOSURE`.
    var place: String {
        switch self {
        case .file(let file, let line, let name): "\(file):\(line): \(name)"
        default: description
        }
    }
}

/// A value with where it came from.
struct Sourced<Value: Sendable>: Sendable {
    /// The value.
    let value: Value
    /// Where it came from.
    let source: SettingSource
}

/// Something wrong in what was configured.
package struct ConfigurationProblem: Hashable, Sendable, CustomStringConvertible {
    /// The option, variable or line: `--max-exposure`, `.env:7: MAX_EXPOSURE`.
    package let place: String
    /// What is wrong, what is allowed, and what to do.
    package let message: String

    /// Makes a problem.
    package init(place: String, message: String) {
        self.place = place
        self.message = message
    }

    /// The place and the message.
    package var description: String { "\(place): \(message)" }
}

/// Everything wrong in what was configured, found in one go; never empty.
package struct ConfigurationErrors: Error, Equatable, Sendable, CustomStringConvertible {
    /// The problems, in the order of the settings.
    package let problems: [ConfigurationProblem]

    /// Makes the error.
    package init(_ problems: [ConfigurationProblem]) { self.problems = problems }

    /// One problem on its line, or their number and each on a line of its own.
    package var description: String {
        guard problems.count > 1 else { return problems.map(\.description).joined() }
        return (["\(problems.count) errors in the configuration:"] + problems.map { "  \($0)" })
            .joined(separator: "\n")
    }
}

/// A text from outside as a message may show it: in quotation marks, one line, not too long, no private key.
func shown(_ text: String) -> String {
    let safe = redactingPrivateKeys(text)
    let line = safe.unicodeScalars.map { $0.properties.generalCategory == .control ? "�" : String($0) }.joined()
    return line.count > 60 ? "“\(line.prefix(57))…”" : "“\(line)”"
}
