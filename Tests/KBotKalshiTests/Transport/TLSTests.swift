import KBotKalshi
import KBotModel
import NIOCore
import NIOPosix
import NIOSSL
import Testing

/// TLS on loopback, with certificates that the `openssl` command made.
@Suite(.enabled(if: OpenSSL.isAvailable, "\(OpenSSL.absence)"), .timeLimit(.minutes(1)))
struct TLSTests {
    private static let uptime: @Sendable () -> Timestamp = {
        Timestamp(microseconds: Int64(NIODeadline.now().uptimeNanoseconds / 1_000))
    }

    /// What becomes of one request to a server with a certificate.
    private func request(_ tls: TLSConfiguration, host: String, _ trust: TrustRoots) async throws -> HTTPResponse {
        let server = try await LoopbackServer(tls: tls)
        let url = try #require(VenueURL("https://\(host):\(server.port)"))
        let transport = try HTTPClientTransport(base: url, trust: trust, uptime: Self.uptime)
        let task = Task {
            await withDiscardingTaskGroup { group in
                for await connection in server.connections {
                    group.addTask {
                        while await connection.request() != nil { connection.answer("200 OK", "{}") }
                    }
                }
            }
        }
        let deadline = Self.uptime() + .seconds(20)
        let result: Result<HTTPResponse, TransportError>
        do throws(TransportError) {
            result = .success(try await transport.send(HTTPRequest(method: .get, path: "/"), deadline: deadline))
        } catch {
            result = .failure(error)
        }
        task.cancel()
        await transport.shutdown()
        await server.shutDown()
        return try result.get()
    }

    /// The first thing that a link to a server with a certificate tells.
    private func link(_ tls: TLSConfiguration, _ trust: TrustRoots) async throws -> SocketEvent? {
        let server = try await LoopbackServer(tls: tls)
        let url = try #require(VenueURL("wss://127.0.0.1:\(server.port)/trade-api/ws/v2"))
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let (events, feed) = AsyncStream.makeStream(of: SocketEvent.self)
        let task = Task {
            guard let connection = await server.connections.first(), let text = await connection.request(),
                let key = text.firstMatch(of: #/(?i)sec-websocket-key: (\S+)/#)?.output.1
            else { return }
            connection.write(
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Accept: \(WebSocketAccept.key(for: String(key)))\r\n\r\n"
            )
        }
        let link = SocketLink.connect(to: url, headers: [], trust: trust, group: group) { feed.yield($0) }
        let first = await events.first()
        link.close()
        task.cancel()
        await server.shutDown()
        try await group.shutdownGracefully()
        return first
    }

    @Test(arguments: ["127.0.0.1", "localhost"])
    func `a host of an authority in the file is trusted, by name and by address`(host: String) async throws {
        let authority = try SampleAuthority()
        let tls = try authority.server(for: "IP:127.0.0.1,DNS:localhost")
        #expect(try await request(tls, host: host, authority.trust).status == 200)
    }

    @Test func `a host of an unknown authority gets nothing`() async throws {
        let authority = try SampleAuthority()
        let tls = try authority.server(for: "IP:127.0.0.1")
        let error = await #expect(throws: TransportError.self) {
            try await request(tls, host: "127.0.0.1", .system)
        }
        guard case .notSent = error else { return #expect(Bool(false), "\(String(describing: error))") }
    }

    @Test(arguments: [("127.0.0.1", "IP:127.0.0.2,DNS:localhost"), ("localhost", "DNS:other.example,IP:127.0.0.2")])
    func `a certificate for another name or address gets nothing`(host: String, names: String) async throws {
        let authority = try SampleAuthority()
        let tls = try authority.server(for: names)
        let error = await #expect(throws: TransportError.self) {
            try await request(tls, host: host, authority.trust)
        }
        guard case .notSent = error else { return #expect(Bool(false), "\(String(describing: error))") }
    }

    @Test func `the socket trusts the file's authority and no other`() async throws {
        let authority = try SampleAuthority()
        let tls = try authority.server(for: "IP:127.0.0.1")
        #expect(try await link(tls, authority.trust) == .opened)
        guard case .closed(.notReached(let words))? = try await link(tls, .system) else {
            return #expect(Bool(false), "an unknown authority was trusted")
        }
        #expect(words.contains("certificate is not trusted"))
        let other = try authority.server(for: "IP:127.0.0.2")
        guard case .closed(.notReached)? = try await link(other, authority.trust) else {
            return #expect(Bool(false), "another address was trusted")
        }
    }

    @Test func `a file without certificates is refused with what to do`() async throws {
        let folder = ScratchFolder()
        let junk = try folder.write("junk.pem", Array("no certificate".utf8))
        let empty = try folder.write("empty.pem", [])
        let missing = junk + "x"
        let url = try #require(VenueURL("https://127.0.0.1:1"))
        for (path, reason) in [
            (junk, "holds no certificate that can be read"), (empty, "holds no certificate that can be read"),
            (missing, "no such file"),
        ] {
            let error = #expect(throws: TrustRootsError.self) {
                try HTTPClientTransport(base: url, trust: .file(path), uptime: Self.uptime)
            }
            #expect(
                error?.description
                    == "\(path): \(reason); give the PEM file with the certificate of the exchange's authority"
            )
        }
        let authority = try SampleAuthority()
        let tls = try authority.server(for: "IP:127.0.0.1")
        guard case .closed(.notReached(let words))? = try await link(tls, .file(missing)) else {
            return #expect(Bool(false), "the file was not missed")
        }
        #expect(words.contains("no such file"))
    }
}
