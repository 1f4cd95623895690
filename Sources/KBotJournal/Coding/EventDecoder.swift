package import KBotEngine
import KBotModel

/// Reads the events of a chunk that ``EventCoder`` wrote, one after the other.
///
/// Bytes that nobody wrote throw: they never trap, and no more memory is asked for than a chunk may have.
package struct EventDecoder {
    var reader: ByteReader
    var memory = CodingMemory()
    /// Events of the chunk.
    package let count: Int
    private var read = 0

    /// Opens a chunk; its envelope is checked whole.
    package init(_ chunk: [UInt8]) throws(EventCodingError) {
        let (raw, events) = try EventChunk.open(chunk)
        reader = ByteReader(raw)
        count = events
    }

    /// All events of a chunk.
    package static func events(of chunk: [UInt8]) throws(EventCodingError) -> [Event] {
        var decoder = try EventDecoder(chunk)
        var events: [Event] = []
        while let event = try decoder.next() { events.append(event) }
        return events
    }

    /// The next event; nil after the last.
    package mutating func next() throws(EventCodingError) -> Event? {
        guard read < count else {
            guard reader.left == 0 else { throw .malformed("\(reader.left) bytes follow its last event") }
            return nil
        }
        read += 1
        let first = try reader.byte()
        guard let tag = EventTag(rawValue: first & 0x3F) else { throw .malformed("\(first) begins no event") }
        if first & EventTag.sameTime == 0 { memory.time &+= try reader.signed() }
        let time = Timestamp(microseconds: memory.time)
        if tag.hasMarket {
            if first & EventTag.sameMarket == 0 { _ = try market() }
            return .market(MarketEvent(time: time, try marketKind(tag)))
        }
        guard first & EventTag.sameMarket == 0 else { throw .malformed("\(first) begins no event") }
        switch tag {
        case .timer: return .timer(time)
        case .feedLive: return .feed(time, .live)
        case .feedStale: return .feed(time, .stale)
        case .venue: return .venue(time, try venueEvent())
        case .command: return .command(time, try command())
        case .spot: return .market(MarketEvent(time: time, try spot()))
        case .spotCandle: return .market(MarketEvent(time: time, try spotCandle()))
        case .deltaYes, .deltaNo, .tradeBid, .tradeAsk, .trade, .snapshot, .listed, .status, .settled, .gap, .history:
            throw .malformed("\(first) begins no event")
        }
    }

    private mutating func marketKind(_ tag: EventTag) throws(EventCodingError) -> MarketEvent.Kind {
        let id = MarketID(memory.market)
        switch tag {
        case .deltaYes: return .delta(id, .yes, try price(.yes, id), try quantity())
        case .deltaNo: return .delta(id, .no, try price(.no, id), try quantity())
        case .tradeBid: return .trade(try trade(of: id, taker: .bid))
        case .tradeAsk: return .trade(try trade(of: id, taker: .ask))
        case .trade: return .trade(try trade(of: id, taker: nil))
        case .snapshot:
            let yes = try levels()
            return .snapshot(id, BookSnapshot(yes: yes, no: try levels()))
        case .gap: return .gap(id)
        case .status: return .status(id, try reader.word())
        case .settled:
            let isInferred = try flag()
            return .settled(id, Settlement(value: Price(units: try reader.signed32()), isInferred: isInferred))
        case .listed: return .listed(try listing(of: id))
        case .history: return .history(id, try history())
        case .timer, .spot, .spotCandle, .venue, .feedLive, .feedStale, .command:
            throw .malformed("\(tag) has no market")
        }
    }

    // MARK: Parts of events

    /// Reads a market's number.
    mutating func market() throws(EventCodingError) -> MarketID {
        guard let index = Int32(exactly: try reader.varint()) else { throw .malformed("a market has no such number") }
        memory.market = index
        return MarketID(memory.market)
    }

    /// Reads a price, counted from the last one on the same side of the market.
    mutating func price(_ side: CodingMemory.Side, _ market: MarketID) throws(EventCodingError) -> Price {
        let units = try reader.signed32(from: memory[side, market.index])
        memory[side, market.index] = units
        return Price(units: units)
    }

    mutating func quantity() throws(EventCodingError) -> Quantity { Quantity(units: try reader.signed()) }

    mutating func flag() throws(EventCodingError) -> Bool {
        let byte = try reader.byte()
        guard byte <= 1 else { throw .malformed("\(byte) is neither no nor yes") }
        return byte == 1
    }

    mutating func trade(of market: MarketID, taker: BookSide?) throws(EventCodingError) -> Trade {
        let price = try price(.trade, market)
        return Trade(market: market, price: price, count: try quantity(), taker: taker)
    }

    private mutating func levels() throws(EventCodingError) -> [BookLevel] {
        let count = try reader.count(ofAtLeast: 2)
        var levels: [BookLevel] = []
        levels.reserveCapacity(count)
        var last: Int32 = 0
        for _ in 0..<count {
            last = try reader.signed32(from: last)
            levels.append(BookLevel(price: Price(units: last), count: try quantity()))
        }
        return levels
    }
}

extension EventTag {
    /// Whether the event is of one market.
    fileprivate var hasMarket: Bool {
        switch self {
        case .deltaYes, .deltaNo, .tradeBid, .tradeAsk, .trade, .snapshot, .listed, .status, .settled, .gap, .history:
            true
        case .timer, .spot, .spotCandle, .venue, .feedLive, .feedStale, .command: false
        }
    }
}
