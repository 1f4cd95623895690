import GRDB
package import KBotModel

/// What a selection of the catalogue consists of, by digests: as long as it is the same, so is what is read of it.
///
/// It tells of later imports and of a catalogue made anew; it does not resist forgery.
package struct DataContents: Codable, Hashable, Sendable {
    /// What comes of one file.
    package struct Part: Codable, Hashable, Sendable {
        /// The file's name.
        package let name: String
        /// SHA-256 over the names, times, counts and checksums of its chunks.
        package let sha256: String
    }

    /// The files in the order of their import, by which rows of one time are ordered.
    package let parts: [Part]
    /// Markets that have rows.
    package let markets: Int
    /// Those among them whose result is known.
    package let results: Int
    /// SHA-256 over the times, strikes and results of these markets.
    package let facts: String

    /// What is other in contents read later, a sentence each; nothing when they are the same.
    package func differences(in now: DataContents) -> [String] {
        let kept = Set(now.parts)
        let names = Set(now.parts.map(\.name))
        let lost = parts.filter { !kept.contains($0) }
        let known = Set(parts)
        let told = Set(lost.map(\.name))
        var found = lost.map { part in
            names.contains(part.name)
                ? "\(part.name): what the catalogue has of it now is not what the run read"
                : "\(part.name): not in the catalogue any more: kbot import brings it back"
        }
        found += now.parts.filter { !known.contains($0) && !told.contains($0.name) }.map {
            "\($0.name): imported since; the run knew nothing of it"
        }
        if found.isEmpty, let place = zip(parts, now.parts).first(where: { $0 != $1 }) {
            found.append("\(place.1.name): imported before \(place.0.name) now, and after it when the run read them")
        }
        if facts != now.facts {
            found.append(
                "times or results of its markets are others: the run knew results of \(results) of \(markets) markets, "
                    + "the catalogue knows \(now.results) of \(now.markets)"
            )
        }
        return found
    }
}

extension Catalogue {
    /// What trades, books and prices of underlyings of a selection consist of.
    ///
    /// - Parameters:
    ///   - selection: Which markets, and which time; rows from before the time count, for books are made of them.
    ///   - passedOver: Markets that are left out.
    ///   - spot: Underlyings whose prices are read too.
    ///   - history: How long before the selection's time those begin.
    /// - Returns: digests by file.
    /// - Throws: ``CatalogueError``.
    package func contents(
        _ selection: DataSelection,
        passingOver passedOver: Set<String> = [],
        spot: Set<String> = [],
        history: TimeSpan = .zero
    ) throws(CatalogueError) -> DataContents {
        let before = selection.from.map { ($0 - history).microseconds } ?? .min
        var names: Set<String> = []
        var parts: [(name: String, digest: LineDigest)] = []
        try read { db in
            // The order of a file's chunks is part of its digest.
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT c.source_id, f.name, s.kind, s.name, s.interval, c.first, c.last, c.number, c.rows, c.size, c.sum
                    FROM chunks c JOIN streams s ON s.id = c.stream_id JOIN sources f ON f.id = c.source_id
                    WHERE c.first < :to AND s.kind <> 'candles'
                      AND (s.kind NOT IN ('ticks', 'spot_candles') OR c.last >= :before)
                    ORDER BY c.source_id, s.kind = 'lives', s.kind, s.name, s.interval, c.first, c.number
                    """,
                arguments: ["before": before, "to": selection.to?.microseconds ?? .max]
            )
            var source: Int64?
            while let row = try rows.next() {
                let (id, name) = (row[0] as Int64, row[3] as String)
                let kind = StreamKey.Kind(rawValue: row[2])
                switch kind {
                case .trades, .book, .lives:
                    guard selection.takes(stream: name, passingOver: passedOver) else { continue }
                    if !name.isEmpty { names.insert(name) }
                case .ticks, .spotCandles: guard spot.contains(name) else { continue }
                case .candles, nil: continue
                }
                if source != id {
                    source = id
                    parts.append((row[1], LineDigest()))
                }
                let line = (2..<row.count).map { "\(row[$0] as DatabaseValue)" }.joined(separator: " ")
                parts[parts.count - 1].digest.add(Array(line.utf8)[...])
            }
        }
        let facts = LineDigest()
        var results = 0
        for record in try records(selection) where names.contains(record.ticker.text) {
            if record.settlement != nil { results += 1 }
            facts.add(Array(record.line.utf8)[...])
        }
        return DataContents(
            parts: parts.map { DataContents.Part(name: $0.name, sha256: $0.digest.hex) },
            markets: names.count,
            results: results,
            facts: facts.hex
        )
    }
}

extension MarketRecord {
    /// What is known of the market, as one line.
    fileprivate var line: String {
        let result = settlement.map { "\($0.value.units) \($0.isInferred)" } ?? "-"
        let times = [opens, closes].map { $0.map { "\($0.microseconds)" } ?? "-" }
        return ([ticker.text] + times + [strike.map { "\($0.units)" } ?? "-", result]).joined(separator: " ")
    }
}
