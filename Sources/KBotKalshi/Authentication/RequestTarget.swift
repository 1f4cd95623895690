/// What of a request is signed besides the time: its method and its path.
package struct RequestTarget: Hashable, Sendable, CustomStringConvertible {
    /// Longest path, in bytes.
    static let longestPath = 2_048

    /// The method in capitals: `GET`.
    package let method: String
    /// The path from the root on, without query and fragment: `/trade-api/v2/portfolio/balance`.
    package let path: String

    /// Takes a method in any case, and a path whose query and fragment are left away.
    ///
    /// The path must be as it is sent, percent-encoded where it needs to be.
    package init(method: String, path: String) throws(SigningError) {
        guard (1...16).contains(method.utf8.count), method.utf8.allSatisfy({ (0x41...0x5A).contains($0 & ~0x20) })
        else { throw .badMethod }
        let bare = path.utf8.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        guard bare.first == UInt8(ascii: "/"), bare.count <= Self.longestPath,
            bare.allSatisfy({ (0x21...0x7E).contains($0) })
        else { throw .badPath(String(path.prefix(100))) }
        self.method = method.uppercased()
        self.path = String(Substring(bare))
    }

    /// Method and path: `GET /trade-api/v2/portfolio/balance`.
    package var description: String { "\(method) \(path)" }

    /// The bytes that are signed: milliseconds since the epoch, method and path, with nothing between them.
    func message(milliseconds: Int64) -> [UInt8] {
        let time = String(milliseconds)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(time.utf8.count + method.utf8.count + path.utf8.count)
        bytes.append(contentsOf: time.utf8)
        bytes.append(contentsOf: method.utf8)
        bytes.append(contentsOf: path.utf8)
        return bytes
    }
}
