import Foundation
package import KBotModel

/// What `kbot simulate-data` is to write.
package struct SimulatedDataPlan: Sendable {
    /// What the files hold.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Trades and results, small.
        case trades
        /// All that the venue's socket says, books included, large.
        case frames
    }

    /// The series.
    package var series: SeriesTicker = "KXBTC15M"
    /// How many days, a set of files for each.
    package var days = 30
    /// The first of them.
    package var start = SimulatedFeed.usualStart.utcDay
    /// What everything is drawn from.
    package var seed: UInt64 = 1
    /// What the files hold.
    package var kind = Kind.trades
    /// Where they go; made when there is none.
    package var folder: String
    /// Whether simulated data of the series that lie there are replaced.
    package var overwrites = false

    /// Makes a plan with the values of an ordinary month.
    package init(folder: String) { self.folder = folder }
}

/// Writes a month that never was as recordings that every reader of kbot takes, each of them marked as simulated.
///
/// The events are those of the simulator: `kbot run --feed sim` with the same series, seed and length has them too. All
/// files are written aside, in a hidden folder, and moved to their places when the last one is whole: whatever happens,
/// there is all or nothing. They are streamed; memory does not grow with the days.
package struct SimulatedData {
    /// A file that was written.
    package struct File: Encodable, Sendable {
        /// Its name in the folder.
        package let name: String
        /// Its size before compression.
        package let bytes: Int
    }

    /// What was written.
    package struct Result: Encodable, Sendable {
        /// Always true: nothing of it happened.
        package let simulated = true
        /// The folder.
        package let folder: String
        /// Its new files.
        package let files: [File]
        /// Markets, each with its result.
        package let markets: Int
        /// Trades.
        package let trades: Int

        private enum CodingKeys: String, CodingKey { case simulated, folder, files, markets, trades }
    }

    /// More days than anybody wants by intention.
    package static let mostDays = 3_660

    private let plan: SimulatedDataPlan
    private var feed: SimulatedFeed

    /// Prepares the data; nothing is written yet.
    ///
    /// - Throws: ``RunFailure`` for a series the simulator does not make, or no days.
    package init(_ plan: SimulatedDataPlan) throws(RunFailure) {
        guard (1...Self.mostDays).contains(plan.days) else {
            throw RunFailure(.usage, "--days \(plan.days): 1 to \(Self.mostDays)")
        }
        let feed = try SimulatedFeed(
            series: plan.series,
            start: plan.start.start,
            duration: .hours(24) * Int64(plan.days),
            seed: plan.seed
        )
        self.init(plan, feed: feed)
    }

    /// Prepares the data of a feed that is not days long.
    init(_ plan: SimulatedDataPlan, feed: SimulatedFeed) {
        self.plan = plan
        self.feed = feed
    }

    /// Writes the files.
    ///
    /// - Parameters:
    ///   - progress: hears the share that is done, from 0 to 1.
    ///   - isOver: whether to give up; then nothing is left behind.
    /// - Returns: what was written.
    /// - Throws: ``RunFailure`` when the folder holds simulated data of the series already, when the disk refuses, or when
    ///   given up.
    package mutating func write(
        progress: (Double) -> Void,
        until isOver: () -> Bool
    ) throws(RunFailure) -> Result {
        let folder = try SimulatedFolder(plan)
        defer { folder.discard() }
        var files = SimulatedFiles(plan, in: folder.staging)
        var events: [MarketEvent] = []
        var batches = 0
        do {
            while try feed.next(into: &events) {
                for event in events { try files.take(event) }
                events.removeAll(keepingCapacity: true)
                batches += 1
                guard batches % 1_024 == 0 else { continue }
                progress(feed.progress ?? 0)
                if isOver() { throw RunFailure(.interrupted, "interrupted: nothing was written") }
            }
            try files.finish()
        } catch let failure as RunFailure {
            throw failure
        } catch {
            throw RunFailure(.other, "\(error)")
        }
        try folder.publish(files.written.map(\.name))
        progress(1)
        return Result(
            folder: plan.folder,
            files: files.written.sorted { $0.name < $1.name },
            markets: files.markets,
            trades: files.trades
        )
    }
}
