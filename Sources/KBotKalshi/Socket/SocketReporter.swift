import Synchronization

/// Tells the owner of a connection what happens on it; after the end nothing more.
///
/// Everything but ``hasEnded`` is used on the connection's event loop only, so that the order is that of the bytes.
final class SocketReporter: Sendable {
    private enum Phase {
        case connecting
        case open
        case ended
    }

    private let phase = Mutex(Phase.connecting)
    private let deliver: @Sendable (SocketEvent) -> Void

    init(_ deliver: @escaping @Sendable (SocketEvent) -> Void) { self.deliver = deliver }

    /// Whether the handshake was accepted, and the end has not come.
    var isOpen: Bool { phase.withLock { $0 == .open } }
    /// Whether the end was told.
    var hasEnded: Bool { phase.withLock { $0 == .ended } }

    func open() {
        let isNew = phase.withLock { phase in
            guard phase == .connecting else { return false }
            phase = .open
            return true
        }
        if isNew { deliver(.opened) }
    }

    func tell(_ event: SocketEvent) {
        if isOpen { deliver(event) }
    }

    /// Tells the end, the first time only.
    func end(_ closure: SocketClosure) {
        let isNew = phase.withLock { phase in
            defer { phase = .ended }
            return phase != .ended
        }
        if isNew { deliver(.closed(closure)) }
    }
}
