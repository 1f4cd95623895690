import KBotModel

/// A fingerprint of numbers in order: two lanes of multiply and rotate. It tells data apart; it does not resist forgery.
struct DataFingerprint {
    private var left: UInt64 = 0x243F_6A88_85A3_08D3
    private var right: UInt64 = 0x1319_8A2E_0370_7344

    var text: String {
        [left, right].map { lane in
            let text = String(lane, radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }.joined()
    }

    private mutating func add(_ value: Int64) {
        let bits = UInt64(bitPattern: value)
        left = ((left << 23) | (left >> 41)) ^ bits
        left = left &* 0x9E37_79B9_7F4A_7C15
        left ^= left >> 29
        right = ((right << 31) | (right >> 33)) &+ bits
        right = right &* 0xD6E8_FEB8_6659_FD93
        right ^= right >> 32
    }

    mutating func add(_ text: String) {
        add(Int64(text.utf8.count))
        for byte in text.utf8 { add(Int64(byte)) }
    }

    mutating func add(_ bar: MarketBar, of market: Int64) {
        let candle = bar.bar
        for value in [
            market, candle.start.microseconds, candle.interval.microseconds, Int64(candle.open.units),
            Int64(candle.high.units), Int64(candle.low.units), Int64(candle.close.units), candle.volume.units,
        ] { add(value) }
    }

    /// Numbers of markets differ between files and the catalogue, so names stand for them.
    mutating func add(_ event: MarketEvent, of market: Int64) {
        add(event.time.microseconds)
        add(market)
        switch event.kind {
        case .listed: break  // facts are added at the end, once for each market
        case .trade(let trade):
            add(1)
            add(trade)
        case .delta(_, let outcome, let price, let count):
            add(outcome == .yes ? 2 : 3)
            add(Int64(price.units))
            add(count.units)
        case .snapshot(_, let book):
            add(4)
            for levels in [book.yes, book.no] {
                add(Int64(levels.count))
                for level in levels { add("\(level)") }
            }
        case .status(_, let status): add(status.rawValue)
        case .settled(_, let settlement): add("\(settlement)")
        case .gap: add(5)
        case .history(_, let trades):
            for past in trades {
                add(past.time.microseconds)
                add(past.trade)
            }
        case .spot(let symbol, let price):
            add(symbol.text)
            add(price.units)
        case .spotCandle(let symbol, let candle): add("\(symbol) \(candle)")
        }
    }

    mutating func add(_ trade: Trade) {
        add(Int64(trade.price.units))
        add(trade.count.units)
        add(trade.taker.map { $0 == .bid ? 1 : 2 } ?? 0)
    }

    /// What a run is told of a market, but for its number.
    mutating func add(_ market: Market) {
        add(
            "\(market.ticker) \(market.series) \(market.openTime) \(market.closeTime) \(market.grid) \(market.fees) "
                + "\(market.strike.map { "\($0)" } ?? "") \(market.shard)"
        )
    }

    /// A number for a name.
    static func number(of name: String) -> Int64 {
        var print = DataFingerprint()
        print.add(name)
        return Int64(bitPattern: print.left)
    }
}
