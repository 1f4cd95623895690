package import KBotModel

/// Sends requests to one host.
package protocol HTTPTransport: Sendable {
    /// Sends a request once and gives the whole answer, whatever its status.
    ///
    /// It neither repeats a request nor follows a redirect. `deadline` is on the client's ``RESTClock/uptime``.
    func send(_ request: HTTPRequest, deadline: Timestamp) async throws(TransportError) -> HTTPResponse
}

/// Why there is no answer; the texts hold no header and no body.
package enum TransportError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The request never left: no connection, no such host, TLS refused.
    case notSent(String)
    /// Bytes have left, so it may have been carried out: a timeout, a reset, a broken answer.
    case outcomeUnknown(String)

    /// What happened, in words.
    package var description: String {
        switch self {
        case .notSent(let text): "not sent: \(text)"
        case .outcomeUnknown(let text): "no answer: \(text)"
        }
    }
}
