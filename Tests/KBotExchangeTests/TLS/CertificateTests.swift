import Foundation
import KBotKalshi
import Testing

@testable import KBotExchange

@Suite struct CertificateTests {
    private func folder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kbot-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    @Test func openSSLAcceptsTheChainUnderItsStrictestRules() throws {
        let certificates = try ThrowawayCertificates()
        let folder = try folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let authority = folder.appendingPathComponent("ca.pem")
        let server = folder.appendingPathComponent("server.pem")
        try Data(certificates.authorityPEM.utf8).write(to: authority)
        try Data(certificates.serverPEM.utf8).write(to: server)
        for name in [["-verify_hostname", "localhost"], ["-verify_ip", "127.0.0.1"], ["-verify_ip", "::1"]] {
            let run = try TLSTool.openssl(
                ["verify", "-x509_strict", "-purpose", "sslserver"] + name + ["-CAfile", authority.path, server.path]
            )
            #expect(run.code == 0, "\(run.output)")
        }
        let wrong = try TLSTool.openssl(
            ["verify", "-x509_strict", "-verify_hostname", "example.com", "-CAfile", authority.path, server.path]
        )
        #expect(wrong.code != 0)
    }

    @Test func theCertificatesSayWhatStrictClientsAskFor() throws {
        let certificates = try ThrowawayCertificates()
        let authority = try TLSTool.openssl(["x509", "-noout", "-text"], input: certificates.authorityPEM).output
        #expect(authority.contains("X509v3 Basic Constraints: critical\n                CA:TRUE"))
        #expect(authority.contains("X509v3 Key Usage: critical\n                Certificate Sign, CRL Sign"))
        #expect(authority.contains("X509v3 Subject Key Identifier"))
        let server = try TLSTool.openssl(["x509", "-noout", "-text"], input: certificates.serverPEM).output
        #expect(server.contains("DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1"))
        #expect(server.contains("X509v3 Authority Key Identifier"))
        #expect(server.contains("TLS Web Server Authentication"))
        #expect(server.contains("X509v3 Key Usage: critical\n                Digital Signature"))
    }

    @Test func everyStartHasAnAuthorityOfItsOwn() throws {
        #expect(try ThrowawayCertificates().authorityPEM != ThrowawayCertificates().authorityPEM)
    }
}

@Suite struct GeneratedKeyTests {
    @Test(arguments: [
        (GeneratedKey.Kind.rsa, GeneratedKey.Form.pkcs8), (.rsa, .pkcs1), (.ed25519, .pkcs8),
    ])
    func theReaderOfKeyFilesReadsThem(_ kind: GeneratedKey.Kind, _ form: GeneratedKey.Form) throws {
        let key = try GeneratedKey(kind)
        let text = try key.privatePEM(form)
        let signer = try SigningKey(pem: SensitiveBytes(copying: text.utf8))
        switch signer.algorithm {
        case .rsaPSS(let bits): #expect(kind == .rsa && bits == 2_048)
        case .ed25519: #expect(kind == .ed25519)
        }
        let label = form == .pkcs1 ? "RSA PRIVATE KEY" : "PRIVATE KEY"
        #expect(text.hasPrefix("-----BEGIN \(label)-----\n"))
        // OpenSSL derives the same public key from the private one.
        let derived = try TLSTool.openssl(["pkey", "-pubout"], input: text)
        #expect(derived.output == (try key.publicPEM()))
    }

    @Test func onlyRSAHasTheOldForm() throws {
        let key = try GeneratedKey(.ed25519)
        #expect(throws: CryptoFailure.self) { try key.privatePEM(.pkcs1) }
    }

    @Test func aKeyShowsNothingOfItself() throws {
        let key = try GeneratedKey(.ed25519)
        #expect("\(key)" == "ed25519 private key")
        var dumped = ""
        dump(key, to: &dumped)
        #expect(!dumped.contains("handle"))
    }
}

@Suite struct KeyDirectoryTests {
    @Test func aKeyMadeIsFoundAgainAndItsPrivateHalfIsForItsOwnerOnly() throws {
        let path = FileManager.default.temporaryDirectory.path + "/kbot-keys-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let directory = KeyDirectory(path)
        #expect(try directory.entries().isEmpty)
        let first = try directory.make(.ed25519, account: "default")
        let second = try directory.make(.rsa, account: "a-2", form: .pkcs1)
        try Data().write(to: URL(fileURLWithPath: path + "/notes.txt"))
        #expect(try directory.entries() == [second, first])
        let mode = try FileManager.default.attributesOfItem(atPath: first.privatePath)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(UUID(uuidString: first.id) != nil)
    }

    @Test(arguments: ["", "a b", "../x", "a.b", String(repeating: "x", count: 41)])
    func aNameThatCannotBeAFileIsRefused(_ name: String) {
        #expect(throws: KeyDirectory.Problem.self) { try KeyDirectory("/nonexistent").make(.ed25519, account: name) }
    }
}

/// OpenSSL's command line.
enum TLSTool {
    static func openssl(_ arguments: [String], input: String = "") throws -> (code: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        let (given, told) = (Pipe(), Pipe())
        process.standardInput = given
        process.standardOutput = told
        process.standardError = told
        try process.run()
        try given.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try given.fileHandleForWriting.close()
        let output = told.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}
