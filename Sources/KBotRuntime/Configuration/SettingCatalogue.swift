import KBotEngine
import KBotJournal
import KBotKalshi
import KBotModel
import Logging

/// Every setting there is.
package enum SettingCatalogue {
    static let apiKeyID = Setting(
        "KALSHI_API_KEY_ID",
        "Id of the Kalshi API key.",
        allowed: "the id Kalshi shows beside the key, such as a1b2c3d4-0000-0000-0000-000000000000",
        isSecret: true,
        fallback: "",
        parse: SettingParsers.text
    )
    static let privateKeyPath = Setting(
        "KALSHI_PRIVATE_KEY_PATH",
        "File with the private key that belongs to the id.",
        allowed: "the path of a PEM file (RSA or Ed25519, without passphrase)",
        fallback: "",
        parse: SettingParsers.keyPath
    )
    static let environment = Setting(
        "KALSHI_ENV",
        "Which of Kalshi's systems the key belongs to.",
        defaultText: "demo",
        allowed: choices(KalshiEnvironment.self),
        fallback: KalshiEnvironment.demo,
        parse: SettingParsers.choice
    )
    static let restURL = Setting(
        "KALSHI_REST_URL",
        "Another host than Kalshi's own that speaks the same, such as kbot exchange; it is named whenever it is used.",
        allowed: "an address such as https://127.0.0.1:8080; the path of the API may follow",
        fallback: VenueHosts?.none,
        parse: SettingParsers.hosts
    )
    static let certificateFile = Setting(
        "KALSHI_CA_FILE",
        "A PEM file with the certificate authority of such a host, beside those of the system.",
        allowed: "a path",
        fallback: "",
        parse: SettingParsers.keyPath
    )
    static let subaccount = Setting(
        "KALSHI_SUBACCOUNT",
        "Subaccount that kbot trades on in demo and live mode; one of its own keeps its money and orders apart.",
        defaultText: "0",
        allowed: "0 (the primary account) to 63",
        fallback: 0,
        parse: SettingParsers.integer(0...63)
    )
    static let initialCapital = Setting(
        "INITIAL_CAPITAL",
        "Equity at the start of the account's life.",
        unit: "dollars",
        defaultText: "1000",
        allowed: "1 to 1000000000, at most two decimals",
        fallback: Money(dollars: 1_000),
        parse: SettingParsers.dollars(1...1_000_000_000)
    )
    static let sizing = Setting(
        "SIZING",
        "How many contracts an entry gets.",
        unit: "contracts",
        defaultText: "risk",
        allowed: "risk (as many as RISK_PER_TRADE allows), or fixed:N with N from 0.01 to 1000000",
        fallback: Sizing.risk,
        parse: SettingParsers.sizing
    )

    static let riskPerTrade = amount(
        "RISK_PER_TRADE",
        "Loss one trade may make at its stop, of equity.",
        percent: 2
    )
    static let dailyLoss = amount(
        "DAILY_LOSS_LIMIT",
        "Loss of one UTC day after which no entry is made until the next, of capital.",
        percent: 10
    )
    static let maxExposure = amount(
        "MAX_EXPOSURE",
        "What settlement could take at most, resting entries included, of capital.",
        percent: 20
    )
    static let maxPositions = Setting(
        "MAX_POSITIONS",
        "Positions and resting entries at one time.",
        unit: "positions",
        defaultText: "2",
        allowed: "1 to 100",
        fallback: 2,
        parse: SettingParsers.integer(1...100)
    )
    static let circuitBreakerLosses = Setting(
        "CIRCUIT_BREAKER_LOSSES",
        "Losing trades in a row that begin a pause.",
        unit: "trades",
        defaultText: "3",
        allowed: "1 to 100",
        fallback: 3,
        parse: SettingParsers.integer(1...100)
    )
    static let circuitBreakerPause = Setting(
        "CIRCUIT_BREAKER_PAUSE",
        "How long that pause lasts.",
        defaultText: "60m",
        allowed: "a time from 1m to 7d, day (until 00:00 UTC), or manual (for the rest of the run)",
        fallback: RiskLimits.Pause.span(.minutes(60)),
        parse: SettingParsers.pause
    )
    static let minRewardRisk = Setting(
        "MIN_REWARD_RISK",
        "Least reward divided by risk of an entry.",
        defaultText: "2",
        allowed: "0.1 to 100, at most four decimals",
        fallback: 20_000,
        parse: SettingParsers.ratio(1_000...1_000_000)
    )
    static let minTimeToExpiry = Setting(
        "MIN_TIME_TO_EXPIRY",
        "Least time to the market's close for an entry.",
        defaultText: "8m",
        allowed: "a time from 1s to 7d",
        fallback: TimeSpan.minutes(8),
        parse: SettingParsers.span(.seconds(1)...(.hours(168)))
    )
    static let priceCollar = Setting(
        "PRICE_COLLAR",
        "How far through the touch an order may be priced.",
        unit: "cents",
        defaultText: "10",
        allowed: "0 to 99, at most two decimals",
        fallback: PriceDelta(cents: 10),
        parse: SettingParsers.cents
    )
    static let ordersPerMinute = Setting(
        "ORDERS_PER_MINUTE",
        "Entry orders in any minute.",
        unit: "orders",
        defaultText: "60",
        allowed: "1 to 6000",
        fallback: 60,
        parse: SettingParsers.integer(1...6_000)
    )

    static let stopTrigger = Setting(
        "STOP_TRIGGER",
        "What fires a stop.",
        defaultText: "confirm",
        allowed: "confirm (the touch and the last trade or the mid), touch, last or mid",
        fallback: StopTrigger.confirm,
        parse: SettingParsers.choice
    )
    static let entryTTL = Setting(
        "ENTRY_TTL",
        "Candles after which an unfilled entry is cancelled.",
        unit: "candles",
        defaultText: "3",
        allowed: "1 to 1000",
        fallback: 3,
        parse: SettingParsers.integer(1...1_000)
    )
    static let exitBeforeClose = Setting(
        "EXIT_BEFORE_CLOSE",
        "Leaves positions this long before the market's close.",
        defaultText: "off",
        allowed: "off (positions run into settlement), or a time from 1s to 7d",
        fallback: TimeSpan?.none,
        parse: SettingParsers.optionalSpan(.seconds(1)...(.hours(168)))
    )
    static let candleGrace = Setting(
        "CANDLE_GRACE",
        "How long after its end a candle waits for late trades.",
        defaultText: "0s",
        allowed: "a time from 0s to 60s",
        fallback: TimeSpan.zero,
        parse: SettingParsers.span(.zero...(.seconds(60)))
    )
    static let fills = Setting(
        "FILLS",
        "How the paper exchange fills orders.",
        defaultText: "realistic",
        allowed: choices(FillModel.self),
        fallback: FillModel.realistic,
        parse: SettingParsers.choice
    )
    static let onExit = Setting(
        "ON_EXIT",
        "What becomes of open positions when a run is interrupted.",
        defaultText: "ask",
        allowed: "ask (on a terminal; elsewhere hold), hold or flatten",
        fallback: ExitPolicy.ask,
        parse: SettingParsers.choice
    )

    static let riskRules = Setting(
        "RISK_RULES",
        "Risk rules of every run: files or names, parted by commas; --risk-rule takes their place.",
        allowed: "names or paths of Lua files, parted by commas",
        fallback: [String](),
        parse: SettingParsers.list
    )

    static let stateDirectory = Setting(
        "STATE_DIR",
        "Folder for what outlives a run: journal, accounts, halts, versions of scripts, sockets of kbot status and the rest.",
        defaultText: ".kbot",
        allowed: "a path",
        fallback: ".kbot",
        parse: SettingParsers.path
    )
    static let journalSync = Setting(
        "JOURNAL_SYNC",
        "How hard orders are pressed onto the disk before they are sent: normal survives a crash, full also a power cut.",
        defaultText: "normal",
        allowed: choices(JournalSync.self),
        fallback: JournalSync.normal,
        parse: SettingParsers.choice
    )
    static let logLevel = Setting(
        "LOG_LEVEL",
        "The least important log lines that are written.",
        defaultText: "info",
        allowed: choices(Logger.Level.self),
        fallback: Logger.Level.info,
        parse: SettingParsers.logLevel
    )
    static let logFormat = Setting(
        "LOG_FORMAT",
        "How log lines look.",
        defaultText: "console",
        allowed: "console (for people) or json (one object per line)",
        fallback: LogFormat.console,
        parse: SettingParsers.choice
    )

    static let logFile = Setting(
        "LOG_FILE",
        "File for log lines, instead of standard error; what cannot be written there goes to standard error after all.",
        allowed: "a path",
        fallback: "",
        parse: SettingParsers.keyPath
    )
    static let logMaxBytes = Setting(
        "LOG_MAX_BYTES",
        "Size from which on that file becomes FILE.1, and a new one begins.",
        unit: "bytes",
        defaultText: "10M",
        allowed: "64K to 10G; K, M and G are powers of 1024",
        fallback: 10 << 20,
        parse: SettingParsers.bytes(64 << 10...10 << 30)
    )
    static let logKeep = Setting(
        "LOG_KEEP",
        "How many older log files stay: FILE.1 is the youngest.",
        unit: "files",
        defaultText: "5",
        allowed: "0 to 1000",
        fallback: 5,
        parse: SettingParsers.integer(0...1_000)
    )

    static let notifyCommand = Setting(
        "NOTIFY_COMMAND",
        "Program that is told what a trader away from the desk must know: one JSON object on its standard input.",
        allowed: "a program and its arguments, as in a shell but without variables and pipes",
        fallback: [String](),
        parse: SettingParsers.command
    )
    static let notifyWebhook = Setting(
        "NOTIFY_WEBHOOK",
        "Address that this is posted to: of Discord, Slack, Telegram (…/sendMessage?chat_id=NUMBER) or anything else.",
        allowed: "an https address, or an http address of this machine; it is never shown",
        isSecret: true,
        fallback: Webhook?.none,
        parse: SettingParsers.webhook
    )
    static let notifyWebhookKind = Setting(
        "NOTIFY_WEBHOOK_KIND",
        "The shape of what is posted.",
        defaultText: "auto",
        allowed: "auto (by the host of the address), discord, slack, telegram or json",
        fallback: WebhookShape?.none,
        parse: SettingParsers.webhookShape
    )
    static let notifyEvents = Setting(
        "NOTIFY_EVENTS",
        "What is told.",
        defaultText: "all",
        allowed: "all, or some of \(words(NotifyKind.self)), parted by commas",
        fallback: Set(NotifyKind.allCases),
        parse: SettingParsers.notifyKinds
    )
    static let heartbeatFile = Setting(
        "HEARTBEAT_FILE",
        "File that a run rewrites every 5 s, for watchdogs; without one it is run/PID.heartbeat in STATE_DIR.",
        allowed: "a path",
        fallback: "",
        parse: SettingParsers.keyPath
    )

    /// Every setting, in the order of `.env.example`.
    package static let all: [SettingInfo] = [
        apiKeyID.info, privateKeyPath.info, environment.info, restURL.info, certificateFile.info, subaccount.info,
        initialCapital.info, sizing.info, riskPerTrade.info, dailyLoss.info, maxExposure.info, maxPositions.info,
        circuitBreakerLosses.info, circuitBreakerPause.info, minRewardRisk.info, minTimeToExpiry.info,
        priceCollar.info, ordersPerMinute.info,
        stopTrigger.info, entryTTL.info, exitBeforeClose.info, candleGrace.info, onExit.info,
        fills.info, riskRules.info, stateDirectory.info, journalSync.info, logLevel.info, logFormat.info,
        logFile.info, logMaxBytes.info, logKeep.info,
        notifyCommand.info, notifyWebhook.info, notifyWebhookKind.info, notifyEvents.info, heartbeatFile.info,
    ]

    private static func amount(_ name: String, _ summary: String, percent: Int64) -> Setting<RiskLimits.Amount> {
        Setting(
            name,
            summary,
            unit: "dollars",
            defaultText: "\(percent)%",
            allowed: "a share from 0.01% to 100%, or dollars from 1 to 1000000000",
            fallback: .share(basisPoints: percent * 100),
            parse: SettingParsers.amount
        )
    }

    private static func words<Choice: CaseIterable & RawRepresentable<String>>(_ type: Choice.Type) -> String {
        type.allCases.map(\.rawValue).joined(separator: ", ")
    }

    private static func choices<Choice: CaseIterable & RawRepresentable<String>>(_ type: Choice.Type) -> String {
        let words = type.allCases.map(\.rawValue)
        return words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
    }
}

extension Setting {
    fileprivate init(
        _ name: String,
        _ summary: String,
        unit: String? = nil,
        defaultText: String? = nil,
        allowed: String,
        isSecret: Bool = false,
        fallback: Value,
        parse: @escaping @Sendable (String) -> Value?
    ) {
        info = SettingInfo(
            name: name,
            summary: summary,
            unit: unit,
            defaultText: defaultText,
            allowed: allowed,
            isSecret: isSecret
        )
        self.fallback = fallback
        self.parse = parse
    }
}
