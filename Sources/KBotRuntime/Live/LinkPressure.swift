import KBotKalshi
import Synchronization

/// Stops reading from a connection while too much of it is unread, so that the venue waits and no memory fills.
final class LinkPressure: Sendable {
    private let state = Mutex<(link: SocketLink?, isHigh: Bool)>((nil, false))

    /// From now on this connection is meant.
    func watch(_ link: SocketLink) {
        state.withLock { state in
            state.link = link
            if state.isHigh { link.pause() }
        }
    }

    /// Whether too much is unread.
    func set(_ isHigh: Bool) {
        state.withLock { state in
            state.isHigh = isHigh
            if isHigh { state.link?.pause() } else { state.link?.resume() }
        }
    }
}
