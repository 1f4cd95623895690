import Foundation
import KBotRuntime
import Testing

@Suite struct CredentialTests {
    /// A made-up id and a key that is none.
    private let id = "3f2b9c1e-77aa-4c1d-9e55-0123456789ab"
    private let pem = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAtopsecret\n-----END RSA PRIVATE KEY-----\n"

    private func status(key contents: String, mode: Int = 0o600) throws -> RunSettings {
        try withFolder { folder in
            let path = folder + "/kalshi.pem"
            try contents.write(toFile: path, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            return try load(environment: ["KALSHI_API_KEY_ID": id, "KALSHI_PRIVATE_KEY_PATH": path])
        }
    }

    @Test func `no credentials are said in one line`() throws {
        let settings = try load()
        #expect(settings.credentials.credentials == nil)
        #expect(
            settings.credentials.line(then: "taking the simulated market")
                == "no credentials: KALSHI_API_KEY_ID and KALSHI_PRIVATE_KEY_PATH not set: taking the simulated market"
        )
    }

    @Test func `half of the credentials is none`() throws {
        let settings = try load(["kalshi-api-key-id": id])
        #expect(settings.credentials == .absent(missing: ["KALSHI_PRIVATE_KEY_PATH"]))
    }

    @Test(arguments: [
        "your-key-id", "<your key id>", "YOUR_API_KEY", "xxxxxxxx-xxxx", "changeme",
        "00000000-0000-0000-0000-000000000000",
        "placeholder", "…", "example",
    ])
    func `a placeholder is no credential`(text: String) throws {
        let settings = try load(environment: ["KALSHI_API_KEY_ID": text, "KALSHI_PRIVATE_KEY_PATH": "/etc/key.pem"])
        #expect(settings.credentials == .placeholder(settings: ["KALSHI_API_KEY_ID"]))
        #expect(settings.credentials.line == "no credentials: KALSHI_API_KEY_ID still a placeholder")
    }

    @Test(arguments: ["/path/to/key.pem", "<path>", "your-key.pem"])
    func `a placeholder path is no key file`(path: String) throws {
        let settings = try load(environment: ["KALSHI_API_KEY_ID": id, "KALSHI_PRIVATE_KEY_PATH": path])
        #expect(settings.credentials == .placeholder(settings: ["KALSHI_PRIVATE_KEY_PATH"]))
    }

