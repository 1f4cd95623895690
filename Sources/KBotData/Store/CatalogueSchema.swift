import GRDB

/// The tables, as a list of migrations that only ever grows. Times are microseconds since 1970 in UTC.
enum CatalogueSchema {
    /// `kbdt` in ASCII, as `PRAGMA application_id`.
    static let application: Int32 = 0x6B62_6474

    /// What makes each version of the one before it.
    private static let migrations = [first, second, third]

    static var version: Int { migrations.count }

    /// Brings a catalogue up to date, within a transaction; one that is stays as it is.
    static func migrate(_ db: Database, to version: Int = version) throws {
        let found = max(0, try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0)
        guard found < version else { return }
        for sql in migrations[found..<version] { try db.execute(sql: sql) }
        try db.execute(sql: "PRAGMA user_version = \(version)")
        try db.execute(sql: "PRAGMA application_id = \(application)")
    }

    /// Sources, streams, chunks and facts.
    private static let first = """
        CREATE TABLE sources (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          sha256 TEXT NOT NULL UNIQUE,
          kind TEXT NOT NULL,
          name TEXT NOT NULL,
          path TEXT NOT NULL,
          lines INTEGER NOT NULL,
          rows INTEGER NOT NULL,
          known INTEGER NOT NULL,
          skipped INTEGER NOT NULL,
          notes TEXT NOT NULL,
          imported INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE streams (
          id INTEGER PRIMARY KEY,
          kind TEXT NOT NULL CHECK (kind IN ('trades', 'book', 'lives', 'candles', 'ticks', 'spot_candles')),
          name TEXT NOT NULL,
          series TEXT NOT NULL,
          interval INTEGER NOT NULL,
          UNIQUE (name, kind, interval)
        ) STRICT;
        CREATE INDEX streams_by_series ON streams (series);

        CREATE TABLE chunks (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          stream_id INTEGER NOT NULL REFERENCES streams (id),
          source_id INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
          day INTEGER NOT NULL,
          first INTEGER NOT NULL,
          last INTEGER NOT NULL,
          number INTEGER NOT NULL,
          rows INTEGER NOT NULL,
          trades INTEGER NOT NULL,
          size INTEGER NOT NULL,
          sum INTEGER NOT NULL,
          bytes BLOB NOT NULL
        ) STRICT;
        CREATE INDEX chunks_by_time ON chunks (first, id);
        CREATE INDEX chunks_by_stream ON chunks (stream_id, first);
        CREATE INDEX chunks_by_source ON chunks (source_id, stream_id);

        CREATE TABLE facts (
          ticker TEXT NOT NULL,
          source_id INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
          number INTEGER NOT NULL,
          series TEXT NOT NULL,
          opens INTEGER,
          closes INTEGER,
          strike INTEGER,
          value INTEGER,
          inferred INTEGER,
          PRIMARY KEY (ticker, source_id, number)
        ) STRICT, WITHOUT ROWID;
        """

    /// Digests of the beginnings of recordings, by which an older, shorter copy is known; and how many candles of a file
    /// differ from those of files imported before it.
    private static let second = """
        CREATE TABLE marks (
          source_id INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
          lines INTEGER NOT NULL,
          sha256 TEXT NOT NULL,
          PRIMARY KEY (source_id, lines)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX marks_by_digest ON marks (sha256);

        CREATE TABLE contrary_bars (
          source_id INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
          stream_id INTEGER NOT NULL REFERENCES streams (id),
          rows INTEGER NOT NULL,
          first INTEGER NOT NULL,
          PRIMARY KEY (source_id, stream_id)
        ) STRICT, WITHOUT ROWID;
        """
    /// When the last candles of a file begin, which may not have been over when it was made; the catalogue may have them from
    /// another file.
    private static let third = "ALTER TABLE sources ADD COLUMN last_candle INTEGER"
}
