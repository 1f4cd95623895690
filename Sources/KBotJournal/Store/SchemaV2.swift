/// The second migration: what was missing to draw a run and to replay one with reloads in it, and views in which numbers
/// and times can be read.
enum SchemaV2 {
    static let sql = tables + views

    private static let tables = """
        CREATE TABLE equity (
          run_id INTEGER NOT NULL REFERENCES runs (id),
          time INTEGER NOT NULL,
          equity INTEGER NOT NULL,
          PRIMARY KEY (run_id, time)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE reloads (
          run_id INTEGER NOT NULL REFERENCES runs (id),
          number INTEGER NOT NULL,
          time INTEGER NOT NULL,
          after_events INTEGER NOT NULL,
          script TEXT NOT NULL,
          generation INTEGER NOT NULL,
          old TEXT NOT NULL,
          new TEXT NOT NULL,
          asked INTEGER NOT NULL CHECK (asked IN (0, 1)),
          PRIMARY KEY (run_id, number)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE gaps (
          run_id INTEGER NOT NULL REFERENCES runs (id),
          number INTEGER NOT NULL,
          what TEXT NOT NULL CHECK (what IN ('effects', 'inputs', 'rows')),
          first INTEGER NOT NULL,
          count INTEGER NOT NULL,
          PRIMARY KEY (run_id, number)
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX fills_by_ticker ON fills (ticker);
        CREATE INDEX trades_by_ticker ON trades (ticker, opened);
        CREATE INDEX settlements_by_ticker ON settlements (ticker);
        CREATE INDEX order_events_by_order ON order_events (order_run_id, sequence);

        CREATE VIEW positions AS
        SELECT r.account_id, CASE WHEN r.account_id IS NULL THEN r.id END AS run_id, f.ticker,
          sum(CASE f.side WHEN 'bid' THEN f.count ELSE -f.count END) AS count,
          sum(f.fee) AS fees, max(f.time) AS updated
        FROM fills f JOIN runs r ON r.id = f.run_id
        WHERE NOT EXISTS (
          SELECT 1 FROM settlements s JOIN runs q ON q.id = s.run_id
          WHERE s.ticker = f.ticker AND (q.id = r.id OR q.account_id = r.account_id))
        GROUP BY 1, 2, 3
        HAVING sum(CASE f.side WHEN 'bid' THEN f.count ELSE -f.count END) <> 0;

        """

    // What follows writes the views; it is part of the migration and as frozen as the rest.

    private static func time(_ column: String, _ name: String? = nil) -> String {
        "CASE WHEN \(column) IS NOT NULL THEN strftime('%Y-%m-%dT%H:%M:%S', \(column) / 1000000, 'unixepoch')"
            + " || printf('.%06dZ', \(column) % 1000000) END AS \(name ?? bare(column))"
    }

    private static func decimal(_ column: String, _ digits: Int, _ name: String? = nil) -> String {
        let unit = "1" + String(repeating: "0", count: digits)
        return "CASE WHEN \(column) IS NOT NULL THEN CASE WHEN \(column) < 0 THEN '-' ELSE '' END"
            + " || printf('%d.%0\(digits)d', abs(\(column)) / \(unit), abs(\(column)) % \(unit)) END AS \(name ?? bare(column))"
    }

    private static func price(_ column: String) -> String { decimal(column, 4) }
    private static func count(_ column: String) -> String { decimal(column, 2) }
    private static func money(_ column: String) -> String { decimal(column, 6) }
    private static func bare(_ column: String) -> String { String(column.split(separator: ".").last ?? "") }

    private static let order =
        "CASE t.sequence >> 32 WHEN 0 THEN printf('o%d', t.sequence)"
        + " ELSE printf('o%d.%d', t.sequence >> 32, t.sequence & 4294967295) END AS \"order\""

    private static func view(_ table: String, _ columns: [String], from source: String? = nil) -> String {
        """
        CREATE VIEW v_\(table) AS SELECT \((["r.name AS run"] + columns).joined(separator: ", "))
        FROM \(source ?? table) t JOIN runs r ON r.id = t.run_id;

        """
    }

    private static let views = [
        "CREATE VIEW v_runs AS SELECT r.name AS run, r.kind, a.name AS account, a.tag, r.epoch, r.version, r.seed, "
            + "\(time("r.started")), \(time("r.seen")), \(time("r.ended")), r.ending "
            + "FROM runs r LEFT JOIN accounts a ON a.id = r.account_id;\n",
        view(
            "markets",
            ["t.number", "t.ticker", "t.series", time("t.opens"), time("t.closes"), price("t.strike"), "t.status"]
        ),
        view(
            "orders",
            [
                order, "t.ticker", "t.strategy", "t.role", "t.side", price("t.price"), count("t.count"),
                "t.time_in_force",
                time("t.expires"), "t.reduce_only", "t.state", count("t.filled"), count("t.remaining"),
                time("t.created"),
                time("t.updated"), "t.why",
            ]
        ),
        view(
            "order_events",
            [
                time("t.time"), order, "t.state", price("t.price"), count("t.count"), count("t.filled"),
                count("t.remaining"), "t.why",
            ]
        ),
        view(
            "fills",
            [
                time("t.time"), order, "t.trade", "t.ticker", "t.role", "t.side", price("t.price"), count("t.count"),
                "t.liquidity", money("t.fee"),
            ]
        ),
        view(
            "trades",
            [
                "t.strategy", "t.ticker", "t.side", count("t.count"), money("t.entry_value"), money("t.exit_value"),
                money("t.gross_pnl"), money("t.fees"), money("t.net_pnl"), time("t.opened"), time("t.closed"), "t.exit",
                price("t.planned_entry"), price("t.planned_stop"), price("t.planned_target"), "t.corrections",
            ]
        ),
        view("settlements", [time("t.time"), "t.ticker", "t.result", price("t.value"), "t.inferred"]),
        "CREATE VIEW v_candles AS SELECT r.name AS run, m.ticker, t.interval / 1000000 AS interval_s, "
            + "\(time("t.start")), \(price("t.open")), \(price("t.high")), \(price("t.low")), \(price("t.close")), "
            + "\(count("t.volume")), t.trades FROM candles t JOIN runs r ON r.id = t.run_id "
            + "LEFT JOIN markets m ON m.run_id = t.run_id AND m.number = t.market;\n",
        view(
            "spot_candles",
            [
                "t.symbol", "t.interval / 1000000 AS interval_s", time("t.start"), price("t.open"), price("t.high"),
                price("t.low"), price("t.close"), "t.ticks",
            ]
        ),
        view("equity", [time("t.time"), money("t.equity")]),
        view(
            "signals",
            [
                time("t.time"), "t.ticker", "t.strategy", "t.kind", "t.side", price("t.entry"), price("t.stop"),
                price("t.target"), "t.code", "t.text",
            ]
        ),
        view("blocks", [time("t.time"), "t.code", "t.blocked"]),
        view("messages", [time("t.time"), "t.ticker", "t.kind", "t.source", "t.text"]),
        view(
            "reloads",
            [time("t.time"), "t.after_events", "t.script", "t.generation", "t.old", "t.new", "t.asked"]
        ),
        view("gaps", ["t.what", "t.first", "t.count"]),
        "CREATE VIEW v_positions AS SELECT a.name AS account, r.name AS run, p.ticker, "
            + "\(count("p.count")), \(money("p.fees")), \(time("p.updated")) FROM positions p "
            + "LEFT JOIN accounts a ON a.id = p.account_id LEFT JOIN runs r ON r.id = p.run_id;\n",
    ].joined()
}
