import Foundation
import Testing

@testable import KBotRuntime

/// Where sockets lie and who may have which name.
@Suite struct ControlSocketTests {
    @Test func `two runs share a folder, but no name`() throws {
        let bench = try ControlBench()
        let first = try bench.server(10)
        let second = try bench.server(9)
        #expect(bench.files == ["10.sock", "9.sock"])
        let failure = #expect(throws: ControlError.self) { try bench.server(9) }
        #expect(failure?.message == bench.state + "/run/9.sock: another kbot listens there")
        bench.poll(second)
        for server in [first, second] {
            let peer = try #require(RawPeer(server.path))
            peer.send(#"{"command":"status"}"# + "\n")
            bench.poll(server)
            #expect(peer.receive().text.contains("status"))
        }
        first.close()
        #expect(bench.files == ["9.sock"])
    }

    @Test func `the socket of a run that died with this process identifier is replaced`() throws {
        let bench = try ControlBench()
        try FileManager.default.createDirectory(atPath: bench.state + "/run", withIntermediateDirectories: true)
        try RawPeer.leaveStale(bench.state + "/run/4711.sock")
        try RawPeer.leaveStale(bench.state + "/run/.4711.sock.new")
        let server = try bench.server()
        #expect(RawPeer(server.path) != nil && bench.files == ["4711.sock"])
    }

    @Test func `a server that lost its name leaves the one who has it alone`() throws {
        let bench = try ControlBench()
        let first = try bench.server()
        try FileManager.default.moveItem(atPath: first.path, toPath: bench.state + "/run/elsewhere")
        let second = try bench.server()
        first.close()
        #expect(RawPeer(second.path) != nil)
    }

    #if os(Linux)
        @Test func `a state directory may lie deeper than a socket's path may be long`() throws {
            let bench = try ControlBench(below: (0..<6).map { "\($0)-deeply-buried-folder" }.joined(separator: "/"))
            #expect(bench.state.utf8.count > 108)
            var server: ControlServer? = try bench.server()
            #expect(bench.files == ["4711.sock"])
            let folder = try #require(try SocketFolder(of: bench.state))
            let exchange = ControlExchange("4711.sock", in: folder, request: .status)
            exchange.step()
            if let server { bench.poll(server) { _ in .status(.sample) } }
            exchange.step()
            #expect(try exchange.answer(after: .zero)?.result.get() == .status(.sample))
            server = nil
            #expect(bench.files.isEmpty)
        }
    #endif

    @Test func `a path that no trick makes short enough is refused with the limit`() throws {
        let bench = try ControlBench()
        let folder = try SocketFolder(making: bench.state)
        let name = String(repeating: "9", count: 110) + ".sock"
        let failure = #expect(throws: ControlError.self) { try folder.listen(name) }
        #expect(failure?.message.contains("give a shorter --state-dir") == true)
        #expect(failure?.message.contains(" \(MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1) bytes ") == true)
        #expect(bench.files.isEmpty)
    }

    @Test func `a folder that cannot be made is named with the reason`() throws {
        let home = try FeedFolder()
        let file = try home.write("taken", "text")
        let failure = #expect(throws: ControlError.self) { try ControlServer(stateDirectory: file, process: 1) }
        #expect(failure?.message == "\(file)/run: Not a directory")
        let missing = #expect(throws: ControlError.self) { try ControlServer(stateDirectory: "/proc/no", process: 1) }
        #expect(missing?.message.hasPrefix("/proc/no/run: ") == true)
    }
}
