/// Makes new inputs out of old ones; the same generator gives the same inputs.
package struct Mutator {
    private let seeds: [[UInt8]]
    private let words: [[UInt8]]
    private let longest: Int
    /// Inputs that came out of mutations lately: to go on from, so that changes add up.
    private var recent: [[UInt8]] = []

    /// Values that sit on the edges of ranges, as they are written in texts.
    private static let edges = inputs([
        "0", "-0", "1", "-1", "00", "9999999999", "2147483647", "2147483648", "-2147483649", "9223372036854775807",
        "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551616", "1e308", "1e-9",
        "NaN", "inf", ".5", "5.", "0.00000000000000000000000000000001", "99999999999999999999999999999999999999999999",
        "\u{0}", "\u{7f}", "\u{feff}", "\r", "\n", "\r\n", "\"", "\\", "\\u0000", "\\ud800", ",", "''", "\u{1f600}",
    ])

    /// Makes a mutator of a target's inputs.
    package init(_ target: FuzzTarget) {
        seeds = target.seeds
        words = target.words + Self.edges
        longest = target.longest
    }

    /// The next input.
    package mutating func next(using random: inout some RandomNumberGenerator) -> [UInt8] {
        let isFresh = recent.isEmpty || Int.random(in: 0..<4, using: &random) > 0
        var input = (isFresh ? seeds : recent).randomElement(using: &random) ?? []
        for _ in 0..<(1 << Int.random(in: 0...4, using: &random)) { mutate(&input, &random) }
        if input.count > longest { input.removeSubrange(longest...) }
        if recent.count < 64 {
            recent.append(input)
        } else {
            recent[Int.random(in: 0..<64, using: &random)] = input
        }
        return input
    }

    private func mutate(_ input: inout [UInt8], _ random: inout some RandomNumberGenerator) {
        let at = Int.random(in: 0...input.count, using: &random)
        let end = min(input.count, at + Int.random(in: 0...16, using: &random))
        switch Int.random(in: 0..<10, using: &random) {
        case 0 where at < input.count: input[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1 where at < input.count: input[at] = .random(in: .min ... .max, using: &random)
        case 2: input.insert(.random(in: .min ... .max, using: &random), at: at)
        case 3: input.removeSubrange(at..<end)
        case 4: input.insert(contentsOf: input[at..<end], at: at)
        case 5: input.removeSubrange(at...)
        case 6, 7: input.replaceSubrange(at..<(Bool.random(using: &random) ? at : end), with: word(&random))
        case 8:
            guard let other = seeds.randomElement(using: &random) else { return }
            input.replaceSubrange(at..., with: other[min(at, other.count)...])
        default: replaceNumber(&input, from: at, &random)
        }
    }

    private func word(_ random: inout some RandomNumberGenerator) -> [UInt8] {
        words.randomElement(using: &random) ?? []
    }

    /// Puts another value where the next number stands.
    private func replaceNumber(_ input: inout [UInt8], from: Int, _ random: inout some RandomNumberGenerator) {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard let start = input[from...].firstIndex(where: { digits.contains($0) }) else { return }
        let end = input[start...].firstIndex { !digits.contains($0) } ?? input.count
        let value =
            switch Int.random(in: 0..<3, using: &random) {
            case 0: Self.edges.randomElement(using: &random) ?? []
            case 1: Array(String(Int64.random(in: .min ... .max, using: &random)).utf8)
            default: Array(String(Int64.random(in: 0...100_000, using: &random)).utf8)
            }
        input.replaceSubrange(start..<end, with: value)
    }
}
