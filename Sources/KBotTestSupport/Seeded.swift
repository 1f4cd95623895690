/// A generator of random numbers that always gives the same series for a seed (SplitMix64).
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Makes a generator.
    package init(seed: UInt64) { state = seed }

    /// The next 64 random bits.
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}

/// A property that failed, with the seed that shows it again.
package struct SeededFailure: Error, CustomStringConvertible {
    /// The seed that failed.
    package let seed: UInt64
    /// What failed.
    package let cause: String

    /// The cause with the seed in front.
    package var description: String { "seed \(seed): \(cause)" }
}

/// Runs a property once for each seed; the first failure is thrown with its seed, so that it can be run alone.
///
///     try forSeeds(0..<500) { random in
///         let x = Int64.random(in: 0...9, using: &random)
///         try hold(x < 10, "\(x) is no digit")
///     }
package func forSeeds(_ seeds: Range<UInt64>, _ property: (inout SeededGenerator) throws -> Void) throws {
    for seed in seeds {
        var random = SeededGenerator(seed: seed)
        do {
            try property(&random)
        } catch {
            throw SeededFailure(seed: seed, cause: "\(error)")
        }
    }
}

/// Throws what does not hold; for properties that are checked too often to be reported one by one.
package func hold(_ condition: Bool, _ what: @autoclosure () -> String) throws {
    guard !condition else { return }
    throw Violation(description: what())
}

/// What did not hold.
package struct Violation: Error, CustomStringConvertible {
    /// The statement that was false, with its values.
    package let description: String
}
