package import KBotModel

/// Open, high, low, close and volume over one interval, in the units of whatever it is a price of; a tick is one of length
/// zero.
package struct DataBar: Hashable, Sendable {
    /// Start of the interval; the time of a tick.
    package var start: Timestamp
    /// Prices: 1/10,000 dollar.
    package var open: Int64
    package var high: Int64
    package var low: Int64
    package var close: Int64
    /// 1/100 contract of a market, 1/1,000,000 coin of an underlying; 0 when not told.
    package var volume: Int64
    /// Trades or ticks in it.
    package var count: Int64

    /// Makes a bar.
    package init(start: Timestamp, open: Int64, high: Int64, low: Int64, close: Int64, volume: Int64, count: Int64) {
        self.start = start
        self.open = open
        self.high = high
        self.low = low
        self.close = close
        self.volume = volume
        self.count = count
    }

    /// Makes a tick.
    package init(tick price: SpotPrice, at time: Timestamp) {
        self.init(
            start: time,
            open: price.units,
            high: price.units,
            low: price.units,
            close: price.units,
            volume: 0,
            count: 1
        )
    }

    /// Makes a candle of an underlying.
    package init(_ candle: SpotCandle) {
        self.init(
            start: candle.start,
            open: candle.open.units,
            high: candle.high.units,
            low: candle.low.units,
            close: candle.close.units,
            volume: candle.volume,
            count: Int64(candle.ticks)
        )
    }

    /// Makes a candle of a market.
    package init(_ candle: Candle) {
        self.init(
            start: candle.start,
            open: Int64(candle.open.units),
            high: Int64(candle.high.units),
            low: Int64(candle.low.units),
            close: Int64(candle.close.units),
            volume: candle.volume.units,
            count: Int64(candle.trades)
        )
    }

    /// The candle of an underlying.
    package func spotCandle(_ interval: TimeSpan) -> SpotCandle {
        SpotCandle(
            start: start,
            interval: interval,
            open: SpotPrice(units: open),
            high: SpotPrice(units: high),
            low: SpotPrice(units: low),
            close: SpotPrice(units: close),
            volume: volume,
            ticks: Int32(clamping: count)
        )
    }

    /// The candle of a market.
    @inline(__always) package func candle(_ interval: TimeSpan) -> Candle {
        Candle(
            start: start,
            interval: interval,
            open: Price(units: Int32(truncatingIfNeeded: open)),
            high: Price(units: Int32(truncatingIfNeeded: high)),
            low: Price(units: Int32(truncatingIfNeeded: low)),
            close: Price(units: Int32(truncatingIfNeeded: close)),
            volume: Quantity(units: volume),
            trades: Int32(truncatingIfNeeded: count)
        )
    }
}

extension DataBar: CandleExtent {}

/// Coding of bars by columns: what a chunk of the kinds `candles`, `spot_candles` and `ticks` holds.
enum BarColumns {
    static func encoded(_ bars: [DataBar]) -> [UInt8] {
        var writer = ColumnWriter()
        writer.append(unsigned: UInt64(bars.count))
        writer.append(differencesOf: bars.map(\.start.microseconds))
        writer.append(differencesOf: bars.map(\.open))
        writer.append(bars.map { $0.close &- $0.open })
        writer.append(bars.map { $0.high &- $0.open })
        writer.append(bars.map { $0.open &- $0.low })
        writer.append(bars.map(\.volume))
        writer.append(bars.map(\.count))
        return writer.bytes
    }

    static func decoded(_ bytes: [UInt8]) throws(CatalogueError) -> [DataBar] {
        var reader = ColumnReader(bytes)
        let value = try reader.unsigned()
        // Many equal ticks may take less than a byte each.
        guard value <= UInt64(SealedChunk.largest) else { throw .damaged("a chunk speaks of \(value) bars") }
        let count = Int(value)
        let times = try reader.differences(count)
        let opens = try reader.differences(count)
        let closes = try reader.column(count)
        let highs = try reader.column(count)
        let lows = try reader.column(count)
        let volumes = try reader.column(count)
        let counts = try reader.column(count)
        guard reader.left == 0 else { throw .damaged("a chunk goes on after its end") }
        var bars: [DataBar] = []
        bars.reserveCapacity(count)
        for index in 0..<count {
            let open = opens[index]
            bars.append(
                DataBar(
                    start: Timestamp(microseconds: times[index]),
                    open: open,
                    high: open &+ highs[index],
                    low: open &- lows[index],
                    close: open &+ closes[index],
                    volume: volumes[index],
                    count: counts[index]
                )
            )
        }
        return bars
    }
}
