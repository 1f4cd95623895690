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
        }
        return report
    }

    /// The report of each fill model's run, in the order of the settings.
    package func reports(id: RunID, version: String) -> [RunReport] {
        lanes.compactMap {
            $0.run.backtestReport(id: id, version: version, feed: source.name, bars: $0.bars, notes: notes)
        }
    }

    private var notes: [String] {
        guard let from = lanes[0].run.started else { return [] }
        var notes: [String] = []
        let since = FeeSchedule.inForceSince
        let areCharged = lanes[0].bars.map { $0.venue.exchange.feesPaid > .zero } ?? true
        if from < since, areCharged {
            notes.append(
                "fees are those in force since \(since.utcDay); what was charged before is not known to kbot"
            )
        }
        if source.areBars {
            notes.append("bars: the path inside a bar is guessed, the worse end first; see docs/backtesting.md")
        }
        if let from = plan.from { notes.append("nothing before --from \(from) was known to the run") }
        if let to = plan.to { notes.append("the run ended before --to \(to)") }
        return notes
    }
}

extension FeeSchedule {
    /// Since when the venue's fees are as ``FeeSchedule`` has them.
    static let inForceSince = UTCDay(year: 2026, month: 5, day: 28).start
}
