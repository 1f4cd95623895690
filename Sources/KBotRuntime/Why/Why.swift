import Foundation
import KBotEngine
package import KBotJournal
import KBotModel
import KBotReports
import KBotScripting
import Logging

/// `kbot why`: reads what a run wrote down and says why it traded as it did.
///
/// Reads only, and never waits for a run: one that goes on is read as far as it has got.
package struct Why {
    /// What is asked.
    package struct Question: Sendable {
        /// Only this market.
        package var market: String?
        /// The decision at or before this moment.
        package var moment: WhyMoment?
        /// Which limits the run is done again without; none by default.
        package var whatIf: WhatIfChoice?

        /// Asks about a whole run.
        package init() {}
    }

    /// Limits to do a run again without, one at a time.
    package enum WhatIfChoice: Hashable, Sendable {
        /// Every limit that stopped a signal.
        case all
        /// This one.
        case limit(LimitName)

        /// Reads `all`, a limit's name or the code it objects with, letter case aside; nil for anything else.
        package init?(_ text: String) {
            let word = text.uppercased().replacing("-", with: "_")
            if word == "ALL" {
                self = .all
            } else if let limit = LimitName(objection: word) ?? LimitName(rawValue: word.lowercased()) {
                self = .limit(limit)
            } else {
                return nil
            }
        }
    }

    private let question: Question
    private let library: ScriptLibrary

    /// Prepares a question; the library has the scripts of event files.
    package init(_ question: Question, library: ScriptLibrary) {
        self.question = question
        self.library = library
    }

    // MARK: Runs of the journal

    /// Answers for a run of the journal.
    ///
    /// - Throws: ``RunFailure`` when the journal cannot be read, there is no such market or moment, or the run cannot be
    ///   done again.
    package func answer(
        _ run: JournaledRun,
        in journal: Journal,
        stateDirectory: String
    ) throws(RunFailure) -> WhyReport {
        let repeated = RepeatedRun(run, in: journal, library: library, stateDirectory: stateDirectory)
        let (needs, problem) = repeated.needs()
        var asked = plain
        asked.entryCutoff = repeated.entryCutoff
        var reader = WhyReader(needs: needs, question: asked)
        do throws(JournalError) {
            var chunks = journal.effectLines(of: run)
            while let chunk = try chunks.next() {
                if chunk.bytes.isEmpty { reader.skip(chunk.count) } else { reader.take(chunk.bytes) }
            }
        } catch {
            throw RunFailure(.data, error.description)
        }
        var report = reader.finish()
        let account = run.account.map { ", account \($0)" } ?? ""
        report.title =
            "run \(run.name) (\(run.kind.rawValue)\(repeated.isSimulated ? ", SIMULATED market" : "")\(account))"
        if run.ending == nil {
            report.notes.append("The run goes on, or was cut off: this is how far it is written down.")
        }
        if let problem { report.notes.append("No distances and no indicators: \(problem)") }
        if repeated.hasReloads {
            report.notes.append("Scripts were replaced while it ran: indicators are those of the first version.")
        }
        report.limits = repeated.limits()
        try check(report, "run \(run.name)")
        guard let choice = question.whatIf else { return report }
        try repeated.whatIf(choice, &report)
        return report
    }

    // MARK: Event files

    /// Answers for a file of effect lines, as `--events` of a run or backtest writes it.
    ///
    /// - Parameters:
    ///   - path: the file, plain or compressed.
    ///   - strategies: scripts to make indicators again with; without them no distances are known.
    ///   - parameters: `name=value`, as the run had them.
    ///   - stateDirectory: where versions of scripts are kept.
    /// - Returns: the answer.
    /// - Throws: ``RunFailure`` when it cannot be read, holds no effect, or there is no such market or moment in it.
    package func answer(
        file path: String,
        strategies: [String],
        parameters: [String],
        stateDirectory: String
    ) throws(RunFailure) -> WhyReport {
        guard question.whatIf == nil else {
            throw RunFailure(
                .usage,
                "--what-if needs a run of the journal: an event file does not say what was asked for"
            )
        }
        var needs: [String: StrategyNeeds] = [:]
        if !strategies.isEmpty {
            let loader = try ScriptLoader(
                library: library,
                seed: 1,
                parameters: parameters,
                store: VersionStore(stateDirectory: stateDirectory)
            )
            for loaded in try loader.strategies(strategies) { needs[loaded.strategy.name.text] = loaded.strategy.needs }
        }
        var reader = WhyReader(needs: needs, question: plain)
        do throws(FeedError) {
            var lines = try ByteLineReader(path: path)
            while try lines.advance() { reader.take(Array(lines.slice) + [UInt8(ascii: "\n")]) }
            if let failure = lines.failure { throw failure }
        } catch {
            throw RunFailure(.data, error.description)
        }
        var report = reader.finish()
        guard report.from != nil else {
            throw RunFailure(.data, "\(path): holds no effects of a run (--events makes them)")
        }
        report.title = "events of \(path)"
        if strategies.isEmpty {
            report.notes.append("No distances and no indicators: give the run's --strategy, and its --param.")
        }
        try check(report, path)
        return report
    }

    private var plain: WhyReader.Question { WhyReader.Question(market: question.market, moment: question.moment) }

    /// Whether what was asked about is there.
    private func check(_ report: WhyReport, _ what: String) throws(RunFailure) {
        if let market = question.market, !report.seen.contains(market) {
            let hint = nearest(to: market, in: report.seen).map { "did you mean \($0)?" }
            let some = report.seen.prefix(3).joined(separator: ", ") + (report.seen.count > 3 ? ", …" : "")
            throw RunFailure(
                .usage,
                "--market \(market): not in \(what); "
                    + (hint ?? (report.seen.isEmpty ? "it has met no market" : "it has \(some)"))
            )
        }
        guard question.moment != nil, report.decisions.isEmpty else { return }
        let span =
            if let from = report.from, let to = report.to {
                "it goes from \(WhyNumbers.time(from)) to \(WhyNumbers.time(to)) UTC"
            } else {
                "it has no candle yet"
            }
        throw RunFailure(.usage, "--at: no candle of \(question.market ?? "an open market") by then; \(span)")
    }
}
