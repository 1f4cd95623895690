import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A server on loopback that hands raw bytes to the test: what a client sees is exactly what the test wrote.
///
/// A test waits for what comes, never for time to pass.
final class LoopbackServer: Sendable {
    /// One connection, from the server's side.
    final class Connection: Sendable {
        /// The number of the connection, from 0 on.
        let number: Int
        private let channel: any Channel
        private let received = Mutex<[UInt8]>([])
        private let bytes: AsyncStream<[UInt8]>
        private let feed: AsyncStream<[UInt8]>.Continuation

        fileprivate init(_ number: Int, _ channel: any Channel) {
            self.number = number
            self.channel = channel
            (bytes, feed) = AsyncStream.makeStream()
        }

        fileprivate func take(_ bytes: [UInt8]) { feed.yield(bytes) }
        fileprivate func end() { feed.finish() }

        /// Waits until what came, and was not taken, satisfies the test; gives and takes all of it. Nil at the end.
        func read(until isEnough: @Sendable ([UInt8]) -> Bool) async -> [UInt8]? {
            for await part in bytes {
                let all = received.withLock { received in
                    received += part
                    return received
                }
                if isEnough(all) {
                    received.withLock { $0 = [] }
                    return all
                }
            }
            return nil
        }

        /// Waits for one HTTP request: its head, and a body of the length that it names.
        func request() async -> String? {
            let bytes = await read { bytes in
                let text = String(decoding: bytes, as: UTF8.self)
                guard let end = text.firstRange(of: "\r\n\r\n") else { return false }
                let length =
                    text.lowercased().firstMatch(of: #/content-length: (\d+)/#).flatMap { Int($0.output.1) } ?? 0
                return text[end.upperBound...].utf8.count >= length
            }
            return bytes.map { String(decoding: $0, as: UTF8.self) }
        }

        /// Waits for the end of what the client sends.
        func ended() async { _ = await read { _ in false } }

        /// Sends bytes.
        func write(_ bytes: [UInt8]) { channel.writeAndFlush(channel.allocator.buffer(bytes: bytes), promise: nil) }
        /// Sends text.
        func write(_ text: String) { write(Array(text.utf8)) }
        /// Answers a request.
        func answer(_ status: String, _ body: String, headers: String = "") {
            write("HTTP/1.1 \(status)\r\ncontent-length: \(body.utf8.count)\r\n\(headers)\r\n\(body)")
        }
        /// Closes without a word.
        func close() { channel.close(promise: nil) }
    }

    /// Connections as they come.
    let connections: AsyncStream<Connection>
    private let channel: any Channel
    private let group: MultiThreadedEventLoopGroup
    private let count: Counter

    private final class Counter: Sendable {
        let value = Atomic(0)
    }

    /// Listens on a free port of 127.0.0.1, with TLS if certificates are given.
    init(tls: TLSConfiguration? = nil) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let (stream, feed) = AsyncStream.makeStream(of: Connection.self)
        let count = Counter()
        let context = try tls.map { try NIOSSLContext(configuration: $0) }
        channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let context {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
                    }
                    let connection = Connection(count.value.add(1, ordering: .relaxed).oldValue, channel)
                    try channel.pipeline.syncOperations.addHandler(LoopbackBytes(connection))
                    feed.yield(connection)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        connections = stream
        self.group = group
        self.count = count
    }

    /// The port.
    var port: Int { channel.localAddress?.port ?? 0 }
    /// How many connections came so far.
    var connectionCount: Int { count.value.load(ordering: .relaxed) }

    /// Listens no more; open connections stay.
    func stopListening() async throws { try await channel.close().get() }

    /// Ends everything.
    func shutDown() async { try? await group.shutdownGracefully() }

    private final class LoopbackBytes: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let connection: Connection
        init(_ connection: Connection) { self.connection = connection }
        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            connection.take(Array(unwrapInboundIn(data).readableBytesView))
        }
        func channelInactive(context: ChannelHandlerContext) { connection.end() }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}

extension AsyncStream where Element: Sendable {
    /// The next element; nil at the end.
    func first() async -> Element? {
        for await element in self { return element }
        return nil
    }
}
