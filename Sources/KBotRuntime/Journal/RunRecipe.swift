import Foundation
package import KBotEngine
package import KBotModel

/// What a run was asked to do, so that it can be done again: kept in the journal, without anything secret.
package struct RunRecipe: Codable, Hashable, Sendable {
    /// A script or native strategy as it was asked for, and the version that was taken.
    package struct Part: Codable, Hashable, Sendable {
        /// As given with `--strategy` or `--risk-rule`.
        package var asked: String
        /// SHA-256 of script and modules; nil for a native strategy.
        package var version: String?
    }

    /// What a strategy may use of the account.
    package struct Budget: Codable, Hashable, Sendable {
        /// Its name.
        package var name: String
        /// How much.
        package var amount: RiskLimits.Amount
    }

    package var mode: String
    /// `sim`, `kalshi`, `data` for the catalogue, or nil for files of recordings.
    package var feed: String?
    /// Where the catalogue is, as an absolute path.
    package var dataDirectory: String?
    /// Beginning and end of what was traded of recordings.
    package var from: Timestamp?
    package var to: Timestamp?
    /// Recordings, as absolute paths.
    package var recordings: [String]
    package var marketsFile: String?
    package var spot: [String]
    package var strict: Bool
    package var series: [String]
    package var markets: [String]
    package var speed: String
    package var duration: TimeSpan?
    package var seed: UInt64
    package var strategies: [Part]
    package var rules: [Part]
    package var parameters: [String]
    package var budgets: [Budget]
    package var fallsBack: Bool
    package var fills: String
    package var engine: EngineConfiguration
    /// Settings that were given, by option name, secrets left out.
    package var settings: [String: String]
}

extension RunRecipe {
    /// Writes down a plan with its settings and the versions of scripts that were taken.
    init(_ plan: RunPlan, _ settings: RunSettings, strategies: [String?], rules: [String?]) {
        mode = plan.mode.rawValue
        switch plan.feed {
        case .simulated: (feed, recordings) = ("sim", [])
        case .venue: (feed, recordings) = ("kalshi", [])
        case .replay(let paths): (feed, recordings) = (nil, paths.map(Self.absolute))
        case .catalogue(let directory):
            (feed, recordings) = ("data", [])
            dataDirectory = Self.absolute(directory)
        }
        (from, to) = (plan.from, plan.to)
        marketsFile = plan.marketsFile.map(Self.absolute)
        spot = plan.spot.map { text in
            guard let equals = text.firstIndex(of: "=") else { return Self.absolute(text) }
            return text[...equals] + Self.absolute(String(text[text.index(after: equals)...]))
        }
        strict = plan.strict
        series = plan.series
        markets = plan.markets
        speed = plan.speed.description
        duration = plan.duration
        seed = plan.seed
        self.strategies = zip(plan.strategies, strategies).map { Part(asked: $0, version: $1) }
        self.rules = zip(plan.rules, rules).map { Part(asked: $0, version: $1) }
        parameters = plan.parameters
        budgets = plan.budgets.map { Budget(name: $0.name, amount: $0.amount) }
        fallsBack = plan.fallsBack
        fills = settings.fills.rawValue
        engine = settings.engine
        self.settings = settings.given
    }

    /// The plan that does it again, as fast as the machine can; scripts are those of then.
    package var plan: RunPlan {
        var plan = RunPlan()
        plan.mode = RunPlan.Mode(rawValue: mode) ?? .paper
        plan.feed =
            switch feed {
            case "sim"?: .simulated
            case "data"?: .catalogue(directory: dataDirectory ?? "")
            case nil: .replay(paths: recordings)
            default: .venue
            }
        (plan.from, plan.to) = (from, to)
        plan.marketsFile = marketsFile
        plan.spot = spot
        plan.strict = strict
        plan.series = series
        plan.markets = markets
        plan.duration = duration
        plan.seed = seed
        plan.strategies = strategies.map(\.asked)
        plan.rules = rules.map(\.asked)
        plan.versions = (strategies + rules).reduce(into: [:]) { $0[$1.asked] = $1.version }
        plan.parameters = parameters
        plan.budgets = budgets.map { ($0.name, $0.amount) }
        plan.fallsBack = fallsBack
        plan.isQuiet = true
        return plan
    }

    private static func absolute(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.path }
}

extension RunSettings {
    /// The settings that were given, by option name; no secrets.
    var given: [String: String] {
        var given: [String: String] = [:]
        for value in values where value.source != .fallback {
            guard let info = SettingCatalogue.all.first(where: { $0.name == value.name }), !info.isSecret else {
                continue
            }
            given[info.option] = value.text
        }
        if !limitsOff.isEmpty {
            given[Self.limitsOption] = "off=" + limitsOff.map(\.rawValue).joined(separator: ",")
        }
        return given
    }

    /// The settings in force as JSON, each with its source; secrets are hidden.
    var journalText: Data {
        struct Line: Encodable {
            let name: String
            let value: String
            let source: String
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let lines = values.map { Line(name: $0.name, value: $0.text, source: $0.source.description) }
        return (try? encoder.encode(lines)) ?? Data("[]".utf8)
    }
}
