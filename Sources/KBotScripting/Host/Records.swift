import KBotEngine
import KBotIndicators
import KBotLua
import KBotModel

extension HostRecord {
    /// What `on_candle` gets.
    static let candle = HostRecord(
        type: "kbot.Candle",
        help: "A closed candle: prices in cents, of an underlying in dollars.",
        fields: [
            HostField("open", "number", "First price."),
            HostField("high", "number", "Highest price."),
            HostField("low", "number", "Lowest price."),
            HostField("close", "number", "Last price."),
            HostField("volume", "number", "Contracts traded; of an underlying coins, 0 where the source gives none."),
            HostField("trades", "integer", "Trades; 0 in a flat candle carried at the last price."),
            HostField("start", "number", "Start, seconds since the epoch."),
            HostField("time", "number", "End, seconds since the epoch."),
        ]
    )

    /// What `on_trade` gets.
    static let trade = HostRecord(
        type: "kbot.Trade",
        help: "A public trade.",
        fields: [
            HostField("price", "number", "Price, cents."),
            HostField("count", "number", "Contracts."),
            HostField(
                "taker",
                "\"buy\"|\"sell\"|nil",
                "Whether the taker bought or sold YES; nil when the data does not tell."
            ),
        ]
    )

    /// What `on_fill` gets.
    static let fill = HostRecord(
        type: "kbot.Fill",
        help: "A fill of one of kbot's orders.",
        fields: [
            HostField("role", "\"entry\"|\"target\"|\"exit\"", "What the order was for."),
            HostField("side", "\"buy\"|\"sell\"", "Whether YES was bought or sold."),
            HostField("price", "number", "Price, cents."),
            HostField("count", "number", "Contracts."),
            HostField("fee", "number", "The venue's fee, dollars."),
            HostField("maker", "boolean", "Whether the order rested."),
            HostField("strategy", "string", "Strategy whose order it was."),
            HostField("net_pnl", "number?", "Net P&L of the trade in dollars, on the fill that closed it."),
        ]
    )

    /// What `on_settle` gets.
    static let settlement = HostRecord(
        type: "kbot.Settlement",
        help: "How a market was decided.",
        fields: [
            HostField("result", "\"yes\"|\"no\"|\"scalar\"", "The result."),
            HostField("value", "number", "What a YES contract pays, cents: 100, 0, or between."),
            HostField("net_pnl", "number?", "Net P&L in dollars of what ended by it; nil when nothing was held."),
        ]
    )

    /// What a risk rule judges.
    static let order = HostRecord(
        type: "kbot.Order",
        help: "An order about to be sent, after sizing and kbot's own limits.",
        fields: [
            HostField("strategy", "string", "Strategy it comes from."),
            HostField("side", "\"long\"|\"short\"", "Direction of the position it opens or reduces."),
            HostField("price", "number", "Limit price, cents."),
            HostField("count", "number", "Contracts."),
            HostField("entry", "number", "Planned entry, cents."),
            HostField("stop", "number", "Planned stop, cents."),
            HostField("target", "number", "Planned target, cents."),
            HostField(
                "reducing",
                "boolean",
                "Whether it can only make a position smaller; no rule can stop such an order."
            ),
        ]
    )

    /// What `ctx.position` is.
    static let position = HostRecord(
        type: "kbot.Position",
        help: "A position.",
        fields: [
            HostField("strategy", "string", "Strategy that entered."),
            HostField("side", "\"long\"|\"short\"", "Direction."),
            HostField("count", "number", "Contracts."),
            HostField("entry", "number", "Average entry, cents."),
            HostField("stop", "number", "Planned stop, cents."),
            HostField("target", "number", "Planned target, cents."),
        ]
    )

    /// One level of `ctx.book.levels`.
    static let level = HostRecord(
        type: "kbot.Level",
        help: "One price of a book.",
        fields: [
            HostField("price", "number", "YES price, cents."),
            HostField("count", "number", "Contracts."),
        ]
    )

