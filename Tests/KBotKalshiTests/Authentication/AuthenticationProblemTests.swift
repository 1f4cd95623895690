import KBotKalshi
import KBotModel
import KBotTestSupport
import Testing

struct AuthenticationProblemTests {
    private func problem(_ status: Int, _ body: String, clock: ClockEstimate? = nil) -> AuthenticationProblem? {
        AuthenticationProblem(status: status, body: Array(body.utf8), clock: clock)
    }

    private static let known: [(String, String?, AuthenticationProblem)] = [
        ("authentication_error", "INCORRECT_API_KEY_SIGNATURE", .badSignature),
        ("authentication_error", "NOT_FOUND", .unknownKey),
        ("header_timestamp_expired", nil, .expiredTimestamp(offset: nil)),
        ("signature_is_missing_from_headers", nil, .headersMissing),
        ("token_authentication_failure", nil, .notAuthenticated),
    ]

    @Test(arguments: known) func `each refusal is known in every shape`(
        code: String,
        details: String?,
        expected: AuthenticationProblem
    ) {
        let details = details.map { #", "details": "\#($0)""# } ?? ""
        let flat = #"{"code": "\#(code)", "message": "\#(code)"\#(details)}"#
        #expect(problem(401, flat) == expected)
        #expect(problem(401, #"{"error": \#(flat)}"#) == expected)
        #expect(problem(401, #"{"request_id": [1, {"a": null}], "error": \#(flat), "more": true}"#) == expected)
    }

    @Test func `the bare shape and a plain text are read too`() {
        #expect(problem(401, #"{"msg": "header_timestamp_expired"}"#) == .expiredTimestamp(offset: nil))
        #expect(problem(401, #"{"error": "token_authentication_failure"}"#) == .notAuthenticated)
    }

    @Test func `a stamp out of date comes with the measured offset`() {
        let estimate = ClockEstimate(offset: .milliseconds(-42_300), bounds: nil, samples: 3)
        let found = problem(401, #"{"error":{"code":"header_timestamp_expired"}}"#, clock: estimate)
        #expect(found == .expiredTimestamp(offset: .milliseconds(-42_300)))
        #expect(found?.description.contains("42.3 s ahead of Kalshi's") == true)
        #expect(found?.isWorthRetrying == true)
        #expect(problem(401, "")?.isWorthRetrying == false)
    }

    @Test func `403 is a missing scope, whatever the venue says`() {
        #expect(problem(403, "") == .scopeMissing(nil))
        #expect(
            problem(403, #"{"error":{"code":"forbidden","message":"forbidden","details":"write::trade"}}"#)
                == .scopeMissing("forbidden: write::trade")
        )
        #expect(problem(403, #"{"code":"not_found"}"#) == .scopeMissing("not_found"))
    }

    @Test(arguments: [200, 400, 404, 429, 500]) func `other statuses are no matter of authentication`(status: Int) {
        #expect(problem(status, #"{"code":"authentication_error","details":"NOT_FOUND"}"#) == nil)
    }

    @Test(arguments: ["", "<html>no</html>", "[]", "{}", "{\"error\":", "null", "{\"code\": 7}"])
    func `a body that says nothing is some other problem`(body: String) {
        #expect(problem(401, body) == .other(status: 401, nil))
    }

    @Test func `what the venue says is made harmless`() {
        let long = String(repeating: "x", count: 999)
        let body = #"{"error":{"code":"new_code","message":"a\u001b[31mb\nc\#u{e9}","details":"\#(long)"}}"#
        guard case .other(401, let text?) = problem(401, body) else {
            Issue.record("another case")
            return
        }
        #expect(text.hasPrefix("new_code: a?[31mb?c?: xxx") && text.utf8.count == 200)
    }

    @Test func `each says in other words what to do`() {
        let all = Self.known.map(\.2) + [.scopeMissing("x"), .other(status: 401, nil)]
        #expect(Set(all.map(\.description)).count == all.count)
        #expect(AuthenticationProblem.unknownKey.description.contains("demo and production"))
        #expect(AuthenticationProblem.scopeMissing("x").description.hasPrefix("this API key may not do that: x; check"))
    }

    @Test func `mutated bodies give a problem, never a trap`() throws {
        let sample = #"{"error":{"code":"authentication_error","message":"m\u00e9","details":"NOT_FOUND","n":[1,{}]}}"#
        try forSeeds(0..<2_000) { random in
            var bytes = Array(sample.utf8)
            for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[at] = .random(in: 0...255, using: &random)
                case 1: bytes.insert(contentsOf: Array(#"{"error":"#.utf8), at: at)
                default: bytes.removeSubrange(at...)
                }
            }
            try hold(AuthenticationProblem(status: 401, body: bytes) != nil, "nil")
        }
    }
}
