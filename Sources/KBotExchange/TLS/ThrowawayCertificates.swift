internal import CCrypto

/// A certificate authority made for one start of the exchange, and the server's certificate signed by it.
///
/// Strict clients accept them (RFC 5280 as `openssl verify -x509_strict` reads it). The authority's private key is
/// forgotten as soon as it has signed; the server's stays in memory.
package struct ThrowawayCertificates: Sendable {
    /// The authority's certificate as PEM text: what clients are told to trust.
    package let authorityPEM: String
    /// The authority's certificate as DER.
    let authority: [UInt8]
    /// The server's certificate as DER.
    let server: [UInt8]
    /// The server's private key as DER (PKCS#8).
    let serverKey: [UInt8]

    /// How long the certificates hold, in days.
    static let days = 30

    /// Makes both; throws ``CryptoFailure`` when libcrypto cannot.
    package init() throws(CryptoFailure) {
        let authorityKey = try GeneratedKey(.p256)
        let key = try GeneratedKey(.p256)
        let authority = try Certificate(subject: "kbot exchange throw-away CA", key: authorityKey)
        try authority.sign(
            [
                (NID_basic_constraints, "critical,CA:TRUE,pathlen:0"),
                (NID_key_usage, "critical,keyCertSign,cRLSign"),
                (NID_subject_key_identifier, "hash"),
            ],
            issuer: authority,
            with: authorityKey
        )
        let server = try Certificate(subject: "localhost", key: key)
        try server.sign(
            [
                (NID_basic_constraints, "critical,CA:FALSE"),
                (NID_key_usage, "critical,digitalSignature"),
                (NID_ext_key_usage, "serverAuth"),
                (NID_subject_key_identifier, "hash"),
                (NID_authority_key_identifier, "keyid:always"),
                (NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1"),
            ],
            issuer: authority,
            with: authorityKey
        )
        self.authority = try authority.der()
        self.server = try server.der()
        serverKey = try key.privateDER()
        authorityPEM = pemText(self.authority, label: "CERTIFICATE")
    }

    /// The server's certificate as PEM text.
    package var serverPEM: String { pemText(server, label: "CERTIFICATE") }
}

/// One X.509 certificate under way.
@safe
private final class Certificate {
    private let handle: OpaquePointer

    /// A certificate of a name and a public key, without extensions and not signed yet.
    init(subject: String, key: GeneratedKey) throws(CryptoFailure) {
        guard let handle = unsafe X509_new() else { throw CryptoFailure("certificate") }
        unsafe self.handle = unsafe handle
        // A serial number must be positive and unlike that of any other certificate of its issuer.
        var serial = UInt64.random(in: 1...UInt64(Int64.max))
        serial |= 1 << 62
        let name = unsafe X509_get_subject_name(handle)
        let isMade =
            unsafe X509_set_version(handle, 2) == 1
            && ASN1_INTEGER_set_uint64(X509_get_serialNumber(handle), serial) == 1
            && X509_gmtime_adj(X509_getm_notBefore(handle), -3_600) != nil
            && X509_gmtime_adj(X509_getm_notAfter(handle), ThrowawayCertificates.days * 86_400) != nil
            && X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, "kbot exchange (simulated)", -1, -1, 0) == 1
            && X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, subject, -1, -1, 0) == 1
            && X509_set_pubkey(handle, key.handle) == 1
        guard isMade else { throw CryptoFailure("certificate of \(subject)") }
    }

    deinit { unsafe X509_free(handle) }

    /// Adds extensions in OpenSSL's notation and signs with the issuer's key.
    func sign(_ extensions: [(Int32, String)], issuer: Certificate, with key: GeneratedKey) throws(CryptoFailure) {
        guard unsafe X509_set_issuer_name(handle, X509_get_subject_name(issuer.handle)) == 1 else {
            throw CryptoFailure("issuer")
        }
        var context = unsafe X509V3_CTX()
        unsafe X509V3_set_ctx(&context, issuer.handle, handle, nil, nil, 0)
        for (number, value) in extensions {
            guard let made = unsafe X509V3_EXT_conf_nid(nil, &context, number, value) else {
                throw CryptoFailure("extension \(value)")
            }
            defer { unsafe X509_EXTENSION_free(made) }
            guard unsafe X509_add_ext(handle, made, -1) == 1 else { throw CryptoFailure("extension \(value)") }
        }
        guard unsafe X509_sign(handle, key.handle, EVP_sha256()) > 0 else { throw CryptoFailure("signature") }
    }

    /// The certificate as DER.
    func der() throws(CryptoFailure) -> [UInt8] { try unsafe encoded("certificate") { unsafe i2d_X509(handle, $0) } }
}

/// OpenSSL's `MBSTRING_UTF8`, a macro that Swift does not see.
private let MBSTRING_UTF8: Int32 = 0x1000
