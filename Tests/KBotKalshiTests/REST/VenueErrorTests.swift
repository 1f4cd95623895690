import KBotKalshi
import KBotModel
import Testing

/// One row of the table of errors.
struct ErrorCase: Sendable, CustomTestStringConvertible {
    let status: Int
    let body: String
    let kind: VenueError.Kind
    let read: VenueError.Disposition
    let once: VenueError.Disposition

    init(
        _ status: Int,
        _ body: String,
        _ kind: VenueError.Kind,
        _ read: VenueError.Disposition,
        _ once: VenueError.Disposition
    ) {
        self.status = status
        self.body = body
        self.kind = kind
        self.read = read
        self.once = once
    }

    var testDescription: String { "\(status) \(body.prefix(60))" }

    static func nested(_ code: String, _ details: String? = nil) -> String {
        let tail = details.map { #","details":"\#($0)""# } ?? ""
        return #"{"error":{"code":"\#(code)","message":"\#(code)"\#(tail)}}"#
    }

    static let all: [ErrorCase] = [
        ErrorCase(400, RESTSamples.errorResponse, .badRequest, .notRetryable, .notRetryable),
        ErrorCase(400, #"{"msg": "Parameter validation failed"}"#, .badRequest, .notRetryable, .notRetryable),
        ErrorCase(400, nested("invalid_price"), .invalidPrice, .notRetryable, .notRetryable),
        ErrorCase(400, nested("invalid_order"), .invalidOrder, .notRetryable, .notRetryable),
        ErrorCase(400, nested("invalid_order", "post only cross"), .postOnlyCross, .notRetryable, .notRetryable),
        ErrorCase(400, nested("insufficient_balance"), .insufficientBalance, .notRetryable, .notRetryable),
        ErrorCase(400, nested("MARKET_INACTIVE"), .marketInactive, .notRetryable, .notRetryable),
        ErrorCase(409, nested("market_inactive"), .marketInactive, .notRetryable, .notRetryable),
        ErrorCase(
            401,
            nested("authentication_error", "INCORRECT_API_KEY_SIGNATURE"),
            .badSignature,
            .notRetryable,
            .notRetryable
        ),
        ErrorCase(401, nested("authentication_error", "NOT_FOUND"), .unknownKey, .notRetryable, .notRetryable),
        ErrorCase(401, nested("header_timestamp_expired"), .clockSkew, .needsClock, .needsClock),
        ErrorCase(401, nested("signature_is_missing_from_headers"), .missingSignature, .notRetryable, .notRetryable),
        ErrorCase(401, nested("token_authentication_failure"), .unauthenticated, .notRetryable, .notRetryable),
        ErrorCase(403, "", .forbidden, .notRetryable, .notRetryable),
        ErrorCase(404, nested("not_found"), .notFound, .notRetryable, .notRetryable),
        ErrorCase(404, nested("market_not_found"), .notFound, .notRetryable, .notRetryable),
        ErrorCase(409, nested("order_already_exists"), .orderAlreadyExists, .conflict, .conflict),
        ErrorCase(409, "{}", .conflict, .notRetryable, .conflict),
        ErrorCase(409, nested("fill_or_kill_insufficient_resting_volume"), .notFilled, .notRetryable, .notRetryable),
        ErrorCase(
            409,
            nested("immediate_or_cancel_insufficient_resting_volume"),
            .notFilled,
            .notRetryable,
            .notRetryable
        ),
        ErrorCase(410, nested("deprecated_v1_order_endpoint"), .gone, .gone, .gone),
        ErrorCase(429, nested("too_many_requests"), .rateLimited, .retryable, .retryable),
        ErrorCase(429, #"{"error":"too many requests"}"#, .rateLimited, .retryable, .retryable),
        ErrorCase(429, "<html>slow down</html>", .rateLimited, .retryable, .retryable),
        ErrorCase(500, nested("internal"), .unavailable, .retryable, .outcomeUnknown),
        ErrorCase(503, "<html><body>maintenance</body></html>", .unavailable, .retryable, .outcomeUnknown),
        ErrorCase(504, "", .unavailable, .retryable, .outcomeUnknown),
        ErrorCase(500, nested("insufficient_balance"), .insufficientBalance, .retryable, .outcomeUnknown),
        ErrorCase(403, "<html>challenge</html>", .forbidden, .notRetryable, .outcomeUnknown),
        ErrorCase(418, nested("teapot"), .other, .notRetryable, .notRetryable),
    ]
}

struct VenueErrorTests {
    @Test(arguments: ErrorCase.all)
    func `each answer means what the table says`(row: ErrorCase) {
        let response = HTTPResponse(status: row.status, body: Array(row.body.utf8))
        for (effect, disposition) in [(RequestEffect.read, row.read), (.once, row.once)] {
            let error = VenueError(response, effect: effect)
            #expect(error.kind == row.kind)
            #expect(error.disposition == disposition)
            #expect(error.status == row.status)
        }
    }

    @Test func `a cancel may be repeated after a failure`() {
        for status in [500, 503, 504] {
            #expect(VenueError(HTTPResponse(status: status), effect: .idempotent).disposition == .retryable)
        }
    }

    @Test func `what was lost on the way`() {
        #expect(VenueError(TransportError.notSent("x"), effect: .once).disposition == .retryable)
        #expect(VenueError(TransportError.outcomeUnknown("x"), effect: .once).disposition == .outcomeUnknown)
        #expect(VenueError(TransportError.outcomeUnknown("x"), effect: .read).disposition == .retryable)
    }

    @Test func `a good status with a bad body`() {
        let foreign = WireError(.notJSON(FrameError(.unexpectedEnd, at: 0)))
        #expect(VenueError(unreadable: foreign, status: 200, effect: .read).disposition == .retryable)
        #expect(VenueError(unreadable: foreign, status: 201, effect: .once).disposition == .outcomeUnknown)
        #expect(VenueError(unreadable: WireError(.missing), status: 200, effect: .read).disposition == .notRetryable)
        #expect(VenueError(unreadable: WireError(.missing), status: 201, effect: .once).disposition == .outcomeUnknown)
    }

    @Test func `words of an error`() {
        let body = ErrorCase.nested("authentication_error", "NOT_FOUND")
        let error = VenueError(HTTPResponse(status: 401, body: Array(body.utf8)), effect: .read)
        #expect(error.description == "401 authentication_error: NOT_FOUND")
        let slow = HTTPResponse(status: 429, headers: [HTTPField("retry-after", "3")], body: [])
        #expect(VenueError(slow, effect: .read).retryAfter == .seconds(3))
        #expect(VenueError(TransportError.notSent("refused"), effect: .read).description == "notSent: refused")
    }

    @Test func `refusals in the engine's words`() {
        func reason(_ code: String) -> RejectReason {
            let body = Array(ErrorCase.nested(code).utf8)
            return VenueError(HTTPResponse(status: 400, body: body), effect: .once).rejectReason
        }
        #expect(reason("insufficient_balance") == .insufficientBalance)
        #expect(reason("invalid_price") == .invalidPrice)
        #expect(reason("market_inactive") == .marketInactive)
        #expect(reason("new_thing") == .other)
    }
}