    /// What a strategy returns when it wants a trade; the fields in the order of the slots.
    static let signal = HostRecord(
        type: "kbot.Signal",
        help: "A trade a strategy wants; kbot's limits decide.",
        fields: [
            HostField("side", "\"long\"|\"short\"", "Direction: a long buys YES, a short buys NO."),
            HostField("entry", "number?", "Entry price, cents; needed unless `entry_type` is \"market\"."),
            HostField("stop", "number?", "Where the loss is cut, cents; this or `stop_offset`."),
            HostField("target", "number?", "Where the profit is taken, cents; this or `target_offset`."),
            HostField(
                "entry_type",
                "\"limit\"|\"stop\"|\"market\"|nil",
                "How to get in; \"limit\" unless said otherwise."
            ),
            HostField("stop_offset", "number?", "Distance of the stop from the fill, cents."),
            HostField("target_offset", "number?", "Distance of the target from the fill, cents."),
            HostField("count", "number?", "Contracts wanted; can only lower the size."),
            HostField("ttl", "integer?", "Candles after which an unfilled entry is cancelled."),
            HostField("confidence", "number?", "0 to 1; told, not used."),
            HostField("reason", "string?", "Your words, up to 200 characters."),
        ]
    )
}

extension Candle {
    /// Writes the candle into the slots of ``HostRecord/candle``.
    func write(to slots: LuaSlots) {
        Border.set(slots, 0, open)
        Border.set(slots, 1, high)
        Border.set(slots, 2, low)
        Border.set(slots, 3, close)
        Border.set(slots, 4, volume.units, per: 100)
        slots.set(5, Int64(trades))
        Border.set(slots, 6, start.microseconds, per: 1_000_000)
        Border.set(slots, 7, end.microseconds, per: 1_000_000)
    }
}

extension SpotCandle {
    /// Writes the candle into the slots of ``HostRecord/candle``, prices in dollars.
    func write(to slots: LuaSlots) {
        for (index, price) in [open, high, low, close].enumerated() {
            Border.set(slots, index, price.units, per: 10_000)
        }
        Border.set(slots, 4, volume, per: 1_000_000)
        slots.set(5, Int64(ticks))
        Border.set(slots, 6, start.microseconds, per: 1_000_000)
        Border.set(slots, 7, end.microseconds, per: 1_000_000)
    }
}

extension Trade {
    /// Writes the trade into the slots of ``HostRecord/trade``; the taker's side comes from references made once.
    func write(to slots: LuaSlots, sides: (buy: LuaReference, sell: LuaReference)) {
        Border.set(slots, 0, price)
        Border.set(slots, 1, count.units, per: 100)
        switch taker {
        case .bid: slots.set(2, sides.buy)
        case .ask: slots.set(2, sides.sell)
        case nil: slots.setNil(2)
        }
    }
}

extension FillNews {
    /// The fill as a table.
    var luaValue: LuaValue {
        var fields: [String: LuaValue] = [
            "role": .string(role.rawValue),
            "side": .string(fill.side == .bid ? "buy" : "sell"),
            "price": Border.value(Int64(fill.price.units), per: 100),
            "count": Border.value(fill.count.units, per: 100),
            "fee": Border.value(fill.fee.units, per: 1_000_000),
            "maker": .bool(fill.liquidity == .maker),
            "strategy": .string(strategy.text),
        ]
        if let netPnL { fields["net_pnl"] = Border.value(netPnL.units, per: 1_000_000) }
        return .record(fields)
    }
}

extension SettlementNews {
    /// The settlement as a table.
    var luaValue: LuaValue {
        var fields: [String: LuaValue] = [
            "result": .string(settlement.result),
            "value": Border.value(Int64(settlement.value.units), per: 100),
        ]
        if let netPnL { fields["net_pnl"] = Border.value(netPnL.units, per: 1_000_000) }
        return .record(fields)
    }
}

extension ClosedBar {
    /// The candle as a table with the fields of ``HostRecord/candle``.
    func luaValue(isSpot: Bool) -> LuaValue {
        let scale: Int64 = isSpot ? 10_000 : 100
        return .record([
            "open": Border.value(bar.open, per: scale),
            "high": Border.value(bar.high, per: scale),
            "low": Border.value(bar.low, per: scale),
            "close": Border.value(bar.close, per: scale),
            "volume": Border.value(bar.volume, per: isSpot ? 1_000_000 : 100),
            "trades": .integer(Int64(trades)),
            "start": Border.value(start.microseconds, per: 1_000_000),
            "time": Border.value(end.microseconds, per: 1_000_000),
        ])
    }
}
