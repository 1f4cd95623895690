import Foundation
import KBotEngine
import KBotModel
import KBotScripting

@testable import KBotRuntime

/// Several scripts in one folder that are edited while they run; the engine is played by the test.
final class ReloadDesk {
    let folder: FeedFolder
    private(set) var scripts: [RunningScript] = []
    private var reloader: Reloader?
    private var now = ContinuousClock().now
    /// Market time at which the next version begins.
    var marketTime = Timestamp(seconds: 1_000_100)
    /// Hashes of the versions that were put in force, old and new, in order.
    private(set) var swaps: [(old: String, new: String)] = []

    init() throws { folder = try FeedFolder() }

    /// Writes a file.
    func save(_ name: String, _ text: String) throws { try folder.write(name, text) }

    /// Takes a file away.
    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: folder.path + "/" + name) }

    /// Starts the scripts of these names, without `.lua`, which are written already.
    @discardableResult
    func start(_ names: String..., kind: ScriptManifest.Kind = .strategy) throws -> RunningScript {
        for name in names {
            let file = try ScriptLibrary.read("\(folder.path)/\(name).lua")
            scripts.append(try RunningScript(file, kind: kind, parameters: [:], seed: 1))
        }
        reloader = Reloader(scripts, store: store, grace: .zero)
        return scripts[0]
    }

    /// What keeps the versions.
    var store: VersionStore { VersionStore(stateDirectory: folder.path + "/state") }

    /// What became of edits and absences within so many milliseconds of looking.
    func poll(_ milliseconds: Int = 1_000) -> [ReloadResult] {
        var results: [ReloadResult] = []
        for _ in 0..<milliseconds / 50 {
            now += .milliseconds(50)
            results += reloader?.poll(now: now, marketTime: marketTime, swap: swap) ?? []
        }
        return results
    }

    /// Reloads as an operator asks for it.
    func reload(_ name: String? = nil) -> [ReloadResult] { reloader?.reload(name, swap: swap) ?? [] }

    /// Why versions could not be kept.
    func takeStoreFailure() -> String? { reloader?.takeStoreFailure() }

    private func swap(_ script: any LuaScript, _ running: RunningScript, _ old: String, _ asked: Bool) {
        swaps.append((old, running.version.hash))
    }

    /// Shows a strategy one candle; the reason it answers with.
    @discardableResult
    func judge(_ running: RunningScript) -> String? {
        guard let strategy = running.current as? LuaStrategy else { return nil }
        let candle = Candle(flatAt: Price(cents: 50), start: marketTime - .seconds(10), interval: .seconds(10))
        let indicators = IndicatorSet(strategy.needs)
        indicators.add(candle)
        let facts = Market(
            id: MarketID(0),
            ticker: "M0",
            series: "SERIES",
            openTime: marketTime - .seconds(100),
            closeTime: marketTime + .seconds(100)
        )
        let account = AccountView(
            equity: .zero,
            capital: .zero,
            cash: .zero,
            exposure: .zero,
            dayPnL: .zero,
            losingStreak: 0,
            openPositions: 0
        )
        let context = StrategyContext(
            now: marketTime,
            view: MarketView(facts: facts, touch: Touch(), lastHeard: marketTime),
            indicators: indicators,
            position: nil,
            account: account
        )
        running.tape.append(
            CandleTape.Moment(
                candle: .market(candle),
                now: marketTime,
                view: context.view,
                position: nil,
                account: account
            )
        )
        guard case .none(let code, _) = strategy.onCandle(candle, context) else { return nil }
        return code.text
    }
}
