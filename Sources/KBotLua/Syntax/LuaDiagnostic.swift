/// Something that is wrong, or looks wrong, with a script.
package struct LuaDiagnostic: Sendable, Hashable, CustomStringConvertible {
    /// How bad it is.
    package enum Severity: String, Sendable {
        /// The script does not run, or fails where this is reached.
        case error
        /// The script runs; it likely does not do what was meant.
        case warning
    }

    /// What it is; the raw values are stable.
    package enum Code: String, Sendable, CaseIterable {
        /// The text does not compile.
        case syntax
        /// The text is not one the sandbox takes: too long, bytecode, or with the name `_ENV`.
        case refusedSource = "refused-source"
        /// A global that does not exist is read.
        case unknownGlobal = "unknown-global"
        /// A global is written.
        case globalWrite = "global-write"
        /// A library or a host value has no such field.
        case unknownField = "unknown-field"
        /// A field of a library or a host value is written.
        case readOnly = "read-only"
        /// A host function is called with a colon where a dot belongs, or the other way round.
        case methodCall = "method-call"
        /// A value is used as what it is not: a number with fields, a text that is called.
        case wrongUse = "wrong-use"
        /// A host value is read where there is none.
        case unavailable
        /// The script returns no table.
        case noTable = "no-table"
        /// The script's table, or a table it gives the host, has a key that means nothing.
        case unknownKey = "unknown-key"
        /// A callback is defined with a colon.
        case methodCallback = "method-callback"
        /// A callback has parameters that are never given.
        case extraParameter = "extra-parameter"
        /// A callback answers, or the script's table holds, a value that means nothing.
        case badValue = "bad-value"
        /// A local variable is never read.
        case unusedLocal = "unused-local"
        /// There is more than is told.
        case more

        /// How bad it is.
        package var severity: Severity {
            switch self {
            case .extraParameter, .unusedLocal, .more: .warning
            default: .error
            }
        }
    }

    /// The line, from 1.
    package let line: Int
    /// The column, from 1, in Unicode scalars; a tab is one.
    package let column: Int
    /// What it is.
    package let code: Code
    /// The same in plain English, without the place.
    package let message: String

    /// Makes a finding; of the message the first 300 scalars are kept, on one line.
    package init(line: Int, column: Int, code: Code, message: String) {
        self.line = line
        self.column = column
        self.code = code
        self.message = Self.short(message)
    }

    /// A message may show a text of the script, which has any length and any characters.
    private static func short(_ message: String) -> String {
        var short = String.UnicodeScalarView()
        for scalar in message.unicodeScalars {
            guard short.count < 300 else { return String(short) + "…" }
            short.append(scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) ? "?" : scalar)
        }
        return String(short)
    }

    /// How bad it is.
    package var severity: Severity { code.severity }

    /// `line:column: severity: message [code]`.
    package var description: String { "\(line):\(column): \(severity.rawValue): \(message) [\(code.rawValue)]" }
}
