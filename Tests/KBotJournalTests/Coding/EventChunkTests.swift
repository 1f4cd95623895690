import KBotEngine
import KBotModel
import KBotTestSupport
import Testing

@testable import KBotJournal

/// What becomes of bytes that are not what a coder wrote.
@Suite struct EventChunkTests {
    private func chunk(_ count: Int, seed: UInt64 = 1) throws(EventCodingError) -> [UInt8] {
        var maker = RandomEvents(SeededGenerator(seed: seed))
        var coder = EventCoder()
        for event in maker.events(count) { coder.append(event) }
        return try coder.seal()
    }

    @Test func `an empty chunk has no events`() throws {
        var coder = EventCoder()
        #expect(try EventDecoder.events(of: coder.seal()).isEmpty)
    }

    @Test func `a chunk cut off anywhere is noticed`() throws {
        let whole = try chunk(40)
        for length in 0..<whole.count {
            #expect(throws: EventCodingError.damaged) { try EventDecoder(Array(whole.prefix(length))) }
        }
        #expect(throws: EventCodingError.damaged) { try EventDecoder(whole + [0]) }
    }

    @Test func `a chunk with any bit flipped is noticed`() throws {
        let whole = try chunk(20)
        for bit in 0..<whole.count * 8 {
            var bytes = whole
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: EventCodingError.self) { try EventDecoder(bytes) }
        }
    }

    @Test func `a newer format is refused by its number`() throws {
        var bytes = try chunk(1)
        bytes[0] = 2
        #expect(throws: EventCodingError.version(2)) { try EventDecoder(bytes) }
        #expect(EventChunk.eventCount(of: bytes) == nil && EventChunk.eventCount(of: []) == nil)
    }

    @Test func `events that make no sense in a sound envelope throw and never trap`() throws {
        try forSeeds(0..<3_000) { random in
            var maker = RandomEvents(random)
            var coder = EventCoder()
            for event in maker.events(10) { coder.append(event) }
            var raw = coder.bytes
            for _ in 0..<Int.random(in: 1...4, using: &maker.random) {
                let index = Int.random(in: 0..<raw.count, using: &maker.random)
                switch Int.random(in: 0...3, using: &maker.random) {
                case 0: raw[index] = 0xFF
                case 1: raw[index] ^= 1 << UInt8.random(in: 0...7, using: &maker.random)
                case 2: raw.remove(at: index)
                default: raw.insert(UInt8.random(in: 0...255, using: &maker.random), at: index)
                }
                if raw.isEmpty { raw = [0] }
            }
            let bytes = try EventChunk.seal(raw, events: min(10, raw.count))
            do throws(EventCodingError) {
                var decoder = try EventDecoder(bytes)
                var count = 0
                while try decoder.next() != nil { count += 1 }
                try? hold(count == min(10, raw.count), "\(count) events")
            } catch {
                if case .malformed = error { return }
                throw error
            }
        }
    }

    @Test func `bytes of chance throw and never trap`() throws {
        try forSeeds(0..<3_000) { random in
            let raw = (0..<Int.random(in: 1...200, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random)
            }
            let bytes = try EventChunk.seal(raw, events: Int.random(in: 0...raw.count, using: &random))
            do throws(EventCodingError) {
                var decoder = try EventDecoder(bytes)
                while try decoder.next() != nil {}
            } catch {
                if case .malformed = error { return }
                throw error
            }
        }
    }

    /// Counts, lengths and numbers that promise more than there is.
    @Test(arguments: [
        // A snapshot of 2^63 levels, and one of 200 in three bytes.
        [0x05, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F],
        [0xC5, 0xC8, 0x01, 0x00, 0x00],
        // A history of four billion trades.
        [0xCD, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F],
        // A number of 70 bits; a market beyond 32 bits; a price beyond them.
        [0x06, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02],
        [0x8C, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F],
        [0xC0, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0x00],
        // Kinds nobody knows; a market where there is none; a text that ends before its length; one that is no UTF-8.
        [0x3F], [0x9E, 0x00], [0xC6], [0x92, 0x05, 0x61], [0x91, 0x02, 0xFF, 0xFE],
        // An underlying that was not named before.
        [0x87, 0x03, 0x01, 0x61, 0x00],
        // A status, a command and an event of the venue that are none.
        [0xCA, 0x01, 0x61], [0x91, 0x02, 0x7B, 0x7D], [0x8E, 0x09, 0x00],
        // A listing whose grid has no ranges.
        [0xC9, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00],
        // Bytes after the last event.
        [0x86, 0x00],
    ])
    func `what promises more than there is, or means nothing, is refused`(raw: [UInt8]) throws {
        let bytes = try EventChunk.seal(raw, events: 1)
        #expect {
            var decoder = try EventDecoder(bytes)
            while try decoder.next() != nil {}
        } throws: { error in
            if case .malformed = error as? EventCodingError { true } else { false }
        }
    }

    @Test func `a chunk that would be larger than may be read is not written`() {
        let size = EventChunk.largest + 1
        #expect(throws: EventCodingError.tooLarge(size)) {
            try EventChunk.seal([UInt8](repeating: 0, count: size), events: 1)
        }
    }

    @Test func `more events than bytes are not believed`() throws {
        let bytes = try EventChunk.seal([0x86], events: 2)
        #expect(throws: EventCodingError.malformed("2 events in 1 bytes")) { try EventDecoder(bytes) }
    }
}
