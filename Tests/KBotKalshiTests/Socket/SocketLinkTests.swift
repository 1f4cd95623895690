import KBotKalshi
import NIOCore
import NIOPosix
import NIOSSL
import NIOWebSocket
import Synchronization
import Testing

/// A link over real connections on loopback; the server's side is written byte by byte.
@Suite(.timeLimit(.minutes(1)))
struct SocketLinkTests {
    /// A server, a link to it, and what the link tells.
    private struct Line {
        let server: LoopbackServer
        let link: SocketLink
        let events: AsyncStream<SocketEvent>
        let group: MultiThreadedEventLoopGroup

        /// Waits for the server's side of the connection.
        func peer() async throws -> LoopbackServer.Connection { try #require(await server.connections.first()) }

        /// Everything up to the end.
        func rest() async -> [SocketEvent] {
            var all: [SocketEvent] = []
            for await event in events { all.append(event) }
            return all
        }
    }

    /// Runs a test with a server and a link to it.
    private func withLine(
        scheme: String = "ws",
        tls: TLSConfiguration? = nil,
        trust: TrustRoots = .system,
        _ test: (Line) async throws -> Void
    ) async throws {
        let server = try await LoopbackServer(tls: tls)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let (events, feed) = AsyncStream.makeStream(of: SocketEvent.self)
        let url = try #require(VenueURL("\(scheme)://127.0.0.1:\(server.port)/trade-api/ws/v2"))
        let headers = [HTTPField("KALSHI-ACCESS-KEY", "key"), HTTPField("KALSHI-ACCESS-SIGNATURE", "c2ln+/==")]
        let link = SocketLink.connect(to: url, headers: headers, trust: trust, group: group) { event in
            feed.yield(event)
            if case .closed = event { feed.finish() }
        }
        let line = Line(server: server, link: link, events: events, group: group)
        do {
            try await test(line)
        } catch {
            await Self.shutDown(line)
            throw error
        }
        await Self.shutDown(line)
    }

    private static func shutDown(_ line: Line) async {
        line.link.close()
        await line.server.shutDown()
        try? await line.group.shutdownGracefully()
    }

    /// Accepts the handshake of a request.
    private static func accept(_ peer: LoopbackServer.Connection, then bytes: [UInt8] = []) async throws -> String {
        let request = try #require(await peer.request())
        let key = try #require(request.firstMatch(of: #/(?i)sec-websocket-key: (\S+)/#)).output.1
        let answer =
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: \(WebSocketAccept.key(for: String(key)))\r\n\r\n"
        peer.write(Array(answer.utf8) + bytes)
        return request
    }

    /// A frame as a server writes it.
    private static func frame(_ opcode: UInt8, _ payload: [UInt8], fin: Bool = true) -> [UInt8] {
        let first = (fin ? 0x80 : 0) | opcode
        if payload.count < 126 { return [first, UInt8(payload.count)] + payload }
        let count = payload.count
        return [first, 127] + (0..<8).map { UInt8(truncatingIfNeeded: count >> (56 - 8 * $0)) } + payload
    }

    private static func text(_ text: String, fin: Bool = true, opcode: UInt8 = 1) -> [UInt8] {
        frame(opcode, Array(text.utf8), fin: fin)
    }

    /// The payload of a client's frame, if it is masked as it must be.
    private static func unmasked(_ bytes: [UInt8]) throws -> (opcode: UInt8, payload: [UInt8]) {
        try #require(bytes.count >= 6 && bytes[1] & 0x80 != 0 && bytes[1] & 0x7F < 126)
        let mask = bytes[2..<6].map(\.self)
        let length = Int(bytes[1] & 0x7F)
        let payload = bytes.dropFirst(6).prefix(length).enumerated().map { $0.element ^ mask[$0.offset % 4] }
        return (bytes[0] & 0x0F, payload)
    }

    @Test func `the handshake carries host, path and the headers it was given`() async throws {
        try await withLine { line in
            let peer = try await line.peer()
            // A first message may come in the same packet as the answer.
            let request = try await Self.accept(peer, then: Self.text("{}"))
            #expect(request.hasPrefix("GET /trade-api/ws/v2 HTTP/1.1\r\n"))
            let lines = request.lowercased()
            #expect(lines.contains("host: 127.0.0.1:\(line.server.port)\r\n"))
            #expect(lines.contains("upgrade: websocket\r\n") && lines.contains("sec-websocket-version: 13\r\n"))
            #expect(request.contains("KALSHI-ACCESS-KEY: key\r\n"))
            #expect(request.contains("KALSHI-ACCESS-SIGNATURE: c2ln+/==\r\n"))
            peer.write(Self.frame(8, [0x03, 0xE9] + Array("bye".utf8)))
            let events = await line.rest()
            #expect(
                events == [.opened, .text(Array("{}".utf8)), .closed(.closedByVenue(code: 1001, reason: "bye"))]
            )
            // The good-bye is answered in kind.
            let answer = try #require(await peer.read { $0.count >= 8 })
            #expect(try Self.unmasked(answer).opcode == 8)
        }
    }

