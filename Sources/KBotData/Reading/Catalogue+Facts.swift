import GRDB
package import KBotModel

extension Catalogue {
    /// What is known of the markets that have data, or of all; in the order of their tickers.
    package func records(
        _ selection: DataSelection = DataSelection(),
        onlyWithData: Bool = true
    ) throws(CatalogueError) -> [MarketRecord] {
        try read { db in
            var records: [MarketRecord] = []
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT ticker, opens, closes, strike, value, inferred FROM facts f
                    \(onlyWithData ? "WHERE EXISTS (SELECT 1 FROM streams s WHERE s.name = f.ticker)" : "")
                    ORDER BY ticker, source_id, number
                    """
            )
            while let row = try rows.next() {
                let record = Self.record(row)
                guard selection.takes(record.ticker) else { continue }
                if records.last?.ticker == record.ticker {
                    records[records.count - 1].add(record)
                } else {
                    records.append(record)
                }
            }
            return records
        }
    }

    /// What is known of a market.
    static func record(of ticker: Ticker, _ db: Database) throws -> MarketRecord? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT ticker, opens, closes, strike, value, inferred FROM facts WHERE ticker = ?
                ORDER BY source_id, number
                """
        )
        var known: MarketRecord?
        for row in try Row.fetchAll(statement, arguments: [ticker.text]) {
            let record = Self.record(row)
            if known == nil { known = record } else { known?.add(record) }
        }
        return known
    }

    /// Markets of which two files tell contrary results.
    package func contradictions() throws(CatalogueError) -> [Ticker] {
        try read { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT ticker FROM facts WHERE value IS NOT NULL GROUP BY ticker
                    HAVING count(DISTINCT value) > 1 ORDER BY ticker
                    """
            ).map { Ticker($0) }
        }
    }

    private static func record(_ row: Row) -> MarketRecord {
        var record = MarketRecord(ticker: Ticker(row[0] as String))
        record.opens = (row[1] as Int64?).map { Timestamp(microseconds: $0) }
        record.closes = (row[2] as Int64?).map { Timestamp(microseconds: $0) }
        record.strike = (row[3] as Int64?).map { SpotPrice(units: $0) }
        if let value = row[4] as Int64? {
            record.settlement = Settlement(
                value: Price(units: Int32(truncatingIfNeeded: value)),
                isInferred: (row[5] as Int64?) == 1
            )
        }
        return record
    }
}
