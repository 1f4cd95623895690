import GRDB

/// The tables, as a list of migrations that only ever grows: a released migration is never changed.
///
/// `PRAGMA user_version` is the number of migrations a database has been through. docs/journal.md describes the result.
enum Schema {
    /// `kbot` in ASCII, as `PRAGMA application_id`: so that no other program's database is taken for a journal.
    static let application: Int32 = 0x6B62_6F74

    /// Name and statements of each migration, oldest first.
    private static let migrations: [(name: String, sql: String)] = [
        ("1 runs, orders, chunks", SchemaV1.sql),
        ("2 equity, reloads, gaps, views", SchemaV2.sql),
    ]

    /// How many migrations this kbot knows.
    static var version: Int { migrations.count }

    /// The migrations up to a version, for GRDB.
    static func migrator(upTo last: Int = version) -> DatabaseMigrator {
        var migrator = DatabaseMigrator()
        for (index, migration) in migrations.prefix(last).enumerated() {
            migrator.registerMigration(migration.name) { db in
                try db.execute(sql: migration.sql)
                try db.execute(sql: "PRAGMA user_version = \(index + 1)")
                try db.execute(sql: "PRAGMA application_id = \(application)")
            }
        }
        return migrator
    }

    /// Tables that belong to a run, each with the columns that name a row; `runs` itself comes last.
    static let tablesOfRuns: [(name: String, key: [String])] = [
        ("effect_chunks", ["id"]), ("input_chunks", ["id"]), ("gaps", ["run_id", "number"]),
        ("candles", ["run_id", "market", "interval", "start"]),
        ("spot_candles", ["run_id", "symbol", "interval", "start"]), ("equity", ["run_id", "time"]),
        ("signals", ["run_id", "number"]), ("messages", ["run_id", "number"]), ("blocks", ["run_id", "number"]),
        ("reloads", ["run_id", "number"]), ("settlements", ["run_id", "ticker"]), ("trades", ["run_id", "number"]),
        ("fills", ["run_id", "number"]), ("order_events", ["run_id", "number"]), ("orders", ["run_id", "sequence"]),
        ("markets", ["run_id", "number"]), ("script_files", ["run_id", "script", "generation", "position"]),
        ("scripts", ["run_id", "name", "generation"]), ("checkpoints", ["id"]),
    ]

    /// Every table, parents before their children: the order in which rows can be copied.
    static let tables: [String] =
        ["accounts", "script_texts", "runs"] + tablesOfRuns.reversed().map(\.name)
}
