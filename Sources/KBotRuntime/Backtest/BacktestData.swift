import KBotData
package import KBotModel

/// The data of a backtest, opened anew for each run over them: a value that checks and sweeps hand around, from one thread to
/// another.
package struct BacktestData: Sendable {
    /// Data as a run pulls them.
    package enum Opened {
        /// Recordings.
        case events(any MarketFeed)
        /// Bars.
        case bars(any BarFeed)
    }

    /// What they are, as the report names it: `replay` and `bars` for files, `catalogue`.
    package let name: String
    /// Whether they are bars and not recordings.
    package let areBars: Bool
    /// Whether a strategy can be given candles of an underlying.
    let tellSpot: Bool
    private let make: @Sendable (DataSelection, [SpotSymbol]) throws(RunFailure) -> Opened

    private init(
        name: String,
        areBars: Bool,
        tellSpot: Bool,
        make: @escaping @Sendable (DataSelection, [SpotSymbol]) throws(RunFailure) -> Opened
    ) {
        self.name = name
        self.areBars = areBars
        self.tellSpot = tellSpot
        self.make = make
    }

    /// Opens the data once more.
    ///
    /// - Parameters:
    ///   - from: nothing before it is known; nil for all there is.
    ///   - to: the data end before it; nil for their own end.
    ///   - spot: underlyings whose prices are wanted too.
    /// - Returns: a feed that begins at their beginning.
    /// - Throws: ``RunFailure`` when they cannot be opened, or hold nothing of it.
    package func open(
        from: Timestamp? = nil,
        to: Timestamp? = nil,
        spot: [SpotSymbol] = []
    ) throws(RunFailure) -> Opened {
        var window = DataSelection()
        window.from = from
        window.to = to
        return try make(window, spot)
    }

    /// Recordings from elsewhere.
    ///
    /// - Parameters:
    ///   - name: what they are, for the report.
    ///   - tellSpot: whether prices of underlyings are among them.
    ///   - feed: opens them, all of them each time.
    /// - Returns: data for any number of runs.
    package static func recordings(
        named name: String,
        tellSpot: Bool = false,
        _ feed: @escaping @Sendable () throws(RunFailure) -> any MarketFeed
    ) -> BacktestData {
        BacktestData(name: name, areBars: false, tellSpot: tellSpot) { window, _ throws(RunFailure) in
            .events(cut(try feed(), to: window))
        }
    }

    /// Bars from elsewhere.
    ///
    /// - Parameters:
    ///   - name: what they are, for the report.
    ///   - feed: opens them, all of them each time.
    /// - Returns: data for any number of runs.
    package static func bars(
        named name: String,
        _ feed: @escaping @Sendable () throws(RunFailure) -> any BarFeed
    ) -> BacktestData {
        BacktestData(name: name, areBars: true, tellSpot: false) { _, _ throws(RunFailure) in .bars(try feed()) }
    }

    private static func cut(_ feed: any MarketFeed, to window: DataSelection) -> any MarketFeed {
        window.from == nil && window.to == nil ? feed : WindowFeed(feed, from: window.from, to: window.to)
    }
}

extension BacktestData {
    /// The data of a plan: its files, or the catalogue when it names that or nothing.
    ///
    /// - Throws: ``RunFailure`` when there are none, or bars and recordings together.
    package static func of(_ plan: BacktestPlan) throws(RunFailure) -> BacktestData {
        if let from = plan.from, let to = plan.to, to <= from {
            throw RunFailure(.usage, "--to \(to): must be later than --from \(from)")
        }
        guard !plan.data.isEmpty, !plan.usesCatalogue else { return try catalogue(plan) }
        do throws(FeedError) {
            let bars = try BarFiles.find(plan.data)
            return bars.isEmpty ? recordings(plan) : try barFiles(plan, bars)
        } catch {
            throw RunFailure(.data, error.description)
        }
    }

