/// Why the journal could not do what was asked.
package enum JournalError: Error, Hashable, CustomStringConvertible {
    /// A newer kbot wrote the database; this one must not touch it.
    case newer(found: Int, known: Int)
    /// An older kbot wrote the database, and it was opened for reading alone; the next run upgrades it.
    case older(found: Int, known: Int)
    /// There is no journal at this path.
    case missing(String)
    /// The file is no journal, or its pages contradict one another.
    case corrupt(String)
    /// SQLite or the file system refused; what was to be written is not written.
    case failed(JournalTrouble, String)
    /// An account of this name exists and is something else; the text says what.
    case accountMismatch(String)
    /// No run has this name, or it is the beginning of several.
    case run(String)
    /// A chunk of recorded inputs or effects cannot be read.
    case chunk(String)

    /// The sentence, with what to do where something can be done.
    package var description: String {
        switch self {
        case .newer(let found, let known):
            "the journal was written by a newer kbot (its schema is \(found), this kbot knows \(known)): use that one, or "
                + "another --state-dir"
        case .older(let found, let known):
            "the journal was written by an older kbot (its schema is \(found), this kbot reads \(known)): the next kbot run "
                + "upgrades it"
        case .missing(let path): "there is no journal at \(path): nothing was run with this state directory"
        case .corrupt(let detail):
            "the journal is damaged (\(detail)): kbot journal check shows what can be read, and --salvage FILE copies it out"
        case .failed(let trouble, let detail): "the journal cannot be written or read: \(trouble.text) (\(detail))"
        case .accountMismatch(let text), .run(let text): text
        case .chunk(let text): "the journal holds a damaged record: \(text)"
        }
    }
}

/// What keeps a journal from being written.
package enum JournalTrouble: String, Hashable, Codable, Sendable {
    /// No space is left.
    case full
    /// The file or its file system may not be written.
    case readOnly = "read_only"
    /// The disk reported an error.
    case inputOutput = "io"
    /// Another process held the database for too long.
    case busy
    /// The file contradicts itself.
    case corrupt
    /// Anything else SQLite said.
    case other

    /// The trouble in words.
    package var text: String {
        switch self {
        case .full: "the disk is full"
        case .readOnly: "the file or its file system is read-only"
        case .inputOutput: "the disk reported an error"
        case .busy: "another process holds the database"
        case .corrupt: "the database is damaged"
        case .other: "SQLite refused"
        }
    }
}
