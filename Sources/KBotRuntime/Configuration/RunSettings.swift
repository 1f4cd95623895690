package import KBotEngine
package import KBotJournal
import KBotModel
package import Logging

/// Everything a run can be told by option, environment or file, read and checked.
package struct RunSettings: Sendable {
    /// What the engine is told.
    package var engine: EngineConfiguration
    /// The limits entries must pass, each with where it came from; in the order of ``LimitName``.
    package let limits: [LimitInForce]
    /// Limits switched off with `--limits`.
    package let limitsOff: [LimitName]
    /// Whether there are credentials.
    package let credentials: CredentialStatus
    /// Which venue, and which account there.
    package let venue: VenueSettings
    /// How the paper exchange fills orders.
    package let fills: FillModel
    /// What becomes of open positions at the end.
    package let onExit: ExitPolicy
    /// Risk rules of every run.
    package let riskRules: [String]
    /// Folder of what outlives a run.
    package let stateDirectory: String
    /// How hard the journal presses orders onto the disk.
    package let journalSync: JournalSync
    /// The least important log lines that are written.
    package let logLevel: Logger.Level
    /// How log lines look.
    package let logFormat: LogFormat
    /// Where log lines go, and when that file is rotated; nil for standard error.
    package let logFile: LogFileSettings?
    /// Who is told what a trader away from the desk must know.
    package let notify: NotifySettings
    /// The file that shows a watchdog that the run goes on; nil for the usual one.
    package let heartbeatFile: String?
    /// Every setting with its value as text and its source; secrets hidden.
    package let values: [SettingInForce]
    /// What is odd, but no error.
    package let warnings: [String]

    /// Where the value of a setting came from, by its name in the environment.
    package func source(of name: String) -> SettingSource {
        values.first { $0.name == name }?.source ?? .fallback
    }

    /// Refuses limits that are switched off, for runs that can touch real money or a saved account.
    package func requireAllLimits() throws(ConfigurationErrors) {
        guard !limitsOff.isEmpty else { return }
        throw ConfigurationErrors([
            ConfigurationProblem(
                place: "--limits",
                message: "limits can be switched off in replay, backtest and sweep alone; leave the option away, "
                    + "or give a limit another value"
            )
        ])
    }
}

/// A log file and its rotation.
package struct LogFileSettings: Hashable, Sendable {
    /// The file.
    package let path: String
    /// Bytes from which on it is rotated.
    package let most: Int
    /// Older files that stay.
    package let keep: Int
}

/// The environment file a run reads.
package enum EnvFileChoice: Hashable, Sendable {
    /// None.
    case none
    /// This one if it is there.
    case ifPresent(String)
    /// This one; it is an error when it is missing.
    case required(String)
}

extension RunSettings {
    /// The option that switches limits off; it has no variable, because that must be said for each run anew.
    package static let limitsOption = "limits"

