import Foundation
import KBotEngine
import KBotModel
import KBotReports
import KBotScripting
import Logging

/// Runs trials: a pure function of the data, the settings and the values tried, on whatever thread.
struct TrialRunner: Sendable {
    /// One trial to run.
    struct Job: Sendable {
        let number: Int
        let values: [String]
        let variant: TrialRecord.Variant
        /// Where the data end for it; nil for their own end.
        var to: Timestamp?
        let key: String
    }

    let plan: BacktestPlan
    let space: SweepSpace
    let settings: RunSettings
    /// The settings with the limits on that a sweep switches off; nil when it switches off none.
    let limited: RunSettings?
    let library: ScriptLibrary
    let data: BacktestData
    let markets: SweepMarkets
    let places: [Ticker: Int]
    /// What all trials depend on, as text.
    let basis: String

    private static let logger = Logger(label: "kbot.sweep") { _ in SwiftLogNoOpLogHandler() }

    /// Settings that do not change what a trial gives.
    private static let without: Set<String> = [
        "KALSHI_API_KEY_ID", "KALSHI_PRIVATE_KEY_PATH", "KALSHI_ENV", "KALSHI_REST_URL", "KALSHI_CA_FILE",
        "KALSHI_SUBACCOUNT", "ON_EXIT", "RISK_RULES", "STATE_DIR", "JOURNAL_SYNC", "HEARTBEAT_FILE",
    ]

    /// What trials with these settings depend on beside their values, as lines of text.
    static func basis(
        _ plan: BacktestPlan,
        _ settings: RunSettings,
        _ scripts: [String],
        _ markets: SweepMarkets
    ) -> String {
        var lines = ["kbot \(plan.run.version)", "data \(markets.fingerprint)"] + scripts
        lines += plan.run.budgets.map { "budget \($0.name)=\($0.amount)" }
        lines += ["fallback \(plan.run.fallsBack)", "seed \(plan.run.seed)", "fees \(plan.fees?.rawValue ?? "")"]
        lines += [plan.from, plan.to].map { $0.map(\.description) ?? "-" }
        lines += settings.values.filter {
            !without.contains($0.name) && !$0.name.hasPrefix("LOG_") && !$0.name.hasPrefix("NOTIFY_")
        }.map { "\($0.name)=\($0.text)" }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A trial with its key.
    func job(_ number: Int, _ values: [String], _ variant: TrialRecord.Variant, to: Timestamp? = nil) -> Job {
        let settings = settings(of: variant)
        let text =
            basis + "limits off=\(settings.limitsOff.map(\.rawValue).joined(separator: ","))\n"
            + "end \(to.map(\.description) ?? "-")\n" + space.parameters(values).joined(separator: "\n")
        let key = String(sha256(Data(text.utf8)).prefix(32))
        return Job(number: number, values: values, variant: variant, to: to, key: key)
    }

    private func settings(of variant: TrialRecord.Variant) -> RunSettings {
        variant == .limited ? limited ?? settings : settings
    }

    /// Runs a trial; what a script or its values do wrong is the trial's result.
    ///
    /// - Throws: ``RunFailure`` when the data cannot be read, or after an interrupt.
    func run(_ job: Job) throws(RunFailure) -> TrialRecord {
        do throws(RunFailure) {
            return try attempt(job)
        } catch {
            guard error.code == .script || error.code == .usage else { throw error }
            return record(job, failure: error.message, report: nil, trades: [])
        }
    }

    private func attempt(_ job: Job) throws(RunFailure) -> TrialRecord {
        var plan = plan
        plan.run.parameters = space.parameters(job.values)
        plan.run.isQuiet = true
        if let to = job.to {
            plan.to = min(to, plan.to ?? to)
            plan.run.mayMiss = true
        }
        let settings = settings(of: job.variant)
        let backtest = try Backtest(plan, settings: [settings], library: library, logger: Self.logger, data: data)
        if case .interrupted = try backtest.run() { throw RunFailure(.interrupted, "interrupted") }
        guard let report = backtest.report(id: plan.run.id, version: plan.run.version) else {
            throw RunFailure(.data, "nothing was run")
        }
        guard report.identityHolds else {
            throw RunFailure(
                .other,
                "trial \(job.number): the books differ by \(report.identityDifference): please report this as a bug"
            )
        }
        let run = backtest.lanes[0].run
        let errors = run.strategies.compactMap(\.script).reduce(0) { $0 + $1.current.statistics.errors }
        return record(
            job,
            failure: nil,
            report: TrialRecord.Report(report, scriptErrors: errors, sources: markets.sources),
            trades: report.trades.compactMap { trade in
                places[trade.market].map { SweepTrade(market: $0, closes: markets.markets[$0].closes, trade) }
            }
        )
    }

    private func record(
        _ job: Job,
        failure: String?,
        report: TrialRecord.Report?,
        trades: [SweepTrade]
    ) -> TrialRecord {
        TrialRecord(
            key: job.key,
            number: job.number,
            variant: job.variant.text,
            values: job.values,
            failure: failure,
            report: report,
            trades: trades
        )
    }
}
