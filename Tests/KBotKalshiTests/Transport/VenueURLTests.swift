import KBotKalshi
import Testing

/// Addresses of the venue.
struct VenueURLTests {
    @Test(
        arguments: zip(
            [
                "https://127.0.0.1:8443", "HTTPS://External-API.kalshi.com/trade-api/v2/", "ws://localhost:80/a/b",
                "wss://[::1]:9000/x", "http://[fe80::1]", "https://a-b.example:443",
            ],
            [
                "https://127.0.0.1:8443", "https://external-api.kalshi.com/trade-api/v2", "ws://localhost/a/b",
                "wss://[::1]:9000/x", "http://[fe80::1]", "https://a-b.example",
            ]
        )
    )
    func `an address is read and written in one form`(text: String, form: String) throws {
        let url = try #require(VenueURL(text))
        #expect(url.description == form)
        #expect(VenueURL(form) == url)
    }

    @Test func `an address falls into its parts`() throws {
        let url = try #require(VenueURL("https://[::1]:8443/trade-api/v2"))
        #expect(url.scheme == "https" && url.host == "::1" && url.port == 8443 && url.path == "/trade-api/v2")
        #expect(url.authority == "[::1]:8443" && url.isSecure)
        #expect(VenueURL("ws://h")?.port == 80)
        #expect(VenueURL("wss://h")?.port == 443)
    }

    @Test(arguments: [
        "", "kalshi.com", "ftp://kalshi.com", "https://", "https:///x", "https://user:pass@kalshi.com", "https://h?q=1",
        "https://h#f", "https://h:0", "https://h:65536", "https://h:", "https://h:8x", "https://h:+80", "https://a b",
        "https://[::1", "https://[x]", "https://[::1]x", "https://h:1:2", "https://h\u{0}", "https://ü", "https://a/\"",
    ])
    func `what is no plain address is refused`(text: String) { #expect(VenueURL(text) == nil) }

    @Test(
        arguments: zip(
            [
                "http://localhost", "http://127.0.0.1", "http://127.8.9.1", "http://[::1]", "http://127.0.0.1.example",
                "http://128.0.0.1", "http://localhost.example", "http://127.0.0", "http://127.0.0.999",
            ],
            [true, true, true, true, false, false, false, false, false]
        )
    )
    func `only this machine itself is loopback`(text: String, isLoopback: Bool) {
        #expect(VenueURL(text)?.isLoopback == isLoopback)
    }

    @Test func `the venue's hosts are those of its reference`() {
        #expect(VenueHosts.live.rest.description == "https://external-api.kalshi.com/trade-api/v2")
        #expect(VenueHosts.live.socket.description == "wss://external-api-ws.kalshi.com/trade-api/ws/v2")
        #expect(VenueHosts.demo.rest.description == "https://external-api.demo.kalshi.co/trade-api/v2")
        #expect(VenueHosts.demo.socket.description == "wss://external-api-ws.demo.kalshi.co/trade-api/ws/v2")
    }

    @Test func `another REST address brings the WebSocket of the same host along`() throws {
        let secure = try #require(VenueHosts(rest: "https://127.0.0.1:8443"))
        #expect(secure.rest.description == "https://127.0.0.1:8443/trade-api/v2")
        #expect(secure.socket.description == "wss://127.0.0.1:8443/trade-api/ws/v2")
        let plain = try #require(VenueHosts(rest: "http://localhost:8080/trade-api/v2/"))
        #expect(plain.rest.description == "http://localhost:8080/trade-api/v2")
        #expect(plain.socket.description == "ws://localhost:8080/trade-api/ws/v2")
        #expect(VenueHosts(rest: "wss://127.0.0.1:8443") == nil)
        #expect(VenueHosts(rest: "127.0.0.1:8443") == nil)
    }
}
