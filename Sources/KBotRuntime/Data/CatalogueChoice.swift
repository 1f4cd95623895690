import KBotData
import KBotModel

/// What the catalogue has of the markets and the time that a plan names: recordings, or bars, never both.
struct CatalogueChoice: Sendable {
    /// The data directory.
    let directory: String
    /// Markets and time.
    var selection: DataSelection
    /// Whether these are bars.
    var areBars: Bool { bar != nil }
    /// One of the markets of which there are bars alone.
    private let bar: String?

    /// How many markets a message names.
    private static let samples = 3

    /// Looks what there is.
    ///
    /// - Throws: ``RunFailure`` when there is no catalogue, nothing in it of a series, a market or the time that was asked for,
    ///   or bars beside recordings.
    init(_ plan: RunPlan, in directory: String) throws(RunFailure) {
        guard plan.spot.isEmpty, plan.marketsFile == nil else {
            throw RunFailure(
                .usage,
                "--spot and --markets go with files; the catalogue has its own (kbot import brings them in)"
            )
        }
        try plan.checkTime()
        let wanted = plan.selection
        self.directory = directory
        selection = wanted
        var time = DataSelection()
        (time.from, time.to) = (plan.from, plan.to)
        let streams: [StreamFacts]
        do throws(CatalogueError) {
            streams = try Catalogue(directory: directory, access: .readOnly)
                .streams(time, kinds: [.trades, .book, .candles])
        } catch {
            throw RunFailure(catalogueError: error)
        }
        try Self.find(plan, in: streams, "the catalogue in \(directory)")
        let chosen = streams.filter { wanted.takes(Ticker($0.key.name)) }
        let recorded = Set(chosen.filter { $0.key.kind != .candles }.map(\.key.name))
        let bars = Set(chosen.map(\.key.name)).subtracting(recorded)
        guard let bar = bars.min() else {
            self.bar = nil
            return
        }
        guard recorded.isEmpty else {
            throw RunFailure(
                .usage,
                "the catalogue has recordings of \(recorded.min() ?? "") and others, and bars alone of \(bar): "
                    + "choose with --series or --market"
            )
        }
        self.bar = bar
    }

    /// Each series and market that was asked for must be there.
    private static func find(_ plan: RunPlan, in streams: [StreamFacts], _ place: String) throws(RunFailure) {
        let isCut = plan.from != nil || plan.to != nil
        guard !streams.isEmpty else {
            throw RunFailure(
                .data,
                "\(place) has no trades, books or candles\(isCut ? " of this time" : ""): kbot data list shows what it has, "
                    + "kbot import PATH… brings more"
            )
        }
        guard !plan.mayMiss else { return }
        let time = isCut ? " in this time" : ""
        let series = Set(streams.map(\.series)).sorted()
        for name in plan.series where !series.contains(name) {
            throw RunFailure(
                .data,
                "--series \(name): not in \(place)\(time); it has \(series.joined(separator: ", "))"
            )
        }
        let markets = Set(streams.map(\.key.name)).sorted()
        for name in plan.markets where !markets.contains(name) {
            let some = markets.prefix(samples).joined(separator: ", ")
            throw RunFailure(
                .data,
                "--market \(name): not in \(place)\(time); it has "
                    + (markets.count > samples ? "\(markets.count), such as \(some)" : some)
            )
        }
        if let name = plan.markets.first(where: { !plan.selection.takes(Ticker($0)) }) {
            throw RunFailure(.data, "--market \(name): in none of the series that were asked for")
        }
    }

    /// Opens trades and books of the time, with prices of underlyings between them.
    ///
    /// - Throws: ``RunFailure`` when there are bars alone, or no price of an underlying.
    func recordings(spot: [SpotSymbol]) throws(RunFailure) -> any MarketFeed {
        if let bar {
            throw RunFailure(
                .data,
                "the catalogue in \(directory) has bars alone of \(bar), and a run wants trades or books: kbot backtest takes bars"
            )
        }
        do {
            return try CatalogueFeed(try Catalogue(directory: directory, access: .readOnly), selection, spot: spot)
        } catch {
            throw RunFailure(catalogueError: error)
        }
    }

    /// Opens bars.
    ///
    /// - Throws: ``RunFailure`` when the catalogue cannot be read.
    func bars(fees: BarFees?) throws(RunFailure) -> CatalogueBars {
        do throws(CatalogueError) {
            return try CatalogueBars(try Catalogue(directory: directory, access: .readOnly), selection, fees: fees)
        } catch {
            throw RunFailure(catalogueError: error)
        }
    }
}

extension RunPlan {
    /// What of the catalogue the plan wants.
    var selection: DataSelection {
        var selection = DataSelection()
        (selection.from, selection.to) = (from, to)
        (selection.series, selection.markets) = (Set(series), Set(markets))
        selection.mayMiss = mayMiss
        return selection
    }

    /// How far time goes on behind the last event, for what is still due; what ends with the time asked for counts.
    func end(after last: Timestamp) -> Timestamp {
        min(last + .seconds(2), to.map { $0 + TimeSpan(microseconds: 1) } ?? .distantFuture)
    }

    /// The time asked for must not be empty.
    func checkTime() throws(RunFailure) {
        guard let from, let to, to <= from else { return }
        throw RunFailure(.usage, "--to \(to): must be later than --from \(from)")
    }
}
