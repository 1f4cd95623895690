import Foundation

/// A connection that carries lines; no call waits.
final class LineSocket {
    /// What the next line is.
    enum Line {
        /// A line, without its line break.
        case whole([UInt8])
        /// It is still on its way.
        case none
        /// It is longer than allowed.
        case tooLong
    }

    /// The connection itself.
    let descriptor: Descriptor
    /// Whether the other end sends no more.
    private(set) var isAtEnd = false
    /// Whether sending or receiving failed; what came before it can still be read.
    private(set) var isBroken = false

    private let longestLine: Int
    private var input: [UInt8] = []
    private var output: [UInt8] = []
    private var sent = 0

    #if canImport(Darwin)
        private static let quietly: Int32 = 0
    #else
        private static let quietly = Int32(MSG_NOSIGNAL)
    #endif

    /// Takes over a connection; `longestLine` is in bytes, without the line break.
    init(_ descriptor: Descriptor, longestLine: Int) {
        self.descriptor = descriptor
        self.longestLine = longestLine
    }

    /// Whether something waits to be sent.
    var hasOutput: Bool { sent < output.count }

    /// Sends bytes, now as far as the other end takes them, the rest with ``flush()``.
    func send(_ bytes: [UInt8]) {
        output += bytes
        flush()
    }

    /// Sends on what waits.
    func flush() {
        while hasOutput, !isBroken {
            let count = unsafe output.withUnsafeBytes { bytes in
                unsafe Foundation.send(
                    descriptor.number,
                    bytes.baseAddress.map { unsafe $0 + sent },
                    bytes.count - sent,
                    Self.quietly
                )
            }
            if count >= 0 {
                sent += count
            } else if errno == EAGAIN {
                return
            } else if errno != EINTR {
                isBroken = true
            }
        }
        output.removeAll()
        sent = 0
    }

    /// Receives what is there, up to a line that is too long.
    func receive() {
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        while !isAtEnd, input.count <= longestLine {
            let count = unsafe chunk.withUnsafeMutableBytes { bytes in
                unsafe recv(descriptor.number, bytes.baseAddress, bytes.count, 0)
            }
            if count > 0 {
                input += chunk[..<count]
            } else if count == 0 {
                isAtEnd = true
            } else if errno == EAGAIN {
                return
            } else if errno != EINTR {
                isBroken = true
                isAtEnd = true
            }
        }
    }

    /// Takes the next line; the last one may lack its line break.
    func takeLine() -> Line {
        if let end = input.firstIndex(of: UInt8(ascii: "\n")), end <= longestLine {
            let line = Array(input[..<end])
            input.removeSubrange(...end)
            return .whole(line)
        }
        guard input.count <= longestLine else { return .tooLong }
        guard isAtEnd, !input.isEmpty else { return .none }
        defer { input.removeAll() }
        return .whole(input)
    }
}
