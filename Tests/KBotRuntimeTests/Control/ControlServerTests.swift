import Foundation
import Testing

@testable import KBotRuntime

@Suite struct ControlServerTests {
    private let bench: ControlBench

    init() throws { bench = try ControlBench() }

    private func peer(_ server: ControlServer) throws -> RawPeer { try #require(RawPeer(server.path)) }

    @Test func `folders and socket are for their owner alone, and the socket goes with the server`() throws {
        var server: ControlServer? = try bench.server()
        #expect(server?.path == bench.state + "/run/4711.sock" && bench.files == ["4711.sock"])
        #expect(try bench.permissions(bench.state) == 0o700)
        #expect(try bench.permissions(bench.state + "/run") == 0o700)
        #expect(try bench.permissions(bench.state + "/run/4711.sock") == 0o600)
        server = nil
        #expect(bench.files.isEmpty)
        let closed = try bench.server()
        closed.close()
        closed.close()
        #expect(bench.files.isEmpty)
        bench.poll(closed)
    }

    @Test func `a folder that is there keeps its permissions`() throws {
        try FileManager.default.createDirectory(atPath: bench.state + "/run", withIntermediateDirectories: true)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: bench.state + "/run")
        let server = try bench.server()
        #expect(try bench.permissions(bench.state + "/run") == 0o755)
        #expect(try bench.permissions(server.path) == 0o600)
    }

    @Test func `a request is handed over and its answer sent in one poll`() throws {
        let server = try bench.server()
        let peer = try peer(server)
        peer.send(#"{"command":"reload","script":"a"}"# + "\n")
        var requests: [ControlRequest] = []
        bench.poll(server) { request in
            requests.append(request)
            return .reload([ReloadResult(script: "a", outcome: .unchanged, message: [])])
        }
        #expect(requests == [.reload(script: "a")])
        let answer = peer.receive()
        #expect(
            answer.text
                == #"{"ok":true,"result":{"reload":[{"message":[],"outcome":"unchanged","script":"a"}]}}"# + "\n"
        )
        #expect(!answer.isClosed)
    }

    @Test func `a request may come byte by byte, and end with a carriage return`() throws {
        let server = try bench.server()
        let peer = try peer(server)
        for byte in Array("{\"command\": \"status\"}\r\n".utf8) {
            bench.poll(server) { _ in
                Issue.record("answered too early")
                return .failure("")
            }
            peer.send([byte])
        }
        bench.poll(server) { .failure("got \($0)") }
        #expect(peer.receive().text == #"{"error":"got status","ok":false}"# + "\n")
    }

