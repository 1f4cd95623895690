import NIOCore
import NIOHTTP1
import NIOWebSocket

/// Asks for the WebSocket, and reads the answer of a venue that refuses.
final class SocketHandshake: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    /// Most bytes that are kept of a refusal's body.
    private static let largestBody = 64 << 10

    private let url: VenueURL
    private let headers: [HTTPField]
    private let reporter: SocketReporter
    private var status: Int?
    private var body: [UInt8] = []

    init(_ url: VenueURL, _ headers: [HTTPField], _ reporter: SocketReporter) {
        self.url = url
        self.headers = headers
        self.reporter = reporter
    }

    func channelActive(context: ChannelHandlerContext) {
        var fields = HTTPHeaders()
        fields.add(name: "Host", value: url.authority)
        for field in headers { fields.add(name: field.name, value: field.value) }
        let head = HTTPRequestHead(
            version: .http1_1,
            method: .GET,
            uri: url.path.isEmpty ? "/" : url.path,
            headers: fields
        )
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): status = Int(head.status.code)
        case .body(let part):
            body.append(contentsOf: part.readableBytesView.prefix(Self.largestBody - body.count))
            if body.count >= Self.largestBody { refuse(context) }
        case .end: refuse(context)
        }
    }

    private func refuse(_ context: ChannelHandlerContext) {
        if let status { reporter.end(.refused(status: status, body: body)) }
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        // A body cut short still tells why.
        if let status { reporter.end(.refused(status: status, body: body)) }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Whatever is wrong with the rest of a refusal, its status tells why.
        if status != nil { return refuse(context) }
        switch error {
        case is HTTPParserError: reporter.end(.protocolFault("the answer to the handshake is no HTTP"))
        case is NIOHTTPClientUpgradeError:
            reporter.end(.protocolFault("the answer to the handshake is no WebSocket's"))
        default: reporter.end(.notReached(connectionTrouble(error)))
        }
        context.close(promise: nil)
    }
}

/// Reads the frames of an open WebSocket, fragments put together before.
final class SocketFrameHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    private let reporter: SocketReporter

    init(_ reporter: SocketReporter) { self.reporter = reporter }

    func handlerAdded(context: ChannelHandlerContext) { reporter.open() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        switch frame.opcode {
        case .text, .binary: reporter.tell(.text(Array(frame.unmaskedData.readableBytesView)))
        case .ping:
            send(.pong, frame.unmaskedData, context)
            reporter.tell(.ping)
        case .connectionClose: bye(frame.unmaskedData, context)
        default: break
        }
    }

    /// Answers the venue's good-bye with its own code.
    private func bye(_ payload: ByteBuffer, _ context: ChannelHandlerContext) {
        var payload = payload
        let code: UInt16? = payload.readInteger()
        reporter.end(.closedByVenue(code: code, reason: String(decoding: payload.readableBytesView, as: UTF8.self)))
        var answer = context.channel.allocator.buffer(capacity: 2)
        if let code { answer.writeInteger(code) }
        send(.connectionClose, answer, context)
        context.close(promise: nil)
    }

    private func send(_ opcode: WebSocketOpcode, _ payload: ByteBuffer, _ context: ChannelHandlerContext) {
        let frame = WebSocketFrame(fin: true, opcode: opcode, maskKey: .random(), data: payload)
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        reporter.end(.lost("the venue cut it"))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let code: WebSocketErrorCode
        switch error {
        case NIOWebSocketError.invalidFrameLength, NIOWebSocketFrameAggregator.Error.accumulatedFrameSizeIsTooLarge,
            NIOWebSocketFrameAggregator.Error.tooManyFragments:
            reporter.end(.tooLarge)
            code = .messageTooLarge
        case is NIOWebSocketError, is NIOWebSocketFrameAggregator.Error:
            reporter.end(.protocolFault("\(error)"))
            code = .protocolError
        default:
            reporter.end(.lost(connectionTrouble(error)))
            return context.close(promise: nil)
        }
        var payload = context.channel.allocator.buffer(capacity: 2)
        payload.write(webSocketErrorCode: code)
        send(.connectionClose, payload, context)
        context.close(promise: nil)
    }
}
