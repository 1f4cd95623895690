package import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket
import Synchronization

/// One connection of the WebSocket: says what happens on it, in order, and sends what it is given.
///
/// It puts fragments together and answers pings; everything else is its owner's business. `deliver` is called on the
/// connection's event loop and must not block: an owner that cannot keep up calls ``pause()``, and then the venue waits
/// instead of memory growing.
package final class SocketLink: Sendable {
    /// Most bytes of a message.
    package static let largestMessage = 16 << 20
    /// Longest time until the handshake is answered, from the first packet on.
    package static let connectTimeout = TimeAmount.seconds(10)
    /// Longest time until the venue answers our good-bye.
    static let closeTimeout = TimeAmount.seconds(2)

    private let loop: any EventLoop
    private let reporter: SocketReporter
    private let channel = Mutex<(any NIOCore.Channel)?>(nil)

    private init(_ loop: any EventLoop, _ reporter: SocketReporter) {
        self.loop = loop
        self.reporter = reporter
    }

    /// Begins to connect and returns at once; what comes of it is delivered.
    ///
    /// Exactly one ``SocketEvent/closed(_:)`` comes at the end, whatever happens, and nothing after it. `headers` are
    /// those of the handshake, signed for it.
    package static func connect(
        to url: VenueURL,
        headers: [HTTPField],
        trust: TrustRoots,
        group: any EventLoopGroup,
        deliver: @escaping @Sendable (SocketEvent) -> Void
    ) -> SocketLink {
        let loop = group.next()
        let link = SocketLink(loop, SocketReporter(deliver))
        loop.execute { link.begin(url, headers, trust) }
        return link
    }

    /// Sends a text message; before the connection is open, or after its end, nothing happens.
    package func send(_ text: [UInt8]) {
        guard let channel = channel.withLock({ $0 }), !reporter.hasEnded else { return }
        let frame = WebSocketFrame(
            fin: true,
            opcode: .text,
            maskKey: .random(),
            data: channel.allocator.buffer(bytes: text)
        )
        channel.writeAndFlush(frame, promise: nil)
    }

    /// Reads no further until ``resume()``: what is read already is still delivered.
    package func pause() { setReading(false) }

    /// Reads again.
    package func resume() { setReading(true) }

    private func setReading(_ isReading: Bool) {
        loop.execute {
            guard let channel = self.channel.withLock({ $0 }) else { return }
            channel.setOption(.autoRead, value: isReading).whenFailure { _ in }
        }
    }

    /// Ends the connection: its end is delivered at once, the good-bye to the venue goes on behind it.
    package func close() {
        loop.execute {
            let wasOpen = self.reporter.isOpen
            self.reporter.end(.closedByUs)
            guard let channel = self.channel.withLock({ $0 }) else { return }
            guard wasOpen else { return channel.close(promise: nil) }
            var payload = channel.allocator.buffer(capacity: 2)
            payload.write(webSocketErrorCode: .normalClosure)
            let frame = WebSocketFrame(fin: true, opcode: .connectionClose, maskKey: .random(), data: payload)
            channel.writeAndFlush(frame, promise: nil)
            channel.eventLoop.scheduleTask(in: Self.closeTimeout) { channel.close(promise: nil) }
            // One that paused would not read the answer.
            channel.setOption(.autoRead, value: true).whenFailure { _ in }
        }
    }

    // MARK: On the event loop

    private func begin(_ url: VenueURL, _ headers: [HTTPField], _ trust: TrustRoots) {
        let context: NIOSSLContext?
        do throws(TrustRootsError) {
            context = url.isSecure ? try trust.tlsContext() : nil
        } catch {
            return reporter.end(.notReached(error.description))
        }
        let reporter = reporter
        let bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(Self.connectTimeout)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try Self.prepare(channel, url, headers, context, reporter)
                }
            }
        // TCP, TLS and the handshake together.
        let timeout = loop.scheduleTask(in: Self.connectTimeout) {
            guard !reporter.isOpen else { return }
            reporter.end(.notReached("no answer within \(Self.connectTimeout.nanoseconds / 1_000_000_000) s"))
            self.channel.withLock { $0 }?.close(promise: nil)
        }
        bootstrap.connect(host: url.host, port: url.port).whenComplete { result in
            switch result {
            case .failure(let error):
                timeout.cancel()
                reporter.end(.notReached(connectionTrouble(error)))
            case .success(let channel):
                self.channel.withLock { $0 = channel }
                channel.closeFuture.whenComplete { _ in
                    timeout.cancel()
                    reporter.end(reporter.isOpen ? .lost("the venue cut it") : .notReached("the venue cut it"))
                    self.channel.withLock { $0 = nil }
                }
                if reporter.hasEnded { channel.close(promise: nil) }
            }
        }
    }

    /// TLS if need be, then HTTP, which makes way for the WebSocket.
    private static func prepare(
        _ channel: any NIOCore.Channel,
        _ url: VenueURL,
        _ headers: [HTTPField],
        _ context: NIOSSLContext?,
        _ reporter: SocketReporter
    ) throws {
        let pipeline = channel.pipeline.syncOperations
        if let context {
            try pipeline.addHandler(try NIOSSLClientHandler(context: context, serverHostname: url.certificateName))
        }
        let upgrader = NIOWebSocketClientUpgrader(
            maxFrameSize: largestMessage,
            automaticErrorHandling: false
        ) { channel, _ in
            channel.eventLoop.makeCompletedFuture {
                let pipeline = channel.pipeline.syncOperations
                try pipeline.addHandler(
                    NIOWebSocketFrameAggregator(
                        minNonFinalFragmentSize: 0,
                        maxAccumulatedFrameCount: 1 << 16,
                        maxAccumulatedFrameSize: largestMessage
                    )
                )
                try pipeline.addHandler(SocketFrameHandler(reporter))
            }
        }
        let handshake = SocketHandshake(url, headers, reporter)
        let bound = NIOLoopBound(handshake, eventLoop: channel.eventLoop)
        try pipeline.addHTTPClientHandlers(
            leftOverBytesStrategy: .forwardBytes,
            withClientUpgrade: (
                upgraders: [upgrader],
                completionHandler: { context in
                    context.pipeline.syncOperations.removeHandler(bound.value, promise: nil)
                }
            )
        )
        try pipeline.addHandler(handshake)
    }
}
