import KBotLua

/// Something that is wrong, or looks wrong, with a script, with its place.
package struct ScriptFinding: Hashable, Sendable, CustomStringConvertible {
    /// How bad something is.
    package enum Severity: String, Sendable {
        /// The script does not run, or fails where this is reached.
        case error
        /// The script runs; it likely does not do what was meant.
        case warning
    }

    /// Name of the file.
    package let file: String
    /// The line, from 1; nil when it is of the whole file.
    package let line: Int?
    /// The column, from 1.
    package let column: Int?
    /// How bad it is.
    package let severity: Severity
    /// A stable word.
    package let code: String
    /// What is wrong, and what to do.
    package let message: String

    init(file: String, line: Int? = nil, column: Int? = nil, severity: Severity, code: String, message: String) {
        self.file = file
        self.line = line
        self.column = column
        self.severity = severity
        self.code = code
        self.message = message
    }

    init(_ diagnostic: LuaDiagnostic, in file: String) {
        self.init(
            file: file,
            line: diagnostic.line,
            column: diagnostic.column,
            severity: diagnostic.severity == .error ? .error : .warning,
            code: diagnostic.code.rawValue,
            message: diagnostic.message
        )
    }

    /// `file.lua:12:5: error: message [code]`.
    package var description: String {
        let place = [file, line.map(String.init), column.map(String.init)].compactMap(\.self).joined(separator: ":")
        return "\(place): \(severity.rawValue): \(message) [\(code)]"
    }
}

extension ScriptFile {
    /// What can be said of the script, or of a module, without running it.
    package var findings: [ScriptFinding] {
        LuaAnalysis(text, rules: ScriptRules.rules).diagnostics.map { ScriptFinding($0, in: name) }
    }

    /// Refuses a script that is sure to fail somewhere.
    ///
    /// - Throws: ``ScriptFailure`` with every error found, each with its place.
    package func requireSound() throws(ScriptFailure) {
        let errors = findings.filter { $0.severity == .error }
        guard !errors.isEmpty else { return }
        throw ScriptFailure(
            errors.map { error in
                let place = [error.file, error.line.map(String.init)].compactMap(\.self).joined(separator: ":")
                return "\(place): \(error.message)\(sourceLine(error.line))"
            }.joined(separator: "\n")
        )
    }

    /// A line of the text, without the space before it; empty when there is none.
    package func line(_ number: Int?) -> String {
        guard let number else { return "" }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard number >= 1, number <= lines.count else { return "" }
        return String(lines[number - 1].drop { $0 == " " || $0 == "\t" }.prefix(200))
    }

    /// A line of the text, set off below a message.
    func sourceLine(_ number: Int?) -> String {
        let source = line(number)
        return source.isEmpty ? "" : "\n  \(number ?? 0) | \(source)"
    }
}
