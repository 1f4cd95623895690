import KBotEngine
package import KBotModel
import KBotSimulation

/// Shows that a run knows nothing of what comes after: it is made again on data cut off at several times, and up to each cut
/// both must have said and ordered the same.
///
/// Whoever looked ahead would act on something that the cut data no longer hold. It also finds what remembers across runs,
/// and whatever else gives another result the second time.
package struct LookAheadCheck {
    /// Two runs that differ before the cut.
    package struct Difference: Hashable, Sendable {
        /// Where the data were cut.
        package let cut: Timestamp
        /// The place of the line in the event stream with orders, from 1 on.
        package let line: Int
        /// What the run on all data said there; nil when it said nothing more.
        package let whole: String?
        /// What the run on the cut data said there; nil when it said nothing more.
        package let prefix: String?
    }

    /// What came of a check.
    package struct Outcome: Hashable, Sendable {
        /// Where the data were cut, ascending.
        package let cuts: [Timestamp]
        /// Lines compared over all cuts.
        package let lines: Int
        /// The earliest difference; nil when there is none.
        package let difference: Difference?
    }

    /// Plays data to a fresh run that the log listens to: all of them, or with `isWhole` false those before the last stop.
    ///
    /// At each stop everything known by then is taken in and the run's clock stands there; then `mark` is called.
    typealias Play = (_ stops: [Timestamp], _ isWhole: Bool, _ log: LineLog, _ mark: () -> Void) throws -> Void

    /// Checks at some cuts.
    static func run(cuts: [Timestamp], _ play: Play) throws -> Outcome {
        let cuts = Array(Set(cuts)).sorted()
        let whole = LineLog()
        var counts: [Int] = []
        try play(cuts, true, whole) { counts.append(whole.count) }
        var lines = 0
        for (cut, count) in zip(cuts, counts) {
            let prefix = LineLog(against: whole.hashes, upTo: count)
            try play([cut], false, prefix) {}
            lines += count
            guard let place = prefix.mismatch ?? (prefix.count < count ? prefix.count : nil) else { continue }
            // The line of the whole run is told by making it once more.
            let again = LineLog(keeping: place)
            try play([], true, again) {}
            let difference = Difference(
                cut: cut,
                line: place + 1,
                whole: place < count ? again.kept : nil,
                prefix: prefix.kept
            )
            return Outcome(cuts: cuts, lines: lines, difference: difference)
        }
        return Outcome(cuts: cuts, lines: lines, difference: nil)
    }

    /// Cuts spread over a time by a seed: one drawn from each of as many equal parts, so that none is left out.
    static func cuts(_ count: Int, from: Timestamp, to: Timestamp, seed: UInt64) -> [Timestamp] {
        let part = max(1, (to - from).microseconds / Int64(max(1, count)))
        var state = seed
        return (0..<count).map { index in
            // SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014.
            state &+= 0x9E37_79B9_7F4A_7C15
            var bits = state
            bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
            bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
            bits ^= bits >> 31
            return from + TimeSpan(microseconds: Int64(index) * part + Int64(bits % UInt64(part)) + 1)
        }
    }

    /// What a run says and orders, a hash for each line: days of it fit into memory.
    final class LineLog: SessionJournal {
        private(set) var hashes: [UInt64] = []
        private(set) var count = 0
        /// The place of the first line that differs from what it was compared with.
        private(set) var mismatch: Int?
        /// The line that differs, or that was to be kept.
        private(set) var kept: String?
        private let expected: ArraySlice<UInt64>?
        private let place: Int?
        private var lines = EffectLines()
        private var bytes: [UInt8] = []

        let keepsState = false
        /// The run must go the way that it goes without a check.
        let hearsEvents = false

        /// A log that remembers.
        init() { (expected, place) = (nil, nil) }

        /// A log that compares with another's first lines.
        init(against hashes: [UInt64], upTo count: Int) { (expected, place) = (hashes[..<count], nil) }

        /// A log that keeps the text of one line.
        init(keeping place: Int) { (expected, self.place) = (nil, place) }

        func hear(_ event: Event) {}

        func hear(_ effects: [Effect], _ engine: borrowing Engine) -> Set<ClientOrderID> {
            for effect in effects { take(effect) }
            return []
        }

        func hear(_ candle: borrowing QuietCandle) { for note in candle.notes { take(.note(note)) } }

        func settle(_ engine: borrowing Engine, _ exchange: PaperExchange?, afterEvents: Int) -> Bool { true }

        private func take(_ effect: Effect) {
            bytes.removeAll(keepingCapacity: true)
            lines.append(effect, to: &bytes)
            if !bytes.isEmpty { take() }
        }

        private func take() {
            defer { count += 1 }
            if let place {
                if count == place { kept = text }
                return
            }
            // FNV-1a, 64 bits.
            var hash: UInt64 = 0xCBF2_9CE4_8422_2325
            for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            guard let expected else {
                hashes.append(hash)
                return
            }
            guard mismatch == nil, count >= expected.count || expected[count] != hash else { return }
            mismatch = count
            kept = text
        }

        private var text: String {
            String(decoding: bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes[...], as: UTF8.self)
        }
    }
}
