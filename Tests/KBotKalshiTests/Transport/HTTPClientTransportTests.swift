import KBotKalshi
import KBotModel
import NIOCore
import Testing

/// Requests over real connections on loopback.
@Suite(.timeLimit(.minutes(1)))
struct HTTPClientTransportTests {
    private static let uptime: @Sendable () -> Timestamp = {
        Timestamp(microseconds: Int64(NIODeadline.now().uptimeNanoseconds / 1_000))
    }

    /// Runs a test with a server and a transport to it.
    private func withTransport(
        _ test: @Sendable (LoopbackServer, HTTPClientTransport) async throws -> Void
    ) async throws {
        let server = try await LoopbackServer()
        let url = try #require(VenueURL("http://127.0.0.1:\(server.port)"))
        let transport = try HTTPClientTransport(base: url, trust: .system, uptime: Self.uptime)
        do {
            try await test(server, transport)
        } catch {
            await transport.shutdown()
            await server.shutDown()
            throw error
        }
        await transport.shutdown()
        await server.shutDown()
    }

    private static func soon(_ milliseconds: Int64 = 20_000) -> Timestamp { uptime() + .milliseconds(milliseconds) }

    /// Answers each request of each connection by a rule, until the server ends.
    private static func serve(
        _ server: LoopbackServer,
        _ answer: @escaping @Sendable (LoopbackServer.Connection, String) async -> Void
    ) -> Task<Void, Never> {
        Task {
            await withDiscardingTaskGroup { group in
                for await connection in server.connections {
                    group.addTask {
                        while let request = await connection.request() { await answer(connection, request) }
                    }
                }
            }
        }
    }

    private let read = HTTPRequest(method: .get, path: "/trade-api/v2/markets", query: [HTTPField("tickers", "A,B")])

    @Test func `a request arrives as it was made, and its answer comes back whole`() async throws {
        try await withTransport { server, transport in
            let task = Self.serve(server) { connection, request in
                connection.answer("201 Created", request, headers: "X-One: 1\r\nDate: now\r\n")
            }
            let request = HTTPRequest(
                method: .post,
                path: "/trade-api/v2/portfolio/events/orders",
                headers: [HTTPField("KALSHI-ACCESS-KEY", "k"), HTTPField("Content-Type", "application/json")],
                body: Array(#"{"count":"1"}"#.utf8)
            )
            let answer = try await transport.send(request, deadline: Self.soon())
            #expect(answer.status == 201 && answer.header("x-one") == "1")
            let text = String(decoding: answer.body, as: UTF8.self).lowercased()
            #expect(text.hasPrefix("post /trade-api/v2/portfolio/events/orders http/1.1\r\n"))
            #expect(text.contains("host: 127.0.0.1:\(server.port)\r\n"))
            #expect(text.contains("kalshi-access-key: k\r\n") && text.contains("content-length: 13\r\n"))
            #expect(text.hasSuffix("\r\n\r\n{\"count\":\"1\"}"))
            #expect(!text.contains("accept-encoding"))
            task.cancel()
        }
    }

    @Test func `connections are kept and used again`() async throws {
        try await withTransport { server, transport in
            let task = Self.serve(server) { connection, _ in connection.answer("200 OK", "{}") }
            for _ in 0..<50 {
                let answer = try await transport.send(read, deadline: Self.soon())
                #expect(answer.status == 200)
            }
            #expect(server.connectionCount <= 3)
            task.cancel()
        }
    }

    @Test func `a redirect, cookies and an error page come back as they are`() async throws {
        try await withTransport { server, transport in
            let task = Self.serve(server) { connection, request in
                #expect(!request.lowercased().contains("cookie:"))
                if request.contains("/a ") {
                    connection.answer("302 Found", "", headers: "Location: /b\r\nSet-Cookie: x=1\r\n")
                } else {
                    connection.answer("503 Service Unavailable", "<html>down</html>")
                }
            }
            let moved = try await transport.send(HTTPRequest(method: .get, path: "/a"), deadline: Self.soon())
            #expect(moved.status == 302 && moved.header("location") == "/b")
            let down = try await transport.send(read, deadline: Self.soon())
            #expect(down.status == 503 && down.body == Array("<html>down</html>".utf8))
            task.cancel()
        }
    }

    @Test func `where nobody listens nothing was sent`() async throws {
        try await withTransport { server, transport in
            try await server.stopListening()
            let error = await #expect(throws: TransportError.self) {
                try await transport.send(read, deadline: Self.soon())
            }
            guard case .notSent = error else { return #expect(Bool(false), "\(String(describing: error))") }
        }
    }

    @Test func `a name that does not exist means that nothing was sent`() async throws {
        let url = try #require(VenueURL("http://no-such-host.invalid"))
        let transport = try HTTPClientTransport(base: url, trust: .system, uptime: Self.uptime)
        let error = await #expect(throws: TransportError.self) { try await transport.send(read, deadline: Self.soon()) }
        await transport.shutdown()
        guard case .notSent = error else { return #expect(Bool(false), "\(String(describing: error))") }
    }

    @Test func `a deadline that is over sends nothing, one that passes while waiting leaves the outcome open`()
        async throws
    {
        try await withTransport { server, transport in
            await #expect(throws: TransportError.notSent("no time was left")) {
                try await transport.send(read, deadline: Self.uptime())
            }
            #expect(server.connectionCount == 0)
            let task = Self.serve(server) { connection, request in
                if request.contains("/warm ") { connection.answer("200 OK", "{}") }
            }
            // With a connection at hand the request leaves at once, so that only the answer is missing.
            _ = try await transport.send(HTTPRequest(method: .get, path: "/warm"), deadline: Self.soon())
            await #expect(throws: TransportError.outcomeUnknown("it took too long")) {
                try await transport.send(read, deadline: Self.soon(300))
            }
            task.cancel()
        }
    }

