import KBotModel

/// Candles, bands, plans and fills of one market as paths.
struct MarketDrawing {
    private let chart: MarketChart
    private let trades: [ClosedTrade]
    private let times: Scale
    private let prices: Scale
    private let ticks: [Int64]
    private let from: Timestamp
    private let to: Timestamp

    init(_ chart: MarketChart, _ trades: [ClosedTrade], from: Timestamp, to: Timestamp) {
        self.chart = chart
        self.trades = trades
        self.from = from
        self.to = to
        times = Scale(from.microseconds, to.microseconds, length: Plot.width)
        var values = chart.candles.flatMap { [Int64($0.candle.low.units), Int64($0.candle.high.units)] }
        for trade in trades {
            values += [trade.plan.entry, trade.plan.stop, trade.plan.target].map { Int64($0.units) }
        }
        values += chart.fills.map { Int64($0.price.units) }
        // Bands may leave the range of prices; what lies beyond is cut off.
        for case let bands? in chart.candles.map(\.bands) {
            values += [bands.lower, bands.upper].map { min(max(Int64($0.units), 0), 10_000) }
        }
        (prices, ticks) = Scale.nice((values.min() ?? 0)...(values.max() ?? 10_000), least: 10)
    }

    /// Where a moment stands.
    func place(_ time: Timestamp) -> Int64 { times.place(time.microseconds) }

    private func height(_ units: Int32) -> Int64 { prices.place(Int64(units)) }

    func plot(id: String) -> Plot {
        var plot = Plot(
            id: id,
            title: "Price of YES",
            summary: "\(chart.market): \(plural(chart.candles.count, "candle")), \(plural(chart.fills.count, "fill")), "
                + "\(plural(trades.count, "trade")); the table below lists the fills."
        )
        plot.size = "tall"
        plot.yTicks = ticks.map { (prices.place($0), centLabel($0)) }
        plot.xTicks = TimeAxis.ticks(from: from, to: to).map { (place($0.time), $0.label) }
        drawBands(in: &plot)
        drawCandles(in: &plot)
        drawPlans(in: &plot)
        for fill in chart.fills where fill.time >= from && fill.time <= to {
            let (x, y) = (place(fill.time), height(fill.price.units))
            let sign = fill.side == .bid ? "▲" : "▼"
            plot.marks.append(Plot.Mark(style: fill.side == .bid ? "buy" : "sell", sign: sign, x: x, y: y))
        }
        return plot
    }

    private func drawBands(in plot: inout Plot) {
        // One stretch after the other: bands are missing while they warm up.
        var stretches: [[(x: Int64, bands: ChartBands)]] = [[]]
        for row in chart.candles {
            if let bands = row.bands {
                let x = place(row.candle.start + TimeSpan(microseconds: row.candle.interval.microseconds / 2))
                stretches[stretches.count - 1].append((x, bands))
            } else if stretches.last?.isEmpty == false {
                stretches.append([])
            }
        }
        var between = ""
        var lines = ""
        var middle = ""
        for stretch in stretches {
            guard let last = stretch.last else { continue }
            let upper = stretch.map { (x: $0.x, y: height($0.bands.upper.units)) }
            let lower = stretch.map { (x: $0.x, y: height($0.bands.lower.units)) }
            let back = Paths.line(lower.reversed())
            between += Paths.line(upper) + "L\(last.x) " + String(back.drop { $0 != " " }.dropFirst()) + "Z"
            lines += Paths.line(upper) + Paths.line(lower)
            middle += Paths.line(stretch.map { ($0.x, height($0.bands.middle.units)) })
        }
        plot.draw("between", between)
        plot.draw("band", lines)
        plot.draw("mean", middle)
    }

    private func drawCandles(in plot: inout Plot) {
        var wicks = ""
        var rising = ""
        var falling = ""
        var flat = ""
        for row in chart.candles {
            let candle = row.candle
            let (left, right) = (place(candle.start), place(candle.end))
            let gap = (right - left) / 6
            let (low, high) = (height(candle.low.units), height(candle.high.units))
            let (bottom, top) = (height(candle.bodyLow.units), height(candle.bodyHigh.units))
            if high > top || low < bottom { wicks += "M\((left + right) / 2) \(Plot.height - high)v\(high - low)" }
            let width = max(right - left - 2 * gap, 1)
            if candle.open == candle.close {
                flat += "M\(left + gap) \(Plot.height - top)h\(width)"
            } else if candle.close > candle.open {
                rising += Paths.rectangle(x: left + gap, width: width, from: bottom, to: top)
            } else {
                falling += Paths.rectangle(x: left + gap, width: width, from: bottom, to: top)
            }
        }
        plot.draw("wick", wicks)
        plot.draw("flat", flat)
        plot.draw("rise", rising)
        plot.draw("drop", falling)
    }

    private func drawPlans(in plot: inout Plot) {
        var entries = ""
        var stops = ""
        var targets = ""
        for trade in trades where trade.closed >= from && trade.opened <= to {
            // However short a trade was, its plan is to be seen.
            let left = min(place(trade.opened), Plot.width - 60)
            let right = max(place(trade.closed), left + 60)
            func level(_ price: Price) -> String { "M\(left) \(Plot.height - height(price.units))H\(right)" }
            entries += level(trade.plan.entry)
            stops += level(trade.plan.stop)
            targets += level(trade.plan.target)
        }
        plot.draw("entry", entries)
        plot.draw("stop", stops)
        plot.draw("target", targets)
    }
}

/// Cents at an axis, with a fraction only where there is one.
private func centLabel(_ units: Int64) -> String {
    var text = formatDecimal(units, fractionDigits: 2)
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text + "¢"
}