    private static func recordings(_ plan: BacktestPlan) -> BacktestData {
        let (data, run) = (plan.data, plan.run)
        return BacktestData(name: "replay", areBars: false, tellSpot: !run.spot.isEmpty) {
            window,
            _ throws(RunFailure) in
            do throws(FeedError) {
                let feed = try ReplayFeed(
                    paths: data,
                    markets: run.marketsFile,
                    spot: try SpotSource.read(run.spot),
                    strict: run.strict
                )
                return Opened.events(cut(feed, to: window))
            } catch {
                throw RunFailure(.data, error.description)
            }
        }
    }

    private static func barFiles(_ plan: BacktestPlan, _ bars: [String]) throws(FeedError) -> BacktestData {
        guard plan.run.spot.isEmpty else {
            throw .unrecognized(path: "--spot", reason: "prices of an underlying go with recordings, not bars")
        }
        for path in plan.data where RecordingFiles.isFolder(path) == false && !bars.contains(path) {
            throw .unrecognized(path: path, reason: "no bars, and other files are: test them apart")
        }
        let (unit, fees, run) = (plan.priceUnit, plan.fees, plan.run)
        return BacktestData(name: "bars", areBars: true, tellSpot: false) { _, _ throws(RunFailure) in
            do throws(FeedError) {
                return Opened.bars(
                    try BarFiles(paths: bars, unit: unit, fees: fees, markets: run.marketsFile, strict: run.strict)
                )
            } catch {
                throw RunFailure(.data, error.description)
            }
        }
    }

    /// What the catalogue holds of the plan's markets and time.
    private static func catalogue(_ plan: BacktestPlan) throws(RunFailure) -> BacktestData {
        guard plan.run.spot.isEmpty, plan.run.marketsFile == nil else {
            throw RunFailure(
                .usage,
                "--spot and --markets go with files; the catalogue has its own (kbot import brings them in)"
            )
        }
        var selection = DataSelection()
        selection.series = Set(plan.run.series)
        selection.markets = Set(plan.run.markets)
        selection.from = plan.from
        selection.to = plan.to
        let directory = plan.dataDirectory
        let streams: [StreamFacts]
        do throws(CatalogueError) {
            streams = try Catalogue(directory: directory, access: .readOnly)
                .streams(selection, kinds: [.trades, .book, .candles])
        } catch {
            if case .missing = error, plan.data.isEmpty {
                throw RunFailure(
                    .usage,
                    "no data: give files or folders with --data, or bring them into the catalogue with kbot import"
                )
            }
            throw RunFailure(catalogueError: error)
        }
        let recorded = Set(streams.filter { $0.key.kind != .candles }.map(\.key.name))
        let bars = Set(streams.filter { $0.key.kind == .candles }.map(\.key.name)).subtracting(recorded)
        guard !recorded.isEmpty || !bars.isEmpty else {
            throw RunFailure(
                .data,
                "the catalogue in \(directory) has nothing of these markets and times: kbot data list shows what it has"
            )
        }
        guard recorded.isEmpty || bars.isEmpty else {
            throw RunFailure(
                .usage,
                "the catalogue has recordings of \(recorded.min() ?? "") and others, and bars alone of \(bars.min() ?? ""): "
                    + "choose with --series or --market"
            )
        }
        let (fees, wanted) = (plan.fees, selection)
        return BacktestData(name: "catalogue", areBars: recorded.isEmpty, tellSpot: !recorded.isEmpty) {
            window,
            spot throws(RunFailure) in
            var selection = wanted
            selection.from = window.from
            selection.to = window.to
            guard recorded.isEmpty else {
                return Opened.events(try CatalogueFeed.open(directory, selection, spot: spot))
            }
            do throws(CatalogueError) {
                let catalogue = try Catalogue(directory: directory, access: .readOnly)
                return Opened.bars(try CatalogueBars(catalogue, selection, fees: fees))
            } catch {
                throw RunFailure(catalogueError: error)
            }
        }
    }
}
