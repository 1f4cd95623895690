import KBotEngine
import KBotIndicators
import KBotLua
import KBotModel

/// A candle as a test writes it: a number for a flat one with one trade, or a table.
struct BenchCandle {
    /// Prices in 1/10,000 dollar; volume in 1/100 contract, of an underlying in 1/1,000,000 coin.
    let bar: Bar
    let trades: Int32

    private static let names = ["open", "high", "low", "close", "volume", "trades"]

    /// Reads a candle; `place` is how messages call it.
    init(_ value: LuaValue, _ source: CandleSource, _ place: String) throws(LuaHostError) {
        let fields = value.asDouble == nil ? value : .record(["close": value])
        let table = try TestTable(fields, place, Self.names)
        // Prices of contracts are cents, those of underlyings dollars.
        let scale: Double = source == .market ? 100 : 10_000
        func price(_ name: String) throws(LuaHostError) -> Int64? {
            let number =
                source == .market
                ? try table.number(name, 0.01...99.99, "a price between 0 and 100 cents")
                : try table.number(name, 0.0001...1e8, "a price in dollars")
            return number.map { Int64(($0 * scale).rounded()) }
        }
        let first = try price("open")
        guard let close = try price("close") ?? first else {
            throw LuaHostError("\(place) needs 'close', or a number in place of the table")
        }
        let open = first ?? close
        let high = try price("high") ?? max(open, close)
        let low = try price("low") ?? min(open, close)
        guard high >= max(open, close), low <= min(open, close) else {
            throw LuaHostError("\(place): open and close must lie between low and high")
        }
        let trades = try table.count("trades")
        let volume = try table.number("volume", 0...1e9, "a volume") ?? Double(trades ?? 1)
        self.trades = Int32(trades ?? 1)
        bar = Bar(
            open: open,
            high: high,
            low: low,
            close: close,
            volume: Int64((volume * (source == .market ? 100 : 1_000_000)).rounded())
        )
    }

    /// As a candle of a contract.
    func contract(start: Timestamp, interval: TimeSpan) -> Candle {
        Candle(
            start: start,
            interval: interval,
            open: Price(units: Int32(bar.open)),
            high: Price(units: Int32(bar.high)),
            low: Price(units: Int32(bar.low)),
            close: Price(units: Int32(bar.close)),
            volume: Quantity(units: bar.volume),
            trades: trades
        )
    }

    /// As a candle of an underlying.
    func spot(start: Timestamp, interval: TimeSpan) -> SpotCandle {
        SpotCandle(
            start: start,
            interval: interval,
            open: SpotPrice(units: bar.open),
            high: SpotPrice(units: bar.high),
            low: SpotPrice(units: bar.low),
            close: SpotPrice(units: bar.close),
            volume: bar.volume,
            ticks: trades
        )
    }
}
