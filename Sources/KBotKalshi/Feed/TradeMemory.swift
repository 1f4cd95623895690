import KBotModel

/// Remembers the trades of a market's last seconds, so that one told by two sources is counted once.
struct TradeMemory: Sendable {
    /// How far behind the latest trade the memory reaches.
    static let span = TimeSpan.seconds(120)
    /// Most trades it holds, whatever their times.
    static let most = 20_000

    private var marks: Set<UInt64> = []
    private var order: [(time: Timestamp, mark: UInt64)] = []
    private var first = 0
    /// Up to when trades were forgotten: one of such a time may have been seen.
    private var forgotten = Timestamp.distantPast

    /// Takes in a trade; false when it was seen before, or is so old that it may have been. A trade without a mark is
    /// always new.
    mutating func admit(_ mark: UInt64?, at time: Timestamp) -> Bool {
        guard let mark else { return true }
        guard time > forgotten else { return false }
        guard marks.insert(mark).inserted else { return false }
        order.append((time, mark))
        while first < order.count, order[first].time + Self.span < time || order.count - first > Self.most {
            marks.remove(order[first].mark)
            forgotten = max(forgotten, order[first].time)
            first += 1
        }
        if first > 1_024, first * 2 > order.count {
            order.removeFirst(first)
            first = 0
        }
        return true
    }

    /// What stands for a trade's id.
    static func mark(_ id: some Sequence<UInt8>) -> UInt64 {
        id.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }

    /// What stands for the id in a `trade` frame, found without reading the frame as a whole; nil when there is none.
    static func mark(frame bytes: Span<UInt8>) -> UInt64? {
        let length = 10
        var at = 0
        while at &+ length < bytes.count {
            guard bytes[at] == UInt8(ascii: "\""), matches(bytes, at, "\"trade_id\"") else {
                at &+= 1
                continue
            }
            at &+= length
            while at < bytes.count, bytes[at] <= 0x20 { at &+= 1 }
            // A value may read so too.
            guard at < bytes.count, bytes[at] == UInt8(ascii: ":") else { continue }
            at &+= 1
            while at < bytes.count, bytes[at] <= 0x20 { at &+= 1 }
            guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { return nil }
            var mark: UInt64 = 0xCBF2_9CE4_8422_2325
            at &+= 1
            while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
                mark = (mark ^ UInt64(bytes[at])) &* 0x0000_0100_0000_01B3
                at &+= 1
            }
            return at < bytes.count ? mark : nil
        }
        return nil
    }

    private static func matches(_ bytes: Span<UInt8>, _ start: Int, _ text: String) -> Bool {
        var at = start
        for byte in text.utf8 {
            guard bytes[at] == byte else { return false }
            at &+= 1
        }
        return true
    }
}
