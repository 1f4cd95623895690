import KBotTestSupport
import Testing

@testable import KBotData

@Suite struct SealedChunkTests {
    @Test("bytes come back from their envelope, and a changed bit does not go unseen")
    func roundTrip() throws {
        try forSeeds(0..<50) { random in
            let raw = (0..<Int.random(in: 1...2_000, using: &random)).map { _ in UInt8.random(in: 0...7, using: &random)
            }
            let chunk = try SealedChunk(sealing: raw)
            try hold(try chunk.opened() == raw, "the bytes differ")
            var bytes = chunk.bytes
            bytes[Int.random(in: bytes.indices, using: &random)] ^= 1 << UInt8.random(in: 0...7, using: &random)
            let damaged = SealedChunk(bytes: bytes, size: chunk.size, sum: chunk.sum)
            try hold((try? damaged.opened()) == nil, "damage was not seen")
        }
    }
}
