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

    /// Markets of a selection of which files tell contrary outcomes, in the order of their tickers.
    ///
    /// - Parameters:
    ///   - selection: Which markets.
    ///   - onlyWithData: Whether markets without rows are left out.
    /// - Returns: what is told of each, and what counts.
    /// - Throws: ``CatalogueError``.
    package func contradictions(
        _ selection: DataSelection = DataSelection(),
        onlyWithData: Bool = false
    ) throws(CatalogueError) -> [ContraryOutcome] {
        try read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT f.ticker, f.opens, f.closes, f.strike, f.value, f.inferred, s.name
                    FROM facts f JOIN sources s ON s.id = f.source_id
                    WHERE f.value IS NOT NULL AND f.ticker IN (
                      SELECT ticker FROM facts WHERE value IS NOT NULL GROUP BY ticker HAVING count(DISTINCT value) > 1)
                      \(onlyWithData ? "AND EXISTS (SELECT 1 FROM streams t WHERE t.name = f.ticker)" : "")
                    ORDER BY f.ticker, f.source_id, f.number
                    """
            )
            var found: [ContraryOutcome] = []
            var left = rows[...]
            while let first = left.first {
                let ticker = first[0] as String
                let its = left.prefix { ($0[0] as String) == ticker }
                left = left[its.endIndex...]
                var record = MarketRecord(ticker: Ticker(ticker))
                var told: [ContraryOutcome.Telling] = []
                for row in its {
                    let one = Self.record(row)
                    record.add(one)
                    if let settlement = one.settlement { told.append(.init(settlement: settlement, file: row[6])) }
                }
                guard selection.takes(record.ticker), let counts = record.settlement else { continue }
                found.append(ContraryOutcome(ticker: record.ticker, told: told, counts: counts))
            }
            return found
        }
    }

    /// A file whose candles contradict those that were there before.
    package struct ContraryBars: Hashable, Sendable {
        /// The market or underlying.
        package let name: String
        /// The file.
        package let file: String
        /// How many candles differ.
        package let count: Int
        /// The first of them.
        package let first: Timestamp
    }

    /// Files whose candles contradict those of files imported before them, in the order of names.
    package func contraryBars() throws(CatalogueError) -> [ContraryBars] {
        try read { db in
            // A catalogue that an older kbot made, and none has imported into since, knows of none.
            guard try db.tableExists("contrary_bars") else { return [] }
            return try Row.fetchAll(
                db,
                sql: """
                    SELECT t.name, s.name, b.rows, b.first FROM contrary_bars b
                    JOIN streams t ON t.id = b.stream_id JOIN sources s ON s.id = b.source_id
                    ORDER BY t.name, t.interval, s.id
                    """
            ).map {
                ContraryBars(name: $0[0], file: $0[1], count: $0[2], first: Timestamp(microseconds: $0[3]))
            }
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
