package import KBotModel

/// A market that the data trade in.
package struct SweepMarket: Hashable, Codable, Sendable {
    /// The venue's name.
    package let ticker: Ticker
    /// End of trading.
    package let closes: Timestamp
    /// The days with bars of a market without an end; empty for one that ends.
    package var days: [UTCDay] = []

    /// Whether it goes on for ever: its days then count as markets do.
    package var isEndless: Bool { closes >= BarFiles.noEnd }
}

/// What a sweep must know of its data before the first trial: the markets, the time, and a fingerprint.
package struct SweepMarkets: Hashable, Codable, Sendable {
    /// Markets with at least one trade or bar, in the order of their ends, then of their names.
    package private(set) var markets: [SweepMarket] = []
    /// Time of the first trade or bar of them.
    package private(set) var first = Timestamp.distantFuture
    /// Time of the last trade or bar.
    package private(set) var last = Timestamp.distantPast
    /// Events or bars.
    package private(set) var rows = 0
    /// A fingerprint of everything a run is told: the same from files, catalogue and memory, another when one trade differs.
    package private(set) var fingerprint = ""
    /// What the data are, one line each.
    package private(set) var sources: [String] = []

    init(markets: [SweepMarket], first: Timestamp, last: Timestamp) {
        self.markets = markets
        self.first = first
        self.last = last
    }

    /// Reads the data once.
    ///
    /// - Parameters:
    ///   - data: the data.
    ///   - plan: markets, series and window of the run.
    ///   - spot: underlyings whose prices the run wants.
    /// - Throws: ``RunFailure`` when they cannot be read, or have nothing of these markets.
    init(_ data: BacktestData, of plan: BacktestPlan, spot: [SpotSymbol]) throws(RunFailure) {
        var print = DataFingerprint()
        do {
            switch try data.open(from: plan.from, to: plan.to, spot: spot) {
            case .events(var feed):
                try scan(&feed, MarketFilter(plan.run), &print)
                sources = feed.summary.sources
            case .bars(let feed):
                try scan(feed, MarketFilter(plan.run), &print)
                sources = feed.summary.sources
            }
        } catch let failure as RunFailure {
            throw failure
        } catch let error as FeedError {
            throw RunFailure(.data, error.description)
        } catch {
            throw RunFailure(catalogueError: error)
        }
        guard !markets.isEmpty else {
            throw RunFailure(.data, "the data have no trade of a market that was asked for")
        }
        markets.sort { ($0.closes, $0.ticker.text) < ($1.closes, $1.ticker.text) }
        fingerprint = print.text
    }

    private mutating func scan(
        _ feed: inout any MarketFeed,
        _ filter: MarketFilter,
        _ print: inout DataFingerprint
    ) throws {
        var filter = filter
        var known: [MarketID: Market] = [:]
        var names: [MarketID: Int64] = [:]
        var traded: Set<MarketID> = []
        var batch: [MarketEvent] = []
        while try feed.next(into: &batch) {
            for event in batch {
                guard let event = filter.pass(event) else { continue }
                rows += 1
                print.add(event, of: event.market.flatMap { names[$0] } ?? 0)
                switch event.kind {
                case .listed(let market):
                    known[market.id] = market
                    names[market.id] = DataFingerprint.number(of: market.ticker.text)
                case .trade(let trade):
                    traded.insert(trade.market)
                    see(event.time)
                default: break
                }
            }
            batch.removeAll(keepingCapacity: true)
        }
        for market in known.values.sorted(by: { $0.ticker.text < $1.ticker.text }) { print.add(market) }
        markets = traded.compactMap { known[$0] }.map { SweepMarket(ticker: $0.ticker, closes: $0.closeTime) }
    }

    private mutating func scan(
        _ feed: any BarFeed,
        _ filter: MarketFilter,
        _ print: inout DataFingerprint
    ) throws {
        var filter = filter
        var passes: [MarketID: Bool] = [:]
        var names: [MarketID: Int64] = [:]
        var days: [MarketID: [UTCDay]] = [:]
        var batch: [MarketBar] = []
        while try feed.next(into: &batch) {
            for bar in batch {
                if passes[bar.market] == nil {
                    let market = feed.market(bar.market)
                    passes[bar.market] = filter.pass(MarketEvent(time: bar.bar.start, .listed(market))) != nil
                    names[bar.market] = DataFingerprint.number(of: market.ticker.text)
                    print.add(market)
                    print.add(feed.settlement(of: bar.market).map { "\($0)" } ?? "")
                }
                guard passes[bar.market] == true else { continue }
                rows += 1
                print.add(bar, of: names[bar.market] ?? 0)
                see(bar.bar.start)
                let day = bar.bar.start.utcDay
                if days[bar.market, default: []].last != day { days[bar.market, default: []].append(day) }
            }
            batch.removeAll(keepingCapacity: true)
        }
        markets = days.map { id, days in
            let market = feed.market(id)
            let isEndless = market.closeTime >= BarFiles.noEnd
            return SweepMarket(ticker: market.ticker, closes: market.closeTime, days: isEndless ? days : [])
        }
    }

    private mutating func see(_ time: Timestamp) {
        first = min(first, time)
        last = max(last, time)
    }

    /// Places of the markets by their names.
    var places: [Ticker: Int] {
        Dictionary(markets.enumerated().map { ($1.ticker, $0) }) { first, _ in first }
    }

    /// What counts as one market in statistics: a market, or a day of an endless one.
    package struct Unit: Hashable, Comparable, Sendable {
        /// When it ends.
        package let closes: Timestamp
        /// Place in ``markets``.
        package let market: Int
        /// The day, of an endless market.
        package let day: UTCDay?

        /// By the end, then by the market.
        package static func < (lhs: Unit, rhs: Unit) -> Bool { (lhs.closes, lhs.market) < (rhs.closes, rhs.market) }
    }

    /// The unit that a trade belongs to: its market, or the day it was opened on in an endless one.
    func unit(of trade: SweepTrade) -> Unit {
        let market = markets[trade.market]
        guard market.isEndless else { return Unit(closes: market.closes, market: trade.market, day: nil) }
        let day = trade.opened.utcDay
        return Unit(closes: day.next.start, market: trade.market, day: day)
    }

    /// Every unit, by its end.
    var units: [Unit] {
        var units: [Unit] = []
        for (place, market) in markets.enumerated() {
            if market.isEndless {
                units += market.days.map { Unit(closes: $0.next.start, market: place, day: $0) }
            } else {
                units.append(Unit(closes: market.closes, market: place, day: nil))
            }
        }
        return units.sorted()
    }

    /// The name of a unit: the ticker, with the day of an endless market.
    func name(of unit: Unit) -> String {
        let ticker = markets[unit.market].ticker.text
        return unit.day.map { "\(ticker) \($0)" } ?? ticker
    }
}
