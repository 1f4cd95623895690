import KBotModel

/// The simulated index of the underlying, and what a YES contract on it is worth.
///
/// Within a window the index is a random walk in steps of 100 ms whose variance differs from second to second. The
/// variances of a window are drawn when it opens, apart from the walk's directions, and ``fairValue`` knows them. So it
/// is exactly the probability of YES given all that happened and how busy the rest will be: a martingale, which leaves
/// no strategy an edge in the price's direction.
struct IndexPath: Hashable, Sendable {
    /// Steps in one second.
    static let stepsPerSecond = 10
    /// Seconds in one window.
    static let seconds = 900
    /// Seconds the deciding average runs over.
    static let averaged = 60

    /// How uneven variances are: the standard deviation of their logarithm, and how much of it a second hands on.
    private static let spread = 2.0
    private static let memory = 0.96
    /// One second in this many has an outburst, which adds this many times its variance.
    private static let outburstEvery = 150
    private static let outburst = 8.0

    /// The index now, in dollars.
    private(set) var value: Double
    /// P(the closing average reaches the strike), the averaging of the last minute included.
    private(set) var fairValue = 0.5
    /// How busy each second of the window is: around 1, higher when the index moves more.
    private(set) var activity = [Double](repeating: 1, count: seconds)

    /// Standard deviation of one step, per second of the window.
    private var stepDeviation = [Double](repeating: 0, count: seconds)
    /// Variance that one step of a second gives the closing average; and what all seconds from one on give.
    private var stepVariance = [Double](repeating: 0, count: seconds)
    private var varianceFrom = [Double](repeating: 0, count: seconds + 1)
    private var sampleSum = 0.0
    private var samples = 0
    private var strikeCents: Int64 = 0
    private var logVariance = 0.0
    private var mood = 0.0
    private let relativeDeviation: Double
    private let curve = NormalCurve()

    /// Starts an index at a value in dollars; `basisPoints` is the standard deviation of its move over a window.
    init(value: Double, basisPoints: Int) {
        self.value = value
        relativeDeviation = Double(basisPoints) / 10_000
    }

    /// The average of the last minute before now in cents, rounded; complete at a window's end alone.
    var averageCents: Int64 {
        samples == 0 ? Int64((value * 100).rounded()) : Int64((sampleSum / Double(samples) * 100).rounded())
    }

    /// Opens a window with the strike ``averageCents`` and draws how its seconds differ.
    mutating func openWindow(_ random: inout SeededRandom) {
        strikeCents = averageCents
        sampleSum = 0
        samples = 0
        let innovation = (1 - Self.memory * Self.memory).squareRoot()
        // Means of the log-normal parts, to be divided out.
        let meanVariance = exponential(Self.spread * Self.spread / 2) * (1 + Self.outburst / Double(Self.outburstEvery))
        let baseDeviation = value * relativeDeviation
        let base = baseDeviation * baseDeviation / Double(Self.seconds) / meanVariance
        for second in 0..<Self.seconds {
            logVariance = Self.memory * logVariance + innovation * Self.spread * random.normal()
            mood = 0.9 * mood + 0.436 * random.normal()
            // The last minutes are evener: nobody is sure of the outcome before they are over.
            let evenness = 0.3 + 0.7 * min(1, Double(Self.seconds - second) / 300)
            let mean = Self.spread * Self.spread / 2 * (1 - evenness * evenness)
            var variance = base * exponential(evenness * logVariance + mean)
            var busy = exponential(0.14 * logVariance + 0.28 * mood - 0.08)
            if random.below(Self.outburstEvery) == 0 {
                variance *= 1 + Self.outburst
                busy *= 2
            }
            activity[second] = min(busy, 12)
            let step = variance / Double(Self.stepsPerSecond)
            stepDeviation[second] = step.squareRoot()
            // A step of second s moves the samples from s on: all of them before the last minute.
            let weight = Double(min(Self.averaged, Self.seconds - second)) / Double(Self.averaged)
            stepVariance[second] = weight * weight * step
        }
        varianceFrom[Self.seconds] = 0
        for second in (0..<Self.seconds).reversed() {
            varianceFrom[second] = varianceFrom[second + 1] + stepVariance[second] * Double(Self.stepsPerSecond)
        }
        updateFairValue(second: 0, stepsDone: 0)
    }

    /// Moves the index on by the given step of the window: 0…8,999.
    @inline(__always)
    mutating func advance(step: Int, _ random: inout SeededRandom) {
        let (second, inSecond) = step.quotientAndRemainder(dividingBy: Self.stepsPerSecond)
        value += stepDeviation[second] * random.normal()
        if inSecond == Self.stepsPerSecond - 1, second >= Self.seconds - Self.averaged {
            sampleSum += value
            samples += 1
        }
        updateFairValue(second: second, stepsDone: inSecond + 1)
    }

    /// Walks the averaged minute of a window that nobody trades, as far as steps passed; what was before leaves no
    /// trace.
    ///
    /// `second` is given the value at each whole second walked, the last one not included.
    mutating func approach(passed: Int, _ random: inout SeededRandom, second: (Double) -> Void = { _ in }) {
        for step in min((Self.seconds - Self.averaged) * Self.stepsPerSecond, passed)..<passed {
            if step % Self.stepsPerSecond == 0 { second(value) }
            advance(step: step, &random)
        }
    }

    /// Whether the window that ends now pays YES: the average is not below the strike.
    var paysYes: Bool { averageCents >= strikeCents }

    /// The average of the minute before the window opened.
    var strike: SpotPrice { SpotPrice(units: strikeCents * 100) }

    @inline(__always)
    private mutating func updateFairValue(second: Int, stepsDone: Int) {
        let rest = Double(Self.stepsPerSecond - stepsDone) * stepVariance[second] + varianceFrom[second + 1]
        let expected = (sampleSum + Double(Self.averaged - samples) * value) / Double(Self.averaged)
        // An average half a cent short is rounded up to the strike.
        let distance = expected - Double(strikeCents) / 100 + 0.005
        guard rest > 0 else {
            fairValue = distance >= 0 ? 1 : 0
            return
        }
        fairValue = curve.probability(below: distance / rest.squareRoot())
    }
}
