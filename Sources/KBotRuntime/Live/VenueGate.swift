import Foundation
import KBotEngine
import KBotKalshi
package import KBotModel
import KBotReports
package import Logging

/// What stands between a plan and a venue: whether the mode, the environment and the key fit, whether the venue lets us in,
/// and, for real money, whether the operator means it.
package struct VenueGate {
    /// How to reach the venue.
    package let access: VenueAccess
    /// What to tell before the run begins.
    package let announcement: [String]
    private let checkIn: CheckIn
    private let cash: Money?

    /// Checks the plan, asks the venue, and completes plan and settings with what it says.
    ///
    /// - Parameters:
    ///   - plan: What is to be run; completed.
    ///   - settings: How; completed.
    ///   - capital: What the account began with, when it was taken up again; cash may be in its positions.
    ///   - logger: Where log lines go.
    /// - Throws: ``RunFailure``: usage for a key that cannot be used, venue for what the venue refuses.
    package init(
        _ plan: inout RunPlan,
        _ settings: inout RunSettings,
        capital: Money? = nil,
        logger: Logger
    ) throws(RunFailure) {
        let credentials = settings.credentials.credentials
        var speed: Int64 = 1
        if case .times(let factor) = plan.speed { speed = factor }
        access = try VenueAccess(settings.venue, credentials: credentials, speed: speed, logger: logger)
        checkIn = try CheckIn(access, wantsAccount: plan.mode != .paper)
        plan.isVenueSimulated = checkIn.isSimulated
        // Trades of a candle reach us some time after they were made.
        if settings.source(of: "CANDLE_GRACE") == .fallback { settings.engine.candleGrace = .milliseconds(250) }
        var lines = ["\(plan.mode.rawValue) mode, feed and hosts: \(access.settings.place)"]
        if checkIn.isSimulated { lines.append("the exchange says that its market is SIMULATED") }
        lines += access.keyWarnings
        if let tier = checkIn.limits?.tier { lines.append("rate limits: tier \(tier)") }
        if let warning = access.clockWarning { lines.append("warning: \(warning)") }
        if let balance = checkIn.balance {
            let shard = plan.shards.first ?? 2
            let cash = balance.cash(onShard: shard) ?? balance.cash
            self.cash = cash
            let account = settings.venue.subaccount == 0 ? "primary account" : "subaccount \(settings.venue.subaccount)"
            lines.append(
                "\(account): \(cash.dollarText) on shard \(shard), where crypto trades; \(balance.cash.dollarText) in all"
            )
            if let capital {
                settings.engine.initialCapital = capital
            } else {
                lines += try Self.fit(&settings, to: cash, on: shard, balance)
            }
        } else {
            cash = nil
        }
        announcement = lines
    }

    /// Kalshi's feed needs a key.
    ///
    /// - Throws: ``RunFailure``: usage.
    package static func requireKey(_ settings: RunSettings) throws(RunFailure) {
        guard settings.credentials.credentials != nil else {
            throw RunFailure(
                .usage,
                settings.credentials.line(
                    then: "Kalshi's feed needs a key; put it into .env (see .env.example), or take --feed sim"
                )
            )
        }
    }

    /// What the plan asks must fit the environment of the key.
    ///
    /// - Throws: ``RunFailure``: usage.
    package static func check(_ plan: RunPlan, _ settings: RunSettings, isArmed: Bool) throws(RunFailure) {
        let environment = settings.venue.environment
        switch plan.mode {
        case .paper: break
        case .demo:
            guard environment == .demo else {
                throw RunFailure(.usage, "--mode demo: the key is one of KALSHI_ENV=live; demo has keys of its own")
            }
        case .live:
            guard environment == .live else {
                throw RunFailure(.usage, "--mode live: needs KALSHI_ENV=live and a key of the live system")
            }
            guard isArmed else {
                throw RunFailure(.usage, "--mode live: orders cost real money; say --arm-live as well if you mean it")
            }
        }
        guard settings.limitsOff.isEmpty else {
            throw RunFailure(
                .usage,
                "--limits: limits can be switched off in replay, backtest and sweep alone; give a limit another value"
            )
        }
        switch plan.speed {
        case .times(1): break
        case .times where settings.venue.override?.rest.isLoopback == true: break
        case .times, .max:
            throw RunFailure(
                .usage,
                "--speed \(plan.speed): at Kalshi time passes by itself; only an exchange on this machine runs faster "
                    + "(kbot exchange --speed N), and then kbot must be given the same factor"
            )
        }
    }

    /// kbot counts with no more money than there is.
    private static func fit(
        _ settings: inout RunSettings,
        to cash: Money,
        on shard: Int32,
        _ balance: BalanceRow
    ) throws(RunFailure) -> [String] {
        guard cash < settings.engine.initialCapital else { return [] }
        let picture = AccountPicture(balance: balance, positions: [], resting: [])
        let advice = picture.transferAdvice(toShard: shard, need: settings.engine.initialCapital)
        guard cash >= Money(dollars: 1) else {
            let help = advice.map { "; this would help: \($0)" } ?? ""
            throw RunFailure(.venue, "there is no money to trade with on shard \(shard): \(cash.dollarText)\(help)")
        }
        settings.engine.initialCapital = cash
        return [
            "INITIAL_CAPITAL is more than the cash on shard \(shard): kbot counts with \(cash.dollarText)"
                + (advice.map { "; to bring the rest there: \($0)" } ?? "")
        ]
    }

    /// For real money: the operator types the word, seeing what is at stake.
    ///
    /// Without a terminal there is nobody to ask; `--arm-live` has then said it.
    ///
    /// - Throws: ``RunFailure`` when the operator does not mean it.
    package func confirm(_ plan: RunPlan, _ run: TradingRun) throws(RunFailure) {
        guard plan.mode == .live, isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else { return }
        var text = "\nREAL MONEY. \(access.settings.place)\n"
        if let cash { text += "cash on the shard traded: \(cash.dollarText)\n" }
        text += "the strategies, rules and limits above are in force\n"
        text += "type LIVE to begin, anything else to leave: "
        FileHandle.standardError.write(Data(text.utf8))
        guard readLine() == "LIVE" else { throw RunFailure(.interrupted, "not begun") }
    }
}
