import ArgumentParser
import KBotRuntime

/// The settings that also have a variable (`.env.example` lists them); an option wins over environment and file.
///
/// All are text without defaults here: what is not given must not hide what the environment or the file says.
struct SettingOptions: ParsableArguments {
    @Option(help: "File with settings; .env is read when it is there.")
    var envFile: String?

    @Option(help: "Which of Kalshi's systems the key belongs to: demo or live.")
    var kalshiEnv: String?

    @Option(help: "Another host that speaks as Kalshi does, such as https://127.0.0.1:8080.")
    var kalshiRestURL: String?

    @Option(help: "PEM file with the certificate authority of such a host.")
    var kalshiCAFile: String?

    @Option(help: "Subaccount to trade on in demo and live mode: 0 to 63.")
    var kalshiSubaccount: String?

    @Option(help: "Equity at the start, in dollars.")
    var initialCapital: String?

    @Option(help: "risk, or fixed:N contracts.")
    var sizing: String?

    @Option(help: "Switch limits off, for recordings and simulations: off=daily_loss,circuit_breaker or off=all.")
    var limits: String?

    @Option(help: "Loss one trade may make: 2% or dollars.")
    var riskPerTrade: String?

    @Option(help: "Loss of a UTC day: 10% or dollars.")
    var dailyLossLimit: String?

    @Option(help: "What settlement could take at most: 20% or dollars.")
    var maxExposure: String?

    @Option(help: "Positions and resting entries at one time.")
    var maxPositions: String?

    @Option(help: "Losing trades in a row that begin a pause.")
    var circuitBreakerLosses: String?

    @Option(help: "How long that pause lasts: 60m, day or manual.")
    var circuitBreakerPause: String?

    @Option(help: "Least reward divided by risk.")
    var minRewardRisk: String?

    @Option(help: "Least time to the market's close, such as 8m.")
    var minTimeToExpiry: String?

    @Option(help: "How far through the touch an order may be priced, in cents.")
    var priceCollar: String?

    @Option(help: "Entry orders in any minute.")
    var ordersPerMinute: String?

    @Option(help: "What fires a stop: confirm, touch, last or mid.")
    var stopTrigger: String?

    @Option(help: "Candles after which an unfilled entry is cancelled.")
    var entryTTL: String?

    @Option(help: "Leave positions this long before the close, such as 2m; off lets them settle.")
    var exitBeforeClose: String?

    @Option(help: "How long a candle waits for late trades.")
    var candleGrace: String?

    @Option(help: "Open positions at the end: ask, hold or flatten.")
    var onExit: String?

    @Option(help: "How the paper exchange fills: realistic, optimistic or pessimistic; kbot backtest also takes all.")
    var fills: String?

    @Option(help: "Folder for what outlives a run: journal, accounts, halts, versions of scripts.")
    var stateDir: String?

    @Option(help: "How hard orders are pressed onto the disk before they are sent: normal or full.")
    var journalSync: String?

    @Option(help: "Least important log line: trace, debug, info, notice, warning, error or critical.")
    var logLevel: String?

    @Option(help: "How log lines look: console or json.")
    var logFormat: String?

    @Option(help: "File for log lines, instead of standard error.")
    var logFile: String?

    @Option(help: "Size from which on that file is rotated, such as 10M.")
    var logMaxBytes: String?

    @Option(help: "How many older log files stay.")
    var logKeep: String?

    @Option(help: "Program that is told fills, halts and so on: JSON on its standard input.")
    var notifyCommand: String?

    @Option(help: "Shape of what NOTIFY_WEBHOOK gets: auto, discord, slack, telegram or json.")
    var notifyWebhookKind: String?

    @Option(help: "What is told: all, or fill, stop, halt, block, reload, disconnect, recovery, journal, run.")
    var notifyEvents: String?

    @Option(help: "File that is rewritten every 5 s while the run goes on.")
    var heartbeatFile: String?

    /// What was given, by option name.
    private var given: [String: String] {
        let all: [(String, String?)] = [
            ("kalshi-env", kalshiEnv), ("kalshi-rest-url", kalshiRestURL), ("kalshi-ca-file", kalshiCAFile),
            ("kalshi-subaccount", kalshiSubaccount), ("initial-capital", initialCapital), ("sizing", sizing),
            ("limits", limits),
            ("risk-per-trade", riskPerTrade), ("daily-loss-limit", dailyLossLimit), ("max-exposure", maxExposure),
            ("max-positions", maxPositions), ("circuit-breaker-losses", circuitBreakerLosses),
            ("circuit-breaker-pause", circuitBreakerPause), ("min-reward-risk", minRewardRisk),
            ("min-time-to-expiry", minTimeToExpiry), ("price-collar", priceCollar),
            ("orders-per-minute", ordersPerMinute), ("stop-trigger", stopTrigger), ("entry-ttl", entryTTL),
            ("exit-before-close", exitBeforeClose), ("candle-grace", candleGrace), ("on-exit", onExit),
            ("fills", fills), ("state-dir", stateDir), ("journal-sync", journalSync), ("log-level", logLevel),
            ("log-format", logFormat),
            ("log-file", logFile), ("log-max-bytes", logMaxBytes), ("log-keep", logKeep),
            ("notify-command", notifyCommand), ("notify-webhook-kind", notifyWebhookKind),
            ("notify-events", notifyEvents), ("heartbeat-file", heartbeatFile),
        ]
        return all.reduce(into: [:]) { given, option in given[option.0] = option.1 }
    }

    /// Reads every setting from the options, the environment and the file.
    func load(environment: [String: String]) throws(RunFailure) -> RunSettings {
        do throws(ConfigurationErrors) {
            return try RunSettings.load(
                options: given,
                environment: environment,
                envFile: envFile.map { .required($0) } ?? .ifPresent(".env")
            )
        } catch {
            throw RunFailure(.usage, error.description)
        }
    }
}
