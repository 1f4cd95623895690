import Foundation

/// A folder with API keys of the local exchange: for each key its public half, which the exchange reads, and the private
/// half, which a client is given.
///
/// A file is called `ACCOUNT.ID.public.pem` or `ACCOUNT.ID.private.pem`.
package struct KeyDirectory: Sendable {
    /// A key of an account.
    package struct Entry: Hashable, Sendable {
        /// The account's name.
        package let account: String
        /// The key's id, a UUID in lower case.
        package let id: String
        /// The file with the public key.
        package let publicPath: String
        /// The file with the private key, which need not be there.
        package let privatePath: String
    }

    /// Why the folder cannot be used.
    package struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
        /// What is wrong, and where.
        package let description: String
    }

    /// The folder.
    package let path: String

    /// Names a folder, which need not be there yet.
    package init(_ path: String) { self.path = path }

    /// Whether a word can be the name of an account: 1 to 40 letters, digits, `-` and `_`.
    package static func isAccountName(_ name: String) -> Bool {
        (1...40).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"): true
                default: false
                }
            }
    }

    /// The keys in the folder, by account and id; none when there is no folder.
    package func entries() throws(Problem) -> [Entry] {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw Problem(description: "\(path): cannot be read: \(error.localizedDescription)")
        }
        return names.sorted().compactMap { name in
            let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 4, parts[2] == "public", parts[3] == "pem", Self.isAccountName(parts[0]),
                UUID(uuidString: parts[1]) != nil
            else { return nil }
            return entry(parts[0], parts[1])
        }
    }

    /// Makes a key and writes both halves: the private one for its owner only, in the form asked for.
    package func make(
        _ kind: GeneratedKey.Kind,
        account: String,
        form: GeneratedKey.Form = .pkcs8
    ) throws(Problem) -> Entry {
        guard Self.isAccountName(account) else {
            throw Problem(description: "\(account): an account's name has 1 to 40 letters, digits, - and _")
        }
        let privateText: String
        let publicText: String
        do throws(CryptoFailure) {
            let key = try GeneratedKey(kind)
            privateText = try key.privatePEM(form)
            publicText = try key.publicPEM()
        } catch {
            throw Problem(description: error.description)
        }
        do {
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw Problem(description: "\(path): cannot be made: \(error.localizedDescription)")
        }
        let entry = entry(account, UUID().uuidString.lowercased())
        try Self.write(privateText, to: entry.privatePath, mode: 0o600)
        try Self.write(publicText, to: entry.publicPath, mode: 0o644)
        return entry
    }

    /// Writes a new file that has its permissions from the first byte on.
    static func write(_ text: String, to path: String, mode: mode_t) throws(Problem) {
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard file >= 0 else { throw Problem(description: "\(path): \(unsafe String(cString: strerror(errno)))") }
        defer { close(file) }
        // The umask may have taken more away than it should.
        guard fchmod(file, mode) == 0 else {
            throw Problem(description: "\(path): \(unsafe String(cString: strerror(errno)))")
        }
        let bytes = Array(text.utf8)
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes[done...].withUnsafeBytes {
                unsafe Foundation.write(file, $0.baseAddress, $0.count)
            }
            guard count > 0 else { throw Problem(description: "\(path): \(unsafe String(cString: strerror(errno)))") }
            done += count
        }
    }

    private func entry(_ account: String, _ id: String) -> Entry {
        let stem = "\(path)/\(account).\(id)"
        return Entry(
            account: account,
            id: id,
            publicPath: stem + ".public.pem",
            privatePath: stem + ".private.pem"
        )
    }
}
