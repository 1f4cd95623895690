import KBotEngine
import KBotLua
import KBotModel

extension HostObject {
    /// `ctx.market`: the market of the call.
    static var market: HostObject {
        HostObject(
            type: "kbot.Market",
            path: "ctx.market",
            help: "The market of the call; prices in cents of the YES contract.",
            members: [names, underlying, quote, facts, news, step, round, fee, implied]
        )
    }

    private static var names: Member { text("ticker", "The venue's name of the market.") { $0.ticker.text } }

    private static func text(_ name: String, _ help: String, _ read: @escaping (Market) -> String) -> Member {
        .property(HostField(name, "string", help), .market) { context, call in
            if let market = context.market { call.reply(read(market)) } else { call.replyNil() }
        }
    }

    private static var underlying: Member {
        text("underlying", "The asset the market is about, such as `BTC`.") { $0.series.underlying }
    }

    private static var quote: Member {
        .values(
            [
                HostField("bid", "number?", "Best bid; nil when unknown. Without a book, from the last trades."),
                HostField("ask", "number?", "Best ask."),
                HostField("spread", "number?", "Ask minus bid."),
                HostField("mid", "number?", "Half-way between bid and ask."),
                HostField("last", "number?", "Price of the last trade."),
            ],
            .market
        ) { context, slots in
            let touch = context.touch
            Border.set(slots, 0, touch.bid)
            Border.set(slots, 1, touch.ask)
            Border.set(slots, 2, touch.spread.map { Price(units: $0.units) })
            if let bid = touch.bid, let ask = touch.ask {
                Border.set(slots, 3, Int64(bid.units) + Int64(ask.units), per: 200)
            } else {
                slots.setNil(3)
            }
            Border.set(slots, 4, context.lastPrice)
        }
    }

    private static var facts: Member {
        .values(
            [
                HostField("open_time", "number", "Start of trading, seconds since the epoch."),
                HostField("close_time", "number", "End of trading, seconds since the epoch."),
                HostField("seconds_left", "number", "Seconds from now to the close."),
                HostField("minutes_left", "number", "Minutes from now to the close."),
                HostField("lowest_price", "number", "Lowest valid price."),
                HostField("highest_price", "number", "Highest valid price."),
                HostField("strike", "number?", "The price of the underlying that decides the market, in dollars."),
            ],
            .market
        ) { context, slots in
            guard let market = context.market else { return }
            let left = (market.closeTime - context.now).microseconds
            Border.set(slots, 0, market.openTime)
            Border.set(slots, 1, market.closeTime)
            Border.set(slots, 2, left, per: 1_000_000)
            Border.set(slots, 3, left, per: 60_000_000)
            Border.set(slots, 4, market.grid.lowest)
            Border.set(slots, 5, market.grid.highest)
            if let strike = market.strike { Border.set(slots, 6, strike.units, per: 10_000) } else { slots.setNil(6) }
        }
    }

    private static var news: Member {
        .values(
            [
                HostField("series", "string", "The series the market belongs to."),
                HostField("feed_age", "number", "Seconds since anything was heard of the market."),
                HostField(
                    "exposure",
                    "number",
                    "Dollars that settlement could take in all markets on the same underlying, resting entries included."
                ),
            ],
            .market
        ) { context, slots in
            slots.set(0, context.market?.series.text ?? "")
            Border.set(slots, 1, max(.zero, context.now - context.lastHeard).microseconds, per: 1_000_000)
            Border.set(slots, 2, context.underlyingExposure)
        }
    }

    private static var step: Member {
        .function(
            HostFunction(
                "step",
                [("price", "number")],
                "number",
                "The step of the price grid at a price: 1 at 50 cents, 0.1 at 5 cents on a tapered grid."
            ),
            .market
        ) { context, call throws(LuaHostError) in
            guard let market = context.market else { return call.replyNil() }
            Border.reply(call, Int64(market.grid.step(at: try price(call, 1, "ctx.market.step")).units), per: 100)
        }
    }

    private static var round: Member {
        .function(
            HostFunction(
                "round",
                [("price", "number"), ("mode?", "\"nearest\"|\"down\"|\"up\"")],
                "number?",
                "The valid price nearest to one (of two equally near the lower), or the next one down or up; nil beyond the grid."
            ),
            .market
        ) { context, call throws(LuaHostError) in
            guard let grid = context.market?.grid else { return call.replyNil() }
            let price = try price(call, 1, "ctx.market.round")
            let down = grid.roundedDown(price)
            let up = grid.roundedUp(price)
            let rounded: Price?
            switch call.kind(2) == .nil ? "nearest" : call.string(2) {
            case "down": rounded = down
            case "up": rounded = up
            case "nearest":
                if let down, let up { rounded = up - price < price - down ? up : down } else { rounded = down ?? up }
            default: throw LuaHostError("ctx.market.round rounds \"nearest\", \"down\" or \"up\"")
            }
            if let rounded { Border.reply(call, rounded) } else { call.replyNil() }
        }
    }

    private static var fee: Member {
        .function(
            HostFunction(
                "fee",
                [("price", "number"), ("count", "number"), ("liquidity?", "\"taker\"|\"maker\"")],
                "number",
                "The venue's fee in dollars for so many contracts at a price, as a taker unless said otherwise."
            ),
            .market
        ) { context, call throws(LuaHostError) in
            guard let market = context.market else { return call.replyNil() }
            let price = try price(call, 1, "ctx.market.fee")
            guard let count = call.number(2), count.isFinite, count >= 0, count <= 1e9 else {
                throw LuaHostError("ctx.market.fee takes a price in cents and a number of contracts")
            }
            let liquidity: FeeSchedule.Liquidity
            switch call.kind(3) == .nil ? "taker" : call.string(3) {
            case "taker": liquidity = .taker
            case "maker": liquidity = .maker
            default: throw LuaHostError("ctx.market.fee counts as \"taker\" or \"maker\"")
            }
            let quantity = Quantity(units: Int64((count * 100).rounded()))
            let clamped = min(max(price, .zero), .one)
            Border.reply(
                call,
                market.fees.fee(count: quantity, price: clamped, liquidity: liquidity).units,
                per: 1_000_000
            )
        }
    }

    private static var implied: Member {
        .function(
            HostFunction(
                "implied",
                [],
                "number?",
                "The probability of YES that the mid implies, 0 to 1; nil without a quote."
            ),
            .market
        ) { context, call in
            guard let bid = context.touch.bid, let ask = context.touch.ask else { return call.replyNil() }
            call.reply(Double(Int64(bid.units) + Int64(ask.units)) / 20_000)
        }
    }

    /// A price argument in cents.
    static func price(
        _ call: borrowing LuaHostCall,
        _ position: Int,
        _ function: String
    ) throws(LuaHostError) -> Price {
        guard let price = call.number(position).flatMap(Border.price(cents:)) else {
            throw LuaHostError("\(function) takes a price in cents")
        }
        return price
    }
}
