import Foundation
import KBotRuntime
import KBotTestSupport

extension FuzzTarget {
    /// The control socket of a running kbot, from accepting a connection to its last answer.
    static func control(in folder: String) -> FuzzTarget {
        FuzzTarget("control", seeds: inputs(requests), words: requestWords) { input in
            let server = try ControlServer(stateDirectory: folder, process: 1)
            defer { server.close() }
            var handled = 0
            let now = ContinuousClock.now
            let client = try RawClient(server.path)
            func poll() {
                server.poll(now: now) { _ in
                    handled += 1
                    return .failure("carried out")
                }
            }
            // The sizes in which bytes arrive must not matter; they follow from the input.
            var rest = input[...]
            var size = 1 + (input.first.map(Int.init) ?? 0)
            while !rest.isEmpty {
                client.send(rest.prefix(size))
                rest = rest.dropFirst(size)
                size = size * 7 % 997 + 1
                poll()
            }
            client.finish()
            for _ in 0..<input.count + 3 {
                poll()
                if client.receive() { break }
            }
            try hold(client.isAtEnd, "the connection is not ended")
            let answers = client.received.split(separator: UInt8(ascii: "\n"))
            for answer in answers {
                let object = try? JSONSerialization.jsonObject(with: Data(answer)) as? [String: Any]
                try hold(
                    object?["ok"] as? Bool == false,
                    "an answer that is none: \(String(decoding: answer, as: UTF8.self))"
                )
            }
            // Every line has one answer; the last may lack its line break.
            var lines = input.count { $0 == UInt8(ascii: "\n") }
            if let last = input.last, last != UInt8(ascii: "\n") { lines += 1 }
            try hold(answers.count == lines, "\(answers.count) answers to \(lines) lines")
            try hold(handled <= lines, "\(handled) requests in \(lines) lines")
        }
    }

    private static let requests = [
        "{\"command\":\"status\"}\n",
        "{\"command\":\"reload\",\"script\":\"bollinger_scalper\"}\n{\"command\":\"status\"}\n",
        "{\"command\":\"halt\",\"reason\":\"news\",\"cancel\":true,\"flatten\":false}\n",
        "{\"command\":\"resume\",\"yes\":true}\n",
        "{\"command\":\"sing\"}\n\n\nnot JSON\n", "{\"command\":\"reload\",\"script\":null}",
    ]

    private static let requestWords = [
        "{", "}", "\"command\":", "\"status\"", "\"reload\"", "\"halt\"", "\"resume\"", "\"script\":", "null", "\n",
        "\r\n",
        "[[[[[[[[", "{\"command\":\"status\"}\n", "true", "\\ud800", "\u{feff}",
    ]
}

/// A client that sends what it likes, in one thread with the server it talks to.
private final class RawClient {
    private let number: Int32
    private(set) var received: [UInt8] = []
    private(set) var isAtEnd = false

    init(_ path: String) throws {
        #if canImport(Glibc)
            let stream = Int32(SOCK_STREAM.rawValue)
        #else
            let stream = SOCK_STREAM
        #endif
        number = socket(AF_UNIX, stream, 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        try hold(
            bytes.count < MemoryLayout.size(ofValue: address.sun_path),
            "the folder's path is too long for a socket"
        )
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try hold(result == 0, "the control socket takes no connection (\(errno))")
        _ = fcntl(number, F_SETFL, O_NONBLOCK)
    }

    deinit { close(number) }

    /// Sends bytes; the server may have ended the connection already.
    func send(_ bytes: ArraySlice<UInt8>) {
        unsafe bytes.withUnsafeBytes { _ = unsafe Foundation.send(number, $0.baseAddress, $0.count, quietly) }
    }

    /// Says that nothing more comes.
    func finish() {
        #if canImport(Glibc)
            shutdown(number, Int32(SHUT_WR))
        #else
            shutdown(number, SHUT_WR)
        #endif
    }

    /// Takes what was answered; true when the server has ended the connection.
    func receive() -> Bool {
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        while !isAtEnd {
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe recv(number, $0.baseAddress, $0.count, 0) }
            if count > 0 {
                received += chunk[..<count]
            } else if count == 0 || errno != EAGAIN && errno != EINTR {
                isAtEnd = true
            } else {
                break
            }
        }
        return isAtEnd
    }

    #if canImport(Darwin)
        private let quietly: Int32 = 0
    #else
        private let quietly = Int32(MSG_NOSIGNAL)
    #endif
}
