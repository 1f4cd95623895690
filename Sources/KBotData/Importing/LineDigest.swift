import CCrypto

/// The digest of the first lines of a file.
package struct LineMark: Hashable, Sendable {
    /// How many lines.
    package let lines: Int
    /// Their digest.
    package let sha256: String

    /// Whether a recording keeps the digest of so many first lines: of each beginning of up to 128, and from there on often
    /// enough that less than a sixty-fourth of a longer one lies behind its last mark.
    package static func isKept(at lines: Int) -> Bool {
        var step = 1
        while lines >= step * 128 { step *= 2 }
        return lines % step == 0
    }
}

/// SHA-256 over the lines of a file, whatever it is compressed with and however its lines end.
///
/// Safe to use: the context is private, and freed with its only owner.
@safe
package final class LineDigest {
    private let context: OpaquePointer
    /// Lines taken in.
    package private(set) var lines = 0

    /// A digest of nothing.
    package init() {
        guard let context = unsafe EVP_MD_CTX_new(), unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
            fatalError("libcrypto has no SHA-256")
        }
        unsafe self.context = unsafe context
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    /// Takes in a line, without its line break.
    package func add(_ line: ArraySlice<UInt8>) {
        unsafe line.withUnsafeBytes { _ = unsafe EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
        var end = UInt8(ascii: "\n")
        _ = unsafe EVP_DigestUpdate(context, &end, 1)
        lines += 1
    }

    /// The lines so far, and their digest.
    package var mark: LineMark { LineMark(lines: lines, sha256: hex) }

    /// The digest of the lines so far, in hexadecimal digits.
    package var hex: String {
        guard let copy = unsafe EVP_MD_CTX_new() else { return "" }
        defer { unsafe EVP_MD_CTX_free(copy) }
        var digest = [UInt8](repeating: 0, count: 32)
        guard unsafe EVP_MD_CTX_copy_ex(copy, context) == 1, unsafe EVP_DigestFinal_ex(copy, &digest, nil) == 1 else {
            return ""
        }
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
