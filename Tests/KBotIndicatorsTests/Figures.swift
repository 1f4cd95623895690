import KBotIndicators
import Testing

/// The figures an indicator gives over a series, from the first on.
func figures<I: Indicator>(of indicator: I, _ series: [I.Input], _ value: (I) -> Int64?) -> [Int64] {
    var indicator = indicator
    return series.compactMap { input in
        indicator.add(input)
        return value(indicator)
    }
}

/// Compares figures in millionths with outside ones.
func expect(_ figures: [Int64], equal expected: [Double], within tolerance: Double) {
    #expect(figures.count == expected.count)
    for (figure, other) in zip(figures, expected) {
        #expect(abs(Double(figure) / 1_000_000 - other) <= tolerance)
    }
}

/// Expects an indicator to be ready after `count` inputs, no sooner, and as new after a reset.
func expectLife<I: Indicator & Hashable>(_ fresh: I, of series: [I.Input], readyAfter count: Int) {
    var indicator = fresh
    for (index, input) in series.enumerated() {
        #expect(indicator.isReady == (index >= count), "\(I.self) after \(index)")
        indicator.add(input)
    }
    indicator.reset()
    #expect(indicator == fresh)
}
