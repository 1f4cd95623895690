package import KBotKalshi

/// What a request gets.
package enum ExchangeReply: Sendable {
    /// The answer.
    case now(HTTPResponse)
    /// The order is still on its way: the answer comes from ``Exchange/takeReplies()`` under this ticket.
    case later(Int)
}

/// Why a handshake is refused: the answer to send instead of the upgrade.
package struct HandshakeRefusal: Error, Sendable {
    /// The answer.
    package let response: HTTPResponse
}
