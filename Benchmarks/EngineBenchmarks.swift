import KBotEngine
import KBotModel
import KBotRuntime
import KBotScripting
import KBotSimulation

/// A day's trades through the engine.
enum EngineBenchmarks {
    static func all(_ data: BenchmarkData) -> [Benchmark] {
        [
            Benchmark(name: "engine, native strategy, trades in memory", unit: .millionPerSecond, goal: 2) { watch in
                let events = try data.events()
                var engine = EngineAlone(native())
                watch.time { for event in events { engine.process(event) } }
                return trades(events)
            },
            Benchmark(name: "engine, Lua script, trades in memory", unit: .millionPerSecond, goal: 1.5) { watch in
                let events = try data.events()
                var engine = EngineAlone(try script())
                watch.time { for event in events { engine.process(event) } }
                return trades(events)
            },
            Benchmark(name: "engine, Lua script, paper exchange, in memory", unit: .millionPerSecond) { watch in
                let events = try data.events()
                let session = session(try script())
                try watch.time { for event in events { try session.process(event) } }
                return trades(events)
            },
            Benchmark(name: "read .csv.gz", unit: .millionPerSecond) { watch in
                try watch.time {
                    let feed = try ReplayFeed(paths: [data.tradesPath])
                    var batch: [MarketEvent] = []
                    while try feed.next(into: &batch) { batch.removeAll(keepingCapacity: true) }
                }
                return trades(try data.events())
            },
            Benchmark(name: "read .csv.gz, engine, native strategy", unit: .millionPerSecond, goal: 1) { watch in
                var engine = EngineAlone(native())
                try watch.time {
                    let feed = try ReplayFeed(paths: [data.tradesPath])
                    var batch: [MarketEvent] = []
                    while try feed.next(into: &batch) {
                        for event in batch { engine.process(event) }
                        batch.removeAll(keepingCapacity: true)
                    }
                }
                return trades(try data.events())
            },
        ]
    }

    private static func trades(_ events: [MarketEvent]) -> Int {
        events.count { if case .trade = $0.kind { true } else { false } }
    }

    /// The reference rules on candles of five seconds, natively.
    static func native() -> BollingerScalper {
        var parameters = BollingerScalper.Parameters()
        parameters.interval = .fixed(.seconds(5))
        return BollingerScalper(parameters)
    }

    /// The same as a script.
    static func script() throws -> LuaStrategy {
        let path = "strategies/bollinger_scalper.lua"
        return try LuaStrategy(try ScriptLibrary.read(path), parameters: ["interval": "5s"])
    }

    /// A run on paper that nobody listens to.
    static func session(_ strategy: any Strategy) -> TradingSession {
        TradingSession(
            engine: Engine(EngineConfiguration(), strategies: [strategy]),
            venue: .paper(PaperExchange(cash: EngineConfiguration().initialCapital, seed: 1)),
            speed: .max,
            listen: { _, _ in }
        )
    }
}

/// An engine before a venue that takes every order and fills none.
struct EngineAlone: ~Copyable {
    private var engine: Engine
    private var effects: [Effect] = []
    private var requests: [OrderRequest] = []

    init(_ strategy: any Strategy) { engine = Engine(EngineConfiguration(), strategies: [strategy]) }

    mutating func process(_ event: MarketEvent) {
        while engine.nextDeadline < event.time { feed(.timer(engine.nextDeadline)) }
        feed(.market(event))
    }

    private mutating func feed(_ event: Event) {
        engine.process(event, into: &effects)
        if !effects.isEmpty { answer() }
    }

    private mutating func answer() {
        for case .send(let approved) in effects { requests.append(approved.request) }
        effects.removeAll(keepingCapacity: true)
        while let request = requests.popLast() {
            switch request {
            case .place(let order) where order.timeInForce == .immediateOrCancel: reject(order.id)
            case .place(let order): feed(.venue(engine.now, .accepted(order.id, resting: order.count)))
            case .cancel(let id), .amend(let id, _, _):
                feed(.venue(engine.now, .cancelled(id, unfilled: .zero, .requested)))
            }
        }
    }

    private mutating func reject(_ id: ClientOrderID) { feed(.venue(engine.now, .rejected(id, .other))) }
}
