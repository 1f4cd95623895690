import Foundation
import KBotKalshi

/// The `openssl` command: makes the keys, and judges the signatures, independently of the code under test.
enum OpenSSL {
    /// Whether the command is there, with Ed25519 and PKCS#8 as version 3 has them.
    static let isAvailable = (try? run(["version"]))?.hasPrefix("OpenSSL 3") ?? false

    /// What a skipped test says.
    static let absence = "needs the openssl command, version 3"

    /// Runs a command; what it prints.
    ///
    /// - Throws: ``Failure`` when it does not end with 0.
    @discardableResult
    static func run(_ arguments: [String], in folder: URL? = nil) throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(arguments: arguments) }
        return String(decoding: data, as: UTF8.self)
    }

    /// A command that failed.
    struct Failure: Error {
        let arguments: [String]
    }

    /// Whether a signature of a message is good, by the public key in PEM.
    static func accepts(_ signature: [UInt8], of message: [UInt8], publicKey: String, isRSA: Bool) throws -> Bool {
        let folder = ScratchFolder()
        try folder.write("public.pem", Array(publicKey.utf8))
        try folder.write("message", message)
        try folder.write("signature", signature)
        do {
            if isRSA {
                try run(
                    [
                        "dgst", "-sha256", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32",
                        "-sigopt", "rsa_mgf1_md:sha256", "-verify", "public.pem", "-signature", "signature", "message",
                    ],
                    in: folder.url
                )
            } else {
                try run(
                    [
                        "pkeyutl", "-verify", "-pubin", "-inkey", "public.pem", "-rawin", "-in", "message",
                        "-sigfile", "signature",
                    ],
                    in: folder.url
                )
            }
            return true
        } catch is Failure {
            return false
        }
    }
}

/// A folder that goes away with its test.
final class ScratchFolder {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("kbot-keys-\(UUID().uuidString)")

    init() { try? FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// Writes a file that only its owner may read, and gives its path.
    @discardableResult
    func write(_ name: String, _ bytes: [UInt8], mode: Int = 0o600) throws -> String {
        let file = url.appendingPathComponent(name)
        try Data(bytes).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
        return file.path
    }
}

/// The forms of a key that can be used.
enum KeyForm: CaseIterable, Sendable {
    case rsaPKCS1, rsaPKCS8, ed25519
}

/// Keys in every form, made once for all tests of a run.
struct SampleKeys: Sendable {
    let rsaPKCS1: String
    let rsaPKCS8: String
    let rsaPublic: String
    let ed25519: String
    let ed25519Public: String
    /// Another Ed25519 key.
    let otherKey: String
    let rsaPKCS1Public: String
    let rsaLocked: String
    let rsaPKCS8Locked: String
    let small: String
    let elliptic: String
    let ellipticPKCS8: String
    let x25519: String
    let rsaPSS: String
    let certificate: String
    let rsaDER: [UInt8]
    let ed25519DER: [UInt8]

    /// The keys, or why there are none.
    static let made = Result { try SampleKeys() }

    private init() throws {
        let folder = ScratchFolder()
        func make(_ name: String, _ arguments: String...) throws -> String {
            try OpenSSL.run(arguments + ["-out", name], in: folder.url)
            let data = try Data(contentsOf: folder.url.appendingPathComponent(name))
            return String(decoding: data, as: UTF8.self)
        }
        rsaPKCS8 = try make("rsa8", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048")
        rsaPKCS1 = try make("rsa1", "rsa", "-in", "rsa8", "-traditional")
        rsaPublic = try make("rsa.pub", "pkey", "-in", "rsa8", "-pubout")
        rsaPKCS1Public = try make("rsa1.pub", "rsa", "-in", "rsa8", "-RSAPublicKey_out")
        rsaLocked = try make("rsa1.locked", "rsa", "-in", "rsa8", "-traditional", "-aes128", "-passout", "pass:abcd")
        rsaPKCS8Locked = try make("rsa8.locked", "pkey", "-in", "rsa8", "-aes256", "-passout", "pass:abcd")
        ed25519 = try make("ed", "genpkey", "-algorithm", "ED25519")
        ed25519Public = try make("ed.pub", "pkey", "-in", "ed", "-pubout")
        otherKey = try make("ed2", "genpkey", "-algorithm", "ED25519")
        small = try make("small", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024")
        elliptic = try make("ec1", "ecparam", "-name", "prime256v1", "-genkey")
        ellipticPKCS8 = try make("ec8", "pkey", "-in", "ec1")
        x25519 = try make("x", "genpkey", "-algorithm", "X25519")
        rsaPSS = try make("pss", "genpkey", "-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048")
        try folder.write("config", Array("[req]\ndistinguished_name=dn\n[dn]\n".utf8))
        certificate = try make("cert", "req", "-x509", "-new", "-config", "config", "-key", "rsa8", "-subj", "/CN=kbot")
        _ = try make("rsa.der", "rsa", "-in", "rsa8", "-outform", "DER")
        _ = try make("ed.der", "pkey", "-in", "ed", "-outform", "DER")
        rsaDER = Array(try Data(contentsOf: folder.url.appendingPathComponent("rsa.der")))
        ed25519DER = Array(try Data(contentsOf: folder.url.appendingPathComponent("ed.der")))
    }

    /// A key that can be used.
    func text(_ form: KeyForm) -> String {
        switch form {
        case .rsaPKCS1: rsaPKCS1
        case .rsaPKCS8: rsaPKCS8
        case .ed25519: ed25519
        }
    }

    /// All texts that hold a private key.
    var secretTexts: [String] {
        [
            rsaPKCS1, rsaPKCS8, ed25519, otherKey, rsaLocked, rsaPKCS8Locked, small, elliptic, ellipticPKCS8, x25519,
            rsaPSS,
        ]
    }

    /// Pieces of the private keys that must never be seen: their base64 lines cut into sixteen characters each.
    ///
    /// The first twenty characters of a key name its kind, as those of its public key do, and are left out.
    var secretPieces: Set<String> {
        var pieces: Set<String> = []
        for text in secretTexts {
            let lines = text.split(separator: "\n").filter { !$0.contains("-") && !$0.contains(":") }
            var rest = Substring(lines.joined()).dropFirst(20)
            while rest.count >= 16 {
                pieces.insert(String(rest.prefix(16)))
                rest = rest.dropFirst(16)
            }
        }
        return pieces
    }
}

extension SigningKey {
    /// Reads a key from text.
    init(_ text: String) throws(SigningKeyError) { try self.init(pem: SensitiveBytes(copying: text.utf8)) }
}
