package import KBotData
package import KBotModel
import KBotReports

/// What a catalogue holds, by series and underlying: `kbot data list`.
package struct DataOverview: Encodable, Sendable {
    /// Markets of one series.
    package struct Series: Encodable, Sendable {
        /// Its ticker.
        package let series: String
        /// First and last day, UTC.
        package let firstDay: String
        package let lastDay: String
        /// Days with data.
        package let days: Int
        /// Markets with data.
        package let markets: Int
        /// Markets among them whose outcome is known.
        package let outcomes: Int
        /// Public trades.
        package let trades: Int
        /// Changes of books and whole books.
        package let deltas: Int
        /// Candles.
        package let candles: Int
        /// Compressed bytes.
        package let bytes: Int

        private enum CodingKeys: String, CodingKey {
            case series
            case firstDay = "first_day"
            case lastDay = "last_day"
            case days, markets, outcomes, trades, deltas, candles, bytes
        }
    }

    /// Prices of one underlying, ticks or candles of one length.
    package struct Spot: Encodable, Sendable {
        /// Its name: `BTC-USD`.
        package let symbol: String
        /// `ticks`, or the length of the candles.
        package let form: String
        /// First and last day, UTC.
        package let firstDay: String
        package let lastDay: String
        /// Days with prices.
        package let days: Int
        /// Prices.
        package let rows: Int
        /// Compressed bytes.
        package let bytes: Int

        private enum CodingKeys: String, CodingKey {
            case symbol, form
            case firstDay = "first_day"
            case lastDay = "last_day"
            case days, rows, bytes
        }
    }

    /// By series, in the order of their names.
    package private(set) var series: [Series] = []
    /// By underlying, in the order of their names.
    package private(set) var spot: [Spot] = []
    /// Files imported.
    package let files: Int
    /// Bytes on the disk.
    package let size: Int

    /// Looks at a catalogue.
    package init(_ catalogue: Catalogue) throws(CatalogueError) {
        files = try catalogue.sources().count
        size = try catalogue.size()
        let decided = Set(try catalogue.records().filter { $0.settlement != nil }.map(\.ticker.text))
        var groups: [String: [StreamFacts]] = [:]
        for stream in try catalogue.streams() {
            switch stream.key.kind {
            case .trades, .book, .candles: groups[stream.series, default: []].append(stream)
            case .lives: break
            case .ticks, .spotCandles:
                spot.append(
                    Spot(
                        symbol: stream.key.name,
                        form: stream.key.kind == .ticks ? "ticks" : "\(stream.key.interval)",
                        firstDay: Self.day(stream.first),
                        lastDay: Self.day(stream.last),
                        days: stream.days.count,
                        rows: stream.rows,
                        bytes: stream.bytes
                    )
                )
            }
        }
        for (name, streams) in groups.sorted(by: { $0.key < $1.key }) {
            let markets = Set(streams.map(\.key.name))
            let books = streams.filter { $0.key.kind == .book }
            series.append(
                Series(
                    series: name,
                    firstDay: streams.map(\.first).min().map(Self.day) ?? "",
                    lastDay: streams.map(\.last).max().map(Self.day) ?? "",
                    days: streams.reduce(into: Set<Int64>()) { $0.formUnion($1.days) }.count,
                    markets: markets.count,
                    outcomes: markets.intersection(decided).count,
                    trades: streams.reduce(0) { $0 + $1.trades },
                    deltas: books.reduce(0) { $0 + $1.rows - $1.trades },
                    candles: streams.filter { $0.key.kind == .candles }.reduce(0) { $0 + $1.rows },
                    bytes: streams.reduce(0) { $0 + $1.bytes }
                )
            )
        }
    }

    static func day(_ time: Timestamp) -> String { String(time.description.prefix(10)) }

    static func size(_ bytes: Int) -> String {
        bytes < 10 << 10 ? "\(bytes) B" : bytes < 10 << 20 ? "\(bytes >> 10) KiB" : "\(bytes >> 20) MiB"
    }

    /// Tables for a person.
    package func text(width: Int) -> String {
        var page = TextPage(width: width)
        if series.isEmpty, spot.isEmpty { page.line("The catalogue is empty: kbot import PATH… fills it.") }
        if !series.isEmpty {
            page.table(
                [
                    .left("series"), .left("from"), .left("to"), .right("days"), .right("markets"), .right("outcomes"),
                    .right("trades"), .right("book"), .right("candles"), .right("size"),
                ],
                rows: series.map {
                    [
                        $0.series, $0.firstDay, $0.lastDay, "\($0.days)", "\($0.markets)", "\($0.outcomes)",
                        "\($0.trades)",
                        "\($0.deltas)", "\($0.candles)", Self.size($0.bytes),
                    ]
                }
            )
            page.line()
        }
        if !spot.isEmpty {
            page.table(
                [
                    .left("underlying"), .left("form"), .left("from"), .left("to"), .right("days"), .right("prices"),
                    .right("size"),
                ],
                rows: spot.map {
                    [$0.symbol, $0.form, $0.firstDay, $0.lastDay, "\($0.days)", "\($0.rows)", Self.size($0.bytes)]
                }
            )
            page.line()
        }
        page.line("\(counted(files, "file")), \(Self.size(size)) on the disk")
        return page.text
    }
}