    @Test func `requests sent together are answered in order, one in each poll`() throws {
        let server = try bench.server()
        let peer = try peer(server)
        peer.send(#"{"command":"reload","script":"a"}"# + "\n" + #"{"command":"reload","script":"b"}"# + "\n")
        for name in ["a", "b"] {
            bench.poll(server) { .failure($0 == .reload(script: name) ? name : "wrong") }
            #expect(peer.receive().text == #"{"error":"\#(name)","ok":false}"# + "\n")
        }
        bench.poll(server)
        #expect(peer.receive().text.isEmpty)
    }

    @Test func `a last line needs no line break, and the connection ends after its answer`() throws {
        let server = try bench.server()
        let peer = try peer(server)
        peer.send(#"{"command":"status"}"#)
        peer.finish()
        for _ in 0..<3 { bench.poll(server) { _ in .failure("seen") } }
        let answer = peer.receive()
        #expect(answer.text == #"{"error":"seen","ok":false}"# + "\n" && answer.isClosed)
    }

    @Test(arguments: [
        ("", "not a request"), ("hello", "not a request"), ("[]", "not a request"), ("{}", "not a request"),
        (#"{"command":1}"#, "not a request"), (#"{"command":"reload","script":7}"#, "not a request"),
        (#"{"command":"status""#, "not a request"), ("\u{0}\u{1}", "not a request"),
        (#"{"command":"sing"}"#, "unknown command 'sing'; there is status, reload"),
    ])
    func `what is no request gets an error, and the next request its answer`(line: String, error: String) throws {
        let server = try bench.server()
        let peer = try peer(server)
        peer.send(line + "\n" + #"{"command":"status"}"# + "\n")
        bench.poll(server)
        let answer = peer.receive().text
        #expect(answer.contains(error) && answer.hasSuffix("\"ok\":false}\n") && answer.count < 200)
        bench.poll(server)
        #expect(peer.receive().text == #"{"error":"status","ok":false}"# + "\n")
    }

    @Test func `bytes that are no text are no request, nor is the deepest nesting`() throws {
        let server = try bench.server()
        let peer = try peer(server)
        peer.send([0xFF, 0xFE, 0x0A])
        bench.poll(server)
        #expect(peer.receive().text.contains("not a request"))
        peer.send(String(repeating: "[", count: 60_000) + "\n")
        bench.poll(server)
        #expect(peer.receive().text.contains("not a request"))
    }

    @Test func `a request of 64 KiB is read, a longer one refused and its connection ended`() throws {
        let server = try bench.server()
        let request = #"{"command":"status"}"#
        for (length, answer, closes) in [(65_536, "status", false), (65_537, "at most 64 KiB", true)] {
            let peer = try peer(server)
            var rest = Array((request + String(repeating: " ", count: length - request.count) + "\n").utf8)
            for _ in 0..<20 {
                let count = rest.isEmpty ? 0 : max(0, peer.send(rest))
                rest.removeFirst(count)
                bench.poll(server)
            }
            let got = peer.receive()
            #expect(got.text.contains(answer) && got.isClosed == closes, "\(length): \(got)")
        }
    }

    @Test func `who says nothing is dropped after five seconds, as is who sends a byte now and then`() throws {
        let server = try bench.server()
        let silent = try peer(server)
        let slow = try peer(server)
        bench.poll(server)
        for _ in 0..<49 {
            slow.send("x")
            bench.poll(server, after: .milliseconds(100))
        }
        #expect(!silent.receive().isClosed && !slow.receive().isClosed)
        bench.poll(server, after: .milliseconds(100))
        #expect(silent.receive().isClosed && slow.receive().isClosed)
    }

    @Test func `each request begins the five seconds anew`() throws {
        let server = try bench.server()
        let peer = try peer(server)
        for _ in 0..<3 {
            bench.poll(server, after: .seconds(4))
            peer.send(#"{"command":"status"}"# + "\n")
            bench.poll(server, after: .milliseconds(500))
            #expect(peer.receive().text.contains("status"))
        }
        bench.poll(server, after: .seconds(6))
        #expect(peer.receive().isClosed)
    }

    /// The answer `next` as it arrives.
    private let next = #"{"error":"next","ok":false}"# + "\n"
    /// More than any socket takes at once.
    private let long = String(repeating: "long ", count: 300_000)

    @Test func `an answer too long for the socket is sent on as the client reads`() throws {
        let server = try bench.server()
        let peer = try peer(server)
        peer.send(#"{"command":"status"}"# + "\n" + #"{"command":"status"}"# + "\n")
        bench.poll(server) { _ in .failure(long) }
        var text = ""
        var polls = 0
        while !text.hasSuffix(next), polls < 10_000 {
            text += peer.receive(atMost: 100_000).text
            polls += 1
            bench.poll(server, after: .milliseconds(1)) { _ in .failure("next") }
        }
        #expect(polls > 5 && text == #"{"error":"\#(long)","ok":false}"# + "\n" + next)
    }

    @Test func `the next request waits until the answer is gone, and then has five seconds of its own`() throws {
        let server = try bench.server()
        let peer = try peer(server)
        peer.send(#"{"command":"status"}"# + "\n" + #"{"command":"status"}"# + "\n{")
        bench.poll(server) { _ in .failure(long) }
        bench.poll(server, after: .milliseconds(4_900)) { _ in
            Issue.record("read too early")
            return .failure("")
        }
        var text = ""
        for _ in 0..<1_000 where !text.hasSuffix(next) {
            text += peer.receive().text
            bench.poll(server, after: .zero) { _ in .failure("next") }
        }
        bench.poll(server, after: .milliseconds(4_900))
        #expect(text.hasSuffix(next) && !peer.receive().isClosed)
        bench.poll(server, after: .milliseconds(100))
        #expect(peer.receive().isClosed)
    }

    @Test func `a client that has read a long answer late has five seconds for its next request`() throws {
        let server = try bench.server()
        let peer = try peer(server)
        peer.send(#"{"command":"status"}"# + "\n")
        bench.poll(server) { _ in .failure(long) }
        bench.poll(server, after: .milliseconds(4_900))
        var text = ""
        for _ in 0..<1_000 where !text.hasSuffix("\n") {
            text += peer.receive().text
            bench.poll(server, after: .zero)
        }
        bench.poll(server, after: .milliseconds(4_900))
        #expect(!peer.receive().isClosed)
        bench.poll(server, after: .milliseconds(100))
        #expect(peer.receive().isClosed)
    }

    @Test func `who does not read its answer is dropped after five seconds`() throws {
        let server = try bench.server()
        let peer = try peer(server)
        peer.send(#"{"command":"status"}"# + "\n")
        bench.poll(server) { _ in .failure(long) }
        bench.poll(server, after: .milliseconds(4_900))
        #expect(peer.send("x") == 1)
        bench.poll(server, after: .milliseconds(200))
        #expect(peer.send("x") == -1)
        #expect(peer.receive().text.utf8.count < long.utf8.count)
    }

    @Test func `who leaves without its answer costs nothing`() throws {
        let server = try bench.server()
        for request in ["", #"{"command":"status"}"# + "\n"] {
            var peer: RawPeer? = try peer(server)
            peer?.send(request)
            bench.poll(server) { _ in
                peer = nil
                return .failure(long)
            }
            peer = nil
            bench.poll(server)
        }
        let other = try peer(server)
        other.send(#"{"command":"status"}"# + "\n")
        bench.poll(server)
        #expect(other.receive().text.contains("status"))
    }

    @Test func `eight are served at one time, the ninth when one has left`() throws {
        let server = try bench.server()
        var peers = try (0..<9).map { _ in try peer(server) }
        for peer in peers { peer.send(#"{"command":"status"}"# + "\n") }
        bench.poll(server)
        #expect(peers.map { $0.receive().text.isEmpty } == Array(repeating: false, count: 8) + [true])
        peers.removeFirst()
        bench.poll(server)
        bench.poll(server)
        #expect(peers.last?.receive().text.contains("status") == true)
    }

    @Test func `another user is refused`() throws {
        let server = try bench.server(user: geteuid() + 1)
        let peer = try peer(server)
        peer.send(#"{"command":"status"}"# + "\n")
        bench.poll(server) { _ in
            Issue.record("another user was listened to")
            return .failure("")
        }
        let answer = peer.receive()
        #expect(answer.text.contains("belongs to another user") && answer.isClosed)
    }

    #if os(Linux)
        /// Only root can become somebody else; perl is there on nearly every Linux.
        private static let canBecomeAnother =
            geteuid() == 0 && FileManager.default.isExecutableFile(atPath: "/usr/bin/perl")

        @Test(.enabled(if: canBecomeAnother), arguments: [false, true])
        func `another user of the system reaches no run, not even past the permissions`(isOpen: Bool) throws {
            let server = try bench.server()
            if isOpen {
                for (path, mode) in [(bench.state, 0o755), (bench.state + "/run", 0o755), (server.path, 0o666)] {
                    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
                }
            }
            let stranger = Process()
            stranger.executableURL = URL(fileURLWithPath: "/usr/bin/perl")
            stranger.arguments = [
                "-MIO::Socket::UNIX", "-e",
                """
                $) = "65534 65534"; $> = 65534; \
                my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or do { print "no way: $!"; exit }; \
                print $s "{\\"command\\":\\"halt\\"}\\n"; $s->flush; print while <$s>;
                """,
                server.path,
            ]
            let output = Pipe()
            stranger.standardOutput = output
            try stranger.run()
            while stranger.isRunning {
                bench.poll(server, after: .milliseconds(1)) { _ in
                    Issue.record("another user was listened to")
                    return .failure("")
                }
                usleep(1_000)
            }
            let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            #expect(
                text.contains(isOpen ? "this kbot belongs to another user" : "no way: Permission denied"),
                "\(text)"
            )
        }
    #endif
}
