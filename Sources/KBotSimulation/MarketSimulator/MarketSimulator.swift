public import KBotModel

/// A market that never was: 15-minute series made from a seed, for runs without a network, demonstrations and tests.
///
/// It speaks ``MarketEvent`` like any feed: listings, whole books, changes, trades, closes, settlements, and the index
/// itself, in time order, the same bits for the same options on every machine. It is shaped after recordings of
/// KXBTC15M, and has no edge built in: quotes scatter without bias around the exact probability of the outcome.
///
/// - Windows are aligned to quarter hours; those that open in `start ..< start + duration` are made, each up to its
///   settlement, which may come after `start + duration`.
///   A duration that holds no quarter hour makes nothing: start at one to trade at once.
/// - A market is listed 30 s before its open with no strike; becomes active with its first book at the open; is listed
///   again with its strike up to 4 s later; closes; settles 6–17 s after.
/// - YES pays when the index's average over the last minute reaches the average over the minute before the open; both
///   are rounded to cents, and one window's settlement is the next one's strike.
/// - The index is told at each whole second from the start until the last settlement; ``spotHistory`` is how it came
///   there.
/// - At equal times changes of the book come before the trades that made them, and the index comes last.
public struct MarketSimulator: Sendable {
    /// What to simulate.
    public struct Options: Hashable, Sendable {
        /// Series whose tickers the markets carry.
        public var series: SeriesTicker
        /// When the simulation starts; moved on to the next whole second.
        public var start: Timestamp
        /// How long windows open.
        public var duration: TimeSpan
        /// What everything is drawn from.
        public var seed: UInt64
        /// The index at the start.
        public var spot: SpotPrice
        /// Standard deviation of the index's move over one window, in basis points, up to 1,000; 22 is an ordinary day of
        /// Bitcoin. Contract prices do not depend on it.
        public var volatility: Int
        /// Trades a minute, on average, up to 100,000; 320 is KXBTC15M, 46 KXETH15M.
        public var tradesPerMinute: Int
        /// Book changes a second, on average, up to 10,000; a few come with the trades whatever is asked.
        public var deltasPerSecond: Int

        /// Makes options; all but the start have the values of an ordinary day of KXBTC15M.
        public init(
            series: SeriesTicker = "KXBTC15M",
            start: Timestamp,
            duration: TimeSpan = .hours(24),
            seed: UInt64 = 1,
            spot: SpotPrice = SpotPrice(units: 861_203_700),
            volatility: Int = 22,
            tradesPerMinute: Int = 320,
            deltasPerSecond: Int = 72
        ) {
            self.series = series
            self.start = start
            self.duration = duration
            self.seed = seed
            self.spot = spot
            self.volatility = volatility
            self.tradesPerMinute = tradesPerMinute
            self.deltasPerSecond = deltasPerSecond
        }
    }

    /// A market that has closed and waits for its result.
    private struct Decided {
        let market: MarketID
        let time: Timestamp
        let settlement: Settlement
    }

    static let life = TimeSpan.minutes(15)
    private static let step = TimeSpan(microseconds: OrderFlow.step)
    private static let listingLead = TimeSpan.seconds(30)
    private static let slowestSettlement = TimeSpan.seconds(17)

    /// The options it was made with.
    public let options: Options
    /// The index's name: the asset of the series, in dollars.
    public let spotSymbol: SpotSymbol
    /// The time up to which events were made; those of the next batch are not earlier.
    public private(set) var now: Timestamp
    /// No event is later than this.
    public let end: Timestamp

    let firstOpen: Timestamp
    /// How many markets there will be, and how many were listed.
    private let windows: Int
    private var listed = 0
    private var random: SeededRandom
    private var index: IndexPath
    private var flow: OrderFlow
    private var strikeTime = Timestamp.distantFuture
    private var decided: Decided?