/// The markets of a series, or one market, or an underlying: `kbot data show`.
package struct DataDetails: Encodable, Sendable {
    /// One stream of data.
    package struct Line: Encodable, Sendable {
        /// Market or underlying.
        package let name: String
        /// `trades`, `book`, `lives`, `candles`, `ticks` or `spot_candles`.
        package let kind: String
        /// Length of candles, in seconds; 0 for the others.
        package let interval: Int64
        /// First and last time.
        package let first: Timestamp
        package let last: Timestamp
        /// Rows, and trades among them.
        package let rows: Int
        package let trades: Int
        /// Files it comes from.
        package let files: Int
        /// What is known of the market.
        package let opens: Timestamp?
        package let closes: Timestamp?
        package let strike: SpotPrice?
        /// `yes`, `no` or `scalar`; nil while unknown.
        package let result: String?
        /// Whether the result was inferred, not told by the venue.
        package let inferred: Bool

        private enum CodingKeys: String, CodingKey {
            case name, kind
            case interval = "interval_s"
            case first, last, rows, trades, files, opens, closes, strike, result, inferred
        }
    }

    /// The streams, in the order of their names.
    package let streams: [Line]

    /// Looks for a series, a market or an underlying.
    ///
    /// - Parameters:
    ///   - catalogue: Where the data is.
    ///   - name: The series, market or underlying.
    ///   - day: A day in UTC, or nil for all.
    /// - Throws: ``RunFailure`` when the catalogue has nothing of that name (that day).
    package init(_ catalogue: Catalogue, _ name: String, day: UTCDay?) throws(RunFailure) {
        var selection = DataSelection()
        selection.from = day?.start
        selection.to = day.map { $0.start + .hours(24) }
        do {
            var records: [String: MarketRecord] = [:]
            for record in try catalogue.records() { records[record.ticker.text] = record }
            streams = try catalogue.streams(selection).filter { $0.key.name == name || $0.series == name }.map {
                stream in
                let record = records[stream.key.name]
                return Line(
                    name: stream.key.name,
                    kind: stream.key.kind.rawValue,
                    interval: stream.key.interval.wholeSeconds,
                    first: stream.first,
                    last: stream.last,
                    rows: stream.rows,
                    trades: stream.trades,
                    files: stream.sources,
                    opens: record?.opens,
                    closes: record?.closes,
                    strike: record?.strike,
                    result: record?.settlement?.result,
                    inferred: record?.settlement?.isInferred ?? false
                )
            }
        } catch {
            throw RunFailure(catalogueError: error)
        }
        guard !streams.isEmpty else {
            throw RunFailure(
                .usage,
                "the catalogue has nothing of \(name)\(day == nil ? "" : " on that day"): kbot data list shows what it has"
            )
        }
    }

    /// A table for a person.
    package func text(width: Int) -> String {
        var page = TextPage(width: width)
        page.table(
            [
                .left("name"), .left("kind"), .left("from"), .left("to"), .right("rows"), .right("trades"),
                .left("result"),
            ],
            rows: streams.map { line in
                [
                    line.name, line.interval > 0 ? "\(line.kind) \(line.interval)s" : line.kind, Self.time(line.first),
                    Self.time(line.last), "\(line.rows)", line.trades > 0 ? "\(line.trades)" : "",
                    (line.result ?? "") + (line.inferred ? " (inferred)" : ""),
                ]
            }
        )
        return page.text
    }

    private static func time(_ time: Timestamp) -> String {
        String(time.description.prefix(19)).replacing("T", with: " ")
    }
}
