import KBotKalshi
import KBotModel
import KBotTestSupport
import Testing

struct VenueClockTests {
    private let start = Timestamp(seconds: 1_795_375_920)

    /// An exchange with a venue whose clock is `offset` ahead, answered in the middle of `duration`.
    private func record(_ samples: inout ClockSamples, offset: TimeSpan, at sent: Timestamp, taking duration: TimeSpan)
    {
        let middle = sent + TimeSpan(microseconds: duration.microseconds / 2)
        samples.record((middle + offset).floored(to: .seconds(1)), sent: sent, received: sent + duration)
    }

    @Test func `one answer leaves a second and the time it took`() {
        var samples = ClockSamples()
        samples.record(start + .seconds(5), sent: start, received: start + .milliseconds(200))
        #expect(
            samples.estimate
                == ClockEstimate(
                    offset: .milliseconds(5_400),
                    bounds: .milliseconds(4_800)...(.milliseconds(6_000)),
                    samples: 1
                )
        )
    }

    @Test func `answers in all parts of a second narrow it down`() throws {
        var samples = ClockSamples()
        for index in 0..<20 as Range<Int64> {
            record(
                &samples,
                offset: .milliseconds(-730),
                at: start + .milliseconds(index * 1_050),
                taking: .milliseconds(40)
            )
        }
        let estimate = try #require(samples.estimate)
        #expect((estimate.offset.microseconds + 730_000).magnitude <= 45_000)
        #expect(!estimate.isLarge && estimate.warning == nil && estimate.samples == 20)
    }

    @Test func `the true offset is always within the bounds, which only narrow while nothing is dropped`() throws {
        try forSeeds(0..<400) { random in
            var samples = ClockSamples(window: 64, horizon: .hours(1))
            let offset = TimeSpan(microseconds: .random(in: -40_000_000...40_000_000, using: &random))
            var now = start
            var width = Int64.max
            for _ in 0..<64 {
                now = now + TimeSpan(microseconds: .random(in: 0...8_000_000, using: &random))
                let there = TimeSpan(microseconds: .random(in: 0...900_000, using: &random))
                let back = TimeSpan(microseconds: .random(in: 0...900_000, using: &random))
                let date = (now + there + offset).floored(to: .seconds(1))
                samples.record(date, sent: now, received: now + there + back)
                let estimate = try #require(samples.estimate)
                let bounds = try #require(estimate.bounds)
                try hold(bounds.contains(offset), "\(offset) is not within \(bounds)")
                try hold(bounds.contains(estimate.offset), "\(estimate)")
                let newWidth = bounds.upperBound.microseconds - bounds.lowerBound.microseconds
                try hold(newWidth <= width, "from \(width) to \(newWidth)")
                width = newWidth
            }
        }
    }

    @Test func `a minority of wrong dates cannot mislead it`() throws {
        try forSeeds(0..<400) { random in
            var samples = ClockSamples(window: 31)
            let offset = TimeSpan(microseconds: .random(in: -40_000_000...40_000_000, using: &random))
            for index in 0..<31 as Range<Int64> {
                let sent =
                    start + .seconds(index * 3) + TimeSpan(microseconds: .random(in: 0...999_999, using: &random))
                let lie = index % 2 == 1 ? Int64.random(in: -900...900, using: &random) : 0
                let duration = TimeSpan(microseconds: .random(in: 1_000...400_000, using: &random))
                record(&samples, offset: offset + .seconds(lie), at: sent, taking: duration)
            }
            let estimate = try #require(samples.estimate)
            let error = (estimate.offset.microseconds - offset.microseconds).magnitude
            try hold(error <= 700_000, "off by \(error) µs")
        }
    }

    @Test func `old answers are dropped, and so is what the window has no room for`() {
        var samples = ClockSamples(window: 4, horizon: .seconds(60))
        for index in 0..<9 as Range<Int64> {
            record(&samples, offset: .zero, at: start + .seconds(index), taking: .milliseconds(10))
        }
        #expect(samples.estimate?.samples == 4)
        record(&samples, offset: .seconds(100), at: start + .seconds(500), taking: .milliseconds(10))
        #expect(samples.estimate?.samples == 1)
        #expect(samples.estimate.map { $0.offset > .seconds(99) } == true)
    }

    @Test func `an answer before its request is none`() {
        var samples = ClockSamples()
        let isTaken = samples.record(start, sent: start, received: start - TimeSpan(microseconds: 1))
        #expect(!isTaken && samples.estimate == nil)
    }

    @Test(arguments: [
        (2_400, "2.4 s behind", true), (-61_960, "62.0 s ahead of", true), (1_450, "", false), (-1_400, "", false),
    ])
    func `more than a second is worth a warning, once it is certain`(offset: Int64, words: String, isLarge: Bool) {
        var samples = ClockSamples()
        // One answer at half past the second: half a second either way is open.
        samples.record(start + .milliseconds(offset - 500), sent: start, received: start)
        #expect(samples.estimate?.offset == .milliseconds(offset) && samples.estimate?.isLarge == isLarge)
        #expect((samples.estimate?.warning != nil) == isLarge)
        #expect(samples.estimate?.warning?.contains("clock is \(words) Kalshi's") ?? true)
    }

    @Test func `contradicting answers warn by their median`() {
        var samples = ClockSamples()
        for offset in [0, 5, 5] as [Int64] { samples.record(start + .seconds(offset), sent: start, received: start) }
        #expect(samples.estimate == ClockEstimate(offset: .milliseconds(5_500), bounds: nil, samples: 3))
        #expect(samples.estimate?.isLarge == true)
    }

    @Test func `the clock adds the offset to our time`() {
        let start = start
        let clock = VenueClock { start }
        #expect(clock.now() == start && clock.localNow() == start && clock.estimate == nil)
        // 1795375920 is 2026-11-22T19:32:00Z.
        #expect(clock.record(date: "Sun, 22 Nov 2026 19:32:10 GMT", sent: start, received: start))
        #expect(clock.now() == start + .milliseconds(10_500) && clock.localNow() == start)
        clock.reset()
        #expect(clock.now() == start && clock.estimate == nil)
    }

    @Test func `answers from a cache and dates that are none do not count`() {
        let start = start
        let clock = VenueClock { start }
        let date = "Sun, 22 Nov 2026 19:32:10 GMT"
        #expect(!clock.record(date: date, age: "7", sent: start, received: start))
        #expect(!clock.record(date: date, age: "x", sent: start, received: start))
        #expect(!clock.record(date: "yesterday", sent: start, received: start))
        #expect(clock.estimate == nil)
        #expect(clock.record(date: date, age: "0", sent: start, received: start))
    }
}
