package import KBotKalshi

/// How a trader away from the desk is told.
package struct NotifySettings: Hashable, Sendable {
    /// A program and its arguments; empty for none.
    package var command: [String]
    /// Where messages are posted; nil for nowhere.
    package var webhook: Webhook?
    /// The shape of what is posted; nil to go by the host.
    package var shape: WebhookShape?
    /// What is told.
    package var kinds: Set<NotifyKind>

    /// Makes settings.
    package init(
        command: [String] = [],
        webhook: Webhook? = nil,
        shape: WebhookShape? = nil,
        kinds: Set<NotifyKind> = Set(NotifyKind.allCases)
    ) {
        self.command = command
        self.webhook = webhook
        self.shape = shape
        self.kinds = kinds
    }

    /// Whether anybody is told anything.
    package var isActive: Bool { !kinds.isEmpty && (!command.isEmpty || webhook != nil) }
}

/// The address of a webhook. Path and query are secret, because whoever knows them can post: only the host is ever shown.
package struct Webhook: Hashable, Sendable, CustomStringConvertible {
    /// Scheme, host and port.
    package let host: VenueURL
    private let secret: Secret

    /// Reads an address over `https`; over `http` on this machine alone.
    package init?(_ text: String) {
        guard let mark = text.firstRange(of: "://"), text.utf8.count <= 2_048 else { return nil }
        let rest = text[mark.upperBound...]
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        guard let host = VenueURL(String(text[..<end])), host.scheme == "https" || host.scheme == "http",
            host.isSecure || host.isLoopback
        else { return nil }
        let target = String(rest[end...])
        guard target.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            !target.contains(where: { "#\"<>\\".contains($0) })
        else { return nil }
        self.host = host
        secret = Secret(target.hasPrefix("/") ? target : "/" + target)
    }

    /// The host, without what is secret.
    package var description: String { host.host }

    /// Path and query; call it only where they are sent.
    func reveal() -> (path: String, query: [(name: String, value: String)]) {
        let target = secret.reveal()
        guard let mark = target.firstIndex(of: "?") else { return (target, []) }
        let pairs = target[target.index(after: mark)...].split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            return (name: parts[0], value: parts.count > 1 ? parts[1] : "")
        }
        return (String(target[..<mark]), pairs)
    }

    /// Tells two addresses apart.
    package static func == (a: Webhook, b: Webhook) -> Bool { a.host == b.host && a.secret == b.secret }

    /// Goes by the host alone.
    package func hash(into hasher: inout Hasher) { hasher.combine(host) }
}

/// Who reads what is posted to a webhook.
package enum WebhookShape: String, Hashable, Sendable, CaseIterable {
    /// `{"content": text}`.
    case discord
    /// `{"text": text}`.
    case slack
    /// `{"chat_id": …, "text": text}`; `chat_id` stands in the query of the address.
    case telegram
    /// The message as `NOTIFY_COMMAND` gets it.
    case json

    /// The shape that a host reads.
    static func of(_ webhook: Webhook) -> WebhookShape {
        let host = webhook.host.host
        func belongs(_ domain: String) -> Bool { host == domain || host.hasSuffix("." + domain) }
        if belongs("discord.com") || belongs("discordapp.com") { return .discord }
        if belongs("slack.com") { return .slack }
        if belongs("telegram.org") { return .telegram }
        return .json
    }
}
