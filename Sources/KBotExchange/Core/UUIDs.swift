import KBotModel

/// Makes UUIDs (version 4 in form) from a seed, a kind and a number: the same for the same three.
struct UUIDs {
    /// What an id is of; numbers of different kinds never give the same id.
    enum Kind: UInt64 {
        case user = 1
        case order, trade, market, group, transfer, key, client, taken
    }

    let seed: UInt64

    /// The id of a number.
    func id(_ kind: Kind, _ number: Int64) -> String {
        var state = Self.mixed(seed &+ kind.rawValue &* 0xD6E8_FEB8_6659_FD93)
        state = Self.mixed(state ^ UInt64(bitPattern: number))
        let high = (Self.mixed(state &+ 1) & ~0xF000) | 0x4000
        let low = (Self.mixed(state &+ 2) & ~(3 << 62)) | (2 << 62)
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for (index, word) in [high, low].enumerated() {
            for nibble in 0..<16 {
                let place = index * 16 + nibble
                if place == 8 || place == 12 || place == 16 || place == 20 { text.append(UInt8(ascii: "-")) }
                let digit = UInt8(truncatingIfNeeded: word >> UInt64(60 - nibble * 4)) & 15
                text.append(digit < 10 ? 48 + digit : 87 + digit)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func mixed(_ word: UInt64) -> UInt64 {
        var word = word &+ 0x9E37_79B9_7F4A_7C15
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
