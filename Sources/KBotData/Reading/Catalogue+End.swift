import GRDB
package import KBotModel

extension Catalogue {
    /// Up to when each file of recordings goes on: its last row, of whichever market, by the file's number.
    ///
    /// - Throws: ``CatalogueError`` when the catalogue cannot be read.
    package func ends() throws(CatalogueError) -> [Int64: Timestamp] {
        try read { db in
            var ends: [Int64: Timestamp] = [:]
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT c.source_id, max(c.last) FROM chunks c JOIN streams s ON s.id = c.stream_id
                    WHERE s.kind IN ('trades', 'book', 'lives') GROUP BY c.source_id
                    """
            )
            while let row = try rows.next() { ends[row[0]] = Timestamp(microseconds: row[1]) }
            return ends
        }
    }
}
