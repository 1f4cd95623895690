package import KBotEngine
import KBotModel

/// Writes what the engine hears as bytes, as small as they easily get: a change of a book takes six to nine.
///
/// Each event begins with a byte that tells its kind; numbers are counted from those of the events before (``CodingMemory``)
/// and take as few bytes as they need. Whatever an ``Event`` can hold comes back the same from ``EventDecoder``. There is no
/// `default` in these files: a new kind of event does not build until it has its bytes.
package struct EventCoder: Sendable {
    var bytes: [UInt8] = []
    var memory = CodingMemory()
    /// Events of the chunk so far.
    package private(set) var count = 0

    /// Makes a coder with an empty chunk.
    package init() { bytes.reserveCapacity(EventChunk.usual + 4_096) }

    /// Bytes of the chunk so far, before compression.
    package var size: Int { bytes.count }

    /// Whether the chunk should be ended.
    package var isFull: Bool { bytes.count >= EventChunk.usual }

    /// Adds an event to the chunk.
    package mutating func append(_ event: Event) {
        count += 1
        switch event {
        case .market(let event): append(event)
        case .venue(let time, let event): append(event, at: time)
        case .timer(let time): begin(.timer, time)
        case .feed(let time, .live): begin(.feedLive, time)
        case .feed(let time, .stale): begin(.feedStale, time)
        case .command(let time, let command): append(command, at: time)
        }
    }

    /// Ends the chunk and gives its bytes; the next event begins another.
    ///
    /// - Throws: ``EventCodingError/tooLarge(_:)`` when it cannot be read again, which takes a million trades of history in
    ///   one event; ``EventCodingError/compression(_:)`` without memory. The events are dropped then.
    package mutating func seal() throws(EventCodingError) -> [UInt8] {
        defer {
            bytes.removeAll(keepingCapacity: true)
            memory = CodingMemory()
            count = 0
        }
        return try EventChunk.seal(bytes, events: count)
    }

    private mutating func append(_ event: MarketEvent) {
        switch event.kind {
        case .delta(let market, .yes, let price, let count):
            begin(.deltaYes, event.time, market)
            append(price, .yes, market)
            bytes.appendSigned(count.units)
        case .delta(let market, .no, let price, let count):
            begin(.deltaNo, event.time, market)
            append(price, .no, market)
            bytes.appendSigned(count.units)
        case .trade(let trade):
            begin(Self.tag(of: trade.taker), event.time, trade.market)
            append(trade.price, .trade, trade.market)
            bytes.appendSigned(trade.count.units)
        case .snapshot(let market, let snapshot):
            begin(.snapshot, event.time, market)
            append(snapshot.yes)
            append(snapshot.no)
        case .gap(let market): begin(.gap, event.time, market)
        case .status(let market, let status):
            begin(.status, event.time, market)
            bytes.appendText(status.rawValue)
        case .settled(let market, let settlement):
            begin(.settled, event.time, market)
            bytes.append(settlement.isInferred ? 1 : 0)
            bytes.appendSigned(Int64(settlement.value.units))
        case .spot(let symbol, let price):
            begin(.spot, event.time)
            append(price, of: symbol)
        case .listed(let market): append(market, at: event.time)
        case .history(let market, let trades): append(trades, of: market, at: event.time)
        case .spotCandle(let symbol, let candle): append(candle, of: symbol, at: event.time)
        }
    }

    private static func tag(of taker: BookSide?) -> EventTag {
        switch taker {
        case .bid: .tradeBid
        case .ask: .tradeAsk
        case nil: .trade
        }
    }

    // MARK: Parts of events

    /// Writes kind and time.
    mutating func begin(_ tag: EventTag, _ time: Timestamp) {
        let same = time.microseconds == memory.time
        bytes.append(same ? tag.rawValue | EventTag.sameTime : tag.rawValue)
        if !same { appendTime(time) }
    }

    /// Writes kind, time and market.
    mutating func begin(_ tag: EventTag, _ time: Timestamp, _ market: MarketID) {
        var first = tag.rawValue
        let sameTime = time.microseconds == memory.time
        let sameMarket = market.index == memory.market
        if sameTime { first |= EventTag.sameTime }
        if sameMarket { first |= EventTag.sameMarket }
        bytes.append(first)
        if !sameTime { appendTime(time) }
        if !sameMarket { append(market) }
    }

    private mutating func appendTime(_ time: Timestamp) {
        // Around the end of the numbers and back: any two times have a distance of 64 bits.
        bytes.appendSigned(time.microseconds &- memory.time)
        memory.time = time.microseconds
    }

    /// Writes a market's number.
    mutating func append(_ market: MarketID) {
        bytes.appendVarint(UInt64(UInt32(bitPattern: market.index)))
        memory.market = market.index
    }

    /// Writes a price, counted from the last one on the same side of the market.
    mutating func append(_ price: Price, _ side: CodingMemory.Side, _ market: MarketID) {
        bytes.appendSigned(Int64(price.units) - Int64(memory[side, market.index]))
        memory[side, market.index] = price.units
    }

    private mutating func append(_ levels: [BookLevel]) {
        bytes.appendVarint(UInt64(levels.count))
        var last: Int32 = 0
        for level in levels {
            bytes.appendSigned(Int64(level.price.units) - Int64(last))
            bytes.appendSigned(level.count.units)
            last = level.price.units
        }
    }
}
