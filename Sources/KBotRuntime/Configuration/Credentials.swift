import Foundation

/// What is needed to sign requests to Kalshi.
package struct Credentials: Equatable, Sendable {
    /// Id of the API key.
    package let keyID: Secret
    /// File with the private key.
    package let privateKeyPath: String
    /// The system the key belongs to.
    package let environment: KalshiEnvironment

    /// Reads the private key as PEM text.
    ///
    /// - Throws: ``KeyFileFault`` when the file cannot be used any more.
    package func privateKey() throws(KeyFileFault) -> Secret { try readKey(at: privateKeyPath) }
}

/// Why a key file cannot be used.
package struct KeyFileFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file.
    package let path: String
    /// The reason, and what to do.
    package let reason: String

    /// The file and the reason.
    package var description: String { "\(path): \(reason)" }
}

/// Whether there are credentials, and if not, why.
package enum CredentialStatus: Equatable, Sendable {
    /// These settings are not given.
    case absent(missing: [String])
    /// These settings still hold what an example had in their place.
    case placeholder(settings: [String])
    /// The key file cannot be used.
    case unreadableKey(KeyFileFault)
    /// There are credentials.
    case present(Credentials)

    /// The credentials, if there are any.
    package var credentials: Credentials? {
        if case .present(let credentials) = self { credentials } else { nil }
    }

    /// One line that says how things stand; it shows no secret.
    package var line: String {
        switch self {
        case .absent(let missing):
            "no credentials: \(missing.joined(separator: " and ")) not set"
        case .placeholder(let settings):
            "no credentials: \(settings.joined(separator: " and ")) still a placeholder"
        case .unreadableKey(let fault):
            "no credentials: private key \(fault)"
        case .present(let credentials):
            "credentials: Kalshi \(credentials.environment.rawValue), private key \(credentials.privateKeyPath)"
        }
    }

    /// ``line`` with what follows from it: `no credentials: …: taking the simulated market`.
    package func line(then consequence: String) -> String { "\(line): \(consequence)" }
}

extension CredentialStatus {
    /// Judges what was given for the two settings; `home` stands for `~`.
    init(keyID: Sourced<String>, keyPath: Sourced<String>, environment: KalshiEnvironment, home: String?) {
        let settings = [
            (SettingCatalogue.apiKeyID.info.name, keyID), (SettingCatalogue.privateKeyPath.info.name, keyPath),
        ]
        let missing = settings.filter { $0.1.source == .fallback }.map(\.0)
        guard missing.isEmpty else {
            self = .absent(missing: missing)
            return
        }
        let placeholders = settings.filter { isPlaceholder($0.1.value) }.map(\.0)
        guard placeholders.isEmpty else {
            self = .placeholder(settings: placeholders)
            return
        }
        var path = keyPath.value
        if path.hasPrefix("~/"), let home { path = home + path.dropFirst(1) }
        do throws(KeyFileFault) {
            _ = try readKey(at: path)
            self = .present(
                Credentials(keyID: Secret(keyID.value), privateKeyPath: path, environment: environment)
            )
        } catch {
            self = .unreadableKey(error)
        }
    }

    /// Says when others on the machine can read the private key.
    var warning: String? {
        guard let path = credentials?.privateKeyPath,
            let mode = try? FileManager.default.attributesOfItem(atPath: resolved(path))[.posixPermissions]
                as? NSNumber,
            mode.intValue & 0o077 != 0
        else { return nil }
        return "\(path): others on this machine can read the private key; run: chmod 600 \(path)"
    }
}

/// Whether a text is what an example puts where a real value belongs.
func isPlaceholder(_ text: String) -> Bool {
    let lower = text.lowercased()
    let signs = [
        "<", ">", "your-", "your_", "your ", "yourkey", "xxxx", "changeme", "change-me", "change_me", "placeholder",
        "replace-me", "replace_me", "path/to", "...", "…",
    ]
    let words = ["", "xxx", "todo", "none", "null", "example", "key", "key-id", "key_id", "secret"]
    return words.contains(lower) || signs.contains { lower.contains($0) }
        || lower.allSatisfy { $0 == "0" || $0 == "-" }
}

/// The largest key file that is read, in bytes.
private let largestKey = 65_536

private func resolved(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }

/// Reads a file that must hold one private key in PEM.
private func readKey(at path: String) throws(KeyFileFault) -> Secret {
    func fault(_ reason: String) -> KeyFileFault { KeyFileFault(path: path, reason: reason) }
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: resolved(path)) else {
        throw fault("no such file")
    }
    // Opening a pipe or a device could wait for ever.
    guard attributes[.type] as? FileAttributeType == .typeRegular else { throw fault("not a file") }
    guard let size = attributes[.size] as? NSNumber, size.intValue <= largestKey else {
        throw fault("too large for a private key")
    }
    guard let data = FileManager.default.contents(atPath: path) else {
        throw fault("cannot be read; check its permissions")
    }
    guard let text = String(bytes: data, encoding: .utf8), text.contains("-----BEGIN ") else {
        throw fault("no PEM file; it should start with -----BEGIN … PRIVATE KEY-----")
    }
    guard text.contains("PRIVATE KEY-----") else { throw fault("holds no private key") }
    guard !text.contains("ENCRYPTED") else {
        throw fault("locked with a passphrase; kbot needs it without (openssl pkey -in … -out …)")
    }
    return Secret(text)
}
