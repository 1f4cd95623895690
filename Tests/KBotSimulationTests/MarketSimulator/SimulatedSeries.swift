import KBotModel

@testable import KBotSimulation

/// A simulated series with all its events, for tests.
struct SimulatedSeries {
    /// Monday noon, Eastern daylight time.
    static let noon = Timestamp(seconds: 1_777_305_600)
    /// Three windows, made once for all tests that only look.
    static let threeWindows = SimulatedSeries(minutes: 45, seed: 42)

    let events: [MarketEvent]

    init(minutes: Int64, seed: UInt64, start: Timestamp = noon) {
        self.init(MarketSimulator.Options(start: start, duration: .minutes(minutes), seed: seed))
    }

    init(_ options: MarketSimulator.Options) {
        var simulator = MarketSimulator(options)
        var events: [MarketEvent] = []
        while simulator.next(into: &events) {}
        self.events = events
    }

    /// The markets as they were last listed.
    var markets: [Market] {
        var markets: [Market] = []
        for case .listed(let market) in events.map(\.kind) {
            if market.id.index == markets.count {
                markets.append(market)
            } else {
                markets[Int(market.id.index)] = market
            }
        }
        return markets
    }

    /// Results by market.
    var settlements: [MarketID: (time: Timestamp, settlement: Settlement)] {
        var settlements: [MarketID: (time: Timestamp, settlement: Settlement)] = [:]
        for event in events {
            if case .settled(let market, let settlement) = event.kind { settlements[market] = (event.time, settlement) }
        }
        return settlements
    }

    var trades: [(time: Timestamp, trade: Trade)] {
        events.compactMap { event in
            if case .trade(let trade) = event.kind { (event.time, trade) } else { nil }
        }
    }
}

extension MarketEvent.Kind {
    /// The market an event is about; nil when it is the index's.
    var market: MarketID? {
        switch self {
        case .listed(let market): market.id
        case .snapshot(let id, _), .delta(let id, _, _, _), .status(let id, _), .settled(let id, _), .gap(let id): id
        case .trade(let trade): trade.market
        case .history, .spot, .spotCandle: nil
        }
    }
}
