import Foundation
import GRDB
import KBotModel
import Synchronization

/// What runs did, in `STATE_DIR/journal.sqlite`.
///
/// SQLite takes one writer at a time, so there is one connection that writes, behind a first-come, first-served queue. The
/// engine's thread waits for it with intents and checkpoints; the thread that writes everything else takes it for a few
/// dozen rows at a time. A second connection writing from the same process would do the same with SQLite's lock, where who
/// waits sleeps whole milliseconds and nobody has a turn. What is read, and the write-ahead log's way into the database, goes
/// over a connection of its own that holds up neither.
package final class Journal: Sendable {
    /// The database's path.
    package let path: String
    /// How hard intents and checkpoints are pressed onto the disk.
    package let sync: JournalSync

    private let writer: DatabaseQueue?
    private let side: DatabaseQueue
    private let faults: JournalFaults?
    /// What the writing connection's `PRAGMA synchronous` is at; touched with the connection in hand alone.
    private let level = Mutex(JournalSync.normal)

    /// Where the journal of a state directory lies.
    package static func path(in stateDirectory: String) -> String { stateDirectory + "/journal.sqlite" }

    /// Opens the journal of a state directory.
    ///
    /// For writing, the directory is made with mode 0700 and the file with 0600, and an older schema is upgraded.
    ///
    /// - Parameters:
    ///   - stateDirectory: The run's `--state-dir`.
    ///   - access: Who opens it, and for what.
    ///   - sync: How hard intents and checkpoints are pressed onto the disk.
    ///   - faults: Makes commits fail, for tests.
    /// - Throws: ``JournalError/newer(found:known:)`` for a newer kbot's database, ``JournalError/older(found:known:)`` and
    ///   ``JournalError/missing(_:)`` when reading, ``JournalError/corrupt(_:)``, or what the file system refused.
    package convenience init(
        stateDirectory: String,
        access: JournalAccess,
        sync: JournalSync = .normal,
        faults: JournalFaults? = nil
    ) throws(JournalError) {
        let path = Self.path(in: stateDirectory)
        if access == .readWrite { try JournalFile.prepare(path, in: stateDirectory) }
        try self.init(path: path, access: access, sync: sync, faults: faults)
    }

    /// Opens a database that is there.
    init(path: String, access: JournalAccess, sync: JournalSync, faults: JournalFaults? = nil) throws(JournalError) {
        self.path = path
        self.sync = sync
        self.faults = faults
        guard JournalFile.exists(path) else { throw .missing(path) }
        do {
            switch access {
            case .readWrite:
                // Looked at before it is opened for writing: a newer kbot's file is not even switched to another mode.
                try Self.requireKnown(path)
                let writer = try JournalFile.openWriter(path)
                try Schema.migrator().migrate(writer)
                self.writer = writer
                side = try JournalFile.openSide(path, readOnly: false)
            case .readOnly:
                writer = nil
                side = try JournalFile.openSide(path, readOnly: true)
                let found = try side.unsafeRead { db in try Self.version(of: db) }
                guard found >= Schema.version else {
                    throw found == 0
                        ? JournalError.missing(path) : JournalError.older(found: found, known: Schema.version)
                }
            }
        } catch {
            throw JournalError(error)
        }
    }

    private static func requireKnown(_ path: String) throws {
        let look = try JournalFile.openSide(path, readOnly: true)
        _ = try look.unsafeRead { db in try version(of: db) }
        try look.close()
    }

    /// The schema's version of a database that is a journal or empty; throws for a newer one and for others' databases.
    private static func version(of db: Database) throws -> Int {
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        let application = try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
        guard application == Schema.application || (tables == 0 && version == 0) else {
            throw JournalError.corrupt("it is the database of another program")
        }
        guard version <= Schema.version else { throw JournalError.newer(found: version, known: Schema.version) }
        return version
    }

    // MARK: Access to the database

    /// Runs one transaction on the writing connection; when this returns it is committed, when it throws nothing of it is.
    func write<Value>(
        _ sync: JournalSync,
        _ body: (Database) throws -> Value
    ) throws(JournalError) -> Value {
        guard let writer else { throw .failed(.readOnly, "it was opened for reading") }
        do {
            return try writer.writeWithoutTransaction { db in
                try setLevel(sync, db)
                try db.cachedStatement(sql: "BEGIN IMMEDIATE").execute()
                do {
                    let value = try body(db)
                    try faults?.strike()
                    try db.cachedStatement(sql: "COMMIT").execute()
                    return value
                } catch {
                    // SQLite rolls back by itself after some errors, a full disk among them.
                    if db.isInsideTransaction { try? db.execute(sql: "ROLLBACK") }
                    throw error
                }
            }
        } catch {
            throw JournalError(error)
        }
    }

    private func setLevel(_ sync: JournalSync, _ db: Database) throws {
        guard level.withLock({ $0 }) != sync else { return }
        // Compiled each time: SQLite carries this pragma out when it is compiled, and a cached one would do nothing.
        try db.execute(sql: sync == .full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL")
        level.withLock { $0 = sync }
    }

    /// Reads within one snapshot.
    func read<Value>(_ body: (Database) throws -> Value) throws(JournalError) -> Value {
        do {
            return try side.unsafeRead { db in
                var value: Value?
                try db.inTransaction(.deferred) {
                    value = try body(db)
                    return .commit
                }
                guard let value else { throw JournalError.failed(.other, "nothing was read") }
                return value
            }
        } catch {
            throw JournalError(error)
        }
    }

    /// Works on the side connection outside of a transaction: upkeep.
    func besides<Value>(_ body: (Database) throws -> Value) throws(JournalError) -> Value {
        do { return try side.writeWithoutTransaction(body) } catch { throw JournalError(error) }
    }

    /// Writes the write-ahead log back into the database as far as nobody reads from it; whoever writes goes on meanwhile.
    ///
    /// - Returns: bytes of the log that are not written back yet.
    @discardableResult
    func writeBack() throws(JournalError) -> Int {
        try besides { db in
            let (frames, done) = try db.checkpoint(.passive)
            return max(0, frames - done) * 4_096
        }
    }

    /// Bytes of the write-ahead log on the disk.
    var walBytes: Int {
        var status = stat()
        return unsafe stat(path + "-wal", &status) == 0 ? Int(status.st_size) : 0
    }
}
