import Foundation
import NIOCore
import NIOSSL

/// Whose certificates a venue's host may show.
package enum TrustRoots: Hashable, Sendable {
    /// Those of the authorities that this machine trusts.
    case system
    /// Those as well as the ones in a PEM file: for a local exchange with an authority of its own.
    case file(String)
}

/// Why the certificates of authorities cannot be used, and what to do about it.
package struct TrustRootsError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file; nil when the machine's own authorities are meant.
    package let path: String?
    /// What is wrong.
    package let reason: String

    /// What is wrong, and what to do about it.
    package var description: String {
        if let path {
            "\(path): \(reason); give the PEM file with the certificate of the exchange's authority"
        } else {
            "the authorities that this machine trusts cannot be read: \(reason); install the package ca-certificates"
        }
    }
}

extension TrustRoots {
    /// How a client verifies its host: chain, dates and name, always.
    func tlsConfiguration() throws(TrustRootsError) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .fullVerification
        configuration.minimumTLSVersion = .tlsv12
        configuration.trustRoots = .default
        if case .file(let path) = self {
            configuration.additionalTrustRoots = [.certificates(try Self.certificates(path))]
        }
        return configuration
    }

    /// What connections are made with; expensive, as it reads all authorities.
    func tlsContext() throws(TrustRootsError) -> NIOSSLContext {
        let configuration = try tlsConfiguration()
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw TrustRootsError(path: nil, reason: "\(error)")
        }
    }

    private static func certificates(_ path: String) throws(TrustRootsError) -> [NIOSSLCertificate] {
        guard unsafe access(path, R_OK) == 0 else {
            throw TrustRootsError(path: path, reason: errno == ENOENT ? "no such file" : "may not be read")
        }
        let certificates: [NIOSSLCertificate]
        do {
            certificates = try NIOSSLCertificate.fromPEMFile(path)
        } catch {
            throw TrustRootsError(path: path, reason: "holds no certificate that can be read")
        }
        guard !certificates.isEmpty else { throw TrustRootsError(path: path, reason: "holds no certificate") }
        return certificates
    }
}

extension VenueURL {
    /// The name that a certificate must be for; nil for an address, which is compared with the peer's itself.
    var certificateName: String? {
        (try? SocketAddress(ipAddress: host, port: 0)) == nil ? host : nil
    }
}
