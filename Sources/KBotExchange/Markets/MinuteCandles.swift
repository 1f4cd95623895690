import KBotKalshi
import KBotModel

/// First, lowest, highest and last value of a period.
struct PriceSpan {
    var open: Price
    var low: Price
    var high: Price
    var close: Price

    /// A period that has seen one value.
    init(_ price: Price) {
        open = price
        low = price
        high = price
        close = price
    }

    /// Takes in a value.
    mutating func add(_ price: Price) {
        low = min(low, price)
        high = max(high, price)
        close = price
    }

    /// Takes in a later period.
    mutating func add(_ later: PriceSpan) {
        low = min(low, later.low)
        high = max(high, later.high)
        close = later.close
    }

    var row: JSON {
        .members([
            "open_dollars": open.wire, "low_dollars": low.wire, "high_dollars": high.wire, "close_dollars": close.wire,
        ])
    }
}

/// One period of a market.
struct VenueCandle {
    /// When it ends; itself part of it.
    var end: Timestamp
    var bid: PriceSpan
    var ask: PriceSpan
    /// nil without a trade.
    var price: PriceSpan?
    var volume = Quantity.zero
    /// Σ price × count.
    var value = Money.zero
    /// Price of the last trade before the period.
    var previous: Price?
    /// Contracts held at the end.
    var openInterest = Quantity.zero

    /// Takes in the next period.
    mutating func add(_ later: VenueCandle) {
        end = later.end
        bid.add(later.bid)
        ask.add(later.ask)
        if let span = later.price { if price == nil { price = span } else { price?.add(span) } }
        volume += later.volume
        value += later.value
        openInterest = later.openInterest
    }

    /// The candle as the live endpoints show it.
    var row: JSON {
        var span = price?.row.object ?? JSONObject()
        if let price {
            span["mean_dollars"] = Price(units: Int32(value.units / max(1, volume.units))).wire
            span["min_dollars"] = price.low.wire
            span["max_dollars"] = price.high.wire
        }
        span["previous_dollars"] = previous?.wire
        return .members([
            "end_period_ts": .seconds(end), "yes_bid": bid.row, "yes_ask": ask.row, "price": .object(span),
            "volume_fp": volume.wire, "open_interest_fp": openInterest.wire,
        ])
    }

    /// The candle as the endpoints for archived data show it: names without the unit.
    var historicalRow: JSON {
        func renamed(_ json: JSON?) -> JSON {
            var object = JSONObject()
            for key in json?.object?.keys ?? [] where !key.hasPrefix("min_") && !key.hasPrefix("max_") {
                object[key.replacingSuffix("_dollars")] = json?.object?[key]
            }
            return .object(object)
        }
        let object = row.object
        return .members([
            "end_period_ts": .seconds(end), "yes_bid": renamed(object?["yes_bid"]),
            "yes_ask": renamed(object?["yes_ask"]), "price": renamed(object?["price"]), "volume": volume.wire,
            "open_interest": openInterest.wire,
        ])
    }
}

extension String {
    fileprivate func replacingSuffix(_ suffix: String) -> String {
        hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
    }
}

/// The minutes of one market, made as it goes.
struct MinuteCandles {
    private static let minute = TimeSpan.minutes(1)
    private(set) var candles: [VenueCandle] = []
    private var bid = Price.zero
    private var ask = Price.one
    private var last: Price?

    /// Takes in the best prices from now on.
    mutating func quote(bid: Price, ask: Price, at time: Timestamp, openInterest: Quantity) {
        guard bid != self.bid || ask != self.ask || candles.isEmpty else { return }
        reach(time, openInterest)
        self.bid = bid
        self.ask = ask
        candles[candles.count - 1].bid.add(bid)
        candles[candles.count - 1].ask.add(ask)
    }

    /// Takes in a trade.
    mutating func trade(_ price: Price, _ count: Quantity, at time: Timestamp, openInterest: Quantity) {
        reach(time, openInterest)
        let index = candles.count - 1
        if candles[index].price == nil {
            candles[index].price = PriceSpan(price)
        } else {
            candles[index].price?.add(price)
        }
        candles[index].volume += count
        candles[index].value += price * count
        candles[index].openInterest = openInterest
        last = price
    }

    private mutating func reach(_ time: Timestamp, _ openInterest: Quantity) {
        let end = time.floored(to: Self.minute) + Self.minute
        guard candles.last.map({ $0.end < end }) ?? true else { return }
        var candle = VenueCandle(end: end, bid: PriceSpan(bid), ask: PriceSpan(ask))
        candle.previous = last
        candle.openInterest = openInterest
        candles.append(candle)
    }

    /// The candles of a period in minutes that end within some time, both ends included.
    func list(period: Int64, from start: Timestamp, to end: Timestamp) -> [VenueCandle] {
        let span = TimeSpan.minutes(period)
        var list: [VenueCandle] = []
        for minute in candles {
            // The end belongs to the period: the minute that ends at a full hour is that hour's last.
            let start = (minute.end - TimeSpan(microseconds: 1)).floored(to: span)
            if let latest = list.last, latest.end == start + span {
                list[list.count - 1].add(minute)
                list[list.count - 1].end = start + span
            } else {
                var candle = minute
                candle.end = start + span
                list.append(candle)
            }
        }
        return list.filter { start <= $0.end && $0.end <= end }
    }
}