    @Test func `a slow body does not outlast the deadline`() async throws {
        try await withTransport { server, transport in
            let task = Self.serve(server) { connection, request in
                if request.contains("/warm ") { return connection.answer("200 OK", "{}") }
                connection.write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"half\":")
            }
            _ = try await transport.send(HTTPRequest(method: .get, path: "/warm"), deadline: Self.soon())
            await #expect(throws: TransportError.outcomeUnknown("it took too long")) {
                try await transport.send(read, deadline: Self.soon(300))
            }
            task.cancel()
        }
    }

    @Test func `a connection that ends before or within the answer leaves the outcome open`() async throws {
        try await withTransport { server, transport in
            let task = Self.serve(server) { connection, request in
                if request.contains("/half ") { connection.write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{") }
                connection.close()
            }
            for path in ["/none", "/half"] {
                let error = await #expect(throws: TransportError.self) {
                    try await transport.send(HTTPRequest(method: .post, path: path), deadline: Self.soon())
                }
                guard case .outcomeUnknown = error else { return #expect(Bool(false), "\(String(describing: error))") }
            }
            task.cancel()
        }
    }

    @Test func `a request is sent once, whatever becomes of its connection`() async throws {
        try await withTransport { server, transport in
            let (seen, feed) = AsyncStream.makeStream(of: String.self)
            let task = Self.serve(server) { connection, request in
                feed.yield(request)
                if request.contains("/die ") { connection.close() } else { connection.answer("200 OK", "{}") }
            }
            _ = try await transport.send(HTTPRequest(method: .get, path: "/a"), deadline: Self.soon())
            _ = try? await transport.send(HTTPRequest(method: .post, path: "/die"), deadline: Self.soon())
            _ = try await transport.send(HTTPRequest(method: .get, path: "/b"), deadline: Self.soon())
            feed.finish()
            var paths: [String] = []
            for await request in seen { paths.append(String(request.prefix { $0 != "\r\n" })) }
            #expect(paths == ["GET /a HTTP/1.1", "POST /die HTTP/1.1", "GET /b HTTP/1.1"])
            task.cancel()
        }
    }

    @Test func `a connection closed between requests is replaced`() async throws {
        try await withTransport { server, transport in
            let task = Self.serve(server) { connection, _ in
                connection.answer("200 OK", "{}", headers: "Connection: close\r\n")
                connection.close()
            }
            for _ in 0..<5 {
                let answer = try await transport.send(read, deadline: Self.soon())
                #expect(answer.status == 200)
            }
            task.cancel()
        }
    }

    @Test func `garbage instead of HTTP and a body beyond all bounds leave the outcome open`() async throws {
        try await withTransport { server, transport in
            let task = Self.serve(server) { connection, request in
                if request.contains("/large ") {
                    connection.write("HTTP/1.1 200 OK\r\ncontent-length: \(65 << 20)\r\n\r\n")
                } else {
                    connection.write("garbage\r\n\r\n")
                }
            }
            await #expect(throws: TransportError.outcomeUnknown("the answer is larger than 64 MiB")) {
                try await transport.send(HTTPRequest(method: .get, path: "/large"), deadline: Self.soon())
            }
            let error = await #expect(throws: TransportError.self) {
                try await transport.send(read, deadline: Self.soon())
            }
            guard case .outcomeUnknown = error else { return #expect(Bool(false), "\(String(describing: error))") }
            task.cancel()
        }
    }

    @Test func `a cancelled task does not wait for the answer`() async throws {
        try await withTransport { server, transport in
            let sending = Task { try await transport.send(read, deadline: Self.soon()) }
            let connection = try #require(await server.connections.first())
            _ = await connection.request()
            sending.cancel()
            await #expect(throws: TransportError.outcomeUnknown("cancelled")) { try await sending.value }
        }
    }
}
