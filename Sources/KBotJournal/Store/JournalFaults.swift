import GRDB
import Synchronization

/// Makes the next commits of a journal fail as a disk would, for tests of those who use it.
package final class JournalFaults: Sendable {
    private struct Plan {
        var trouble: JournalTrouble?
        var left = 0
    }

    private let plan = Mutex(Plan())

    /// Makes one that does nothing yet.
    package init() {}

    /// Lets the next commits fail; `commits` nil means until ``end()``.
    package func begin(_ trouble: JournalTrouble, commits: Int? = nil) {
        plan.withLock { $0 = Plan(trouble: trouble, left: commits ?? .max) }
    }

    /// Lets commits succeed again.
    package func end() { plan.withLock { $0 = Plan() } }

    /// Called within a transaction before its commit.
    func strike() throws {
        let trouble = plan.withLock { plan -> JournalTrouble? in
            guard plan.left > 0, let trouble = plan.trouble else { return nil }
            plan.left -= 1
            return trouble
        }
        guard let trouble else { return }
        throw DatabaseError(resultCode: Self.code(of: trouble), message: "injected")
    }

    private static func code(of trouble: JournalTrouble) -> ResultCode {
        switch trouble {
        case .full: .SQLITE_FULL
        case .readOnly: .SQLITE_READONLY
        case .inputOutput: .SQLITE_IOERR
        case .busy: .SQLITE_BUSY
        case .corrupt: .SQLITE_CORRUPT
        case .other: .SQLITE_ERROR
        }
    }
}

extension JournalTrouble {
    /// What an error of SQLite means for the one who waits for the write.
    init(_ error: DatabaseError) {
        switch error.resultCode {
        case .SQLITE_FULL: self = .full
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH: self = .readOnly
        case .SQLITE_IOERR, .SQLITE_CANTOPEN, .SQLITE_NOLFS: self = .inputOutput
        case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_PROTOCOL: self = .busy
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .corrupt
        default: self = .other
        }
    }
}

extension JournalError {
    /// Wraps whatever a database closure threw.
    init(_ error: any Error) {
        switch error {
        case let error as JournalError: self = error
        case let error as DatabaseError:
            let trouble = JournalTrouble(error)
            // The message alone: the description of a database error shows the values that were to be written.
            let message = error.message ?? "code \(error.extendedResultCode.rawValue)"
            self = trouble == .corrupt ? .corrupt(message) : .failed(trouble, message)
        default: self = .failed(.other, "\(type(of: error))")
        }
    }
}
