import KBotKalshi
import KBotModel
import KBotTestSupport
import Testing

struct FrameErrorTests {
    @Test(arguments: [
        ("", FrameError(.unexpectedEnd, at: 0)), ("[]", FrameError(.expected("'{'"), at: 0)),
        (#"{"type":"ok""#, FrameError(.unexpectedEnd, at: 12)),
        (#"{"type":"ok"} x"#, FrameError(.trailingBytes, at: 14)),
        (#"{"type":nope}"#, FrameError(.expected("a string"), at: 8)),
        (#"{"type":"ok","seq":"1"}"#, FrameError(.expected("a value"), at: 19)),
        (#"{"seq":1}"#, FrameError(.missing("type"), at: 0)),
        (#"{"type":"ticker","msg":{}}"#, FrameError(.missing("market_ticker"), at: 23)),
        (#"{"type":"ok","a":tru}"#, FrameError(.expected("a value"), at: 17)),
        (#"{"type":"ok","a":"\"#, FrameError(.unexpectedEnd, at: 19)),
    ])
    func `an error says what is wrong and at which byte`(text: String, error: FrameError) {
        #expect(throws: error) { try FrameSamples.decode(text) }
    }

    @Test(arguments: [
        ("maybe", "0.10", "1", "side"), ("yes", "1.10", "1", "price_dollars"), ("yes", "0.10", "1e3", "delta_fp"),
        ("yes", "0.10", "99999999999999999999", "delta_fp"), ("yes", "", "1", "price_dollars"),
    ])
    func `a value that cannot be read is named`(side: String, price: String, change: String, field: String) {
        let error = #expect(throws: FrameError.self) {
            try FrameSamples.decode(FrameSamples.delta(2, side, price, change))
        }
        #expect(error?.reason == .badValue(field))
    }

    @Test func `nesting has a limit`() {
        let text = #"{"type":"ok","x":"# + String(repeating: "[", count: 100_000)
        let error = #expect(throws: FrameError.self) { try FrameSamples.decode(text) }
        #expect(error?.reason == .tooDeep)
    }

    @Test func `an error reads as a sentence`() {
        #expect(FrameError(.badValue("side"), at: 7).description == #"the value of "side" at byte 7 cannot be read"#)
        #expect(FrameError(.missing("type"), at: 0).description == #"the frame has no "type""#)
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `mutated frames give a frame or an error, never a trap`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let samples = FrameSamples.all.map { Array($0.utf8) }
        var bench = MapperBench()
        var events: [MarketEvent] = []
        var decoded = 0
        for round in 0..<6_000 {
            var bytes = samples[Int(random.next() % UInt64(samples.count))]
            for _ in 0...Int(random.next() % 4) { mutate(&bytes, &random, samples) }
            guard let frame = try? bench.decoder.decode(bytes) else { continue }
            decoded += 1
            _ = bench.mapper.map(frame, bytes: bytes.span, board: &bench.board, into: &events)
            if round % 100 == 0 { events.removeAll() }
        }
        #expect(decoded > 0)
    }

    private func mutate(_ bytes: inout [UInt8], _ random: inout SeededGenerator, _ samples: [[UInt8]]) {
        guard !bytes.isEmpty else { return }
        let at = Int(random.next() % UInt64(bytes.count))
        switch random.next() % 7 {
        case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes[at] ^= 1 << UInt8(random.next() % 8)
        case 2: bytes.removeSubrange(at...)
        case 3: bytes.remove(at: at)
        case 4: bytes.insert(contentsOf: Array(#"{}[]",:\0-9.eu"#.utf8).shuffled(using: &random).prefix(2), at: at)
        case 5: bytes.insert(contentsOf: samples[Int(random.next() % UInt64(samples.count))], at: at)
        default: bytes.replaceSubrange(at..<min(bytes.count, at + 4), with: Array("99999999999999999999".utf8))
        }
    }
}
