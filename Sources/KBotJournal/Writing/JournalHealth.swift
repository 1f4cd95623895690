/// How the journal of a run stands.
package struct JournalHealth: Hashable, Sendable {
    /// What keeps it from being written, and what SQLite said; nil when the last attempt succeeded.
    package var trouble: JournalTrouble?
    /// What SQLite said of the trouble; empty without one.
    package var detail = ""
    /// Bytes kept in memory until they can be written.
    package var keptBytes = 0
    /// Effect lines, candles and inputs left out because the memory for them was used up; orders, fills and trades never are.
    package var dropped = 0

    /// Makes a sound one.
    package init() {}
}
