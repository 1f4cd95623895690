import Foundation
import KBotModel
import Synchronization

@testable import KBotRuntime

/// Takes messages in instead of telling them.
final class SinkDouble: NotifySink {
    private struct State {
        var messages: [NotifyMessage] = []
        var outcomes: [NotifyOutcome] = []
        var isHeld = false
        var isClosed = false
    }

    let name = "double"
    private let state: Mutex<State>
    private let gate = DispatchSemaphore(value: 0)

    /// Answers with these outcomes, then with success; `isHeld` keeps the first message until ``letGo()``.
    init(_ outcomes: [NotifyOutcome] = [], isHeld: Bool = false) {
        state = Mutex(State(outcomes: outcomes, isHeld: isHeld))
    }

    var messages: [NotifyMessage] { state.withLock { $0.messages } }
    var isClosed: Bool { state.withLock { $0.isClosed } }

    func letGo() { gate.signal() }

    func deliver(_ message: NotifyMessage, atMost span: Duration) -> NotifyOutcome {
        let (outcome, isHeld) = state.withLock { state in
            state.messages.append(message)
            defer { state.isHeld = false }
            return (state.outcomes.isEmpty ? .done : state.outcomes.removeFirst(), state.isHeld)
        }
        if isHeld { gate.wait() }
        return outcome
    }

    func close() { state.withLock { $0.isClosed = true } }
}

extension NotifySender {
    static let sample = NotifySender(run: "r1", account: nil, mode: "paper", isSimulated: true)
}

extension NotifyEvent {
    static let when = Timestamp(seconds: 1_795_389_402)

    /// A fill with a number.
    static func fill(_ number: Int = 1) -> NotifyEvent {
        NotifyEvent(.fill, time: when, market: "KXBTC15M-26APR271445-45", "entry bought \(number).00 at 43¢")
    }

    /// A halt.
    static let halt = NotifyEvent(.halt, time: when, code: "HALTED", "HALTED: news")
}

/// Waits until something is so; false when that takes longer than ten seconds.
func waits(for isSo: () -> Bool) -> Bool {
    let end = ContinuousClock.now + .seconds(10)
    while !isSo() {
        guard ContinuousClock.now < end else { return false }
        usleep(2_000)
    }
    return true
}

/// Answers in their order, the last one again and again.
private final class AnswersLeft: Sendable {
    private let left: Mutex<[String]>

    init(_ answers: [String]) { left = Mutex(answers) }

    var next: String { left.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] } }
}

/// A web server on this machine, which answers every request with the next of its statuses.
final class LoopbackListener: Sendable {
    /// What was received.
    struct Request: Sendable {
        let line: String
        let headers: String
        let body: String
    }

    let port: UInt16
    private let number: Int32
    private let received = Mutex<[Request]>([])

    /// Listens from now on; the last answer is repeated. An answer is a status with headers, such as `200 OK`.
    init(_ answers: [String] = ["204 No Content"]) {
        #if canImport(Glibc)
            number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            number = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let number = number
        unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = unsafe bind(number, $0, size)
                _ = listen(number, 16)
                _ = unsafe getsockname(number, $0, &size)
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        let left = AnswersLeft(answers)
        Thread.detachNewThread { [self] in
            while true {
                let connection = accept(number, nil, nil)
                guard connection >= 0 else { return }
                // Clients open connections ahead, which then lie idle: each gets a thread.
                Thread.detachNewThread { [self] in
                    if let request = Self.read(connection) {
                        received.withLock { $0.append(request) }
                        let text = "HTTP/1.1 \(left.next)\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                        _ = writeAll(Array(text.utf8), to: connection)
                    }
                    close(connection)
                }
            }
        }
    }

    /// What was received so far.
    var requests: [Request] { received.withLock { $0 } }

    /// Ends it.
    func stop() {
        shutdown(number, Int32(SHUT_RDWR))
        close(number)
    }

    private static func read(_ connection: Int32) -> Request? {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let text = String(decoding: bytes, as: UTF8.self)
            if let end = text.range(of: "\r\n\r\n") {
                let head = text[..<end.lowerBound]
                let length =
                    head.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
                    .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
                let body = text[end.upperBound...]
                if body.utf8.count >= length {
                    let lines = head.split(separator: "\r\n", maxSplits: 1)
                    return Request(line: String(lines[0]), headers: String(lines.last ?? ""), body: String(body))
                }
            }
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe recv(connection, $0.baseAddress, $0.count, 0) }
            guard count > 0 else { return nil }
            bytes += chunk[..<count]
        }
    }
}
