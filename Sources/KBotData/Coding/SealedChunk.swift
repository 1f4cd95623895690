import CZlib

/// The envelope of a chunk: its bytes compressed by zlib, with their size before it and a CRC-32 of the compressed ones.
struct SealedChunk: Hashable, Sendable {
    /// Most bytes that a chunk may have before compression.
    static let largest = 1 << 26
    /// Columns hardly compress any better at higher levels, which take twice as long.
    private static let level: Int32 = 4

    /// Compressed bytes.
    let bytes: [UInt8]
    /// Size before compression.
    let size: Int
    /// CRC-32 of ``bytes``.
    let sum: UInt32

    /// An envelope as it was stored.
    init(bytes: [UInt8], size: Int, sum: UInt32) {
        self.bytes = bytes
        self.size = size
        self.sum = sum
    }

    /// Compresses bytes.
    init(sealing raw: [UInt8]) throws(CatalogueError) {
        guard raw.count <= Self.largest else { throw .failed("a chunk of \(raw.count) bytes is too large") }
        var room = compressBound(uLong(raw.count))
        var code = Z_OK
        bytes = unsafe [UInt8](unsafeUninitializedCapacity: Int(room)) { buffer, count in
            code = unsafe raw.withUnsafeBufferPointer {
                unsafe compress2(buffer.baseAddress, &room, $0.baseAddress, uLong($0.count), Self.level)
            }
            count = code == Z_OK ? Int(room) : 0
        }
        guard code == Z_OK else { throw .failed("zlib cannot compress (\(code))") }
        size = raw.count
        sum = Self.checksum(bytes)
    }

    /// The bytes before compression, after their sum was checked.
    func opened() throws(CatalogueError) -> [UInt8] {
        guard (0...Self.largest).contains(size), Self.checksum(bytes) == sum else {
            throw .damaged("a chunk's checksum differs")
        }
        var written = uLong(size)
        var code = Z_OK
        let raw = unsafe [UInt8](unsafeUninitializedCapacity: max(size, 1)) { buffer, count in
            code = unsafe bytes.withUnsafeBufferPointer {
                unsafe uncompress(buffer.baseAddress, &written, $0.baseAddress, uLong($0.count))
            }
            count = code == Z_OK ? Int(written) : 0
        }
        guard code == Z_OK, raw.count == size else { throw .damaged("a chunk cannot be expanded") }
        return raw
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        unsafe bytes.withUnsafeBufferPointer {
            UInt32(truncatingIfNeeded: unsafe crc32_z(0, $0.baseAddress, $0.count))
        }
    }
}
