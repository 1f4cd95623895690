import Foundation
import KBotKalshi
import KBotModel
import KBotReports

/// Posts messages to a webhook. Nothing of its address but the host is ever shown.
final class WebhookSink: NotifySink {
    /// Longest text: Discord takes 2,000 characters, Telegram 4,096.
    static let longestText = 1_900

    let name: String
    private let webhook: Webhook
    private let shape: WebhookShape
    private let transport: HTTPClientTransport
    private let start: ContinuousClock.Instant

    /// Prepares the connection; nothing is sent yet.
    ///
    /// - Throws: `TrustRootsError` when the authorities cannot be read.
    init(_ webhook: Webhook, shape: WebhookShape?, trust: TrustRoots) throws(TrustRootsError) {
        self.webhook = webhook
        self.shape = shape ?? WebhookShape.of(webhook)
        name = "webhook (\(webhook))"
        let start = ContinuousClock.now
        self.start = start
        transport = try HTTPClientTransport(base: webhook.host, trust: trust, uptime: { Self.uptime(since: start) })
    }

    func deliver(_ message: NotifyMessage, atMost span: Duration) -> NotifyOutcome {
        guard let request = request(message) else {
            return .refused("the address has no chat_id: …/sendMessage?chat_id=NUMBER")
        }
        let deadline = Self.uptime(since: start) + TimeSpan(microseconds: Int64(span.seconds * 1_000_000))
        let box = Mailbox<Result<HTTPResponse, TransportError>>(limit: .max) { _ in }
        // On the connection's own thread: whoever keeps the others busy does not hold it up.
        Task(executorPreference: transport.executor) { [transport] in
            do throws(TransportError) {
                box.post(.success(try await transport.send(request, deadline: deadline)))
            } catch {
                box.post(.failure(error))
            }
        }
        var answers: [Result<HTTPResponse, TransportError>] = []
        let end = ContinuousClock.now + span + .seconds(1)
        while answers.isEmpty, ContinuousClock.now < end { box.take(into: &answers, waiting: .milliseconds(500)) }
        switch answers.first {
        case .success(let response): return outcome(response)
        case .failure(let error): return .again("\(error)")
        case nil: return .again("it took too long")
        }
    }

    func close() {
        let done = Mailbox<Bool>(limit: .max) { _ in }
        Task { [transport] in
            await transport.shutdown()
            done.post(true)
        }
        var taken: [Bool] = []
        done.take(into: &taken, waiting: .seconds(1))
    }

    /// What is posted; nil when the address lacks something.
    func request(_ message: NotifyMessage) -> HTTPRequest? {
        let target = webhook.reveal()
        let path = target.path
        var query = target.query
        var body = JSONWriter()
        var text = message.text
        if text.count > Self.longestText { text = String(text.prefix(Self.longestText - 1)) + "…" }
        switch shape {
        case .json: return post(path, query, message.json)
        case .discord:
            body.beginObject()
            body.field("content", text)
            // Texts come from scripts: nobody is called by them.
            body.key("allowed_mentions")
            body.beginObject()
            body.key("parse")
            body.beginArray()
            body.endArray()
            body.endObject()
            body.endObject()
        case .slack:
            body.beginObject()
            body.field(
                "text",
                text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            )
            body.endObject()
        case .telegram:
            guard let chat = query.first(where: { $0.name == "chat_id" })?.value, !chat.isEmpty else { return nil }
            query.removeAll { $0.name == "chat_id" }
            body.beginObject()
            body.field("chat_id", chat.removingPercentEncoding ?? chat)
            body.field("text", text)
            body.endObject()
        }
        return post(path, query, body.bytes)
    }

    private func post(_ path: String, _ query: [(name: String, value: String)], _ body: [UInt8]) -> HTTPRequest {
        // As it was given: an encoded address must not be encoded again.
        let tail = query.map { $0.value.isEmpty ? $0.name : "\($0.name)=\($0.value)" }.joined(separator: "&")
        return HTTPRequest(
            method: .post,
            path: tail.isEmpty ? path : "\(path)?\(tail)",
            headers: [HTTPField("content-type", "application/json"), HTTPField("user-agent", "kbot")],
            body: body
        )
    }

    private func outcome(_ response: HTTPResponse) -> NotifyOutcome {
        switch response.status {
        case 200..<300: return .done
        case 408, 425, 429, 500...:
            let text = response.headers.first { $0.name.lowercased() == "retry-after" }?.value
            let seconds = text.flatMap { Int64($0) }.map { max(0, min($0, 3_600)) } ?? 0
            return .again("the host answers \(response.status)", after: .seconds(seconds))
        default: return .refused("the host answers \(response.status)")
        }
    }

    private static func uptime(since start: ContinuousClock.Instant) -> Timestamp {
        let parts = start.duration(to: .now).components
        return Timestamp(microseconds: parts.seconds * 1_000_000 + parts.attoseconds / 1_000_000_000_000)
    }
}
