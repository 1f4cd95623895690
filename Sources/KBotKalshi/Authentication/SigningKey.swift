internal import CCrypto

/// A private key that signs requests: RSA (RSASSA-PSS with SHA-256, MGF1-SHA-256 and 32 bytes of salt) or Ed25519.
///
/// It shows nothing of itself: its description names its kind, and its mirror is empty. OpenSSL holds the key's numbers
/// and wipes them when the last copy goes. Any number of threads may sign at once.
package struct SigningKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomLeafReflectable {
    /// How a key signs.
    package enum Algorithm: Hashable, Sendable {
        /// RSASSA-PSS with a key of so many bits.
        case rsaPSS(bits: Int)
        /// Plain Ed25519.
        case ed25519
    }

    /// The least size of an RSA key.
    package static let fewestBits = 2_048

    /// How this key signs.
    package let algorithm: Algorithm
    private let handle: KeyHandle

    /// Reads a key from the text of a PEM file: PKCS#1 or PKCS#8 for RSA, PKCS#8 for Ed25519.
    package init(pem text: borrowing SensitiveBytes) throws(SigningKeyError) {
        guard let handle = KeyHandle(content: try PEMText.privateKey(in: text)) else { throw .damaged }
        self.handle = handle
        if handle.isA("RSA") {
            guard handle.bits >= Self.fewestBits else { throw .tooSmall(bits: handle.bits) }
            algorithm = .rsaPSS(bits: handle.bits)
        } else if handle.isA("ED25519") {
            algorithm = .ed25519
        } else {
            throw .unsupportedAlgorithm(handle.typeName)
        }
        // A damaged RSA key can be well formed: only what it signs shows it.
        let sample = Array("kbot".utf8)
        guard let signature = try? signature(of: sample), isValid(signature, of: sample) else { throw .damaged }
    }

    /// Signs a message: as many bytes as the modulus has for RSA (and others each time), 64 for Ed25519.
    ///
    /// RSA takes up to a millisecond of CPU. Throws ``SigningError/refused`` only.
    package func signature(of message: [UInt8]) throws(SigningError) -> [UInt8] {
        guard let signature = handle.signature(of: message, algorithm) else { throw .refused }
        return signature
    }

    /// Whether a signature is one of this key's for a message.
    package func isValid(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        handle.isValid(signature, of: message, algorithm)
    }

    /// The kind of key, and nothing else.
    package var description: String {
        switch algorithm {
        case .rsaPSS(let bits): "RSA private key (\(bits) bits)"
        case .ed25519: "Ed25519 private key"
        }
    }

    /// The kind of key, and nothing else.
    package var debugDescription: String { description }

    /// A mirror without children.
    package var customMirror: Mirror { Mirror(self, children: [Mirror.Child]()) }
}

/// One `EVP_PKEY`, freed with its last user.
///
/// `@unchecked` because the compiler knows nothing of a C pointer. OpenSSL lets threads share a key that nobody
/// changes, and counts references to it atomically. What is not shared, the context of an operation, is made anew for
/// each call and holds a reference of its own.
@safe
private final class KeyHandle: @unchecked Sendable {
    private let key: OpaquePointer

    /// Decodes a private key of any kind that OpenSSL knows; nil when the content is none, or something follows it.
    init?(content: borrowing SensitiveBytes) {
        let decoded = unsafe content.withBytes { bytes -> OpaquePointer? in
            let start = unsafe bytes.bindMemory(to: UInt8.self).baseAddress
            var next = unsafe start
            guard let key = unsafe d2i_AutoPrivateKey(nil, &next, bytes.count) else { return nil }
            guard let start = unsafe start, let next = unsafe next, unsafe next - start == bytes.count else {
                unsafe EVP_PKEY_free(key)
                return nil
            }
            return unsafe key
        }
        guard let key = unsafe decoded else {
            ERR_clear_error()
            return nil
        }
        unsafe self.key = unsafe key
    }

    deinit { unsafe EVP_PKEY_free(key) }

    /// Size of the key in bits.
    var bits: Int { Int(unsafe EVP_PKEY_get_bits(key)) }

    /// OpenSSL's name for the kind of key, such as `EC`.
    var typeName: String { unsafe EVP_PKEY_get0_type_name(key).map { unsafe String(cString: $0) } ?? "unknown" }

    /// Whether the key is of a kind.
    func isA(_ name: String) -> Bool { unsafe EVP_PKEY_is_a(key, name) == 1 }

    func signature(of message: [UInt8], _ algorithm: SigningKey.Algorithm) -> [UInt8]? {
        unsafe operation { context in
            guard unsafe begin(EVP_DigestSignInit, context, algorithm) else { return nil }
            var length = Int(unsafe EVP_PKEY_get_size(key))
            var signature = [UInt8](repeating: 0, count: length)
            guard unsafe EVP_DigestSign(context, &signature, &length, message, message.count) == 1 else { return nil }
            signature.removeLast(signature.count - length)
            return signature
        }
    }

    func isValid(_ signature: [UInt8], of message: [UInt8], _ algorithm: SigningKey.Algorithm) -> Bool {
        let isValid: Bool? = unsafe operation { context in
            guard unsafe begin(EVP_DigestVerifyInit, context, algorithm) else { return nil }
            let verdict = unsafe EVP_DigestVerify(context, signature, signature.count, message, message.count)
            return verdict == 1 ? true : nil
        }
        return isValid ?? false
    }

    /// Does something with a context of its own; after a failure the thread's queue of errors is empty, as before.
    private func operation<Result>(_ body: (OpaquePointer) -> Result?) -> Result? {
        guard let context = unsafe EVP_MD_CTX_new() else { return nil }
        defer { unsafe EVP_MD_CTX_free(context) }
        guard let result = unsafe body(context) else {
            ERR_clear_error()
            return nil
        }
        return result
    }

    private typealias Start = (
        OpaquePointer?, UnsafeMutablePointer<OpaquePointer?>?, OpaquePointer?, OpaquePointer?, OpaquePointer?
    ) -> Int32

    /// Sets a context up to sign or to verify.
    private func begin(_ start: Start, _ context: OpaquePointer, _ algorithm: SigningKey.Algorithm) -> Bool {
        switch algorithm {
        case .ed25519:
            // Ed25519 hashes for itself.
            return unsafe start(context, nil, nil, nil, key) == 1
        case .rsaPSS:
            var settings: OpaquePointer?
            return unsafe start(context, &settings, EVP_sha256(), nil, key) == 1
                && EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING) == 1
                && EVP_PKEY_CTX_set_rsa_mgf1_md(settings, EVP_sha256()) == 1
                && EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, 32) == 1
        }
    }
}
