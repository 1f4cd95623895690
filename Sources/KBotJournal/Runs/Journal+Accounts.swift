import GRDB
package import KBotModel

extension Journal {
    /// The current account of a name; made when there is none.
    ///
    /// - Parameters:
    ///   - name: What the trader calls it.
    ///   - kind: Whose money it is.
    ///   - identity: A short hash of key id, host and subaccount; of a paper account the venue's host alone.
    ///   - now: The wall clock.
    /// - Returns: the account.
    /// - Throws: ``JournalError/accountMismatch(_:)`` when it is of another kind or identity.
    package func account(
        named name: String,
        kind: JournalAccount.Kind,
        identity: String,
        now: Timestamp
    ) throws(JournalError) -> JournalAccount {
        try write(.full) { db in
            guard let account = try JournalAccount.current(named: name, db) else {
                return try JournalAccount.make(name, kind, identity, now, db)
            }
            try account.require(kind, identity)
            return account
        }
    }

    /// Ends the current account of a name, if there is one, and begins a new one with a new tag; the old one stays as history.
    ///
    /// - Throws: ``JournalError/accountMismatch(_:)`` when the name belongs to an account of another kind or identity.
    package func freshAccount(
        named name: String,
        kind: JournalAccount.Kind,
        identity: String,
        now: Timestamp
    ) throws(JournalError) -> JournalAccount {
        try write(.full) { db in
            if let old = try JournalAccount.current(named: name, db) {
                // The name of a live account does not come to mean a paper one by the way.
                try old.require(kind, identity)
                try db.execute(
                    sql: "UPDATE accounts SET ended = ? WHERE id = ?",
                    arguments: [now.microseconds, old.id]
                )
            }
            return try JournalAccount.make(name, kind, identity, now, db)
        }
    }

    /// Accounts, current ones first, then by name.
    package func accounts() throws(JournalError) -> [JournalAccount] {
        try read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM accounts ORDER BY ended IS NOT NULL, name, id")
                .map(JournalAccount.init)
        }
    }
}

extension JournalAccount {
    fileprivate init(_ row: Row) throws {
        guard let kind = Kind(rawValue: row["kind"]) else {
            throw JournalError.corrupt("account \(row["name"] as String) is of no known kind")
        }
        self.init(
            id: row["id"],
            name: row["name"],
            kind: kind,
            tag: row["tag"],
            identity: row["identity"],
            created: Timestamp(microseconds: row["created"]),
            ended: (row["ended"] as Int64?).map { Timestamp(microseconds: $0) }
        )
    }

    fileprivate static func current(named name: String, _ db: Database) throws -> JournalAccount? {
        try Row.fetchOne(db, sql: "SELECT * FROM accounts WHERE name = ? AND ended IS NULL", arguments: [name])
            .map(JournalAccount.init)
    }

    fileprivate static func make(
        _ name: String,
        _ kind: Kind,
        _ identity: String,
        _ now: Timestamp,
        _ db: Database
    ) throws -> JournalAccount {
        var tag = Self.randomTag()
        while try Bool.fetchOne(db, sql: "SELECT 1 FROM accounts WHERE tag = ?", arguments: [tag]) != nil {
            tag = Self.randomTag()
        }
        try db.execute(
            sql: "INSERT INTO accounts (name, kind, tag, identity, created) VALUES (?, ?, ?, ?, ?)",
            arguments: [name, kind.rawValue, tag, identity, now.microseconds]
        )
        let id = db.lastInsertedRowID
        return JournalAccount(id: id, name: name, kind: kind, tag: tag, identity: identity, created: now, ended: nil)
    }

    private static func randomTag() -> String {
        let digits = String(UInt32.random(in: .min ... .max), radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    fileprivate func require(_ kind: Kind, _ identity: String) throws {
        guard self.kind == kind else {
            throw JournalError.accountMismatch(
                "account \(name) is a \(self.kind.rawValue) account, not a \(kind.rawValue) one: give another --account"
            )
        }
        guard self.identity == identity else {
            throw JournalError.accountMismatch(
                "account \(name) belongs to another key, host or subaccount: its orders and positions are not there. "
                    + "Give another --account, or the key it was begun with"
            )
        }
    }
}
