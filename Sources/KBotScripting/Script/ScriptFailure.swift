/// Why a script cannot be used.
package struct ScriptFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// Whose fault it is: it decides the exit code.
    package enum Kind: Hashable, Sendable {
        /// The script's.
        case script
        /// A parameter given from outside.
        case parameter
    }

    /// Whose fault it is.
    package let kind: Kind
    /// What is wrong, where, and what to do.
    package let description: String

    /// Makes a failure.
    package init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }

    /// Makes a failure of the script's own.
    package init(_ description: String) { self.init(.script, description) }
}

/// A script as read from disk.
package struct ScriptFile: Hashable, Sendable {
    /// Where it was found, as printed.
    package let path: String
    /// The name in messages: the last part of the path.
    package let name: String
    /// The Lua text.
    package let text: String
    /// SHA-256 of the text, in hexadecimal.
    package let hash: String

    /// Makes a script file.
    package init(path: String, name: String, text: String, hash: String) {
        self.path = path
        self.name = name
        self.text = text
        self.hash = hash
    }
}

/// Finds the text of a module that a script requires.
package typealias ModuleFinder = @Sendable (String) -> Result<ScriptFile, ScriptFailure>
