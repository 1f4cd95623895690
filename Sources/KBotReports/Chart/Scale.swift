import KBotModel

/// Maps a range of integers to the places of a chart.
struct Scale {
    /// The value at the low end.
    let low: Int64
    /// The value at the high end, greater than ``low``.
    let high: Int64
    /// Places between the ends.
    let length: Int64

    /// Makes a scale; a range without width gets some.
    init(_ low: Int64, _ high: Int64, length: Int64) {
        self.low = low
        self.high = high > low ? high : low + 1
        self.length = length
    }

    /// Where a value stands; a value outside the range stands at the nearer end.
    func place(_ value: Int64) -> Int64 {
        let inside = Int128(min(max(value, low), high)) - Int128(low)
        return Int64(roundedDivide(inside * Int128(length), by: Int128(high) - Int128(low)))
    }

    /// A scale around values, its ends on ticks of a nice step, and those ticks; what lies beyond ±2^58 stands at its ends.
    ///
    /// - Parameters:
    ///   - values: Lowest and highest value.
    ///   - least: The smallest step that makes sense, a power of ten.
    ///   - count: About how many steps are wanted.
    ///   - length: Places of the chart.
    /// - Returns: The scale and its ticks, the ends among them.
    static func nice(
        _ values: ClosedRange<Int64>,
        least: Int64,
        count: Int64 = 5,
        length: Int64 = Plot.height
    ) -> (scale: Scale, ticks: [Int64]) {
        let values = values.clamped(to: -(1 << 58)...1 << 58)
        let span = max(values.upperBound - values.lowerBound, least)
        var power = least
        while power * 10 * count <= span { power *= 10 }
        let step = [power, power * 2, power * 5, power * 10].first { $0 * count >= span } ?? power * 10
        let low = floorDivide(values.lowerBound, by: step) * step
        let high = max(ceilDivide(values.upperBound, by: step) * step, low + step)
        return (Scale(low, high, length: length), Array(stride(from: low, through: high, by: Int64.Stride(step))))
    }
}

/// Moments to label on an axis of time.
enum TimeAxis {
    private static let steps: [TimeSpan] =
        [.seconds(5), .seconds(15), .seconds(30)] + [1, 2, 3, 5, 10, 15, 30].map { .minutes($0) }
        + [1, 2, 3, 6, 12, 24, 48, 96, 168, 336, 720, 1_440, 4_320, 8_760].map { .hours($0) }

    /// At most six moments on round times, with their labels: times of day, and dates where one begins.
    static func ticks(from: Timestamp, to: Timestamp) -> [(time: Timestamp, label: String)] {
        let step = steps.first { (to - from).microseconds / $0.microseconds < 6 } ?? .hours(8_760)
        var time = from.floored(to: step)
        var ticks: [(Timestamp, String)] = []
        while time <= to {
            if time >= from { ticks.append((time, label(time, step))) }
            time = time + step
        }
        return ticks
    }

    private static func label(_ time: Timestamp, _ step: TimeSpan) -> String {
        let text = time.description
        let isMidnight = time == time.utcDay.start
        if step >= .hours(24) || (isMidnight && step >= .hours(1)) { return String(text.dropFirst(5).prefix(5)) }
        return String(text.dropFirst(11).prefix(step < .minutes(1) ? 8 : 5))
    }
}
