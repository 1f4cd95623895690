/// An address of the venue: scheme, host, port and path, nothing else.
package struct VenueURL: Hashable, Sendable, CustomStringConvertible {
    /// `http`, `https`, `ws` or `wss`.
    package let scheme: String
    /// The host's name or address, in lower case; an IPv6 address without its brackets.
    package let host: String
    /// The port; the scheme's own when the text names none.
    package let port: Int
    /// The path with its first slash and without its last; empty for the root.
    package let path: String

    /// Reads an address such as `https://127.0.0.1:8443/trade-api/v2`.
    ///
    /// Nil for another scheme, for no host, for a port out of range, and for what would be dropped silently otherwise:
    /// user names, queries and fragments.
    package init?(_ text: String) {
        guard let mark = text.firstRange(of: "://") else { return nil }
        let scheme = text[..<mark.lowerBound].lowercased()
        guard let usual = Self.usualPort(scheme) else { return nil }
        let rest = text[mark.upperBound...]
        guard rest.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !rest.contains(where: { "@?#\\%\"<>".contains($0) })
        else { return nil }
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        guard let (host, port) = Self.authority(rest[..<slash]) else { return nil }
        var path = String(rest[slash...])
        while path.hasSuffix("/") { path.removeLast() }
        self.init(scheme: scheme, host: host, port: port ?? usual, path: path)
    }

    private init(scheme: String, host: String, port: Int, path: String) {
        self.scheme = scheme
        self.host = host
        self.port = port
        self.path = path
    }

    /// Whether the host is this machine: traffic never leaves it.
    package var isLoopback: Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// Whether what is sent is encrypted.
    package var isSecure: Bool { scheme == "https" || scheme == "wss" }

    /// The host as it stands in addresses and the `Host` header: with its port unless that is the scheme's own.
    package var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == Self.usualPort(scheme) ? name : "\(name):\(port)"
    }

    /// The address as text.
    package var description: String { "\(scheme)://\(authority)\(path)" }

    /// The same host and port over another scheme and path.
    func with(scheme: String, path: String) -> VenueURL {
        VenueURL(scheme: scheme, host: host, port: port, path: path)
    }

    private static func usualPort(_ scheme: String) -> Int? {
        switch scheme {
        case "http", "ws": 80
        case "https", "wss": 443
        default: nil
        }
    }

    /// Splits `host`, `host:port` and `[::1]:port`.
    private static func authority(_ text: Substring) -> (host: String, port: Int?)? {
        var name = text
        var tail: Substring = ""
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            name = text[text.index(after: text.startIndex)..<end]
            guard name.contains(":"), name.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else { return nil }
            tail = text[text.index(after: end)...]
        } else {
            let colon = text.firstIndex(of: ":") ?? text.endIndex
            name = text[..<colon]
            guard name.allSatisfy({ $0.isLetter || $0.isNumber || "-._".contains($0) }) else { return nil }
            tail = text[colon...]
        }
        guard !name.isEmpty, name.utf8.count <= 253 else { return nil }
        guard !tail.isEmpty else { return (name.lowercased(), nil) }
        let digits = tail.dropFirst()
        guard tail.first == ":", digits.allSatisfy(\.isNumber), let port = UInt16(digits), port > 0 else { return nil }
        return (name.lowercased(), Int(port))
    }
}
