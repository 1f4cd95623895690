import Foundation
import KBotKalshi
import NIOSSL

/// A certificate authority made by the `openssl` command, with servers' certificates, in a folder of its own.
struct SampleAuthority {
    private let folder = ScratchFolder()

    /// Makes the authority.
    init() throws {
        try OpenSSL.run(
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Test authority",
                "-addext", "keyUsage=critical,keyCertSign",
            ],
            in: folder.url
        )
    }

    /// The authority's certificate.
    var trust: TrustRoots { .file(path("ca.pem")) }

    /// A server's side of TLS with a certificate for some names, such as `IP:127.0.0.1`.
    func server(for names: String) throws -> TLSConfiguration {
        try OpenSSL.run(
            [
                "req", "-x509", "-CA", "ca.pem", "-CAkey", "ca.key", "-newkey", "ec",
                "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-keyout", "server.key",
                "-out", "server.pem", "-subj", "/CN=Test server", "-addext", "subjectAltName=\(names)",
                "-addext", "basicConstraints=critical,CA:FALSE",
            ],
            in: folder.url
        )
        return .makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(path("server.pem")).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: path("server.key"), format: .pem))
        )
    }

    private func path(_ name: String) -> String { folder.url.appending(path: name).path }
}
