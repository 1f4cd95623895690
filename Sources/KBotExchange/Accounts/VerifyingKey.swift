internal import CCrypto

/// A public key that checks what a customer signed: RSA (RSASSA-PSS, SHA-256, 32 bytes of salt) or Ed25519.
@safe
final class VerifyingKey {
    /// How it checks.
    enum Algorithm: Hashable, Sendable {
        /// RSASSA-PSS.
        case rsa
        /// Plain Ed25519.
        case ed25519
    }

    /// How it checks.
    let algorithm: Algorithm
    private let handle: OpaquePointer

    /// Reads a PEM text: `PUBLIC KEY` (SubjectPublicKeyInfo), or `RSA PUBLIC KEY` (PKCS#1).
    init(pem: String) throws(KeyProblem) {
        let lines = pem.split(whereSeparator: \.isNewline).map { $0.drop { $0 == " " } }
        guard let begin = lines.firstIndex(where: { $0.hasPrefix("-----BEGIN ") }) else { throw .notPEM }
        guard !lines[begin].contains("PRIVATE") else { throw .privateKey }
        guard let end = lines[begin...].firstIndex(where: { $0.hasPrefix("-----END ") }),
            let content = base64Decoded(lines[(begin + 1)..<end].joined())
        else { throw .notPEM }
        let isPlainRSA = lines[begin].contains("RSA PUBLIC KEY")
        let decoded = unsafe content.withUnsafeBufferPointer { bytes -> OpaquePointer? in
            var next = bytes.baseAddress
            return isPlainRSA
                ? unsafe d2i_PublicKey(EVP_PKEY_RSA, nil, &next, bytes.count)
                : unsafe d2i_PUBKEY(nil, &next, bytes.count)
        }
        guard let key = unsafe decoded else {
            ERR_clear_error()
            throw .damaged
        }
        unsafe handle = unsafe key
        if unsafe EVP_PKEY_is_a(key, "RSA") == 1 {
            algorithm = .rsa
        } else if unsafe EVP_PKEY_is_a(key, "ED25519") == 1 {
            algorithm = .ed25519
        } else {
            unsafe EVP_PKEY_free(key)
            throw .unsupported
        }
    }

    deinit { unsafe EVP_PKEY_free(handle) }

    /// Whether a signature is this key's for a message.
    func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        guard let context = unsafe EVP_MD_CTX_new() else { return false }
        defer { unsafe EVP_MD_CTX_free(context) }
        let isSet: Bool
        switch algorithm {
        case .ed25519: isSet = unsafe EVP_DigestVerifyInit(context, nil, nil, nil, handle) == 1
        case .rsa:
            var settings: OpaquePointer?
            isSet =
                unsafe EVP_DigestVerifyInit(context, &settings, EVP_sha256(), nil, handle) == 1
                && EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING) == 1
                && EVP_PKEY_CTX_set_rsa_mgf1_md(settings, EVP_sha256()) == 1
                && EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, 32) == 1
        }
        let isValid =
            isSet && (unsafe EVP_DigestVerify(context, signature, signature.count, message, message.count)) == 1
        if !isValid { ERR_clear_error() }
        return isValid
    }
}

/// Why a key cannot be taken in.
package enum KeyProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// The text is no PEM block.
    case notPEM
    /// The text is a private key, which nobody should give away.
    case privateKey
    /// The block holds no key.
    case damaged
    /// The key is neither RSA nor Ed25519.
    case unsupported
    /// Another key has this id.
    case idTaken

    /// What is wrong, in words.
    package var description: String {
        switch self {
        case .notPEM: "the text is no public key in PEM"
        case .privateKey: "this is a private key; the exchange wants the public one"
        case .damaged: "the public key cannot be read"
        case .unsupported: "only RSA and Ed25519 keys sign requests"
        case .idTaken: "another key has this id"
        }
    }
}

/// Decodes padded base64 of the standard alphabet; nil for anything else.
func base64Decoded(_ text: some StringProtocol) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count / 4 * 3)
    var pending: UInt32 = 0
    var symbols = 0
    var padding = 0
    for byte in text.utf8 {
        let value: UInt32
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = UInt32(byte) - 65
        case UInt8(ascii: "a")...UInt8(ascii: "z"): value = UInt32(byte) - 71
        case UInt8(ascii: "0")...UInt8(ascii: "9"): value = UInt32(byte) + 4
        case UInt8(ascii: "+"): value = 62
        case UInt8(ascii: "/"): value = 63
        case UInt8(ascii: "="):
            padding += 1
            continue
        default: return nil
        }
        guard padding == 0 else { return nil }
        pending = pending << 6 | value
        symbols += 1
        if symbols % 4 != 1 { bytes.append(UInt8(truncatingIfNeeded: pending >> UInt32((4 - symbols % 4) % 4 * 2))) }
    }
    guard !bytes.isEmpty, padding <= 2, (symbols + padding).isMultiple(of: 4) else { return nil }
    return bytes
}
