import KBotLua
import KBotModel

extension HostObject {
    /// `ctx.book`: the market's order book.
    static var book: HostObject {
        HostObject(
            type: "kbot.Book",
            path: "ctx.book",
            help: "The market's order book in YES prices: bids buy YES, asks sell it. Empty when the feed has no book.",
            members: [touch, depth, levels, imbalance]
        )
    }

    /// Levels a script may ask for at once.
    private static let mostLevels = 200

    private static var touch: Member {
        .values(
            [
                HostField("has_book", "boolean", "Whether the feed gives a book, and it is in sync."),
                HostField("bid_size", "number", "Contracts at the best bid; 0 without one."),
                HostField("ask_size", "number", "Contracts at the best ask; 0 without one."),
            ],
            .market
        ) { context, slots in
            let book = context.book
            slots.set(0, book != nil)
            Border.set(slots, 1, book?.bestBid?.count.units ?? 0, per: 100)
            Border.set(slots, 2, book?.bestAsk?.count.units ?? 0, per: 100)
        }
    }

    private static var depth: Member {
        .function(
            HostFunction(
                "depth",
                [("side", "\"bid\"|\"ask\""), ("cents", "number")],
                "number",
                "Contracts within so many cents of the best price of a side, that price included."
            ),
            .market
        ) { context, call throws(LuaHostError) in
            let isBid = try side(call, "ctx.book.depth")
            let reach = try distance(call, 2, "ctx.book.depth")
            Border.reply(call, context.book?.depth(isBid, within: reach).units ?? 0, per: 100)
        }
    }

    private static var levels: Member {
        .function(
            HostFunction(
                "levels",
                [("side", "\"bid\"|\"ask\""), ("count?", "integer")],
                "kbot.Level[]",
                "The best levels of a side, best first: 10 unless said otherwise, at most 200."
            ),
            .market
        ) { context, call throws(LuaHostError) in
            let isBid = try side(call, "ctx.book.levels")
            var count = 10
            if call.kind(2) != .nil {
                guard let number = call.number(2), number >= 1, number <= Double(mostLevels) else {
                    throw LuaHostError("ctx.book.levels gives 1 to \(mostLevels) levels")
                }
                count = Int(number)
            }
            let ladder = (isBid ? context.book?.yes.levels : context.book?.no.levels) ?? []
            let list = ladder.suffix(count).reversed().map { level in
                LuaValue.record([
                    "price": Border.value(Int64((isBid ? level.price : level.price.complement).units), per: 100),
                    "count": Border.value(level.count.units, per: 100),
                ])
            }
            try call.reply(list.isEmpty ? .table([]) : .array(list))
        }
    }

    private static var imbalance: Member {
        .function(
            HostFunction(
                "imbalance",
                [("cents", "number")],
                "number?",
                "(bids − asks) / (bids + asks) of the contracts within so many cents of the best prices, −1 to 1; nil without any."
            ),
            .market
        ) { context, call throws(LuaHostError) in
            let reach = try distance(call, 1, "ctx.book.imbalance")
            guard let book = context.book else { return call.replyNil() }
            let bids = book.depth(true, within: reach).units
            let asks = book.depth(false, within: reach).units
            guard bids + asks > 0 else { return call.replyNil() }
            call.reply(Double(bids - asks) / Double(bids + asks))
        }
    }

    private static func side(_ call: borrowing LuaHostCall, _ function: String) throws(LuaHostError) -> Bool {
        switch call.string(1) {
        case "bid": return true
        case "ask": return false
        default: throw LuaHostError("\(function) takes \"bid\" or \"ask\"")
        }
    }

    private static func distance(
        _ call: borrowing LuaHostCall,
        _ position: Int,
        _ function: String
    ) throws(LuaHostError) -> PriceDelta {
        guard let cents = call.number(position), cents.isFinite, cents >= 0, cents <= 100 else {
            throw LuaHostError("\(function) takes a distance of 0 to 100 cents")
        }
        return PriceDelta(units: Int32((cents * 100).rounded()))
    }
}

extension OrderBook {
    /// Contracts within a distance of the best price of a side.
    fileprivate func depth(_ isBid: Bool, within reach: PriceDelta) -> Quantity {
        let ladder = isBid ? yes : no
        guard let best = ladder.best else { return .zero }
        return ladder.count(atOrAbove: best.price - reach)
    }
}
