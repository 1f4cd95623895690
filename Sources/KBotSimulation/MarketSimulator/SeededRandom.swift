/// Randomness that is the same on every machine: xoshiro256** behind a SplitMix64 seed.
///
/// It does not conform to `RandomNumberGenerator` on purpose: what the standard library makes of a generator's bits may
/// change between versions, and a seed must give the same market for good.
struct SeededRandom: Hashable, Sendable {
    private var a: UInt64
    private var b: UInt64
    private var c: UInt64
    private var d: UInt64

    /// Makes a generator; every seed, zero too, gives a sound state.
    init(seed: UInt64) {
        var state = seed
        func mixed() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
        a = mixed()
        b = mixed()
        c = mixed()
        d = mixed()
    }

    /// The next 64 random bits.
    @inline(__always)
    mutating func next() -> UInt64 {
        let scrambled = b &* 5
        let result = ((scrambled << 7) | (scrambled >> 57)) &* 9
        let shifted = b << 17
        c ^= a
        d ^= b
        b ^= c
        a ^= d
        c ^= shifted
        d = (d << 45) | (d >> 19)
        return result
    }

    /// An integer of `0..<bound`, for bounds below 2³²; the bias of at most bound ÷ 2³² is far below anything measured.
    @inline(__always)
    mutating func below(_ bound: Int) -> Int {
        Int(truncatingIfNeeded: ((next() >> 32) &* UInt64(truncatingIfNeeded: bound)) >> 32)
    }

    /// A number of `[0, 1)` with 53 random bits.
    @inline(__always)
    mutating func unit() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// A draw with mean 0 and variance 1, nearly normal: four 16-bit uniform draws added up.
    ///
    /// One draw never passes 3.5; ten of them, a second of the index, are normal for every purpose here.
    @inline(__always)
    mutating func normal() -> Double {
        let bits = next()
        let sum = (bits & 0xFFFF) + ((bits >> 16) & 0xFFFF) + ((bits >> 32) & 0xFFFF) + (bits >> 48)
        // Mean 4 · 65,535 ÷ 2, standard deviation √(4 · (65,536² − 1) ÷ 12).
        return (Double(sum) - 131_070) * (1 / 37_837.227_469_6)
    }
}
