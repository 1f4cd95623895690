package import KBotEngine

/// Who or what halted a run.
package enum HaltSource: String, Codable, Sendable {
    /// `kbot halt`.
    case command = "kbot halt"
    /// A file named `HALT` in the state directory.
    case file = "HALT file"
    /// The signal SIGUSR1.
    case signal = "SIGUSR1"
    /// The run itself: a risk rule.
    case run
}

/// A wish that a run opens nothing any more until an operator resumes it.
package struct HaltRequest: Hashable, Sendable {
    /// Who wants it.
    package let source: HaltSource
    /// Why, in words of people: shown, never interpreted; one line of at most 200 characters.
    package let reason: String
    /// Whether targets that rest are cancelled too; entries always are.
    package let cancels: Bool
    /// Whether every position is left now.
    package let flattens: Bool

    /// Makes a request; a reason of several lines becomes one.
    package init(source: HaltSource, reason: String?, cancels: Bool = false, flattens: Bool = false) {
        self.source = source
        let line = (reason ?? "").singleLine(atMost: 200)
        self.reason = line.isEmpty ? "no reason was given" : line
        self.cancels = cancels
        self.flattens = flattens
    }

    /// The code under which the engine halts.
    package static let code: ReasonCode = "OPERATOR_HALT"

    /// What the engine is to be told, in this order.
    package var commands: [Command] {
        let why = "\(reason) (\(source.rawValue))"
        var commands: [Command] = [.halt(until: nil, code: Self.code, reason: why, cancelsTargets: cancels)]
        if flattens { commands.append(.flatten) }
        return commands
    }
}

extension String {
    /// The text on one line without control characters, cut to so many characters.
    func singleLine(atMost most: Int) -> String {
        let line = split(whereSeparator: \.isNewline).joined(separator: " ").printable
        let text = String(line.drop { $0 == " " })
        return text.count > most ? String(text.prefix(most - 1)) + "…" : text
    }
}
