import KBotEngine
import KBotLua
import KBotModel

extension HostObject {
    /// `ctx.account`: the account as the limits see it.
    static var account: HostObject {
        HostObject(
            type: "kbot.Account",
            path: "ctx.account",
            help: "The account, in dollars.",
            members: [
                .values(
                    [
                        HostField(
                            "equity",
                            "number",
                            "Equity now, open positions at the price at which they could leave."
                        ),
                        HostField("capital", "number", "Equity at 00:00 UTC."),
                        HostField("cash", "number", "Cash not tied up in positions or resting entries."),
                        HostField("exposure", "number", "What settlement could take, resting entries included."),
                        HostField("day_pnl", "number", "Profit of the UTC day after fees, open positions included."),
                        HostField("losing_streak", "integer", "Losing trades in a row."),
                        HostField("open_positions", "integer", "Positions open and entries pending."),
                    ],
                    .account
                ) { context, slots in
                    guard let account = context.account else { return }
                    Border.set(slots, 0, account.equity)
                    Border.set(slots, 1, account.capital)
                    Border.set(slots, 2, account.cash)
                    Border.set(slots, 3, account.exposure)
                    Border.set(slots, 4, account.dayPnL)
                    slots.set(5, Int64(account.losingStreak))
                    slots.set(6, Int64(account.openPositions))
                }
            ]
        )
    }
}
