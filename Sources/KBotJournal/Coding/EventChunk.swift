import CZlib

/// The envelope of coded events: a header, then the events compressed by zlib.
///
///     byte 0       format, 1
///     bytes 1–4    events
///     bytes 5–8    bytes of the events, not compressed
///     bytes 9–12   bytes of the rest of the chunk
///     bytes 13–16  CRC-32 of bytes 0–12 and of the rest
///     bytes 17–    the events, compressed
///
/// Numbers are little-endian. A chunk stands alone: nothing of one is needed to read another, so that a damaged one costs
/// only itself.
package enum EventChunk {
    /// Bytes after which a chunk should be ended: it compresses as well as a larger one, and little is lost with it.
    package static let usual = 1 << 18
    /// Bytes of events that a chunk may have, before compression; more is neither written nor read.
    package static let largest = 1 << 26

    static let version: UInt8 = 1
    private static let header = 17
    /// Changes of books hardly compress any better at 6, zlib's usual level, which takes twice as long.
    private static let level: Int32 = 3

    /// How many events a chunk says it has, from its header alone; nil when it has none.
    package static func eventCount(of chunk: [UInt8]) -> Int? {
        guard chunk.count >= header, chunk[0] == version else { return nil }
        return Int(number(at: 1, of: chunk))
    }

    /// Wraps coded events: as many as are said, which only the reading finds out.
    ///
    /// - Throws: ``EventCodingError/tooLarge(_:)``, and ``EventCodingError/compression(_:)`` without memory.
    package static func seal(_ raw: [UInt8], events: Int) throws(EventCodingError) -> [UInt8] {
        guard raw.count <= largest, events <= largest else { throw .tooLarge(raw.count) }
        let body = try deflated(raw)
        var chunk: [UInt8] = []
        chunk.reserveCapacity(header + body.count)
        chunk.append(version)
        append(UInt32(events), to: &chunk)
        append(UInt32(raw.count), to: &chunk)
        append(UInt32(body.count), to: &chunk)
        append(checksum(chunk[...], body[...]), to: &chunk)
        chunk.append(contentsOf: body)
        return chunk
    }

    /// Unwraps coded events, after everything about the envelope was checked.
    ///
    /// - Throws: ``EventCodingError`` when it is none, damaged, or of a newer kbot.
    package static func open(_ chunk: [UInt8]) throws(EventCodingError) -> (raw: [UInt8], events: Int) {
        guard let format = chunk.first else { throw .damaged }
        guard format == version else { throw .version(format) }
        guard chunk.count >= header, chunk.count - header == Int(number(at: 9, of: chunk)),
            number(at: 13, of: chunk) == checksum(chunk[..<13], chunk[header...])
        else { throw .damaged }
        let events = Int(number(at: 1, of: chunk))
        let size = Int(number(at: 5, of: chunk))
        guard size <= largest else { throw .tooLarge(size) }
        // The shortest event, a timer at the time of the event before, has one byte.
        guard events <= size else { throw .malformed("\(events) events in \(size) bytes") }
        return (try inflated(chunk[header...], size: size), events)
    }

    private static func append(_ number: UInt32, to bytes: inout [UInt8]) {
        for shift in stride(from: 0, to: 32, by: 8) { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
    }

    private static func number(at index: Int, of bytes: [UInt8]) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[index + $1]) << UInt32(8 * $1) }
    }

    private static func checksum(_ head: ArraySlice<UInt8>, _ body: ArraySlice<UInt8>) -> UInt32 {
        var sum: uLong = 0
        for part in [head, body] {
            sum = unsafe part.withUnsafeBufferPointer { unsafe crc32_z(sum, $0.baseAddress, $0.count) }
        }
        return UInt32(truncatingIfNeeded: sum)
    }

    private static func deflated(_ raw: [UInt8]) throws(EventCodingError) -> [UInt8] {
        var size = compressBound(uLong(raw.count))
        var code = Z_OK
        let body = unsafe [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, count in
            code = unsafe raw.withUnsafeBufferPointer {
                unsafe compress2(buffer.baseAddress, &size, $0.baseAddress, uLong($0.count), level)
            }
            count = code == Z_OK ? Int(size) : 0
        }
        guard code == Z_OK else { throw .compression(code) }
        return body
    }

    /// Never more than `size` bytes, whatever the compressed ones say.
    private static func inflated(_ body: ArraySlice<UInt8>, size: Int) throws(EventCodingError) -> [UInt8] {
        var written = uLong(size)
        var code = Z_OK
        let raw = unsafe [UInt8](unsafeUninitializedCapacity: max(size, 1)) { buffer, count in
            code = unsafe body.withUnsafeBufferPointer {
                unsafe uncompress(buffer.baseAddress, &written, $0.baseAddress, uLong($0.count))
            }
            count = code == Z_OK ? Int(written) : 0
        }
        guard code == Z_OK, raw.count == size else { throw .damaged }
        return raw
    }
}
