/// Who opens the journal, and for what.
package enum JournalAccess: Hashable, Sendable {
    /// A run, or upkeep: makes the directory and the file, and upgrades an older schema.
    case readWrite
    /// A look from outside: never locks, never writes; a run may go on writing meanwhile.
    case readOnly
}

/// How hard intents and checkpoints are pressed onto the disk.
package enum JournalSync: String, Hashable, Sendable, CaseIterable {
    /// Into the operating system's hands: survives the end of the process, not of the power.
    case normal
    /// Onto the disk (`fsync`) before the caller goes on: survives the power too, and costs milliseconds.
    case full
}
