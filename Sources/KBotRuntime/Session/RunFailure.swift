/// Why a run cannot start or go on, with the exit code that tells scripts and shells.
package struct RunFailure: Error, Sendable, CustomStringConvertible {
    /// The documented exit codes.
    package enum Code: Int32, Sendable {
        /// Anything that fits nothing else.
        case other = 1
        /// Wrong usage or configuration.
        case usage = 2
        /// A script that cannot be used.
        case script = 3
        /// Data that cannot be read.
        case data = 4
        /// The venue, or authentication with it.
        case venue = 5
        /// The run ended halted.
        case halted = 6
        /// Interrupted by the operator.
        case interrupted = 130
    }

    /// The exit code.
    package let code: Code
    /// What is wrong, where, and what to do.
    package let message: String

    /// Makes a failure.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    package var description: String { message }
}

/// A count with its noun: `1 line`, `3 lines`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
