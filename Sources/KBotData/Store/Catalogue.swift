import Foundation
import GRDB

/// Market data of the past in `DIR/catalogue.sqlite`: rows of markets, candles and prices of underlyings in compressed
/// chunks, one for each market, day and source file, and the facts of markets.
///
/// A file is imported in one transaction, so that a kill leaves all of it or nothing. Readers see what was there when they
/// began.
package final class Catalogue: Sendable {
    /// Who opens it, and for what.
    package enum Access: Sendable {
        /// To import: made when there is none.
        case readWrite
        /// To read.
        case readOnly
    }

    /// The database's path.
    package let path: String
    let database: DatabaseQueue

    /// Where the catalogue of a data directory lies.
    package static func path(in directory: String) -> String { directory + "/catalogue.sqlite" }

    /// How long one waits for another process that imports.
    private static let patience = Duration.seconds(3_600)
    private let waiting: @Sendable () -> Void

    /// Opens the catalogue of a directory; for writing both are made when missing, for the owner alone.
    ///
    /// - Parameters:
    ///   - directory: Where it is.
    ///   - access: What for.
    ///   - waiting: Hears that another process is importing, when it has to be waited for.
    /// - Throws: ``CatalogueError``.
    package init(
        directory: String,
        access: Access,
        waiting: @escaping @Sendable () -> Void = {}
    ) throws(CatalogueError) {
        path = Self.path(in: directory)
        self.waiting = waiting
        if access == .readWrite {
            do {
                try FileManager.default.createDirectory(
                    atPath: directory,
                    withIntermediateDirectories: true,
                    attributes: [.posixPermissions: 0o700]
                )
            } catch {
                throw .failed("\(directory) cannot be made: \(error.localizedDescription)")
            }
            let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard descriptor >= 0 else { throw .failed("\(path): \(unsafe String(cString: strerror(errno)))") }
            close(descriptor)
        } else if !FileManager.default.fileExists(atPath: path) {
            throw .missing(path)
        }
        do {
            let path = path
            database = try Self.patiently(waiting) { try Self.connection(to: path, access, waiting) }
        } catch {
            throw CatalogueError(error)
        }
    }

    private static func connection(
        to path: String,
        _ access: Access,
        _ waiting: () -> Void
    ) throws -> DatabaseQueue {
        let database = try DatabaseQueue(path: path, configuration: configuration(access))
        let found = try snapshot(of: database) { db in
            try (
                version: Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0,
                application: Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0,
                tables: Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
            )
        }
        guard found.application == CatalogueSchema.application || found.tables == 0 else {
            throw CatalogueError.foreign("\(path) is the database of another program")
        }
        guard found.version <= CatalogueSchema.version else {
            throw CatalogueError.foreign("\(path) was made by a newer kbot: use that one, or another --data-dir")
        }
        // What is up to date is left as it is, to the last byte.
        if access == .readWrite, found.version < CatalogueSchema.version {
            try change(database, waiting) { db in try CatalogueSchema.migrate(db) }
        } else if access == .readOnly, found.tables == 0 {
            throw CatalogueError.missing(path)
        }
        return database
    }

    private static func configuration(_ access: Access) -> Configuration {
        var configuration = Configuration()
        configuration.label = "kbot data"
        configuration.publicStatementArguments = false
        // Another import holds the lock for as long as a file takes; who wants to import waits on in ``patiently(_:_:)``.
        configuration.busyMode = .timeout(access == .readWrite ? 1 : 10)
        configuration.readonly = access == .readOnly
        if access == .readWrite { configuration.journalMode = .wal }
        configuration.prepareDatabase { db in
            // A file larger than this goes on in the write-ahead log: memory stays the same.
            try db.execute(sql: "PRAGMA cache_size = -8192")
        }
        return configuration
    }

    /// Reads within one snapshot.
    func read<Value>(_ body: (Database) throws -> Value) throws(CatalogueError) -> Value {
        do {
            return try Self.snapshot(of: database, body)
        } catch {
            throw CatalogueError(error)
        }
    }

    private static func snapshot<Value>(
        of database: DatabaseQueue,
        _ body: (Database) throws -> Value
    ) throws -> Value {
        try database.unsafeRead { db in
            var value: Value?
            try db.inTransaction(.deferred) {
                value = try body(db)
                return .commit
            }
            guard let value else { throw CatalogueError.failed("nothing was read") }
            return value
        }
    }

    /// Runs one transaction, after those of other processes; what it throws comes out as it is, and nothing is changed then.
    func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try Self.change(database, waiting, body)
    }

    private static func change<Value>(
        _ database: DatabaseQueue,
        _ waiting: () -> Void,
        _ body: (Database) throws -> Value
    ) throws -> Value {
        try database.writeWithoutTransaction { db in
            try patiently(waiting) { try db.execute(sql: "BEGIN IMMEDIATE") }
            do {
                let value = try body(db)
                try db.execute(sql: "COMMIT")
                return value
            } catch {
                // SQLite rolls back by itself after some errors, a full disk among them.
                if db.isInsideTransaction { try? db.execute(sql: "ROLLBACK") }
                throw error
            }
        }
    }

    /// Does again what another process's lock keeps from being done.
    private static func patiently<Value>(_ waiting: () -> Void, _ body: () throws -> Value) throws -> Value {
        let end = ContinuousClock.now + patience
        var isTold = false
        while true {
            do {
                return try body()
            } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY && ContinuousClock.now < end {
                if !isTold { waiting() }
                isTold = true
                // SQLite has waited already, but for where it knows that waiting is of no use.
                Thread.sleep(forTimeInterval: 0.05)
            }
        }
    }
}

extension CatalogueError {
    /// What SQLite or a part of this module threw.
    init(_ error: any Error) {
        switch error {
        case let error as CatalogueError: self = error
        case let error as DatabaseError where error.resultCode == .SQLITE_BUSY:
            self = .failed("another process is importing; try again when it is done")
        case let error as DatabaseError where error.resultCode == .SQLITE_FULL: self = .failed("the disk is full")
        case let error as DatabaseError
        where error.resultCode == .SQLITE_CORRUPT || error.resultCode == .SQLITE_NOTADB:
            self = .damaged(error.message ?? "SQLite finds it malformed")
        case let error as DatabaseError: self = .failed(error.message ?? "SQLite refused")
        default: self = .failed("\(error)")
        }
    }
}
