import GRDB

/// One row that waits to be written.
struct JournalRow: Sendable {
    /// Which table, and how.
    enum Kind: Int, Sendable {
        case market, order, orderEvent, fill, trade, correction, settlement, block, reload
        case candle, spotCandle, equity, signal, message
        case effectChunk, inputChunk, gap
    }

    let kind: Kind
    let values: [DatabaseValue]
    /// The row after it is written in the same transaction: effects and inputs of one stretch stand or fall together.
    var joinsNext = false

    init(_ kind: Kind, _ values: [(any DatabaseValueConvertible)?]) {
        self.kind = kind
        self.values = values.map { $0?.databaseValue ?? .null }
    }

    /// About what it takes in memory.
    var bytes: Int {
        values.reduce(64) { total, value in
            switch value.storage {
            case .blob(let data): total + data.count + 32
            case .string(let text): total + text.utf8.count + 32
            case .null, .int64, .double: total + 32
            }
        }
    }

    /// Writes it within a transaction.
    func insert(_ db: Database) throws {
        guard kind == .correction else {
            return try db.cachedStatement(sql: kind.sql).execute(arguments: StatementArguments(values))
        }
        // The trade as it was told first, in this run or in one of the account before it.
        let update = try db.cachedStatement(sql: Self.correct)
        let (run, strategy, ticker, opened) = (values[0], values[2], values[3], values[11])
        try update.execute(
            arguments: StatementArguments([
                values[7], values[8], values[9], values[10], values[12], values[13], values[17], ticker, opened,
                strategy,
                run, run,
            ])
        )
        guard db.changesCount == 0 else { return }
        try JournalRow(.trade, values).insert(db)
    }

    private static let correct = """
        UPDATE trades SET exit_value = ?, gross_pnl = ?, fees = ?, net_pnl = ?, closed = ?, exit = ?, settled = ?,
          corrections = corrections + 1
        WHERE ticker = ? AND opened = ? AND strategy = ? AND run_id IN
          (SELECT id FROM runs WHERE id = ? OR account_id = (SELECT account_id FROM runs WHERE id = ?))
        """
}

extension JournalRow.Kind {
    /// The statement that writes a row of this kind.
    var sql: String { Self.statements[rawValue] }

    private static let statements: [String] = (0...gap.rawValue).map { number in
        switch Self(rawValue: number) ?? .gap {
        case .market: insert("OR REPLACE INTO markets", "run_id, number, ticker, series, opens, closes, strike, status")
        case .order: insert("INTO orders", orderColumns) + upsert
        case .orderEvent:
            insert(
                "INTO order_events",
                "run_id, number, time, order_run_id, sequence, state, price, count, filled, remaining, why"
            )
        // A fill that the run before had written down already is told again when the account is taken up.
        case .fill:
            insert(
                "OR IGNORE INTO fills",
                "run_id, number, time, order_run_id, sequence, trade, ticker, role, side, price, count, liquidity, fee"
            )
        case .trade, .correction:
            insert(
                "INTO trades",
                "run_id, number, strategy, ticker, side, count, entry_value, exit_value, gross_pnl, fees, net_pnl, opened, "
                    + "closed, exit, planned_entry, planned_stop, planned_target, settled"
            )
        case .settlement:
            insert("OR REPLACE INTO settlements", "run_id, ticker, time, result, value, inferred")
        case .block: insert("INTO blocks", "run_id, number, time, code, blocked")
        case .reload:
            insert("INTO reloads", "run_id, number, time, after_events, script, generation, old, new, asked")
        case .candle:
            insert(
                "OR REPLACE INTO candles",
                "run_id, market, interval, start, open, high, low, close, volume, trades"
            )
        case .spotCandle:
            insert("OR REPLACE INTO spot_candles", "run_id, symbol, interval, start, open, high, low, close, ticks")
        case .equity: insert("OR REPLACE INTO equity", "run_id, time, equity")
        case .signal:
            insert(
                "INTO signals",
                "run_id, number, time, ticker, strategy, kind, side, entry, stop, target, code, text"
            )
        case .message: insert("INTO messages", "run_id, number, time, ticker, kind, source, text")
        case .effectChunk: insert("INTO effect_chunks", "run_id, first, count, size, crc, bytes")
        case .inputChunk: insert("INTO input_chunks", "run_id, first, count, crc, bytes")
        case .gap: insert("INTO gaps", "run_id, number, what, first, count")
        }
    }

    private static func insert(_ table: String, _ columns: String) -> String {
        let marks = Array(repeating: "?", count: columns.split(separator: ",").count).joined(separator: ", ")
        return "INSERT \(table) (\(columns)) VALUES (\(marks))"
    }

    private static let orderColumns =
        "run_id, sequence, ticker, market, strategy, role, side, price, count, time_in_force, expires, reduce_only, state, "
        + "filled, remaining, created, updated, why"

    private static let upsert = """
         ON CONFLICT (run_id, sequence) DO UPDATE SET strategy = coalesce(strategy, excluded.strategy),
          price = excluded.price, count = excluded.count, state = excluded.state, filled = excluded.filled,
          remaining = excluded.remaining, updated = excluded.updated, why = coalesce(excluded.why, why)
        """

    /// The statement that writes down an order before it is sent; an order that is there already makes it fail.
    static let intent = insert("INTO orders", orderColumns + ", intent")
}
