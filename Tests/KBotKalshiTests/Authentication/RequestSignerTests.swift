import Foundation
import KBotKalshi
import KBotModel
import Testing

struct RequestTargetTests {
    @Test(arguments: [
        ("/trade-api/v2/portfolio/orders?ticker=X&limit=5", "/trade-api/v2/portfolio/orders"),
        ("/trade-api/v2/portfolio/orders#top", "/trade-api/v2/portfolio/orders"),
        ("/a#b?c", "/a"), ("/a?b#c", "/a"), ("/", "/"), ("/?", "/"), ("/a%20b", "/a%20b"), ("/a/", "/a/"),
    ])
    func `query and fragment are not signed`(path: String, signed: String) throws {
        #expect(try RequestTarget(method: "GET", path: path).path == signed)
    }

    @Test(arguments: [
        "", "?", "a", "trade-api/v2", "https://x/y", "/a b", "/ä", "/a\r\nX: 1", "/\0",
        "/" + String(repeating: "a", count: 2_048),
    ])
    func `a path starts with a slash and is ASCII`(path: String) {
        #expect(throws: SigningError.badPath(String(path.prefix(100)))) {
            try RequestTarget(method: "GET", path: path)
        }
    }

    @Test(arguments: ["", "GE T", "GET\n", "1", "ſ", "ABCDEFGHIJKLMNOPQ"])
    func `a method is made of letters`(method: String) {
        #expect(throws: SigningError.badMethod) { try RequestTarget(method: method, path: "/") }
    }

    @Test func `a method is signed in capitals`() throws {
        #expect(try RequestTarget(method: "delete", path: "/x?y").description == "DELETE /x")
    }
}

@Suite(.enabled(if: OpenSSL.isAvailable, Comment(rawValue: OpenSSL.absence)))
struct RequestSignerTests {
    private let keys: SampleKeys
    private let id = "a952bcbe-ec3b-4b5b-b8f9-11dae589608c"
    private let time = Timestamp(microseconds: 1_795_375_920_123_999)

    init() throws { keys = try SampleKeys.made.get() }

    private func signer(_ key: String) throws -> RequestSigner {
        let time = time
        return try RequestSigner(keyID: id, key: SigningKey(key), clock: VenueClock { time })
    }

    @Test func `the headers are the venue's, and openssl accepts the signature of the documented message`() throws {
        for (key, publicKey, isRSA) in [
            (keys.rsaPKCS1, keys.rsaPublic, true), (keys.ed25519, keys.ed25519Public, false),
        ] {
            let headers = try signer(key).headers(
                method: "get",
                path: "/trade-api/v2/portfolio/orders?ticker=X&limit=5",
                at: time
            )
            #expect(
                headers.fields.map(\.name) == [
                    "KALSHI-ACCESS-KEY", "KALSHI-ACCESS-TIMESTAMP", "KALSHI-ACCESS-SIGNATURE",
                ]
            )
            #expect(headers.fields.map(\.value).prefix(2) == [id, "1795375920123"])
            let signature = try #require(Data(base64Encoded: headers.fields[2].value))
            let message = Array("1795375920123GET/trade-api/v2/portfolio/orders".utf8)
            #expect(try OpenSSL.accepts(Array(signature), of: message, publicKey: publicKey, isRSA: isRSA))
        }
    }

    @Test func `without a time the venue's clock stamps`() throws {
        let time = time
        let clock = VenueClock { time }
        clock.record(date: "Sat, 22 Nov 2026 00:00:00 GMT", sent: time, received: time)
        let signer = try RequestSigner(keyID: id, key: SigningKey(keys.ed25519), clock: clock)
        #expect(try signer.headers(method: "GET", path: "/").time == clock.now().floored(to: .milliseconds(1)))
    }

    @Test(arguments: ["", " ", "a b", "a\r\nX: y", "é", String(repeating: "a", count: 129)])
    func `an id that is none is refused`(id: String) throws {
        let key = try SigningKey(keys.ed25519)
        #expect(throws: SigningError.badKeyID) {
            try RequestSigner(keyID: id, key: key, clock: VenueClock { Timestamp(seconds: 0) })
        }
    }

    @Test func `a wrong path is no trap`() throws {
        let signer = try signer(keys.ed25519)
        #expect(throws: SigningError.badPath("x")) { try signer.headers(method: "GET", path: "x") }
    }
}
