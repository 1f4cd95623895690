internal import CLuaBridge

/// Why an entry into a script failed.
package struct LuaError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of failure it was.
    package enum Kind: String, Sendable, Hashable {
        /// The text does not compile.
        case syntax
        /// The script raised an error.
        case runtime
        /// The script used up its instructions.
        case instructionLimit
        /// The script used up its memory.
        case memory
        /// Script or host broke an agreement, such as a value that cannot cross the border.
        case contract
    }

    /// What kind of failure it was.
    package var kind: Kind
    /// The message without its place.
    package var message: String
    /// The name of the chunk, such as `scalper.lua`, when known.
    package var script: String?
    /// The line in that chunk, from 1, when known.
    package var line: Int?
    /// The stack at the error, when there was one.
    package var traceback: String?
    /// The callback that was running; the caller fills it in.
    package var callback: String?

    package init(
        kind: Kind,
        message: String,
        script: String? = nil,
        line: Int? = nil,
        traceback: String? = nil,
        callback: String? = nil
    ) {
        self.kind = kind
        self.message = message
        self.script = script
        self.line = line
        self.traceback = traceback
        self.callback = callback
    }

    /// `file.lua:line: message`, as far as known.
    package var description: String {
        guard let script else { return message }
        guard let line else { return "\(script): \(message)" }
        return "\(script):\(line): \(message)"
    }

    /// Returns the error with the name of the callback that was running.
    package func during(_ callback: String) -> LuaError {
        var copy = self
        copy.callback = callback
        return copy
    }
}

/// What a host function throws; the script sees it as an error at the line that called it.
package struct LuaHostError: Error, Sendable, Hashable {
    /// The message, lower-case and without a place.
    package var message: String

    package init(_ message: String) {
        self.message = message
    }
}

extension LuaError.Kind {
    /// The kind of a bridge status other than `KB_OK`.
    init(status: Int32) {
        switch Int(status) {
        case KB_SYNTAX: self = .syntax
        case KB_INSTRUCTION_LIMIT: self = .instructionLimit
        case KB_MEMORY: self = .memory
        case KB_CONTRACT: self = .contract
        default: self = .runtime
        }
    }
}

/// Splits `file.lua:12: message` when it starts with the name of a known chunk.
func splitPlace(of message: String, chunks: Set<String>) -> (script: String, line: Int, rest: String)? {
    for chunk in chunks where message.utf8.starts(with: "\(chunk):".utf8) {
        let digitsStart = message.utf8.index(message.startIndex, offsetBy: chunk.utf8.count + 1)
        let tail = message[digitsStart...]
        guard let colon = tail.firstIndex(of: ":"), let line = Int(tail[..<colon]) else { continue }
        let rest = tail[tail.index(after: colon)...]
        return (chunk, line, String(rest.first == " " ? rest.dropFirst() : rest))
    }
    return nil
}
