import KBotKalshi
import KBotModel
import NIOCore
import NIOWebSocket

/// One WebSocket of a client.
final class SocketHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    /// Where clients connect.
    static let path = "/trade-api/ws/v2"
    /// Bytes sent and not read by the client from which on its subscriptions end.
    static let mostBacklog = 8 << 20

    /// Its number, for the log.
    let number: Int
    private(set) var session: SocketSession
    /// Whether it says nothing any more, by fault.
    var isFrozen = false
    private let host: ExchangeHost
    private var context: ChannelHandlerContext?
    private var faults = FrameFaults()
    private var backlog = 0
    private var fullSince: Timestamp?
    private var lastHeard: Timestamp
    private var lastPing: Timestamp
    private var isClosing = false

    init(number: Int, account: AccountKey, host: ExchangeHost) {
        self.number = number
        self.host = host
        session = SocketSession(account: account)
        lastHeard = MachineClock.uptime
        lastPing = lastHeard
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        host.sockets[number] = self
    }

    func handlerRemoved(context: ChannelHandlerContext) { leave() }

    func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func leave() {
        context = nil
        guard host.sockets.removeValue(forKey: number) != nil else { return }
        host.updateAudience()
    }

    // MARK: In

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        lastHeard = MachineClock.uptime
        guard !isFrozen, !isClosing else { return }
        switch frame.opcode {
        case .text, .binary: perform(Array(frame.unmaskedData.readableBytesView))
        case .ping:
            send(.pong, frame.unmaskedData)
            context.flush()
        case .connectionClose: answerClose(frame.unmaskedData)
        default: break
        }
    }

    private func perform(_ text: [UInt8]) {
        // First all that has happened up to now, so that a snapshot comes after the changes it holds.
        host.catchUp()
        let before = session.channels
        let frames = session.receive(text, at: host.now, uptime: MachineClock.uptime, source: host)
        if session.channels != before { host.updateAudience() }
        send(frames)
    }

    private func answerClose(_ data: ByteBuffer) {
        isClosing = true
        var echo = data
        let code = echo.readSlice(length: min(2, echo.readableBytes)) ?? ByteBuffer()
        close(with: code)
    }

    // MARK: Out

    /// Sends messages to those subscriptions that hear them.
    func deliver(_ messages: [ExchangeMessage]) {
        guard !isFrozen, !isClosing, context != nil else { return }
        var frames: [HubFrame] = []
        let isFull = backlog > Self.mostBacklog
        let count = session.sids.count
        for message in messages { session.deliver(message, at: host.now, isFull: isFull, into: &frames) }
        guard !frames.isEmpty else { return }
        if session.sids.count != count { host.updateAudience() }
        let (sent, struck) = faults.apply(to: frames, plan: &host.faults)
        for kind in struck { host.note(kind, "a frame of socket \(number)") }
        send(sent)
    }

    private func send(_ frames: [HubFrame]) {
        guard let context, !frames.isEmpty else { return }
        let count = frames.reduce(0) { $0 + $1.bytes.count }
        backlog += count
        // Only the last tells when it has left: they leave in their order.
        let isDone = context.eventLoop.makePromise(of: Void.self)
        isDone.futureResult.assumeIsolated().whenComplete { [self] _ in backlog -= count }
        for (index, frame) in frames.enumerated() {
            let text = WebSocketFrame(fin: true, opcode: .text, data: ByteBuffer(bytes: frame.bytes))
            context.write(wrapOutboundOut(text), promise: index == frames.count - 1 ? isDone : nil)
        }
        context.flush()
    }

    private func send(_ opcode: WebSocketOpcode, _ data: ByteBuffer) {
        guard let context else { return }
        context.write(wrapOutboundOut(WebSocketFrame(fin: true, opcode: opcode, data: data)), promise: nil)
    }

    // MARK: Life

    /// Pings, and drops a client that is gone or does not read.
    func sweep(_ uptime: Timestamp) {
        guard let context, !isClosing else { return }
        if uptime - lastHeard > ExchangeHost.deadAfter {
            host.log("\(host.now) socket \(number): nothing heard for \(ExchangeHost.deadAfter), closed")
            return cut()
        }
        if backlog > Self.mostBacklog {
            let since = fullSince ?? uptime
            fullSince = since
            if uptime - since > ExchangeHost.slowFor {
                host.log("\(host.now) socket \(number): the client does not read, closed")
                return cut()
            }
        } else {
            fullSince = nil
        }
        if !isFrozen, uptime - lastPing >= ExchangeHost.pingInterval {
            lastPing = uptime
            send(.ping, ByteBuffer(string: "heartbeat"))
            context.flush()
        }
    }

    /// Cuts the connection without a word.
    func cut() { context?.close(promise: nil) }

    /// Says that the exchange goes away, and closes.
    func sayGoodbye() {
        isClosing = true
        var code = ByteBuffer()
        code.write(webSocketErrorCode: .goingAway)
        close(with: code)
    }

    private func close(with code: ByteBuffer) {
        guard let context else { return }
        let frame = WebSocketFrame(fin: true, opcode: .connectionClose, data: code)
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(frame)).whenComplete { _ in channel.close(promise: nil) }
    }
}
