/// What of a request is signed besides the time: its method and its path.
package struct RequestTarget: Hashable, Sendable, CustomStringConvertible {
    /// Longest path, in bytes.
    static let longestPath = 2_048

    /// The method.
    package let method: HTTPMethod
    /// The path from the root on, without query and fragment: `/trade-api/v2/portfolio/balance`.
    package let path: String

    /// Takes a path as it is sent, percent-encoded where it needs to be; its query and fragment are left away.
    package init(method: HTTPMethod, path: String) throws(SigningError) {
        let bare = path.utf8.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        guard bare.first == UInt8(ascii: "/"), bare.count <= Self.longestPath,
            bare.allSatisfy({ (0x21...0x7E).contains($0) })
        else { throw .badPath(String(path.prefix(100))) }
        self.method = method
        self.path = String(Substring(bare))
    }

    /// Method and path: `GET /trade-api/v2/portfolio/balance`.
    package var description: String { "\(method.rawValue) \(path)" }

    /// The bytes that are signed: milliseconds since the epoch, method and path, with nothing between them.
    func message(milliseconds: Int64) -> [UInt8] {
        let time = String(milliseconds)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(time.utf8.count + method.rawValue.utf8.count + path.utf8.count)
        bytes.append(contentsOf: time.utf8)
        bytes.append(contentsOf: method.rawValue.utf8)
        bytes.append(contentsOf: path.utf8)
        return bytes
    }
}
