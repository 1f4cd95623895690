/// How a request acts.
package enum HTTPMethod: String, Hashable, Sendable, CaseIterable {
    /// Reads.
    case get = "GET"
    /// Creates or changes.
    case post = "POST"
    /// Sets.
    case put = "PUT"
    /// Cancels.
    case delete = "DELETE"
}

/// A name with its value, in a query or a header.
package struct HTTPField: Hashable, Sendable {
    /// The name; in headers the case of its letters does not matter.
    package let name: String
    /// The value, not encoded.
    package let value: String

    /// Makes a field.
    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// A request as it is sent, without the host.
package struct HTTPRequest: Hashable, Sendable {
    /// The method.
    package var method: HTTPMethod
    /// The path from the root on, percent-encoded, without a query: what is signed.
    package var path: String
    /// The query, in order; names may repeat.
    package var query: [HTTPField]
    /// The headers.
    package var headers: [HTTPField]
    /// The body; empty when there is none.
    package var body: [UInt8]

    /// Makes a request.
    package init(
        method: HTTPMethod,
        path: String,
        query: [HTTPField] = [],
        headers: [HTTPField] = [],
        body: [UInt8] = []
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }

    /// Path and query as they stand in the request line.
    package var target: String {
        guard !query.isEmpty else { return path }
        let items = query.map { "\(percentEncoded($0.name))=\(percentEncoded($0.value))" }
        return path + "?" + items.joined(separator: "&")
    }
}

/// An answer.
package struct HTTPResponse: Hashable, Sendable {
    /// The status code.
    package var status: Int
    /// The headers.
    package var headers: [HTTPField]
    /// The body; empty when there is none.
    package var body: [UInt8]

    /// Makes an answer.
    package init(status: Int, headers: [HTTPField] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The first header of a name, in whatever case.
    package func header(_ name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.name.lowercased() == wanted }?.value
    }
}

/// Encodes everything but letters, digits and `-._~`, and the comma, which the venue uses inside lists.
package func percentEncoded(_ text: String) -> String {
    let hex = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in text.utf8 {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"), UInt8(ascii: ","):
            bytes.append(byte)
        default: bytes.append(contentsOf: [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]])
        }
    }
    return String(decoding: bytes, as: UTF8.self)
}
