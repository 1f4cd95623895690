import GRDB

/// What a run did, in SQLite.
package enum JournalPlaceholder {
    static let version = try? DatabaseQueue().read { try String.fetchOne($0, sql: "select sqlite_version()") }
}
