/// Finds what a short text stands for, by its length and its first, middle and last eight bytes.
///
/// Exact for texts up to 24 bytes, and every text it knows is shorter: a look-up is three words and a probe or two.
struct KeyTable<Value: RawRepresentable & CaseIterable & Sendable>: Sendable where Value.RawValue == String {
    private struct Entry: Sendable {
        var length = -1
        var head: UInt64 = 0
        var middle: UInt64 = 0
        var tail: UInt64 = 0
        var value: Value?
    }

    private var entries: [Entry]
    private let mask: Int

    /// Makes a table of all values by their raw texts, at most a quarter full.
    init() {
        var capacity = 16
        while capacity < Value.allCases.count * 4 { capacity *= 2 }
        entries = Array(repeating: Entry(), count: capacity)
        mask = capacity - 1
        for value in Value.allCases {
            let bytes = Array(value.rawValue.utf8)
            precondition(bytes.count <= 24, "Condition failed: a known key has at most 24 bytes")
            func word(from start: Int) -> UInt64 {
                (0..<8).reduce(0) { word, offset in
                    let index = start + offset
                    return index < bytes.count ? word | UInt64(bytes[index]) << UInt64(offset * 8) : word
                }
            }
            var entry = Entry(length: bytes.count, head: word(from: 0), value: value)
            if bytes.count > 8 { entry.tail = word(from: bytes.count - 8) }
            if bytes.count > 16 { entry.middle = word(from: 8) }
            var slot = Self.hash(entry.head, entry.tail, entry.length) & mask
            while entries[slot].length >= 0 { slot = (slot + 1) & mask }
            entries[slot] = entry
        }
    }

    /// What a text stands for; nil when it is none of the known ones.
    @inline(__always) func value(of text: TextRange, in scanner: borrowing JSONScanner) -> Value? {
        if text.isEscaped { return Value(rawValue: scanner.string(text)) }
        let length = text.count
        guard length <= 24, length > 0 else { return nil }
        var head = scanner.word(at: text.start)
        if length < 8 { head &= (1 &<< UInt64(length &* 8)) &- 1 }
        let tail = length > 8 ? scanner.word(at: text.end &- 8) : 0
        var slot = Self.hash(head, tail, length) & mask
        while true {
            let entry = entries[slot]
            if entry.length == length, entry.head == head, entry.tail == tail {
                if length <= 16 { return entry.value }
                return entry.middle == scanner.word(at: text.start &+ 8) ? entry.value : nil
            }
            if entry.length < 0 { return nil }
            slot = (slot &+ 1) & mask
        }
    }

    @inline(__always) private static func hash(_ head: UInt64, _ tail: UInt64, _ length: Int) -> Int {
        let mixed = (head ^ (tail &* 0x9E37_79B9_7F4A_7C15) ^ UInt64(length)) &* 0xD6E8_FEB8_6659_FD93
        return Int(truncatingIfNeeded: mixed &>> 40)
    }
}

/// The keys a frame may carry at its top, those of the recorder's envelope included.
enum TopKey: String, CaseIterable, Sendable {
    case type, sid, seq, id, msg
    case sendingTime = "sending_ts_ms"
    case receivedTime = "recv_ms"
    case frame
}

/// The keys of `msg` that feeds read.
enum MessageKey: String, CaseIterable, Sendable {
    case marketTicker = "market_ticker"
    case price = "price_dollars"
    case delta = "delta_fp"
    case side
    case ts
    case tsMilliseconds = "ts_ms"
    case time
    case yesPrice = "yes_price_dollars"
    case count = "count_fp"
    case takerSide = "taker_side"
    case takerOutcome = "taker_outcome_side"
    case takerBookSide = "taker_book_side"
    case volume = "volume_fp"
    case bid = "yes_bid_dollars"
    case ask = "yes_ask_dollars"
    case yesLevels = "yes_dollars_fp"
    case noLevels = "no_dollars_fp"
    case channel
    case sid
    case code
    case message = "msg"
    case eventType = "event_type"
    case openTime = "open_ts"
    case closeTime = "close_ts"
    case determinationTime = "determination_ts"
    case settledTime = "settled_ts"
    case result
    case settlementValue = "settlement_value"
    case strike = "floor_strike"
    case shard = "exchange_index"
    case structure = "price_level_structure"
    case priceRanges = "price_ranges"
}

/// The types of frame that feeds read.
enum FrameType: String, CaseIterable, Sendable {
    case subscribed
    case snapshot = "orderbook_snapshot"
    case delta = "orderbook_delta"
    case ticker
    case trade
    case lifecycle = "market_lifecycle_v2"
    case ok
    case unsubscribed
    case error
    case fill
    case userOrder = "user_order"
    case position = "market_position"
    case index = "cfbenchmarks_value"
    case fastIndex = "cfbenchmarks_value_5hz"
    case orderGroup = "order_group_updates"

    /// Whether a message of this type is rare, and read field by field from its JSON.
    @inline(__always) var isReadByName: Bool {
        switch self {
        case .fill, .userOrder, .position, .index, .fastIndex, .orderGroup: true
        case .subscribed, .snapshot, .delta, .ticker, .trade, .lifecycle, .ok, .unsubscribed, .error: false
        }
    }
}
