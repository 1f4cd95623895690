package import KBotModel
import NIOCore
import NIOPosix

/// The threads and connections to one venue.
package final class VenueNetwork: Sendable {
    /// Carries REST requests.
    package let transport: HTTPClientTransport
    private let hosts: VenueHosts
    private let trust: TrustRoots
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    /// Makes the threads; nothing is sent yet. `uptime` is the clock that deadlines are on.
    ///
    /// - Throws: when the file of roots cannot be used.
    package init(
        _ hosts: VenueHosts,
        trust: TrustRoots,
        uptime: @escaping @Sendable () -> Timestamp
    ) throws {
        self.hosts = hosts
        self.trust = trust
        transport = try HTTPClientTransport(base: hosts.rest, trust: trust, uptime: uptime)
    }

    /// Opens a connection of the WebSocket; `deliver` hears what happens on it, on a thread of the network.
    package func connect(
        headers: [HTTPField],
        _ deliver: @escaping @Sendable (SocketEvent) -> Void
    ) -> SocketLink {
        SocketLink.connect(to: hosts.socket, headers: headers, trust: trust, group: group, deliver: deliver)
    }

    /// Closes what is open and ends the threads.
    package func shutDown() async {
        await transport.shutdown()
        try? await group.shutdownGracefully()
    }
}
