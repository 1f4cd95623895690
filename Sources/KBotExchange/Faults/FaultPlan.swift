package import KBotKalshi
package import KBotModel

/// Which faults are on, how often they strike, and when: by a seed.
///
/// Each fault draws from a stream of its own, so that switching one on or off moves no other.
package struct FaultPlan: Sendable {
    private var rates: [FaultKind: Double] = [:]
    private var streams: [FaultKind: FaultStream] = [:]
    /// How often each has struck.
    package private(set) var counts: [FaultKind: Int] = [:]
    private let seed: UInt64

    /// Makes a plan without faults.
    package init(seed: UInt64 = 1) { self.seed = seed }

    /// Switches a fault on by `NAME` or `NAME=RATE`, or, with `all`, every fault at its usual rate (the loss of a key
    /// aside).
    ///
    /// - Returns: false when the text is neither, or the rate out of range.
    package mutating func switchOn(_ text: String) -> Bool {
        if text == "all" {
            for kind in FaultKind.all { set(kind, to: kind.usualRate) }
            return true
        }
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let kind = parts.first.flatMap({ FaultKind(rawValue: String($0)) }) else { return false }
        guard parts.count > 1 else {
            set(kind, to: kind.usualRate)
            return true
        }
        guard let rate = Double(String(parts[1])), rate.isFinite, (0...kind.greatestRate).contains(rate.magnitude),
            rate >= 0 || kind == .clockSkew
        else { return false }
        set(kind, to: rate)
        return true
    }

    /// Sets the rate of a fault; 0 switches it off.
    package mutating func set(_ kind: FaultKind, to rate: Double) { rates[kind] = rate == 0 ? nil : rate }

    /// The rate of a fault; 0 when it is off.
    package func rate(_ kind: FaultKind) -> Double { rates[kind] ?? 0 }

    /// The faults that are on, in the order of ``FaultKind``.
    package var active: [FaultKind] { FaultKind.allCases.filter { rates[$0] != nil } }

    /// Decides whether a fault strikes one frame, request, order or market.
    package mutating func strikes(_ kind: FaultKind) -> Bool { decides(kind, chance: rate(kind)) }

    /// Decides whether a fault strikes within a span of time.
    package mutating func strikes(_ kind: FaultKind, within span: TimeSpan) -> Bool {
        decides(kind, chance: rate(kind) * Double(span.microseconds) / 60_000_000)
    }

    private mutating func decides(_ kind: FaultKind, chance: Double) -> Bool {
        guard chance > 0 else { return false }
        let strikes = draw(kind) < chance
        if strikes { count(kind) }
        return strikes
    }

    /// Counts a fault that was made by hand.
    package mutating func count(_ kind: FaultKind) { counts[kind, default: 0] += 1 }

    /// A number from 0 up to 1, from the stream of a fault.
    package mutating func draw(_ kind: FaultKind) -> Double {
        var stream = streams[kind] ?? FaultStream(seed: seed, name: kind.rawValue)
        let drawn = stream.next()
        streams[kind] = stream
        return drawn
    }

    /// Rates and counts, for `GET /kbot/faults`.
    package var report: JSON {
        var object = JSONObject()
        for kind in FaultKind.allCases {
            var row = JSONObject()
            row["rate"] = .number("\(rate(kind))")
            row["struck"] = .integer(counts[kind] ?? 0)
            object[kind.rawValue] = .object(row)
        }
        return .object(object)
    }
}

/// Random numbers of one fault (SplitMix64).
private struct FaultStream: Sendable {
    private var state: UInt64

    init(seed: UInt64, name: String) {
        // FNV-1a: another starting point for each name.
        state = name.utf8.reduce(seed ^ 0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    mutating func next() -> Double {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        bits ^= bits >> 31
        return Double(bits >> 11) / 9_007_199_254_740_992
    }
}