    @Test func `an empty variable is not set`() throws {
        let settings = try load(file: "KALSHI_API_KEY_ID=\nKALSHI_PRIVATE_KEY_PATH=\n")
        #expect(
            settings.credentials == .absent(missing: ["KALSHI_API_KEY_ID", "KALSHI_PRIVATE_KEY_PATH"])
        )
    }

    @Test(arguments: [
        ("hello", "no PEM file; it should start with -----BEGIN … PRIVATE KEY-----"),
        ("-----BEGIN PUBLIC KEY-----\nAA\n-----END PUBLIC KEY-----", "holds no private key"),
        (
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA\n-----END ENCRYPTED PRIVATE KEY-----",
            "locked with a passphrase; kbot needs it without (openssl pkey -in … -out …)"
        ),
        (String(repeating: "x", count: 65_537), "too large for a private key"),
    ])
    func `a key file that cannot be used says why`(contents: String, reason: String) throws {
        let line = try status(key: contents).credentials.line
        #expect(withoutFolder(line) == "no credentials: private key kalshi.pem: \(reason)")
    }

    @Test(arguments: [("/nowhere/key.pem", "no such file"), ("/dev/null", "not a file"), ("/tmp", "not a file")])
    func `a path that is no file is never opened`(path: String, reason: String) throws {
        let settings = try load(environment: ["KALSHI_API_KEY_ID": id, "KALSHI_PRIVATE_KEY_PATH": path])
        #expect(settings.credentials.line == "no credentials: private key \(path): \(reason)")
    }

    @Test func `good credentials are there, with their system`() throws {
        let settings = try status(key: pem)
        let credentials = try #require(settings.credentials.credentials)
        #expect(credentials.keyID.reveal() == id)
        #expect(credentials.environment == .demo)
        #expect(settings.warnings.isEmpty)
    }

    @Test func `a key file that others can read is a warning`() throws {
        let warnings = try status(key: pem, mode: 0o644).warnings
        #expect(warnings.count == 1)
        #expect(warnings.first?.contains("chmod 600") == true)
    }

    @Test func `the key is read as a secret, a tilde being the home folder`() throws {
        try withFolder { folder in
            try pem.write(toFile: folder + "/kalshi.pem", atomically: true, encoding: .utf8)
            let settings = try load(
                ["kalshi-env": "live"],
                environment: ["HOME": folder, "KALSHI_API_KEY_ID": id, "KALSHI_PRIVATE_KEY_PATH": "~/kalshi.pem"]
            )
            let credentials = try #require(settings.credentials.credentials)
            #expect(credentials.environment == .live)
            #expect(credentials.privateKeyPath == folder + "/kalshi.pem")
            #expect(try credentials.privateKey().reveal() == pem)
        }
    }

    @Test func `a key in the place of its path is refused and not shown`() throws {
        let found = try problems(["kalshi-private-key-path": pem])
        #expect(found.count == 1)
        #expect(found.first?.contains("give the path of a PEM file") == true)
        #expect(found.first?.contains("topsecret") == false)
    }

    @Test func `no form of output shows a credential`() throws {
        let settings = try status(key: pem)
        var dumped = ""
        dump(settings, to: &dumped)
        let mirrored = Mirror(reflecting: settings).children.map { "\($0.value)" }.joined()
        let texts = [
            "\(settings)", String(reflecting: settings), dumped, mirrored, settings.credentials.line,
            settings.values.map(\.description).joined(),
        ]
        for text in texts {
            #expect(!text.contains(id))
            #expect(!text.contains("topsecret"))
        }
        #expect(settings.values.first?.description == "KALSHI_API_KEY_ID=<redacted> (environment KALSHI_API_KEY_ID)")
    }
}

@Suite struct SecretTests {
    @Test func `a secret shows itself to nobody`() {
        let secret = Secret("topsecret")
        struct Holder { let key: Secret }
        var dumped = ""
        dump(Holder(key: secret), to: &dumped)
        let texts = [
            "\(secret)", String(describing: secret), String(reflecting: secret), "\([secret])",
            "\(Optional(secret) as Any)",
            "\(Holder(key: secret))", dumped, "\(["k": secret])",
        ]
        for text in texts {
            #expect(text.contains("<redacted>"), "\(text)")
            #expect(!text.contains("topsecret"))
        }
        #expect(Mirror(reflecting: secret).children.isEmpty)
        #expect(secret.reveal() == "topsecret")
    }

    @Test(arguments: [
        ("key -----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY----- end", "key <redacted> end"),
        ("-----BEGIN RSA PRIVATE KEY-----\\nMII\\n-----END RSA PRIVATE KEY-----", "<redacted>"),
        ("a -----BEGIN EC PRIVATE KEY-----\nMII and no end", "a <redacted>"),
        (
            "-----BEGIN PRIVATE KEY-----1-----END PRIVATE KEY-----, -----BEGIN PRIVATE KEY-----2-----END PRIVATE KEY-----",
            "<redacted>, <redacted>"
        ),
        (
            "-----BEGIN CERTIFICATE-----C-----END CERTIFICATE----- -----BEGIN PRIVATE KEY-----K-----END PRIVATE KEY-----",
            "-----BEGIN CERTIFICATE-----C-----END CERTIFICATE----- <redacted>"
        ),
        ("no PRIVATE KEY----- here", "no PRIVATE KEY----- here"),
        ("-----BEGIN PUBLIC KEY-----P-----END PUBLIC KEY-----", "-----BEGIN PUBLIC KEY-----P-----END PUBLIC KEY-----"),
    ])
    func `a private key is cut out of any text`(text: String, safe: String) {
        #expect(redactingPrivateKeys(text) == safe)
    }
}
