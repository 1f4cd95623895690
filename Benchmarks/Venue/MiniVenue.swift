import CCrypto
import Foundation

/// The other end of the wire: a venue of two connections on plain sockets, which stamps what it writes and reads.
///
/// It knows no market and no rule. One connection is the WebSocket, on which a benchmark writes frames; the others are
/// REST connections, whose requests are stamped with the time at which their first byte came and answered at once.
final class MiniVenue: @unchecked Sendable {
    /// A request as it came.
    struct Arrival {
        /// When its first bytes were there, on the monotonic clock, in nanoseconds.
        let time: UInt64
        /// Method and path.
        let line: String
        /// Its body.
        let body: String
    }

    let port: UInt16
    private let listener: Int32
    private let condition = NSCondition()
    private var arrivals: [Arrival] = []
    private var socket: Int32 = -1
    private var answer: (Arrival) -> String = { _ in "{}" }

    init() throws {
        let listener = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(listener, $0, size) }
        }
        guard bound == 0, listen(listener, 16) == 0 else { throw POSIXError(.EADDRINUSE) }
        var length = size
        _ = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(listener, $0, &length)
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        self.listener = listener
    }

    /// Begins to accept; `answer` gives the body of the answer to each request.
    func start(_ answer: @escaping (Arrival) -> String) {
        self.answer = answer
        let acceptor = Thread { [self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                var one: Int32 = 1
                unsafe setsockopt(
                    connection,
                    Int32(IPPROTO_TCP),
                    TCP_NODELAY,
                    &one,
                    socklen_t(MemoryLayout<Int32>.size)
                )
                let server = Thread { [self] in serve(connection) }
                server.start()
            }
        }
        acceptor.start()
    }

    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    static var now: UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Writes text frames on the WebSocket; gives the time just before.
    @discardableResult
    func write(_ frames: [UInt8]) -> UInt64 {
        condition.lock()
        while socket < 0 { condition.wait() }
        let descriptor = socket
        condition.unlock()
        let time = Self.now
        var sent = 0
        while sent < frames.count {
            let count = unsafe frames.withUnsafeBytes { bytes in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[sent...])
                return unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
            }
            guard count > 0 else { return time }
            sent += count
        }
        return time
    }

    /// A text as a WebSocket frame from a server.
    static func frame(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        var frame: [UInt8] = [0x81]
        switch bytes.count {
        case ..<126: frame.append(UInt8(bytes.count))
        case ..<65_536: frame += [126, UInt8(bytes.count >> 8), UInt8(bytes.count & 255)]
        default:
            frame.append(127)
            for shift in stride(from: 56, through: 0, by: -8) { frame.append(UInt8(bytes.count >> shift & 255)) }
        }
        return frame + bytes
    }

    /// Waits for the next request and takes it.
    func nextArrival() -> Arrival {
        condition.lock()
        defer { condition.unlock() }
        while arrivals.isEmpty { condition.wait() }
        return arrivals.removeFirst()
    }

    /// Takes the next request if there is one.
    func takeArrival() -> Arrival? {
        condition.lock()
        defer { condition.unlock() }
        return arrivals.isEmpty ? nil : arrivals.removeFirst()
    }

    // MARK: One connection

    private func serve(_ connection: Int32) {
        var buffer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        var began: UInt64 = 0
        while true {
            let count = unsafe read(connection, &chunk, chunk.count)
            guard count > 0 else {
                close(connection)
                return
            }
            if buffer.isEmpty { began = Self.now }
            buffer += chunk[..<count]
            while let request = Self.takeRequest(&buffer) {
                if let key = request.key { return upgrade(connection, key) }
                let arrival = Arrival(time: began, line: request.line, body: request.body)
                let body = answer(arrival)
                let status = request.line.hasPrefix("POST") ? "201 Created" : "200 OK"
                let head =
                    "HTTP/1.1 \(status)\r\ncontent-type: application/json\r\ncontent-length: \(body.utf8.count)\r\n\r\n"
                _ = unsafe Array((head + body).utf8).withUnsafeBytes {
                    unsafe Glibc.write(connection, $0.baseAddress, $0.count)
                }
                condition.lock()
                arrivals.append(arrival)
                condition.signal()
                condition.unlock()
            }
        }
    }

    private static func takeRequest(_ buffer: inout [UInt8]) -> (line: String, body: String, key: String?)? {
        guard let end = buffer.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let head = String(decoding: buffer[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        func value(_ name: String) -> String? {
            head.first { $0.lowercased().hasPrefix(name + ":") }.map {
                $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces)
            }
        }
        let length = value("content-length").flatMap(Int.init) ?? 0
        guard buffer.count >= end.upperBound + length else { return nil }
        let body = String(decoding: buffer[end.upperBound..<(end.upperBound + length)], as: UTF8.self)
        buffer.removeFirst(end.upperBound + length)
        return (String(head[0]), body, value("sec-websocket-key"))
    }

    private func upgrade(_ connection: Int32, _ key: String) {
        let text = Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)
        var digest = [UInt8](repeating: 0, count: 20)
        _ = unsafe SHA1(text, text.count, &digest)
        let accept = Data(digest).base64EncodedString()
        let head =
            "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: \(accept)\r\n\r\n"
        _ = unsafe Array(head.utf8).withUnsafeBytes { unsafe Glibc.write(connection, $0.baseAddress, $0.count) }
        condition.lock()
        socket = connection
        condition.broadcast()
        condition.unlock()
        var chunk = [UInt8](repeating: 0, count: 4_096)
        while unsafe read(connection, &chunk, chunk.count) > 0 {}
    }
}
