package import KBotKalshi
package import KBotModel
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket
import Synchronization

/// Serves an exchange over HTTP and WebSocket, on one port, plain or with TLS.
///
/// One thread drives everything: exchange, clock, faults and connections.
package final class ExchangeServer: Sendable {
    /// How it serves.
    package struct Options: Sendable {
        /// The address to listen at.
        package var host = "127.0.0.1"
        /// The port; 0 takes any that is free.
        package var port = 0
        /// Certificates for TLS; nil serves plain.
        package var certificates: ThrowawayCertificates?
        /// How many times faster than a clock on the wall the exchange's time runs, from 1 on.
        package var speed: Int64 = 1
        /// What goes wrong.
        package var faults = FaultPlan()
        /// Hears a line on each fault and each socket that is dropped. Lines hold no secret.
        package var log: @Sendable (String) -> Void = { _ in }

        /// Makes options of a plain server without faults.
        package init() {}
    }

    /// What the `Server` header says, so that nobody takes it for the venue.
    package static let name = "kbot-exchange (SIMULATED)"

    private let options: Options
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let host: NIOLoopBoundBox<ExchangeHost>
    private let listener: NIOLoopBoundBox<(any NIOCore.Channel)?>
    private let eventLoop: any EventLoop
    private let isStopped = Mutex(false)

    /// Takes an exchange over: from now on only ``with(_:)`` reaches it. Its clock begins at `start`.
    package init(_ exchange: sending Exchange, start: Timestamp, options: Options = Options()) {
        self.options = options
        eventLoop = group.next()
        let host = ExchangeHost(
            exchange,
            start: start,
            speed: max(1, options.speed),
            faults: options.faults,
            eventLoop: eventLoop,
            log: options.log
        )
        self.host = NIOLoopBoundBox.makeBoxSendingValue(host, eventLoop: eventLoop)
        listener = NIOLoopBoundBox.makeBoxSendingValue(nil, as: (any NIOCore.Channel)?.self, eventLoop: eventLoop)
    }

    // MARK: Start and stop

    /// Starts to keep time and to serve, and gives the port.
    ///
    /// - Throws: what keeps it from listening, such as a port in use.
    package func start() async throws -> Int { try await starting().get() }

    /// The same for a thread that may wait.
    @available(*, noasync)
    package func startAndWait() throws -> Int { try starting().wait() }

    /// What an exchange leaves when it ends.
    package struct Ending: Sendable {
        /// Its books.
        package let books: JSON
        /// Its time.
        package let time: Timestamp
        /// Requests answered.
        package let requests: Int
        /// Sockets opened.
        package let sockets: Int
        /// How often each fault struck.
        package let faults: [FaultKind: Int]
    }

    /// Takes the books, then stops.
    @available(*, noasync)
    package func endAndWait() throws -> Ending {
        let ending = try eventLoop.submit { [host] in host.value.ending }.wait()
        stopAndWait()
        return ending
    }

    /// Says goodbye to the sockets, closes every connection and ends the thread; the exchange is gone after this.
    package func stop() async {
        guard isFirstToStop() else { return }
        try? await stopping().get()
        try? await group.shutdownGracefully()
    }

    /// The same for a thread that may wait.
    @available(*, noasync)
    package func stopAndWait() {
        guard isFirstToStop() else { return }
        try? stopping().wait()
        try? group.syncShutdownGracefully()
    }

    /// Does something with the exchange on the thread that drives it.
    package func with<Result: Sendable>(
        _ body: @escaping @Sendable (Exchange) throws -> Result
    ) async throws -> Result {
        try await eventLoop.submit { [host] in try body(host.value.exchange) }.get()
    }

    /// The same for a thread that may wait.
    @available(*, noasync)
    package func waitingWith<Result: Sendable>(_ body: @escaping @Sendable (Exchange) throws -> Result) throws -> Result
    {
        try eventLoop.submit { [host] in try body(host.value.exchange) }.wait()
    }

    /// The exchange's time.
    package func now() async throws -> Timestamp { try await eventLoop.submit { [host] in host.value.now }.get() }

    /// How often each fault has struck.
    package func faultCounts() async throws -> [FaultKind: Int] {
        try await eventLoop.submit { [host] in host.value.faults.counts }.get()
    }

    /// Switches a fault on or, with 0, off.
    package func set(_ kind: FaultKind, to rate: Double) async throws {
        try await eventLoop.submit { [host] in host.value.faults.set(kind, to: rate) }.get()
    }

    private func starting() -> EventLoopFuture<Int> {
        let security: NIOSSLContext?
        do {
            security = try options.certificates.map { try $0.context() }
        } catch {
            return eventLoop.makeFailedFuture(error)
        }
        let (host, listener) = (host, listener)
        return ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let security {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: security))
                    }
                    try Self.configure(channel, host: host)
                }
            }
            .bind(host: options.host, port: options.port)
            .map { channel in
                listener.value = channel
                host.value.begin()
                return channel.localAddress?.port ?? 0
            }
    }

    private func isFirstToStop() -> Bool {
        isStopped.withLock { isStopped in
            defer { isStopped = true }
            return !isStopped
        }
    }

    private func stopping() -> EventLoopFuture<Void> {
        eventLoop.flatSubmit { [host, listener, eventLoop] in
            host.value.stop()
            return listener.value?.close() ?? eventLoop.makeSucceededVoidFuture()
        }
        // A moment for the goodbyes to leave.
        .flatMap { [eventLoop] in eventLoop.scheduleTask(in: .milliseconds(50)) {}.futureResult }
    }

    // MARK: Connections

    /// HTTP, with a way over to WebSocket for who may.
    private static func configure(_ channel: any NIOCore.Channel, host: NIOLoopBoundBox<ExchangeHost>) throws {
        let handler = NIOLoopBound(HTTPHandler(host: host.value), eventLoop: channel.eventLoop)
        let upgrader = NIOWebSocketServerUpgrader(
            maxFrameSize: HTTPHandler.largestBody,
            shouldUpgrade: { channel, head in
                var headers: HTTPHeaders?
                if let request = HTTPRequest(head, body: []), request.path == SocketHandler.path,
                    case .success(let account) = host.value.authenticate(request)
                {
                    host.value.accepted[ObjectIdentifier(channel)] = account
                    headers = HTTPHeaders([("Date", host.value.date), ("Server", Self.name)])
                }
                return channel.eventLoop.makeSucceededFuture(headers)
            },
            upgradePipelineHandler: { channel, _ in
                channel.eventLoop.makeCompletedFuture {
                    let host = host.value
                    guard let account = host.accepted.removeValue(forKey: ObjectIdentifier(channel)) else {
                        throw ChannelError.operationUnsupported
                    }
                    host.nextSocket += 1
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(
                        NIOWebSocketFrameAggregator(
                            minNonFinalFragmentSize: 0,
                            maxAccumulatedFrameCount: 1_000,
                            maxAccumulatedFrameSize: HTTPHandler.largestBody
                        )
                    )
                    try pipeline.addHandler(SocketHandler(number: host.nextSocket, account: account, host: host))
                }
            }
        )
        let pipeline = channel.pipeline.syncOperations
        try pipeline.configureHTTPServerPipeline(
            withServerUpgrade: (
                upgraders: [upgrader],
                completionHandler: { context in
                    context.pipeline.syncOperations.removeHandler(handler.value, promise: nil)
                }
            )
        )
        try pipeline.addHandler(handler.value)
    }
}

extension ThrowawayCertificates {
    /// The server's side of TLS with these certificates.
    fileprivate func context() throws -> NIOSSLContext {
        let chain = try [server, authority].map { try NIOSSLCertificate(bytes: $0, format: .der) }
        var settings = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: serverKey, format: .der))
        )
        settings.minimumTLSVersion = .tlsv12
        settings.applicationProtocols = ["http/1.1"]
        return try NIOSSLContext(configuration: settings)
    }
}
