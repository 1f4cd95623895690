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
    ///   - to: the data end before it, bars with the last that is over by then; nil for their own end.
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
            .events(try feed().cut(from: window.from, to: window.to))
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
        BacktestData(name: name, areBars: true, tellSpot: false) { window, _ throws(RunFailure) in
            .bars(try feed().cut(from: window.from, to: window.to))
        }
    }
}

extension BacktestData {
    /// The data of a plan: its files, or the catalogue when it names that or nothing.
    ///
    /// - Throws: ``RunFailure`` when there are none, or bars and recordings together.
    package static func of(_ plan: BacktestPlan) throws(RunFailure) -> BacktestData {
        try plan.run.checkTime()
        guard !plan.data.isEmpty, !plan.usesCatalogue else { return try catalogue(plan) }
        do throws(FeedError) {
            let spot = try SpotSource.read(plan.run.spot)
            let bars = try BarFiles.find(plan.data, besides: spot.map(\.path))
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
            var run = run
            (run.from, run.to) = (window.from, window.to)
            return Opened.events(try ReplayFeed.open(data, run))
        }
    }

    private static func barFiles(_ plan: BacktestPlan, _ bars: [String]) throws(FeedError) -> BacktestData {
        guard plan.run.spot.isEmpty else {
            throw .unrecognized(path: "--spot", reason: "prices of an underlying go with recordings, not bars")
        }
        for path in plan.data where RecordingFiles.isFolder(path) == false && !bars.contains(path) {
            throw .unrecognized(path: path, reason: "holds no candles of a market, and other files do: test them apart")
        }
        let (unit, fees, run) = (plan.priceUnit, plan.fees, plan.run)
        return BacktestData(name: "bars", areBars: true, tellSpot: false) { window, _ throws(RunFailure) in
            do throws(FeedError) {
                return Opened.bars(
                    try BarFiles(
                        paths: bars,
                        unit: unit,
                        fees: fees,
                        markets: run.marketsFile,
                        strict: run.strict,
                        from: window.from,
                        to: window.to
                    )
                )
            } catch {
                throw RunFailure(.data, error.description)
            }
        }
    }

    /// What the catalogue holds of the plan's markets and time.
    private static func catalogue(_ plan: BacktestPlan) throws(RunFailure) -> BacktestData {
        if plan.data.isEmpty, RecordingFiles.isFolder(Catalogue.path(in: plan.dataDirectory)) == nil {
            throw RunFailure(
                .usage,
                "no data: give files or folders with --data, or bring them into the catalogue with kbot import"
            )
        }
        let choice = try CatalogueChoice(plan.run, in: plan.dataDirectory)
        let fees = plan.fees
        return BacktestData(name: "catalogue", areBars: choice.areBars, tellSpot: !choice.areBars) {
            window,
            spot throws(RunFailure) in
            var choice = choice
            (choice.selection.from, choice.selection.to) = (window.from, window.to)
            if choice.areBars { return Opened.bars(try choice.bars(fees: fees)) }
            return Opened.events(try choice.recordings(spot: spot))
        }
    }
}
