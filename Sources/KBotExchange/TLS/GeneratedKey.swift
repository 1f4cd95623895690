internal import CCrypto

/// A private key made on the spot: for API keys of the local exchange, and for its throw-away certificates.
///
/// It shows nothing of itself but its kind.
@safe
package final class GeneratedKey: CustomStringConvertible, CustomLeafReflectable {
    /// What kind of key.
    package enum Kind: String, Sendable, CaseIterable {
        /// RSA with 2,048 bits.
        case rsa
        /// Ed25519.
        case ed25519
        /// Elliptic curve P-256; for certificates only.
        case p256
    }

    /// How a private key is written.
    package enum Form: Sendable {
        /// PKCS#8, for every kind: `PRIVATE KEY`.
        case pkcs8
        /// PKCS#1, for RSA only: `RSA PRIVATE KEY`.
        case pkcs1
    }

    /// What kind of key it is.
    package let kind: Kind
    let handle: OpaquePointer

    /// Makes a key; throws ``CryptoFailure`` when libcrypto cannot.
    package init(_ kind: Kind) throws(CryptoFailure) {
        let name =
            switch kind {
            case .rsa: "RSA"
            case .ed25519: "ED25519"
            case .p256: "EC"
            }
        guard let context = unsafe EVP_PKEY_CTX_new_from_name(nil, name, nil) else {
            throw CryptoFailure("key context")
        }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        guard unsafe EVP_PKEY_keygen_init(context) == 1 else { throw CryptoFailure("key generation") }
        let isSet =
            switch kind {
            case .rsa: unsafe EVP_PKEY_CTX_set_rsa_keygen_bits(context, 2_048) == 1
            case .ed25519: true
            case .p256: unsafe EVP_PKEY_CTX_set_group_name(context, "P-256") == 1
            }
        var key: OpaquePointer?
        guard isSet, unsafe EVP_PKEY_generate(context, &key) == 1, let key = unsafe key else {
            throw CryptoFailure("key generation")
        }
        self.kind = kind
        unsafe handle = unsafe key
    }

    deinit { unsafe EVP_PKEY_free(handle) }

    /// The private key as DER; whoever asks for it keeps it safe.
    package func privateDER(_ form: Form = .pkcs8) throws(CryptoFailure) -> [UInt8] {
        switch form {
        case .pkcs8:
            guard let info = unsafe EVP_PKEY2PKCS8(handle) else { throw CryptoFailure("PKCS#8") }
            defer { unsafe PKCS8_PRIV_KEY_INFO_free(info) }
            return try unsafe encoded("PKCS#8") { unsafe i2d_PKCS8_PRIV_KEY_INFO(info, $0) }
        case .pkcs1:
            guard kind == .rsa else { throw CryptoFailure("PKCS#1 is for RSA keys only") }
            return try unsafe encoded("PKCS#1") { unsafe i2d_PrivateKey(handle, $0) }
        }
    }

    /// The private key as PEM text; whoever asks for it keeps it safe.
    package func privatePEM(_ form: Form = .pkcs8) throws(CryptoFailure) -> String {
        pemText(try privateDER(form), label: form == .pkcs8 ? "PRIVATE KEY" : "RSA PRIVATE KEY")
    }

    /// The public key as PEM text (SubjectPublicKeyInfo).
    package func publicPEM() throws(CryptoFailure) -> String {
        pemText(try unsafe encoded("public key") { unsafe i2d_PUBKEY(handle, $0) }, label: "PUBLIC KEY")
    }

    /// The kind of key, and nothing else.
    package var description: String { "\(kind.rawValue) private key" }
    /// A mirror without children.
    package var customMirror: Mirror { Mirror(self, children: [Mirror.Child]()) }
}

/// What libcrypto could not do; it holds no key.
package struct CryptoFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was tried.
    package let what: String

    /// Makes a failure; the queue of errors of this thread is emptied.
    init(_ what: String) {
        self.what = what
        ERR_clear_error()
    }

    /// What failed, in words.
    package var description: String { "libcrypto failed: \(what)" }
}

/// Calls one of libcrypto's `i2d` functions twice: for the length, then for the bytes.
@unsafe
func encoded(
    _ what: String,
    _ write: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> Int32
) throws(CryptoFailure) -> [UInt8] {
    let length = write(nil)
    guard length > 0 else { throw CryptoFailure(what) }
    var bytes = [UInt8](repeating: 0, count: Int(length))
    let written = unsafe bytes.withUnsafeMutableBufferPointer { buffer -> Int32 in
        var next = buffer.baseAddress
        return unsafe write(&next)
    }
    guard written == length else { throw CryptoFailure(what) }
    return bytes
}

/// DER between two lines of a label, in lines of 64 characters.
func pemText(_ der: [UInt8], label: String) -> String {
    let text = Array(base64(der).utf8)
    var lines = ["-----BEGIN \(label)-----"]
    for start in stride(from: 0, to: text.count, by: 64) {
        lines.append(String(decoding: text[start..<min(start + 64, text.count)], as: UTF8.self))
    }
    return (lines + ["-----END \(label)-----", ""]).joined(separator: "\n")
}

/// Base64 with padding.
private func base64(_ bytes: [UInt8]) -> String {
    var text = [UInt8](repeating: 0, count: (bytes.count + 2) / 3 * 4 + 1)
    let length = unsafe EVP_EncodeBlock(&text, bytes, Int32(bytes.count))
    return String(decoding: text[..<Int(length)], as: UTF8.self)
}
