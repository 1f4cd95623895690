import KBotEngine
package import KBotModel
package import KBotReports
import KBotSimulation

/// What comes of a backtest.
extension Backtest {
    /// The report of the first run, with what the other fill models made of the same orders; nil when nothing ran.
    package func report(id: RunID, version: String) -> RunReport? {
        guard
            var report = lanes[0].run.backtestReport(
                id: id,
                version: version,
                feed: source.name,
                bars: lanes[0].bars,
                notes: notes
            )
        else { return nil }
        if lanes.count > 1 {
            report.fillModels = lanes.compactMap { lane in
                let name = lane.run.settings.fills.rawValue
                return lane.run.report(id: id, version: version).map { FillModelResult(name: name, $0.metrics) }
            }
            report.fillModelsNote = bandNote
        }
        return report
    }

    /// The report of each fill model's run, in the order of the settings.
    package func reports(id: RunID, version: String) -> [RunReport] {
        lanes.compactMap {
            $0.run.backtestReport(id: id, version: version, feed: source.name, bars: $0.bars, notes: notes)
        }
    }

    /// Says that limits which end a day early shaped the band, when they did; nil otherwise.
    private var bandNote: String? {
        let early = [ReasonCode.dailyLossLimit, .circuitBreaker].map(\.text)
        var stopped: [String] = []
        for lane in lanes {
            guard let session = lane.run.session, let recorder = lane.run.recorder else { continue }
            let blocked = recorder.blocked(until: session.now)
            let parts = blocked.parts.filter { early.contains($0.code) && $0.span > .zero }
            guard !parts.isEmpty else { continue }
            stopped.append("\(lane.run.settings.fills.rawValue) (\(parts.map(\.code).joined(separator: ", ")))")
        }
        guard !stopped.isEmpty else { return nil }
        return
            "Limits that end a day early stopped entries with \(stopped.joined(separator: ", ")): the runs differ by the "
            + "trades the limits left over, and the band shows limits as much as fills. With --limits "
            + "off=daily_loss,circuit_breaker it shows fills alone."
    }

    private var notes: [String] {
        guard lanes[0].run.started != nil else { return [] }
        var notes = lanes[0].run.filter.feeNotes
        if source.areBars {
            notes.append("bars: the path inside a bar is guessed, the worse end first; see docs/backtesting.md")
        }
        return notes
    }
}
