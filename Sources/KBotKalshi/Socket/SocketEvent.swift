/// What happens on a connection of the WebSocket, in order.
package enum SocketEvent: Hashable, Sendable {
    /// The venue accepted the handshake.
    case opened
    /// A whole message, its fragments put together; the bytes may be no JSON and no UTF-8.
    case text([UInt8])
    /// The venue's heartbeat; it is answered already.
    case ping
    /// The end: nothing follows.
    case closed(SocketClosure)
}

/// Why a connection ended, or never began; the texts hold no header that was sent.
package enum SocketClosure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The venue answered the handshake with another status than 101; the body is cut to 64 KiB.
    case refused(status: Int, body: [UInt8])
    /// No connection came about: no such host, refused, TLS, or too slow.
    case notReached(String)
    /// The connection broke.
    case lost(String)
    /// The venue said good-bye.
    case closedByVenue(code: UInt16?, reason: String)
    /// We did.
    case closedByUs
    /// A message was larger than we take.
    case tooLarge
    /// What came is no WebSocket.
    case protocolFault(String)

    /// What happened, in words.
    package var description: String {
        switch self {
        case .refused(let status, _): "the venue refused the connection (HTTP \(status))"
        case .notReached(let text): "no connection: \(text)"
        case .lost(let text): "the connection broke: \(text)"
        case .closedByVenue(let code, let reason):
            "the venue closed the connection" + (code.map { " (code \($0))" } ?? "")
                + (reason.isEmpty ? "" : ": \(printable(reason))")
        case .closedByUs: "closed"
        case .tooLarge: "a message was larger than \(SocketLink.largestMessage >> 20) MiB"
        case .protocolFault(let text): "what came is no WebSocket: \(printable(text))"
        }
    }
}

/// Foreign text made harmless for a terminal and a log, at most 200 characters.
func printable(_ text: String) -> String {
    String(text.unicodeScalars.prefix(200).map { (" "..."~").contains($0) ? Character($0) : "?" })
}
