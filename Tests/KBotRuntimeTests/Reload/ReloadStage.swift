import Foundation
import KBotEngine
import KBotModel
import KBotScripting

@testable import KBotRuntime

/// A script in a folder, the running version made of it, and what takes edits over; the engine is played by the test.
final class ReloadStage {
    /// A version that was put into the engine.
    struct Swap: Hashable {
        let name: String
        let old: String
        let new: String
        let generation: Int
        let asked: Bool
    }

    let folder: FeedFolder
    let running: RunningScript
    private(set) var swaps: [Swap] = []
    private let reloader: Reloader
    private var now = ContinuousClock().now
    private static let time = Timestamp(seconds: 1_000_100)

    /// Writes the script as `s.lua`, `files` beside it, and starts it.
    init(
        _ text: String,
        _ kind: ScriptManifest.Kind = .strategy,
        parameters: [String: String] = [:],
        files: [String: String] = [:]
    ) throws {
        let folder = try FeedFolder()
        for (name, text) in files { try folder.write(name, text) }
        let file = try ScriptLibrary.read(try folder.write("s.lua", text))
        let running = try RunningScript(file, kind: kind, parameters: parameters, seed: 1)
        self.folder = folder
        self.running = running
        reloader = Reloader([running], store: VersionStore(stateDirectory: folder.path + "/state"), grace: .seconds(1))
    }

    /// What keeps the versions.
    var store: VersionStore { VersionStore(stateDirectory: folder.path + "/state") }

    /// Saves a text as the script, or as a file beside it.
    func save(_ text: String, as name: String = "s.lua") throws { try folder.write(name, text) }

    /// Takes a file away.
    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: folder.path + "/" + name) }

    // MARK: Reloading

    /// Reloads as an operator asks for it; nil when no script has the name.
    func reload(_ name: String? = nil) -> ReloadResult? {
        let results = reloader.reload(name) { script, running, old, asked in
            note(script, running, old, asked)
        }
        return results?.first
    }

    /// Lets the watcher look every 50 ms for so long.
    func poll(_ milliseconds: Int = 500) -> [ReloadResult] {
        var results: [ReloadResult] = []
        for _ in 0..<milliseconds / 50 {
            now += .milliseconds(50)
            results += reloader.poll(now: now, marketTime: Self.time) { script, running, old, asked in
                note(script, running, old, asked)
            }
        }
        return results
    }

    private func note(_ script: any LuaScript, _ running: RunningScript, _ old: String, _ asked: Bool) {
        precondition(script === running.current)
        swaps.append(
            Swap(
                name: running.name,
                old: old,
                new: running.version.hash,
                generation: running.generation,
                asked: asked
            )
        )
    }

    // MARK: The run

    /// Shows the strategy in force so many candles, and gives the reason of its last answer.
    @discardableResult
    func judge(_ count: Int = 1) -> String? {
        guard let strategy = running.current as? LuaStrategy else { return nil }
        var reason: String?
        for _ in 0..<count {
            let indicators = IndicatorSet(strategy.needs)
            indicators.add(Self.candle)
            let decision = strategy.onCandle(
                Self.candle,
                StrategyContext(
                    now: Self.time,
                    view: Self.view,
                    indicators: indicators,
                    position: nil,
                    account: Self.account
                )
            )
            if case .none(let code, _) = decision { reason = code.text }
        }
        return reason
    }

    /// Puts so many candles on the tape that new versions are tried on.
    func record(_ count: Int) {
        for _ in 0..<count {
            running.tape.append(
                CandleTape.Moment(
                    candle: .market(Self.candle),
                    now: Self.time,
                    view: Self.view,
                    position: nil,
                    account: Self.account
                )
            )
        }
    }

    private static let candle = Candle(
        start: Timestamp(seconds: 1_000_090),
        interval: .seconds(10),
        open: Price(units: 4_500),
        high: Price(units: 4_710),
        low: Price(units: 4_475),
        close: Price(units: 4_600),
        volume: Quantity(units: 1_250),
        trades: 7
    )

    private static let view = MarketView(
        facts: Market(
            id: MarketID(0),
            ticker: "KXBTC15M-TEST",
            series: "KXBTC15M",
            openTime: Timestamp(seconds: 1_000_000),
            closeTime: Timestamp(seconds: 1_000_900)
        ),
        touch: Touch(bid: Price(units: 4_500), ask: Price(units: 4_700)),
        lastPrice: Price(units: 4_550),
        lastHeard: Timestamp(seconds: 1_000_098)
    )

    private static let account = AccountView(
        equity: Money(dollars: 1_000),
        capital: Money(dollars: 1_000),
        cash: Money(dollars: 1_000),
        exposure: .zero,
        dayPnL: .zero,
        losingStreak: 0,
        openPositions: 0
    )
}

/// Texts of small scripts.
enum ReloadScripts {
    /// A strategy on 10-second candles; `head` stands before it, `onCandle` is the body of that callback, `more` stands
    /// before the end.
    static func strategy(
        name: String = "scalp",
        period: Int = 25,
        params: String = "",
        interval: String = "10s",
        head: String = "",
        onCandle: String = #"return nil, "QUIET""#,
        _ more: String = ""
    ) -> String {
        """
        \(head)
        local s = { api = 1, kind = "strategy", name = "\(name)", version = "1", params = {
          period = { type = "integer", default = \(period), min = 2, max = 500 }, \(params)
        } }
        function s.needs(params) return { candles = { interval = "\(interval)" }, indicators = {} } end
        function s.on_candle(ctx, candle) \(onCandle) end
        \(more)
        return s

        """
    }

    /// A rule that denies every order with a code.
    static func rule(_ code: String) -> String {
        """
        local r = { api = 1, kind = "risk-rule", name = "rule", version = "1" }
        function r.check(ctx, order) return "deny", "\(code)", "always" end
        return r

        """
    }

    /// A test of a strategy in `s.lua` that wants an answer.
    static func test(wants reason: String) -> String {
        """
        it("answers", function()
          expect(select(2, test.strategy("s.lua"):candle(50))).to_be("\(reason)")
        end)

        """
    }
}
