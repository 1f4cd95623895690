import KBotEngine
import KBotModel
import KBotScripting
import KBotTestSupport

/// The reference script and the native rules, each in an engine of its own, hearing the same events.
///
/// Entries are stopped, so that every candle is judged on its own and no order is ever pending.
final class Duel {
    private var scripted: Engine
    private var native: Engine
    private let script: LuaStrategy
    private(set) var notes: [Note] = []
    /// Whether ``notes`` keeps what was told.
    var keepsNotes = true

    init(_ parameters: BollingerScalper.Parameters, _ configure: (inout EngineConfiguration) -> Void = { _ in }) throws
    {
        var configuration = EngineConfiguration()
        configure(&configuration)
        script = try LuaStrategy(
            try Scripts.shipped("strategies/bollinger_scalper.lua"),
            parameters: Self.texts(parameters)
        )
        scripted = Engine(configuration, strategies: [script])
        native = Engine(configuration, strategies: [BollingerScalper(parameters)])
    }

    /// Feeds one event to both and compares what they answer, note by note.
    @discardableResult
    func process(_ event: Event) throws -> [Effect] {
        let theirs = native.process(event)
        let ours = scripted.process(event)
        try hold(ours == theirs, "on \(event):\n  script \(ours)\n  native \(theirs)")
        for case .note(let note) in ours where keepsNotes { notes.append(note) }
        return ours
    }

    /// Feeds something public.
    @discardableResult
    func see(_ time: Timestamp, _ kind: MarketEvent.Kind) throws -> [Effect] {
        try process(.market(MarketEvent(time: time, kind)))
    }

    private static func texts(_ parameters: BollingerScalper.Parameters) -> [String: String] {
        [
            "period": "\(parameters.period)", "stddev": "\(Double(parameters.deviations) / 10_000)",
            "interval": parameters.interval.description, "geometry": parameters.geometry.rawValue,
            "min_minutes_left": "\(parameters.minMinutesLeft)", "min_stop_ticks": "\(parameters.minStopTicks)",
            "min_reward_risk": "\(Double(parameters.minRewardRisk) / 10_000)",
            "target_multiple": "\(Double(parameters.targetMultiple) / 10_000)",
        ]
    }
}
