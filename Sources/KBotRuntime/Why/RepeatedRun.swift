import Foundation
import KBotEngine
import KBotJournal
import KBotModel
import KBotReports
import KBotSimulation
import Logging

/// A run of the journal as it can be made again: what its strategies need, its limits, and the run with a limit off.
struct RepeatedRun {
    private let run: JournaledRun
    private let journal: Journal
    private let library: ScriptLibrary
    private let stateDirectory: String
    private let recipe: RunRecipe?

    init(_ run: JournaledRun, in journal: Journal, library: ScriptLibrary, stateDirectory: String) {
        self.run = run
        self.journal = journal
        self.library = library
        self.stateDirectory = stateDirectory
        recipe = try? JSONDecoder().decode(RunRecipe.self, from: run.plan)
    }

    /// Whether scripts were replaced while it ran.
    var hasReloads: Bool { (try? journal.reloads(of: run))?.isEmpty == false }

    /// What its strategies need, by their names; when that cannot be found out, why.
    func needs() -> (needs: [String: StrategyNeeds], problem: String?) {
        guard let recipe else { return ([:], "what was asked for is not kept in a form this version reads.") }
        let plan = recipe.plan
        do throws(RunFailure) {
            var loader = try ScriptLoader(
                library: library,
                seed: plan.seed,
                parameters: plan.parameters,
                store: VersionStore(stateDirectory: stateDirectory),
                fallsBack: plan.fallsBack
            )
            loader.versions = plan.versions
            var needs: [String: StrategyNeeds] = [:]
            for loaded in try loader.strategies(plan.strategies) {
                needs[loaded.strategy.name.text] = loaded.strategy.needs
            }
            return (needs, nil)
        } catch {
            return ([:], error.message)
        }
    }

    /// Whether its market was made up: the simulator's, or recordings that say so.
    var isSimulated: Bool {
        let isMarked = recipe?.plan.feed.isMarkedSimulated ?? (run.kind == .sim)
        return isMarked || (try? InputReference(of: run))?.isMarkedSimulated == true
    }

    /// How long before a close its entries ended; nil when they did not, or it is not known.
    var entryCutoff: TimeSpan? { recipe?.engine.limits.minTimeToClose }

    /// The limits in force with their values and sources; empty when they are not kept in a form this version reads.
    func limits() -> [String] { (try? settings())?.limits.map(\.description) ?? [] }

    private func settings() throws(RunFailure) -> RunSettings {
        guard let recipe else {
            throw RunFailure(.data, "run \(run.name): what was asked for cannot be read; it may be another version's")
        }
        var options = recipe.settings
        options["state-dir"] = stateDirectory
        for name in options.keys where name.hasPrefix("kalshi-") || name.hasPrefix("log-") { options[name] = nil }
        do throws(ConfigurationErrors) {
            var settings = try RunSettings.load(options: options, environment: [:], envFile: .none)
            settings.engine = recipe.engine
            return settings
        } catch {
            throw RunFailure(.data, "run \(run.name): its settings cannot be read any more: \(error)")
        }
    }

    // MARK: With a limit off

    /// Does the run again as it was, then with each chosen limit off, and puts what came of it into the report.
    func whatIf(_ choice: Why.WhatIfChoice, _ report: inout WhyReport) throws(RunFailure) {
        guard let recipe, recipe.feed != "kalshi", !run.recordsInputs else {
            throw RunFailure(
                .usage,
                "--what-if: run \(run.name) traded at the venue's prices as they came; only runs on the simulator and on"
                    + " recordings can be done again otherwise"
            )
        }
        let limits: [LimitName]
        switch choice {
        case .limit(let limit): limits = [limit]
        case .all:
            limits = LimitName.allCases.filter { limit in report.objections.contains { $0.limit == limit } }
            if limits.isEmpty {
                report.notes.append("No signal was stopped by a limit: there is nothing to do again without one.")
                return
            }
        }
        try InputReference(of: run).check()
        report.whatIf = [try count(without: nil)]
        for limit in limits { report.whatIf.append(try count(without: limit)) }
    }

    private func count(without limit: LimitName?) throws(RunFailure) -> WhyReport.WhatIf {
        var settings = try settings()
        if let limit { settings.engine.limits.remove(limit) }
        guard var plan = recipe?.plan else { throw RunFailure(.data, "run \(run.name) cannot be done again") }
        do throws(JournalError) {
            plan.recordedReloads = try journal.reloads(of: run)
            var inputs = journal.inputs(of: run)
            while let (first, events) = try inputs.next() {
                for (offset, event) in events.enumerated() {
                    guard case .command(_, .stopEntries) = event, plan.interruption == nil else { continue }
                    plan.interruption = (first + offset, false)
                }
            }
        } catch {
            throw RunFailure(.data, error.description)
        }
        let tally = EffectTally()
        let repeated = try TradingRun(
            plan,
            settings: settings,
            library: library,
            logger: Logger(label: "kbot.why") { _ in SwiftLogNoOpLogHandler() },
            listener: tally
        )
        _ = try repeated.run()
        return tally.result(limit)
    }
}

extension RiskLimits {
    /// Switches a limit off.
    fileprivate mutating func remove(_ limit: LimitName) {
        switch limit {
        case .riskPerTrade: riskPerTrade = nil
        case .dailyLoss: dailyLoss = nil
        case .maxExposure: maxExposure = nil
        case .maxPositions: maxPositions = nil
        case .circuitBreaker: circuitBreakerLosses = nil
        case .rewardRisk: minRewardRisk = nil
        case .minTimeToClose: minTimeToClose = nil
        case .priceCollar: priceCollar = nil
        case .orderRate: ordersPerMinute = nil
        }
    }
}

/// Counts what a run does.
private final class EffectTally: SessionJournal {
    let keepsState = false
    private var signals = 0
    private var orders = 0
    private var filled: Set<ClientOrderID> = []
    private var trades = 0
    private var net = Money.zero

    func hear(_ event: Event) {}

    func hear(_ effects: [Effect], _ engine: borrowing Engine) -> Set<ClientOrderID> {
        for case .note(let note) in effects {
            switch note.kind {
            case .signal: signals += 1
            case .order(let update) where update.role == .entry && update.state == .inFlight: orders += 1
            case .fill(let fill, .entry): filled.insert(fill.order)
            case .closed(let trade):
                trades += 1
                net = net + trade.netPnL
            case .corrected(let old, let new): net = net + new.netPnL - old.netPnL
            default: break
            }
        }
        return []
    }

    func settle(_ engine: borrowing Engine, _ exchange: PaperExchange?, afterEvents: Int) -> Bool { true }

    func result(_ limit: LimitName?) -> WhyReport.WhatIf {
        WhyReport.WhatIf(limit: limit, signals: signals, orders: orders, filled: filled.count, trades: trades, net: net)
    }
}
