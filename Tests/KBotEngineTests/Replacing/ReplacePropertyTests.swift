import KBotModel
import KBotTestSupport
import Testing

@testable import KBotEngine

/// An engine whose strategies are written down, one that changes on the way and one that never does.
private struct Team: ~Copyable {
    var engine: Engine
    private(set) var recorders: [Recorder]
    private(set) var effects: [Effect] = []

    init(_ configuration: EngineConfiguration, _ versions: [Version]) {
        recorders = versions.enumerated().map { $1.recorder($0) }
        engine = Engine(configuration, strategies: recorders)
    }

    mutating func process(_ event: Event) {
        effects = []
        engine.process(event, into: &effects)
    }

    mutating func replace(_ index: Int, with version: Version) {
        effects = []
        recorders[index] = version.recorder(index)
        let swap = ScriptSwap(script: "s\(index)", oldHash: "", newHash: "", generation: 2, afterEvents: 0)
        engine.replace(recorders[index], swap, into: &effects)
    }

    /// What was told, without what a run that never changed would not tell or has told before.
    var told: [Effect] {
        effects.filter { effect in
            guard case .note(let note) = effect else { return true }
            switch note.kind {
            case .swapped, .warning(.cannotWarmUp, _): return false
            default: return true
            }
        }
    }
}

private struct Version {
    var needs: StrategyNeeds
    var callbacks: StrategyCallbacks

    init(_ random: inout SeededGenerator) {
        needs = .random(&random)
        callbacks = StrategyCallbacks(rawValue: UInt8.random(in: 0...15, using: &random))
    }

    func recorder(_ index: Int) -> Recorder { Recorder(StrategyName("s\(index)"), needs, callbacks: callbacks) }
}

/// Feeds both what either asks for, then the event.
private func process(
    _ event: Event,
    _ left: inout Team,
    _ right: inout Team,
    _ check: (Event, inout Team, inout Team) throws -> Void
)
    throws
{
    while true {
        let due = min(left.engine.nextDeadline, right.engine.nextDeadline)
        guard due < event.time else { break }
        left.process(.timer(due))
        right.process(.timer(due))
        try check(.timer(due), &left, &right)
    }
    left.process(event)
    right.process(event)
    try check(event, &left, &right)
}

@Test(arguments: [TimeSpan.zero, .milliseconds(250), .seconds(3)])
func `a new version sees what it would have seen from the start`(_ grace: TimeSpan) throws {
    var calls = 0
    try forSeeds(0..<150) { random in
        var configuration = EngineConfiguration()
        configuration.candleGrace = grace
        configuration.keepsTrades = true
        let stream = Stream(160, disordered: Bool.random(using: &random), &random)
        var versions = (0..<3).map { _ in Version(&random) }
        var changing = Team(configuration, versions)

        // Some strategies change some times; the run to compare with has their last versions from the start.
        var changes: [(after: Int, index: Int, version: Version)] = []
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let after = Int.random(in: 0..<stream.events.count, using: &random)
            changes.append((after, Int.random(in: 0..<3, using: &random), Version(&random)))
        }
        changes.sort { $0.after < $1.after }
        for change in changes { versions[change.index] = change.version }
        var steady = Team(configuration, versions)

        let last = changes.map(\.after).max() ?? 0
        var heard: (changing: [Int], steady: [Int])?
        for (place, event) in stream.events.enumerated() {
            try process(event, &changing, &steady) { event, changing, steady in
                guard heard != nil else { return }
                try hold(
                    changing.told == steady.told,
                    "at \(event.time - Stream.start): told \(changing.told), from the start \(steady.told)"
                )
            }
            for change in changes where change.after == place { changing.replace(change.index, with: change.version) }
            if place == last { heard = (changing.recorders.map(\.calls.count), steady.recorders.map(\.calls.count)) }
            guard let heard else { continue }
            let when = "after event \(place), \(event.time - Stream.start)"
            try hold(
                changing.engine.nextDeadline == steady.engine.nextDeadline,
                "\(when): the next deadline is \(changing.engine.nextDeadline), from the start \(steady.engine.nextDeadline)"
            )
            try hold(
                changing.engine.openCandles == steady.engine.openCandles,
                "\(when): open are \(changing.engine.openCandles), from the start \(steady.engine.openCandles)"
            )
            for index in 0..<3 {
                let since = Array(changing.recorders[index].calls[heard.changing[index]...])
                let expected = Array(steady.recorders[index].calls[heard.steady[index]...])
                try hold(since == expected, "\(when): s\(index) heard \(since), from the start \(expected)")
            }
        }
        for recorder in changing.recorders { calls += recorder.calls.count }
    }
    #expect(calls > 10_000)
}
