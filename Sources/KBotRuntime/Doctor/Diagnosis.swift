/// One thing that was looked at, how it stands, and what to do about it.
package struct Diagnosis: Encodable, Sendable {
    /// How it stands.
    package enum Level: String, Encodable, Sendable {
        /// As it should be.
        case ok
        /// kbot works, but somebody should look.
        case warning
        /// Something will not work.
        case failure
        /// It could not be looked at, because something before it is missing.
        case skipped
    }

    /// What was looked at.
    package let check: String
    /// How it stands.
    package let level: Level
    /// What was found.
    package let finding: String
    /// What to do; nil when there is nothing to do.
    package let advice: String?

    init(_ check: String, _ level: Level, _ finding: String, _ advice: String? = nil) {
        self.check = check
        self.level = level
        self.finding = finding
        self.advice = advice
    }

    /// One line, or two with what to do.
    package var text: String {
        let mark = level == .ok ? "ok     " : level == .warning ? "warning" : level == .failure ? "FAILURE" : "skipped"
        return "\(mark)  \(check): \(finding)" + (advice.map { "\n         → \($0)" } ?? "")
    }
}
