import AsyncHTTPClient
package import KBotModel
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// Sends requests to one host over a few connections that are kept open (HTTP/1.1).
///
/// Everything happens on one event loop. That saves hops between threads, and it makes one thing exact that money hangs
/// on: whether a request's head had been handed to a live connection when it failed. What fails before, when the venue
/// can have got nothing to act on, is ``TransportError/notSent(_:)``; all else is ``TransportError/outcomeUnknown(_:)``,
/// even where in truth nothing left.
///
/// No redirect is followed, nothing is sent twice, cookies are not kept, and bodies are taken as they come. Certificates
/// are always verified. The transport must be shut down before it goes away.
package final class HTTPClientTransport: HTTPTransport {
    /// Most bytes of an answer's body.
    package static let largestBody = 64 << 20
    /// Longest time until a connection is there.
    private static let connectTimeout = TimeAmount.seconds(5)
    /// Idle connections are closed before common load balancers do it (after 60 s): a request should not meet that.
    private static let idleTimeout = TimeAmount.seconds(50)

    private let root: String
    private let uptime: @Sendable () -> Timestamp
    private let group: MultiThreadedEventLoopGroup
    private let client: HTTPClient
    /// Runs tasks on the thread that sends: a task of it that sends a request wakes no other thread.
    package let executor: LoopExecutor

    /// Makes a transport to the host of `base`; its path does not matter, requests bring their own from the root on.
    ///
    /// Throws when `trust` cannot be used. `uptime` is the clock of deadlines.
    package init(
        base: VenueURL,
        trust: TrustRoots,
        uptime: @escaping @Sendable () -> Timestamp
    ) throws(TrustRootsError) {
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: base.isSecure ? try trust.tlsConfiguration() : nil,
            redirectConfiguration: .disallow,
            timeout: .init(connect: Self.connectTimeout),
            decompression: .disabled
        )
        configuration.httpVersion = .http1Only
        configuration.connectionPool.idleTimeout = Self.idleTimeout
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 8
        configuration.connectionPool.preWarmedHTTP1ConnectionCount = 2
        // Whether and when to try again is for the client to decide.
        configuration.connectionPool.retryConnectionEstablishment = false
        root = "\(base.isSecure ? "https" : "http")://\(base.authority)"
        self.uptime = uptime
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        executor = LoopExecutor(group.next())
        client = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
    }

    /// Closes all connections; requests on their way fail.
    package func shutdown() async {
        try? await client.shutdown()
        try? await group.shutdownGracefully()
    }

    /// Sends a request once and gives the whole answer, whatever its status.
    package func send(_ request: HTTPRequest, deadline: Timestamp) async throws(TransportError) -> HTTPResponse {
        let left = deadline - uptime()
        guard left > .zero else { throw .notSent("no time was left") }
        let collector = AnswerCollector()
        let task: HTTPClient.Task<HTTPResponse>
        do {
            let wire = try HTTPClient.Request(
                url: root + request.target,
                method: NIOHTTP1.HTTPMethod(request.method),
                headers: HTTPHeaders(request.headers.map { ($0.name, $0.value) }),
                body: request.body.isEmpty ? nil : .byteBuffer(ByteBuffer(bytes: request.body))
            )
            let end = NIODeadline.now() + .microseconds(min(left.microseconds, 86_400_000_000))
            task = client.execute(request: wire, delegate: collector, deadline: end)
        } catch {
            throw .notSent("the request is malformed")
        }
        do {
            return try await withTaskCancellationHandler {
                try await task.futureResult.get()
            } onCancel: {
                task.fail(reason: HTTPClientError.cancelled)
            }
        } catch {
            let words = Self.words(error)
            throw collector.hasBegun ? .outcomeUnknown(words) : .notSent(words)
        }
    }

    /// What happened, without anything of the request.
    private static func words(_ error: any Error) -> String {
        if let error = error as? AnswerTooLarge { return "the answer is larger than \(error.limit >> 20) MiB" }
        guard let error = error as? HTTPClientError else { return connectionTrouble(error) }
        return switch error {
        case .deadlineExceeded: "it took too long"
        case .connectTimeout: "the host did not answer in time"
        case .tlsHandshakeTimeout: "TLS took too long"
        case .remoteConnectionClosed: "the connection was closed"
        case .cancelled: "cancelled"
        case .alreadyShutdown: "shut down"
        default: connectionTrouble(error)
        }
    }
}

/// A body larger than we take.
private struct AnswerTooLarge: Error {
    let limit: Int
}

/// Puts an answer together, and knows whether the request began to leave.
private final class AnswerCollector: HTTPClientResponseDelegate {
    private struct State {
        var hasBegun = false
        var status = 0
        var headers: [HTTPField] = []
        var body: [UInt8] = []
    }

    private let state = Mutex(State())

    /// Whether the request's head was handed to a connection.
    var hasBegun: Bool { state.withLock { $0.hasBegun } }

    func didSendRequestHead(task: HTTPClient.Task<HTTPResponse>, _ head: HTTPRequestHead) {
        state.withLock { $0.hasBegun = true }
    }

    func didReceiveHead(task: HTTPClient.Task<HTTPResponse>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
        let fields = head.headers.map { HTTPField($0.name, $0.value) }
        let length = head.headers.first(name: "content-length").flatMap { Int($0) } ?? 0
        guard length <= HTTPClientTransport.largestBody else {
            return task.eventLoop.makeFailedFuture(AnswerTooLarge(limit: HTTPClientTransport.largestBody))
        }
        state.withLock {
            $0.status = Int(head.status.code)
            $0.headers = fields
            $0.body.reserveCapacity(length)
        }
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(task: HTTPClient.Task<HTTPResponse>, _ part: ByteBuffer) -> EventLoopFuture<Void> {
        let count = state.withLock { state in
            state.body.append(contentsOf: part.readableBytesView)
            return state.body.count
        }
        guard count <= HTTPClientTransport.largestBody else {
            return task.eventLoop.makeFailedFuture(AnswerTooLarge(limit: HTTPClientTransport.largestBody))
        }
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didFinishRequest(task: HTTPClient.Task<HTTPResponse>) throws -> HTTPResponse {
        state.withLock { HTTPResponse(status: $0.status, headers: $0.headers, body: $0.body) }
    }
}

extension NIOHTTP1.HTTPMethod {
    fileprivate init(_ method: KBotKalshi.HTTPMethod) {
        switch method {
        case .get: self = .GET
        case .post: self = .POST
        case .put: self = .PUT
        case .delete: self = .DELETE
        }
    }
}