    /// Reads every setting: command line → environment → environment file → default.
    ///
    /// - Parameters:
    ///   - options: What was given on the command line, by option name without dashes; only what was given.
    ///   - environment: The process's environment.
    ///   - envFile: The environment file.
    /// - Returns: the settings, with what is odd in ``warnings``.
    /// - Throws: everything that is wrong, together.
    package static func load(
        options: [String: String],
        environment: [String: String],
        envFile: EnvFileChoice
    ) throws(ConfigurationErrors) -> RunSettings {
        let file = envFile.read()
        let reader = SettingsReader(options: options, environment: environment, file: file)
        reader.checkNames(of: options)

        let keyID = reader.read(SettingCatalogue.apiKeyID)
        let keyPath = reader.read(SettingCatalogue.privateKeyPath)
        let venue = VenueSettings(
            environment: reader.read(SettingCatalogue.environment).value,
            override: reader.read(SettingCatalogue.restURL).value,
            certificateFile: reader.read(SettingCatalogue.certificateFile).value,
            subaccount: Int32(reader.read(SettingCatalogue.subaccount).value)
        )
        var engine = EngineConfiguration()
        engine.initialCapital = reader.read(SettingCatalogue.initialCapital).value
        let sizing = reader.read(SettingCatalogue.sizing)
        engine.sizing = sizing.value
        let limits = LimitValues(
            capital: engine.initialCapital,
            sizing: sizing,
            riskPerTrade: reader.read(SettingCatalogue.riskPerTrade),
            dailyLoss: reader.read(SettingCatalogue.dailyLoss),
            maxExposure: reader.read(SettingCatalogue.maxExposure),
            maxPositions: reader.read(SettingCatalogue.maxPositions),
            losses: reader.read(SettingCatalogue.circuitBreakerLosses),
            pause: reader.read(SettingCatalogue.circuitBreakerPause),
            rewardRisk: reader.read(SettingCatalogue.minRewardRisk),
            timeToClose: reader.read(SettingCatalogue.minTimeToExpiry),
            collar: reader.read(SettingCatalogue.priceCollar),
            rate: reader.read(SettingCatalogue.ordersPerMinute)
        )
        let off = reader.limitsOff(options[limitsOption], sizing: sizing.value)
        engine.limits = limits.limits(off: off)
        engine.stopTrigger = reader.read(SettingCatalogue.stopTrigger).value
        engine.entryTimeToLive = reader.read(SettingCatalogue.entryTTL).value
        engine.exitBeforeClose = reader.read(SettingCatalogue.exitBeforeClose).value
        engine.candleGrace = reader.read(SettingCatalogue.candleGrace).value
        let onExit = reader.read(SettingCatalogue.onExit).value
        let fills = reader.read(SettingCatalogue.fills).value
        let riskRules = reader.read(SettingCatalogue.riskRules).value
        let stateDirectory = reader.read(SettingCatalogue.stateDirectory).value
        let journalSync = reader.read(SettingCatalogue.journalSync).value
        let logLevel = reader.read(SettingCatalogue.logLevel).value
        let logFormat = reader.read(SettingCatalogue.logFormat).value

        let logPath = reader.read(SettingCatalogue.logFile).value
        let logFile = LogFileSettings(
            path: logPath,
            most: reader.read(SettingCatalogue.logMaxBytes).value,
            keep: reader.read(SettingCatalogue.logKeep).value
        )
        let notify = NotifySettings(
            command: reader.read(SettingCatalogue.notifyCommand).value,
            webhook: reader.read(SettingCatalogue.notifyWebhook).value,
            shape: reader.read(SettingCatalogue.notifyWebhookKind).value,
            kinds: reader.read(SettingCatalogue.notifyEvents).value
        )
        let heartbeat = reader.read(SettingCatalogue.heartbeatFile).value

        let problems = reader.problems + (file?.problems ?? [])
        guard problems.isEmpty else { throw ConfigurationErrors(problems) }
        let credentials = CredentialStatus(
            keyID: keyID,
            keyPath: keyPath,
            environment: venue.environment,
            home: environment["HOME"]
        )
        return RunSettings(
            engine: engine,
            limits: limits.inForce(off: off),
            limitsOff: off,
            credentials: credentials,
            venue: venue,
            fills: fills,
            onExit: onExit,
            riskRules: riskRules,
            stateDirectory: stateDirectory,
            journalSync: journalSync,
            logLevel: logLevel,
            logFormat: logFormat,
            logFile: logPath.isEmpty ? nil : logFile,
            notify: notify,
            heartbeatFile: heartbeat.isEmpty ? nil : heartbeat,
            values: reader.values,
            warnings: (file?.warnings ?? []) + (file.map(unknownNames) ?? []) + [credentials.warning].compactMap(\.self)
        )
    }

    /// Warns of names in a file that look like a setting's but are none; other programs' names are left alone.
    private static func unknownNames(in file: EnvFile) -> [String] {
        let known = SettingCatalogue.all.map(\.name)
        return file.entries.filter { !known.contains($0.key) }.sorted { $0.value.line < $1.value.line }
            .compactMap { name, entry in
                guard name != limitsOption.uppercased() else {
                    return "\(file.name):\(entry.line): \(name) is ignored; limits are switched off with --limits alone"
                }
                let own = name.hasPrefix("KBOT_") ? String(name.dropFirst(5)) : name
                let near = nearest(to: own.uppercased(), in: known)
                guard near != nil || name.hasPrefix("KALSHI_") || name.hasPrefix("KBOT_") else { return nil }
                let hint = near.map { "; did you mean \($0)?" } ?? ""
                return "\(file.name):\(entry.line): \(name) is no setting and is ignored\(hint)"
            }
    }
}

extension EnvFileChoice {
    fileprivate func read() -> EnvFile? {
        switch self {
        case .none: nil
        case .ifPresent(let path): EnvFile(path: path, isRequired: false)
        case .required(let path): EnvFile(path: path, isRequired: true)
        }
    }
}

extension SettingsReader {
    /// Notes options that no setting has.
    fileprivate func checkNames(of options: [String: String]) {
        let known = SettingCatalogue.all.map(\.option) + [RunSettings.limitsOption]
        for name in options.keys.sorted() where !known.contains(name) {
            let hint = nearest(to: name, in: known).map { "; did you mean --\($0)?" } ?? ""
            report("--\(name)", "no such option\(hint)")
        }
    }

    /// Reads `--limits`, and refuses sizing by risk without a risk per trade.
    fileprivate func limitsOff(_ text: String?, sizing: Sizing) -> [LimitName] {
        guard let text else { return [] }
        let (off, faults) = LimitName.parse(off: text)
        for fault in faults { report("--\(RunSettings.limitsOption)", fault) }
        if off.contains(.riskPerTrade), sizing == .risk {
            report(
                "--\(RunSettings.limitsOption)",
                "sizing by risk needs risk_per_trade: give --sizing fixed:N, or leave risk_per_trade on"
            )
        }
        return off
    }
}
