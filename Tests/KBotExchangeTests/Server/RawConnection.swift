import Foundation

/// A TCP connection to a server of this machine, with just enough HTTP and WebSocket to see what it really sends.
///
/// Reads wait up to 20 seconds: a server that says nothing fails the test instead of hanging it.
final class RawConnection {
    struct Gone: Error {}
    struct Answer {
        let status: Int
        let headers: [String: String]
        let body: String
    }
    struct Frame {
        let opcode: UInt8
        let payload: [UInt8]
        var text: String { String(decoding: payload, as: UTF8.self) }
    }

    private let socket: Int32
    private var received: [UInt8] = []

    init(port: Int) throws {
        socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        unsafe setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let isOpen = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isOpen else { throw Gone() }
    }

    deinit { close(socket) }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) throws {
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes[done...].withUnsafeBytes {
                unsafe Foundation.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Gone() }
            done += count
        }
    }

    /// Sends a request and reads its answer.
    func ask(
        _ method: String,
        _ target: String,
        headers: [String: String] = [:],
        body: String = ""
    ) throws -> Answer {
        var head = "\(method) \(target) HTTP/1.1\r\nHost: localhost\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if !body.isEmpty { head += "Content-Length: \(body.utf8.count)\r\n" }
        try send(head + "\r\n" + body)
        return try answer(hasBody: method != "HEAD")
    }

    /// Reads one answer; throws when the connection is closed before it.
    func answer(hasBody: Bool = true) throws -> Answer {
        while received.firstRange(of: Array("\r\n\r\n".utf8)) == nil { try more() }
        guard let end = received.firstRange(of: Array("\r\n\r\n".utf8)) else { throw Gone() }
        let lines = String(decoding: received[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        received.removeSubrange(..<end.upperBound)
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        let length = hasBody ? Int(headers["content-length"] ?? "0") ?? 0 : 0
        while received.count < length { try more() }
        let body = String(decoding: received.prefix(length), as: UTF8.self)
        received.removeFirst(length)
        return Answer(status: Int(lines[0].split(separator: " ")[1]) ?? 0, headers: headers, body: body)
    }

    /// Whether the other side closes without another byte.
    func isClosed() -> Bool {
        do {
            while true { try more() }
        } catch {
            return received.isEmpty
        }
    }

    // MARK: WebSocket

    /// Asks for the upgrade.
    func upgrade(headers: [String: String]) throws -> Answer {
        var all = headers
        all["Upgrade"] = "websocket"
        all["Connection"] = "Upgrade"
        all["Sec-WebSocket-Version"] = "13"
        all["Sec-WebSocket-Key"] = "dGhlIHNhbXBsZSBub25jZQ=="
        return try ask("GET", "/trade-api/ws/v2", headers: all)
    }

    /// Sends a frame, masked as clients must.
    func sendFrame(_ payload: String, opcode: UInt8 = 1) throws { try sendFrame(Array(payload.utf8), opcode: opcode) }

    func sendFrame(_ payload: [UInt8], opcode: UInt8) throws {
        let mask: [UInt8] = [1, 2, 3, 4]
        var bytes: [UInt8] = [0x80 | opcode]
        if payload.count < 126 {
            bytes.append(0x80 | UInt8(payload.count))
        } else {
            bytes += [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
        }
        try send(bytes + mask + payload.enumerated().map { $0.element ^ mask[$0.offset % 4] })
    }

    /// Reads one frame.
    func frame() throws -> Frame {
        while received.count < 2 { try more() }
        var length = Int(received[1] & 0x7F)
        var start = 2
        if length >= 126 {
            let digits = length == 126 ? 2 : 8
            while received.count < 2 + digits { try more() }
            length = received[2..<2 + digits].reduce(0) { $0 << 8 | Int($1) }
            start += digits
        }
        while received.count < start + length { try more() }
        let frame = Frame(opcode: received[0] & 0x0F, payload: Array(received[start..<start + length]))
        received.removeFirst(start + length)
        return frame
    }

    /// Reads frames up to one that holds a text.
    func frame(with text: String) throws -> Frame {
        while true {
            let frame = try frame()
            if frame.text.contains(text) { return frame }
        }
    }

    private func more() throws {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe recv(socket, &buffer, buffer.count, 0)
        guard count > 0 else { throw Gone() }
        received += buffer[..<count]
    }
}
