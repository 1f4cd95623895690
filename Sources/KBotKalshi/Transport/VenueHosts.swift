/// Where the venue is: its REST root and its WebSocket.
package struct VenueHosts: Hashable, Sendable {
    /// The root of REST paths.
    package var rest: VenueURL
    /// The WebSocket.
    package var socket: VenueURL

    /// The path that REST calls hang on, where no override names another.
    package static let restPath = "/trade-api/v2"
    /// The path of the WebSocket.
    package static let socketPath = "/trade-api/ws/v2"

    /// Makes a pair.
    package init(rest: VenueURL, socket: VenueURL) {
        self.rest = rest
        self.socket = socket
    }

    /// Production: real money.
    package static let live = VenueHosts(known: "external-api.kalshi.com", "external-api-ws.kalshi.com")
    /// The demo environment: play money, keys of its own.
    package static let demo = VenueHosts(known: "external-api.demo.kalshi.co", "external-api-ws.demo.kalshi.co")

    /// Takes another REST address, such as `https://127.0.0.1:8443`, and the WebSocket of the same host and port.
    ///
    /// A path of its own replaces the usual one. Nil when the text is no address over `http` or `https`.
    package init?(rest override: String) {
        guard let url = VenueURL(override), url.scheme == "https" || url.scheme == "http" else { return nil }
        rest = url.path.isEmpty ? url.with(scheme: url.scheme, path: Self.restPath) : url
        socket = url.with(scheme: url.isSecure ? "wss" : "ws", path: Self.socketPath)
    }

    private init(known rest: String, _ socket: String) {
        guard let rest = VenueURL("https://\(rest)\(Self.restPath)"),
            let socket = VenueURL("wss://\(socket)\(Self.socketPath)")
        else { preconditionFailure("Condition failed: the built-in addresses are well formed") }
        self.init(rest: rest, socket: socket)
    }
}
