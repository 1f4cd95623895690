import KBotExchange
import KBotModel
import KBotTestSupport

/// Markets that never were, with lives of a minute or two: what a quarter of an hour brings, in a tenth of the events.
///
/// Made as it is asked for, ahead of time; the exchange trades on it, and whoever listens is told the same.
final class FaultTape {
    /// One market as it goes on.
    private struct Window {
        var market: Market
        var middle: Int32
        var next: Timestamp
        var isPaused = false
        var hasOpened = false
        var isClosed = false
        var result: (at: Timestamp, settlement: Settlement)?
    }

    /// What was made and not yet told, oldest first.
    private(set) var untold: [MarketEvent] = []
    private var nextUntold = 0
    private var windows: [Window] = []
    private var random: SeededGenerator
    private var count: Int32 = 0
    private(set) var now: Timestamp
    /// No market opens from then on.
    let lastOpening: Timestamp

    init(seed: UInt64, start: Timestamp, lastOpening: Timestamp) {
        random = SeededGenerator(seed: seed ^ 0x7461_7065)
        now = start
        self.lastOpening = lastOpening
        for _ in 0..<2 { open(at: start + .seconds(Int64(windows.count * 7))) }
    }

    /// Time of the next event not told; the distant future when all is over.
    var nextTime: Timestamp { nextUntold < untold.count ? untold[nextUntold].time : .distantFuture }

    /// The events up to a time that were not told yet.
    func takeUntold(until time: Timestamp) -> ArraySlice<MarketEvent> {
        let start = nextUntold
        while nextUntold < untold.count, untold[nextUntold].time <= time { nextUntold += 1 }
        defer {
            if nextUntold > 1_000 {
                untold.removeFirst(nextUntold)
                nextUntold = 0
            }
        }
        return untold[start..<nextUntold]
    }

    /// Makes the next few events; false when all is over.
    func next(into events: inout [MarketEvent]) -> Bool {
        guard let index = windows.indices.min(by: { windows[$0].next < windows[$1].next }) else { return false }
        now = max(now, windows[index].next)
        let first = events.count
        turn(index, into: &events)
        untold += events[first...]
        return true
    }

    // MARK: One market

    private func open(at time: Timestamp) {
        count += 1
        let opens = time + .seconds(1)
        let life = TimeSpan.seconds(Int64.random(in: 40...110, using: &random))
        let market = Market(
            id: MarketID(count - 1),
            ticker: Ticker("KXBTC15M-26NOV22F\(count)-\(count % 60)"),
            series: "KXBTC15M",
            openTime: opens,
            closeTime: opens + life,
            status: .initialized
        )
        windows.append(Window(market: market, middle: Int32.random(in: 30...70, using: &random), next: time))
    }

    private func turn(_ index: Int, into events: inout [MarketEvent]) {
        var window = windows[index]
        let id = window.market.id
        if let result = window.result {
            events.append(MarketEvent(time: now, .settled(id, result.settlement)))
            windows.remove(at: index)
            if now < lastOpening { open(at: now + .milliseconds(Int64.random(in: 0...4_000, using: &random))) }
            return
        }
        if now >= window.market.closeTime {
            events.append(MarketEvent(time: now, .status(id, .closed)))
            let result: Settlement = Int32.random(in: 0..<100, using: &random) < window.middle ? .yes : .no
            let due = now + .milliseconds(Int64.random(in: 500...6_000, using: &random))
            window.result = (due, result)
            window.next = due
        } else if !window.hasOpened {
            let opens = now >= window.market.openTime
            window.hasOpened = opens
            window.market.status = opens ? .active : .initialized
            events.append(MarketEvent(time: now, .listed(window.market)))
            if opens { events.append(MarketEvent(time: now, .snapshot(id, book(window)))) }
            window.next = opens ? pause(window) : window.market.openTime
        } else if window.isPaused {
            window.isPaused = false
            events.append(MarketEvent(time: now, .status(id, .active)))
            events.append(MarketEvent(time: now, .snapshot(id, book(window))))
            window.next = pause(window)
        } else {
            trade(&window, into: &events)
        }
        windows[index] = window
    }

    private func pause(_ window: Window) -> Timestamp {
        min(now + .milliseconds(Int64.random(in: 200...1_100, using: &random)), window.market.closeTime)
    }

    private func trade(_ window: inout Window, into events: inout [MarketEvent]) {
        let id = window.market.id
        let luck = Int.random(in: 0..<1_000, using: &random)
        if luck < 4 {
            window.isPaused = true
            events.append(MarketEvent(time: now, .status(id, .inactive)))
            window.next = min(now + .seconds(Int64.random(in: 1...4, using: &random)), window.market.closeTime)
            return
        }
        let move = luck < 30 ? Int32.random(in: -22...22, using: &random) : Int32.random(in: -2...2, using: &random)
        let before = window.middle
        window.middle = min(max(window.middle + move, 6), 94)
        if window.middle != before { events.append(MarketEvent(time: now, .snapshot(id, book(window)))) }
        if luck % 10 < 8 {
            let buys = Bool.random(using: &random)
            let through = Int32.random(in: 0...2, using: &random)
            let cents = buys ? window.middle + 1 + through : window.middle - 1 - through
            let count = Quantity(units: Int64.random(in: 50...4_000, using: &random))
            let trade = Trade(market: id, price: Price(cents: cents), count: count, taker: buys ? .bid : .ask)
            events.append(MarketEvent(time: now, .trade(trade)))
        } else {
            let change = Quantity(contracts: Int64.random(in: 1...40, using: &random))
            events.append(MarketEvent(time: now, .delta(id, .yes, Price(cents: window.middle - 1), change)))
        }
        window.next = pause(window)
    }

    private func book(_ window: Window) -> BookSnapshot {
        func levels(_ best: Int32) -> [BookLevel] {
            (0..<3).reversed().compactMap { depth in
                let cents = best - Int32(depth)
                guard cents > 0 else { return nil }
                return BookLevel(price: Price(cents: cents), count: Quantity(contracts: Int64(12 + 30 * depth)))
            }
        }
        return BookSnapshot(yes: levels(window.middle - 1), no: levels(99 - window.middle))
    }
}

/// The tape as the exchange's feed.
struct TapeFeed: ExchangeFeed {
    let tape: FaultTape

    mutating func next(into events: inout [MarketEvent]) throws -> Bool { tape.next(into: &events) }
}
