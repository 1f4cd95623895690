import KBotKalshi
import KBotModel
import NIOCore
import NIOHTTP1
import NIOWebSocket

/// Reads requests of one connection, and writes their answers.
///
/// The pipeline before it lets one request through at a time, so answers keep the order of the requests.
final class HTTPHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// Largest body that is read.
    static let largestBody = 1 << 20

    private let host: ExchangeHost
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    private var isTooLarge = false

    init(host: ExchangeHost) { self.host = host }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = []
            isTooLarge = false
        case .body(let buffer):
            if body.count + buffer.readableBytes > Self.largestBody {
                isTooLarge = true
                body = []
            } else if !isTooLarge {
                body.append(contentsOf: buffer.readableBytesView)
            }
        case .end:
            guard let head else { return }
            self.head = nil
            answer(head, context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // An upgrade that was refused goes on as a plain request, which is answered with the reason.
        guard !(error is NIOWebSocketUpgradeError) else { return }
        context.close(promise: nil)
    }

    private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        guard !isTooLarge else {
            let response = HTTPResponse.venueError(413, code: "request_too_large", message: "body too large")
            return write(response, to: head, context, closes: true)
        }
        guard let request = HTTPRequest(head, body: body) else {
            var response = HTTPResponse.venueError(405, code: "method_not_allowed", message: "method not allowed")
            response.headers.append(HTTPField("Allow", "GET, HEAD, POST, PUT, DELETE"))
            return write(response, to: head, context, closes: false)
        }
        guard request.path != SocketHandler.path else {
            // Here is whoever did not ask for an upgrade, or may not have one.
            let response =
                switch host.authenticate(request) {
                case .failure(let refusal): refusal.response
                case .success: HTTPResponse.venueError(400, code: "bad_request", message: "WebSocket upgrade required")
                }
            return write(response, to: head, context, closes: true)
        }
        let isLocal = context.remoteAddress.map(\.isLoopback) ?? false
        host.answer(request, isLocal: isLocal) { [self] outcome in
            switch outcome {
            case .answer(let response): write(response, to: head, context, closes: false)
            case .close: context.close(promise: nil)
            }
        }
    }

    /// Writes an answer; the client may have gone meanwhile.
    private func write(
        _ response: HTTPResponse,
        to request: HTTPRequestHead,
        _ context: ChannelHandlerContext,
        closes: Bool
    ) {
        guard context.channel.isActive else { return }
        let closes = closes || !request.isKeepAlive
        var headers = HTTPHeaders(response.headers.map { ($0.name, $0.value) })
        headers.replaceOrAdd(name: "Date", value: host.date)
        headers.replaceOrAdd(name: "Server", value: ExchangeServer.name)
        if !response.body.isEmpty, !headers.contains(name: "Content-Type") {
            headers.add(name: "Content-Type", value: "application/json")
        }
        if response.status != 204 { headers.replaceOrAdd(name: "Content-Length", value: "\(response.body.count)") }
        if closes {
            headers.replaceOrAdd(name: "Connection", value: "close")
        } else if request.version == .http1_0 {
            headers.replaceOrAdd(name: "Connection", value: "keep-alive")
        }
        let head = HTTPResponseHead(
            version: .http1_1,
            status: HTTPResponseStatus(statusCode: response.status),
            headers: headers
        )
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if request.method != .HEAD, !response.body.isEmpty {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: response.body)))), promise: nil)
        }
        let channel = context.channel
        let isDone = context.writeAndFlush(wrapOutboundOut(.end(nil)))
        if closes { isDone.whenComplete { _ in channel.close(promise: nil) } }
    }
}

extension HTTPRequest {
    /// A request as it came in; nil for a method the exchange does not know. `HEAD` reads as `GET`.
    init?(_ head: HTTPRequestHead, body: [UInt8]) {
        guard let method = head.method == .HEAD ? .get : HTTPMethod(rawValue: head.method.rawValue) else { return nil }
        var target = Substring(head.uri)
        // The absolute form, as proxies send it.
        if !target.hasPrefix("/"), let scheme = target.firstRange(of: "://") {
            target = target[scheme.upperBound...].drop { $0 != "/" && $0 != "?" }
        }
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts.first.map(String.init) ?? ""
        var query: [HTTPField] = []
        for item in parts.count > 1 ? parts[1].split(separator: "&") : [] {
            let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            query.append(HTTPField(percentDecoded(pair[0]), pair.count > 1 ? percentDecoded(pair[1]) : ""))
        }
        self.init(
            method: method,
            path: path.isEmpty ? "/" : path,
            query: query,
            headers: head.headers.map { HTTPField($0.name, $0.value) },
            body: body
        )
    }
}

/// A part of a query, decoded: `%XX` and `+`; what is no escape stays as it is.
func percentDecoded(_ text: Substring) -> String {
    let bytes = Array(text.utf8)
    var decoded: [UInt8] = []
    var at = 0
    while at < bytes.count {
        if bytes[at] == UInt8(ascii: "%"), at + 2 < bytes.count,
            let value = UInt8(String(decoding: bytes[at + 1...at + 2], as: UTF8.self), radix: 16)
        {
            decoded.append(value)
            at += 3
        } else {
            decoded.append(bytes[at] == UInt8(ascii: "+") ? UInt8(ascii: " ") : bytes[at])
            at += 1
        }
    }
    return String(decoding: decoded, as: UTF8.self)
}

extension SocketAddress {
    /// Whether it is of this machine.
    var isLoopback: Bool {
        guard let address = ipAddress else { return true }
        return address == "::1" || address.hasPrefix("127.") || address.hasPrefix("::ffff:127.")
    }
}
