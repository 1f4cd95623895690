import KBotKalshi
import KBotModel

/// An order as the exchange keeps it, from its arrival on.
struct ExchangeOrder {
    /// Number within the exchange, from 0 on; the paper exchange knows it by this number + 1.
    let number: Int
    /// Its UUID.
    let id: String
    /// Whose it is.
    let account: Int
    /// Its subaccount.
    let subaccount: Int32
    /// Market.
    let market: MarketID
    /// The market's name.
    let ticker: Ticker
    /// The market's shard.
    let shard: Int32
    /// Side of the YES book.
    let side: BookSide
    /// How long it lives.
    let timeInForce: TimeInForce
    /// What happens at a cross with the customer's own.
    let selfTrade: SelfTradePrevention
    /// Whether it must not take.
    let isPostOnly: Bool
    /// Whether it may only reduce the position.
    let isReduceOnly: Bool
    /// Whether a pause cancels it.
    let cancelsOnPause: Bool
    /// Its order group.
    let group: String?
    /// The customer's id; an amendment may change it.
    var clientID: String
    /// Limit, a YES price.
    var price: Price
    /// Contracts asked for.
    var total: Quantity
    var filled = Quantity.zero
    /// Contracts on the book, as its owner sees it.
    var remaining = Quantity.zero
    /// nil before it has arrived, and for good when it was refused.
    var status: OrderStatus?
    var expires: Timestamp?
    var takerCost = Money.zero
    var makerCost = Money.zero
    var takerFees = Money.zero
    var makerFees = Money.zero
    var created: Timestamp
    var updated: Timestamp
    /// The venue's word for why it last changed.
    var reason: String?

    /// Its name at the paper exchange.
    var paperID: ClientOrderID { ClientOrderID(Int64(number) + 1) }

    /// The outcome it bids for.
    var outcome: Outcome { side == .bid ? .yes : .no }

    /// The price it bids for that.
    var outcomePrice: Price { side == .bid ? price : price.complement }

    /// The order as `/portfolio/orders` shows it.
    func row(userID: String) -> JSON {
        .members([
            "order_id": .string(id), "user_id": .string(userID), "client_order_id": .string(clientID),
            "ticker": ticker.wire, "outcome_side": .string(outcome.rawValue), "book_side": .string(side.rawValue),
            "side": .string("yes"), "action": .string(side == .bid ? "buy" : "sell"), "type": .string("limit"),
            "status": .string((status ?? .canceled).rawValue), "yes_price_dollars": price.wire,
            "no_price_dollars": price.complement.wire, "initial_count_fp": total.wire,
            "fill_count_fp": filled.wire, "remaining_count_fp": remaining.wire,
            "taker_fill_cost_dollars": takerCost.dollars, "maker_fill_cost_dollars": makerCost.dollars,
            "taker_fees_dollars": takerFees.wire, "maker_fees_dollars": makerFees.wire,
            "created_time": .time(created), "last_update_time": .time(updated),
            "expiration_time": expires.map { .time($0) } ?? .null,
            "self_trade_prevention_type": .string(selfTrade.rawValue),
            "order_group_id": group.map { .string($0) } ?? .null, "cancel_order_on_pause": .bool(cancelsOnPause),
            "last_update_reason": reason.map { .string($0) }, "subaccount_number": .integer(subaccount),
            "exchange_index": .integer(shard),
        ])
    }
}

/// A fill as the exchange keeps it.
struct ExchangeFill {
    /// Place in the account's list: a cursor.
    let sequence: Int
    /// The UUID of the trade.
    let id: String
    let order: Int
    let orderID: String
    let subaccount: Int32
    let shard: Int32
    let market: MarketID
    let ticker: Ticker
    let side: BookSide
    let price: Price
    let count: Quantity
    let isTaker: Bool
    let fee: Money
    let time: Timestamp

    /// The fill as `/portfolio/fills` shows it.
    var row: JSON {
        let outcome = side == .bid ? "yes" : "no"
        return .members([
            "fill_id": .string(id), "trade_id": .string(id), "order_id": .string(orderID),
            "exchange_index": .integer(shard), "ticker": ticker.wire, "market_ticker": ticker.wire,
            "outcome_side": .string(outcome), "book_side": .string(side.rawValue), "side": .string(outcome),
            "action": .string(side == .bid ? "buy" : "sell"), "count_fp": count.wire,
            "yes_price_dollars": price.wire, "no_price_dollars": price.complement.wire, "is_taker": .bool(isTaker),
            "fee_cost": fee.wire, "created_time": .time(time), "ts": .seconds(time),
            "subaccount_number": .integer(subaccount),
        ])
    }
}

/// The payment of a position in a decided market.
struct ExchangeSettlement {
    let sequence: Int
    let subaccount: Int32
    let shard: Int32
    let market: MarketID
    let ticker: Ticker
    let event: EventTicker
    let result: String
    let value: Price
    let position: Quantity
    let cost: Money
    let payout: Money
    let fees: Money
    let time: Timestamp

    /// The payment as `/portfolio/settlements` shows it.
    var row: JSON {
        let isYes = position.units >= 0
        return .members([
            "ticker": ticker.wire, "event_ticker": event.wire, "exchange_index": .integer(shard),
            "market_result": .string(result), "yes_count_fp": (isYes ? position : .zero).wire,
            "yes_total_cost_dollars": (isYes ? cost : .zero).dollars,
            "no_count_fp": (isYes ? .zero : -position).wire,
            "no_total_cost_dollars": (isYes ? .zero : cost).dollars, "revenue": .integer(payout.units / 10_000),
            "value": .integer(value.units / 100), "fee_cost": fees.dollars, "settled_time": .time(time),
        ])
    }
}

extension Money {
    /// Dollars with at least four digits after the point, and as many more as it takes.
    var dollars: JSON {
        var text = description[...]
        for _ in 0..<2 where text.hasSuffix("0") { text = text.dropLast() }
        return .string(String(text))
    }
}

extension JSON {
    /// RFC 3339 in UTC.
    static func time(_ time: Timestamp) -> JSON { .string(time.description) }
    /// Whole seconds since the epoch.
    static func seconds(_ time: Timestamp) -> JSON { .integer(floorDivide(time.microseconds, by: 1_000_000)) }
    /// Whole milliseconds since the epoch.
    static func milliseconds(_ time: Timestamp) -> JSON { .integer(floorDivide(time.microseconds, by: 1_000)) }
}