    @Test func `fragments are put together, with a ping in between answered in kind`() async throws {
        try await withLine { line in
            let peer = try await line.peer()
            _ = try await Self.accept(peer)
            peer.write(Self.text("{\"a\":", fin: false))
            peer.write(Self.frame(9, Array("heartbeat".utf8)))
            let pong = try Self.unmasked(try #require(await peer.read { $0.count >= 15 }))
            #expect(pong.opcode == 10 && pong.payload == Array("heartbeat".utf8))
            peer.write(Self.text("1", fin: false, opcode: 0) + Self.text("}", opcode: 0))
            peer.close()
            let events = await line.rest()
            #expect(events == [.opened, .ping, .text(Array("{\"a\":1}".utf8)), .closed(.lost("the venue cut it"))])
        }
    }

    @Test func `what is sent arrives masked`() async throws {
        try await withLine { line in
            let peer = try await line.peer()
            _ = try await Self.accept(peer)
            var events = line.events.makeAsyncIterator()
            #expect(await events.next() == .opened)
            line.link.send(Array(#"{"id":1}"#.utf8))
            let command = try Self.unmasked(try #require(await peer.read { $0.count >= 14 }))
            #expect(command.opcode == 1 && command.payload == Array(#"{"id":1}"#.utf8))
        }
    }

    @Test(arguments: [401, 429, 503])
    func `a refusal comes with its status and body`(status: Int) async throws {
        try await withLine { line in
            let peer = try await line.peer()
            _ = await peer.request()
            let body = #"{"error":{"code":"authentication_error","details":"NOT_FOUND"}}"#
            peer.answer("\(status) No", body)
            #expect(await line.rest() == [.closed(.refused(status: status, body: Array(body.utf8)))])
        }
    }

    @Test func `a refusal whose body is cut short still tells its status`() async throws {
        try await withLine { line in
            let peer = try await line.peer()
            _ = await peer.request()
            peer.write("HTTP/1.1 401 Unauthorized\r\ncontent-length: 100\r\n\r\n{\"err")
            peer.close()
            #expect(await line.rest() == [.closed(.refused(status: 401, body: Array("{\"err".utf8)))])
        }
    }

    @Test func `garbage, a false key and silence instead of the handshake's answer`() async throws {
        try await withLine { line in
            let peer = try await line.peer()
            _ = await peer.request()
            peer.write("garbage\r\n\r\n")
            guard case .closed(.protocolFault)? = await line.rest().last else { return #expect(Bool(false)) }
        }
        try await withLine { line in
            let peer = try await line.peer()
            _ = await peer.request()
            peer.write(
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n"
            )
            guard case .closed(.protocolFault)? = await line.rest().last else { return #expect(Bool(false)) }
        }
        try await withLine { line in
            let peer = try await line.peer()
            _ = await peer.request()
            peer.close()
            guard case .closed(.notReached)? = await line.rest().last else { return #expect(Bool(false)) }
        }
    }

    @Test func `a port where nobody listens`() async throws {
        let server = try await LoopbackServer()
        let url = try #require(VenueURL("ws://127.0.0.1:\(server.port)/x"))
        try await server.stopListening()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let (events, feed) = AsyncStream.makeStream(of: SocketEvent.self)
        let link = SocketLink.connect(to: url, headers: [], trust: .system, group: group) { feed.yield($0) }
        guard case .closed(.notReached)? = await events.first() else { return #expect(Bool(false)) }
        link.send([1])
        link.close()
        await server.shutDown()
        try await group.shutdownGracefully()
    }

    @Test func `a message beyond all bounds ends the connection, whole or in parts`() async throws {
        let half = [UInt8](repeating: 0x20, count: 9 << 20)
        for bytes in [
            [0x81, 127, 0, 0, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF],
            Self.frame(1, half, fin: false) + Self.frame(0, half),
        ] {
            try await withLine { line in
                let peer = try await line.peer()
                _ = try await Self.accept(peer, then: bytes)
                #expect(await line.rest() == [.opened, .closed(.tooLarge)])
            }
        }
    }

    @Test func `frames against the protocol end the connection`() async throws {
        for bytes in [Self.text("x", opcode: 0), [0xF1, 1, 0x20], [0x89, 126, 1, 0]] {
            try await withLine { line in
                let peer = try await line.peer()
                _ = try await Self.accept(peer, then: bytes + [UInt8](repeating: 0, count: 300))
                guard case .closed(.protocolFault)? = await line.rest().last else { return #expect(Bool(false)) }
            }
        }
    }

    @Test func `our own good-bye is told at once and reaches the venue`() async throws {
        try await withLine { line in
            let peer = try await line.peer()
            _ = try await Self.accept(peer)
            var events = line.events.makeAsyncIterator()
            #expect(await events.next() == .opened)
            line.link.close()
            line.link.close()
            #expect(await events.next() == .closed(.closedByUs))
            #expect(await events.next() == nil)
            let bye = try Self.unmasked(try #require(await peer.read { $0.count >= 8 }))
            #expect(bye.opcode == 8 && bye.payload == [0x03, 0xE8])
            peer.write(Self.frame(8, [0x03, 0xE8]))
            await peer.ended()
        }
    }

    @Test func `a good-bye before the connection is open ends it too`() async throws {
        try await withLine { line in
            line.link.close()
            #expect(await line.rest() == [.closed(.closedByUs)])
        }
    }

    @Test func `a pause makes the venue wait and loses nothing`() async throws {
        try await withLine { line in
            let peer = try await line.peer()
            _ = try await Self.accept(peer)
            var events = line.events.makeAsyncIterator()
            #expect(await events.next() == .opened)
            line.link.pause()
            // A command's answer shows that the pause has been heard: both go through the same loop.
            line.link.send([1])
            _ = await peer.read { $0.count >= 7 }
            for number in 0..<2_000 { peer.write(Self.text("\(number)" + String(repeating: " ", count: 100))) }
            line.link.resume()
            for number in 0..<2_000 {
                guard case .text(let bytes)? = await events.next() else { return #expect(Bool(false)) }
                guard String(decoding: bytes.prefix { $0 != 0x20 }, as: UTF8.self) == "\(number)" else {
                    return #expect(Bool(false), "message \(number) is missing")
                }
            }
        }
    }
}

/// What a server answers to a handshake's key, by RFC 6455.
enum WebSocketAccept {
    static func key(for key: String) -> String {
        let text = Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)
        return base64(sha1(text))
    }

    private static func sha1(_ message: [UInt8]) -> [UInt8] {
        var state: [UInt32] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0]
        var bytes = message + [0x80]
        while bytes.count % 64 != 56 { bytes.append(0) }
        bytes += (0..<8).map { UInt8(truncatingIfNeeded: (message.count * 8) >> (56 - 8 * $0)) }
        func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 { word << count | word >> (32 - count) }
        for start in stride(from: 0, to: bytes.count, by: 64) {
            var words = (0..<16).map { word in
                (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(bytes[start + word * 4 + $1]) }
            }
            for index in 16..<80 {
                words.append(rotated(words[index - 3] ^ words[index - 8] ^ words[index - 14] ^ words[index - 16], 1))
            }
            var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
            for index in 0..<80 {
                let (mixed, constant): (UInt32, UInt32) =
                    switch index {
                    case ..<20: (b & c | ~b & d, 0x5A82_7999)
                    case ..<40: (b ^ c ^ d, 0x6ED9_EBA1)
                    case ..<60: (b & c | b & d | c & d, 0x8F1B_BCDC)
                    default: (b ^ c ^ d, 0xCA62_C1D6)
                    }
                let next = rotated(a, 5) &+ mixed &+ e &+ constant &+ words[index]
                (a, b, c, d, e) = (next, a, rotated(b, 30), c, d)
            }
            for (index, word) in [a, b, c, d, e].enumerated() { state[index] &+= word }
        }
        return state.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * UInt32($0))) } }
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var text = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let part = Array(bytes[start..<min(start + 3, bytes.count)])
            let bits = (0..<3).reduce(UInt32(0)) { $0 << 8 | ($1 < part.count ? UInt32(part[$1]) : 0) }
            for index in 0..<4 {
                text.append(index <= part.count ? alphabet[Int(bits >> (18 - 6 * UInt32(index)) & 63)] : "=")
            }
        }
        return text
    }
}