    /// Makes a simulator at its start.
    public init(_ options: Options) {
        precondition(options.spot.units > 0, "Condition failed: the index starts above zero")
        precondition(
            (1...1_000).contains(options.volatility),
            "Condition failed: the volatility is 1…1,000 basis points"
        )
        precondition((0...100_000).contains(options.tradesPerMinute), "Condition failed: 0…100,000 trades a minute")
        precondition((0...10_000).contains(options.deltasPerSecond), "Condition failed: 0…10,000 book changes a second")
        self.options = options
        spotSymbol = SpotSymbol(options.series.underlying + "-USD")
        let life = Self.life.microseconds
        now = Timestamp(seconds: ceilDivide(options.start.microseconds, by: 1_000_000))
        firstOpen = Timestamp(microseconds: ceilDivide(now.microseconds, by: life) * life)
        let span = options.start + options.duration - firstOpen
        windows = Int(max(0, ceilDivide(span.microseconds, by: life)))
        end = windows == 0 ? now : firstOpen + Self.life * Int64(windows) + Self.slowestSettlement
        random = SeededRandom(seed: options.seed)
        index = IndexPath(value: Double(options.spot.units) / 10_000, basisPoints: options.volatility)
        flow = OrderFlow(tradesPerMinute: options.tradesPerMinute, deltasPerSecond: options.deltasPerSecond)
        // The window in progress at the start is not traded, but its last minute makes the first strike.
        index.openWindow(&random)
        index.approach(passed: Int((now - (firstOpen - Self.life)).microseconds / OrderFlow.step), &random)
    }

    /// The simulated index now.
    public var spot: SpotPrice { SpotPrice(units: Int64((index.value * 10_000).rounded())) }

    /// Appends the events of the next 100 ms, in time order; there may be none.
    ///
    /// - Returns: false when the simulation is over and nothing was appended.
    public mutating func next(into events: inout [MarketEvent]) -> Bool {
        guard now < end else { return false }
        let elapsed = (now - firstOpen).microseconds
        let window = Int(floorDivide(elapsed, by: Self.life.microseconds))
        let step = Int((elapsed - Int64(window) * Self.life.microseconds) / OrderFlow.step)
        let count = events.count
        publish(into: &events)
        if step == 0 { turn(to: window, into: &events) }
        if now >= strikeTime {
            strikeTime = .distantFuture
            events.append(MarketEvent(time: now, .listed(market(window, strike: index.strike, status: .active))))
        }
        // Nobody asks for the index once everything is settled.
        let tellsIndex = step % IndexPath.stepsPerSecond == 0 && (window < windows || decided != nil)
        let told = tellsIndex ? spot : nil
        index.advance(step: step, &random)
        if (0..<windows).contains(window) {
            let second = step / IndexPath.stepsPerSecond
            flow.advance(
                from: now.microseconds,
                fairValue: index.fairValue,
                activity: index.activity[second],
                secondsLeft: IndexPath.seconds - second,
                &random,
                into: &events
            )
        }
        if let told {
            let place = events[count...].firstIndex { $0.time > now } ?? events.endIndex
            events.insert(MarketEvent(time: now, .spot(spotSymbol, told)), at: place)
        }
        now = now + Self.step
        return true
    }
}

// MARK: - The life of a market

extension MarketSimulator {
    /// Publishes what is due whatever trades: a result, a listing.
    private mutating func publish(into events: inout [MarketEvent]) {
        if let due = decided, now >= due.time {
            decided = nil
            events.append(MarketEvent(time: now, .settled(due.market, due.settlement)))
        }
        if listed < windows, now >= open(of: listed) - Self.listingLead {
            events.append(MarketEvent(time: now, .listed(market(listed, strike: nil, status: .initialized))))
            listed += 1
        }
    }

    /// Closes the window before and opens this one.
    private mutating func turn(to window: Int, into events: inout [MarketEvent]) {
        if (1...max(1, windows)).contains(window) {
            let closed = MarketID(Int32(window - 1))
            events.append(MarketEvent(time: now, .status(closed, .closed)))
            let delay = Self.step * Int64(60 + random.below(110))
            decided = Decided(market: closed, time: now + delay, settlement: index.paysYes ? .yes : .no)
        }
        index.openWindow(&random)
        guard (0..<windows).contains(window) else { return }
        let market = MarketID(Int32(window))
        flow.open(market, fairValue: index.fairValue, &random)
        events.append(MarketEvent(time: now, .status(market, .active)))
        events.append(MarketEvent(time: now, .snapshot(market, flow.book.snapshot)))
        strikeTime = now + Self.step * Int64(random.below(41))
    }

    private func open(of window: Int) -> Timestamp { firstOpen + Self.life * Int64(window) }

    private func market(_ window: Int, strike: SpotPrice?, status: MarketStatus) -> Market {
        let close = open(of: window + 1)
        return Market(
            id: MarketID(Int32(window)),
            ticker: EasternTicker.ticker(series: options.series, close: close),
            series: options.series,
            openTime: open(of: window),
            closeTime: close,
            fees: .quadratic.inForce(at: close),
            strike: strike,
            status: status
        )
    }
}
