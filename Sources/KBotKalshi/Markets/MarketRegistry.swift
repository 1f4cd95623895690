package import KBotModel

/// Gives each ticker a dense ``MarketID``, in the order in which tickers are first asked for.
///
/// A known ticker is found from its raw bytes without making a string. The hash is the same in every process.
package struct MarketRegistry: Sendable {
    private struct Entry: Sendable {
        let hash: UInt64
        let start: Int32
        let count: Int32
        let id: MarketID
    }

    /// The tickers, by number.
    package private(set) var tickers: [Ticker] = []
    private var bytes: [UInt8] = []
    private var slots: [Entry?] = Array(repeating: nil, count: 64)

    /// Makes an empty registry.
    package init() {}

    /// The number of a ticker, given anew when it is the first time.
    ///
    /// - Returns: nil when the text is no ticker: 1 to 128 printable ASCII characters without spaces.
    package mutating func intern(_ text: Span<UInt8>) -> MarketID? {
        let hash = Self.hash(text)
        return find(text, hash) ?? add(text, hash: hash)
    }

    /// The number of a ticker that was asked for before; nil for any other.
    package func known(_ text: Span<UInt8>) -> MarketID? { find(text, Self.hash(text)) }

    private func find(_ text: Span<UInt8>, _ hash: UInt64) -> MarketID? {
        var slot = Int(truncatingIfNeeded: hash) & (slots.count &- 1)
        while let entry = slots[slot] {
            if entry.hash == hash, isEqual(entry, text) { return entry.id }
            slot = (slot &+ 1) & (slots.count &- 1)
        }
        return nil
    }

    /// The number of a ticker given as text; see ``intern(_:)-(Span<UInt8>)``.
    package mutating func intern(_ ticker: Ticker) -> MarketID? {
        intern(Array(ticker.text.utf8).span)
    }

    /// The ticker of a number.
    package func ticker(of id: MarketID) -> Ticker { tickers[Int(id.index)] }

    private mutating func add(_ text: Span<UInt8>, hash: UInt64) -> MarketID? {
        let copy = text.indices.map { text[$0] }
        guard let ticker = Ticker(validating: String(decoding: copy, as: UTF8.self)) else { return nil }
        if tickers.count * 4 >= slots.count { grow() }
        let id = MarketID(Int32(tickers.count))
        insert(Entry(hash: hash, start: Int32(bytes.count), count: Int32(copy.count), id: id))
        tickers.append(ticker)
        bytes.append(contentsOf: copy)
        return id
    }

    private mutating func insert(_ entry: Entry) {
        var slot = Int(truncatingIfNeeded: entry.hash) & (slots.count - 1)
        while slots[slot] != nil { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = entry
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: nil, count: old.count * 2)
        for case let entry? in old { insert(entry) }
    }

    private func isEqual(_ entry: Entry, _ text: Span<UInt8>) -> Bool {
        guard Int(entry.count) == text.count else { return false }
        let start = Int(entry.start)
        for index in 0..<text.count where bytes[start &+ index] != text[index] { return false }
        return true
    }

    private static func hash(_ text: Span<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in 0..<text.count { hash = (hash ^ UInt64(text[index])) &* 0x0000_0100_0000_01B3 }
        return hash ^ (hash &>> 29)
    }
}
