import Foundation
import GRDB

/// Finds, makes and opens the database's file.
enum JournalFile {
    /// Makes the directory (0700) and an empty file (0600) where they are missing, and takes others' rights away from the
    /// file: SQLite gives its side files the mode of the first.
    static func prepare(_ path: String, in directory: String) throws(JournalError) {
        try makeDirectory(directory)
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        guard fchmod(descriptor, 0o600) == 0 else { throw failure(path) }
    }

    /// Makes a directory and those above it where they are missing, for its owner alone.
    static func makeDirectory(_ path: String) throws(JournalError) {
        var made = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            made += part
            if unsafe mkdir(made, 0o700) != 0, errno != EEXIST {
                let code = errno
                guard isDirectory(made) else {
                    errno = code  // what kept it from being made, not that it is not there
                    throw failure(made)
                }
            }
            made += "/"
        }
        guard isDirectory(path) else { throw .failed(.inputOutput, "\(path) is no directory") }
    }

    /// The connection that writes: write-ahead log, synchronous as asked later, checkpoints left to others.
    static func openWriter(_ path: String) throws -> DatabaseQueue {
        var configuration = base("kbot journal")
        // Another process that prunes holds the lock for milliseconds; who holds it longer is trouble to be told.
        configuration.busyMode = .timeout(0.25)
        configuration.journalMode = .wal
        configuration.prepareDatabase { db in
            try db.execute(
                sql: """
                    PRAGMA auto_vacuum = INCREMENTAL;
                    PRAGMA wal_autocheckpoint = 0;
                    PRAGMA journal_size_limit = \(JournalLimits.walBytes);
                    PRAGMA cache_size = -8192;
                    """
            )
        }
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    /// A connection beside the writer's: reads, checkpoints of the write-ahead log, upkeep.
    static func openSide(_ path: String, readOnly: Bool) throws -> DatabaseQueue {
        var configuration = base("kbot journal side")
        configuration.busyMode = .timeout(5)
        configuration.readonly = readOnly
        if !readOnly {
            configuration.prepareDatabase { db in
                try db.execute(
                    sql: "PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = \(JournalLimits.walBytes)"
                )
            }
        }
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    private static func base(_ label: String) -> Configuration {
        var configuration = Configuration()
        configuration.label = label
        configuration.publicStatementArguments = false
        return configuration
    }

    static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    private static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    static func failure(_ path: String) -> JournalError {
        let code = errno
        let trouble: JournalTrouble =
            switch code {
            case ENOSPC, EDQUOT: .full
            case EROFS, EACCES, EPERM: .readOnly
            default: .inputOutput
            }
        return .failed(trouble, "\(path): \(unsafe String(cString: strerror(code)))")
    }
}

/// Bounds of what the journal keeps in memory and beside the database.
enum JournalLimits {
    /// Bytes of the write-ahead log after which it is written back.
    static let walBytes = 16 << 20
    /// Rows in one transaction of the writer thread: about half a millisecond, which is what an intent may have to wait.
    static let rowsInTransaction = 64
    /// Batches handed over and not yet taken by the writer thread, after which the caller waits.
    static let batches = 8
    /// Bytes of effect lines in one chunk before compression.
    static let chunkBytes = 1 << 18
    /// Milliseconds after which a chunk is ended though it is small: what a killed run may lose.
    static let chunkAge = 1_000
    /// Bytes kept in memory while the disk refuses them; then what can be done without is counted and left out.
    static let keptBytes = 64 << 20
}
