package import KBotKalshi
package import KBotModel

/// Markets of the venue for people and programs: what can be traded, and at which prices.
package struct MarketListing: Sendable {
    /// A market.
    package struct Line: Encodable, Sendable {
        package let ticker: String
        package let series: String
        /// The price that decides it, in dollars; nil while unknown, or when it is no single price.
        package let strike: String?
        /// RFC 3339.
        package let opens: String
        package let closes: String
        /// Seconds to its close, not below 0.
        package let secondsLeft: Int64
        /// Best bid and ask for YES, in dollars; nil without one.
        package let bid: String?
        package let ask: String?
        /// Price of the last trade; nil before one.
        package let last: String?
        /// Contracts traded.
        package let volume: String
        /// In the venue's words.
        package let status: String
        package let shard: Int32

        private enum CodingKeys: String, CodingKey {
            case ticker, series, strike, opens, closes
            case secondsLeft = "seconds_left"
            case bid, ask, last, volume, status, shard
        }
    }

    /// The markets, those that close first before others.
    package private(set) var lines: [Line] = []
    /// What could not be read.
    package private(set) var warnings: [String] = []

    /// Makes a listing of rows as of a time.
    package init(_ rows: [MarketRow], at now: Timestamp, warnings: [String] = []) {
        self.warnings = warnings
        let sorted = rows.sorted { ($0.closes, $0.ticker) < ($1.closes, $1.ticker) }
        lines = sorted.map { row in
            Line(
                ticker: row.ticker.text,
                series: row.series.text,
                strike: row.floorStrike?.description ?? row.capStrike?.description,
                opens: row.opens.description,
                closes: row.closes.description,
                secondsLeft: max(0, (row.closes - now).wholeSeconds),
                bid: row.yesBid.flatMap { $0.isTradable ? $0.description : nil },
                ask: row.yesAsk.flatMap { $0.isTradable ? $0.description : nil },
                last: row.lastPrice.flatMap { $0.isTradable ? $0.description : nil },
                volume: (row.volume ?? .zero).description,
                status: row.phase.word,
                shard: row.shard ?? 0
            )
        }
    }

    /// Asks the venue for the markets of some series; without any, of the crypto series of a quarter-hour.
    ///
    /// With `all`, markets that are not open come too: coming, paused, closed. Throws ``RunFailure`` when the venue gives
    /// no answer.
    package static func ask(
        _ access: VenueAccess,
        series: [SeriesTicker],
        all: Bool
    ) throws(RunFailure) -> MarketListing {
        let result: Result<MarketListing, VenueError> = access.wait { [time = access.time] client in
            do throws(VenueError) {
                return .success(try await read(client, series, all, time))
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .success(let listing): return listing
        case .failure(let error): throw RunFailure(.venue, "\(access.settings.place): \(error)")
        }
    }

    private static func read(
        _ client: RESTClient,
        _ wanted: [SeriesTicker],
        _ all: Bool,
        _ time: VenueTime
    ) async throws(VenueError) -> MarketListing {
        var series = wanted
        var warnings: [String] = []
        if series.isEmpty {
            let page = try await client.send(Call<Page<SeriesRow>>.seriesList(category: "Crypto"))
            series = page.rows.filter { $0.frequency == "fifteen_min" }.map(\.ticker).sorted()
            if series.isEmpty {
                warnings.append("the venue has no crypto series of a quarter-hour: name one with --series")
            }
        }
        var rows: [MarketRow] = []
        for ticker in series {
            for status in all ? [MarketQuery.Status.open, .unopened, .paused, .closed] : [.open] {
                let answer = await VenueQuestion.markets(ticker, status).ask(client)
                switch answer {
                case .markets(let more, let unreadable):
                    rows += more
                    warnings += unreadable
                // The venue may not know every word any more.
                case .failed(let error) where status == .paused: warnings.append("paused markets: \(error)")
                case .failed(let error): throw error
                default: break
                }
            }
        }
        return MarketListing(rows, at: time.now, warnings: warnings)
    }

    /// A table, one line each.
    package var text: String {
        guard !lines.isEmpty else { return "no markets\n" }
        let head = ["MARKET", "STRIKE", "LEFT", "BID", "ASK", "LAST", "VOLUME", "STATUS"]
        let rows = lines.map { line in
            [
                line.ticker, line.strike ?? "-", Self.clock(line.secondsLeft), line.bid ?? "-", line.ask ?? "-",
                line.last ?? "-", line.volume, line.status,
            ]
        }
        let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
        return ([head] + rows).map { row in
            var cells: [String] = []
            for (column, cell) in row.enumerated() {
                let space = String(repeating: " ", count: widths[column] - cell.count)
                let isText = column == 0 || column == row.count - 1
                cells.append(isText ? cell + (column == 0 ? space : "") : space + cell)
            }
            return cells.joined(separator: "  ") + "\n"
        }.joined()
    }

    /// `8:05` or `3:08:05`.
    private static func clock(_ seconds: Int64) -> String {
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60)
        return (hours > 0 ? "\(hours):\(two(minutes))" : "\(minutes)") + ":\(two(seconds % 60))"
    }
}
