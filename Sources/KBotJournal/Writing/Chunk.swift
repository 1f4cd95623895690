import CZlib
package import Foundation

/// Effect lines as they lie in the table: compressed, with a sum that tells a flipped bit.
package enum Chunk {
    /// CRC-32 of bytes.
    static func sum(_ bytes: Data) -> Int64 {
        Int64(unsafe bytes.withUnsafeBytes { unsafe crc32_z(0, $0.bindMemory(to: UInt8.self).baseAddress, $0.count) })
    }

    /// Compresses; level 1 takes a third of the time of the usual one, and lines repeat themselves enough for it.
    package static func deflated(_ raw: [UInt8]) -> Data {
        var size = compressBound(uLong(raw.count))
        var packed = Data(count: Int(size))
        let code = unsafe packed.withUnsafeMutableBytes { buffer in
            unsafe raw.withUnsafeBufferPointer {
                unsafe compress2(
                    buffer.bindMemory(to: UInt8.self).baseAddress,
                    &size,
                    $0.baseAddress,
                    uLong($0.count),
                    1
                )
            }
        }
        precondition(code == Z_OK, "zlib compresses into compressBound bytes or lacks memory")
        packed.count = Int(size)
        return packed
    }

    /// Expands what must be `size` bytes; nil when it is not.
    package static func inflated(_ packed: Data, size: Int) -> [UInt8]? {
        guard (0...largest).contains(size) else { return nil }
        var written = uLong(size)
        var code = Z_OK
        let raw = unsafe [UInt8](unsafeUninitializedCapacity: max(size, 1)) { buffer, count in
            code = unsafe packed.withUnsafeBytes {
                unsafe uncompress(
                    buffer.baseAddress,
                    &written,
                    $0.bindMemory(to: UInt8.self).baseAddress,
                    uLong($0.count)
                )
            }
            count = code == Z_OK ? Int(written) : 0
        }
        return code == Z_OK && raw.count == size ? raw : nil
    }

    /// What a row may claim to be expanded; more is damage.
    private static let largest = 1 << 28
}
