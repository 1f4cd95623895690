import KBotModel

/// Judging answers of a bad status.
extension VenueError {
    /// The error that an answer means.
    ///
    /// A write answered by something that is no JSON never met the venue's own judgement, so whether it was carried out
    /// is unknown; 429 alone is certain from any source.
    package init(_ response: HTTPResponse, effect: RequestEffect) {
        let body = ErrorBody(response.body)
        self.init(status: response.status, body: body, effect: effect)
        if let seconds = response.header("retry-after").flatMap({ Int64($0) }), (0...86_400).contains(seconds) {
            retryAfter = .seconds(seconds)
        }
    }

    /// The error of one item of a batch, judged by its code alone.
    package init(item body: ErrorBody, effect: RequestEffect) {
        self.init(status: nil, body: body, effect: effect)
    }

    private init(status: Int?, body: ErrorBody, effect: RequestEffect) {
        let kind = Self.kind(status, body)
        self.init(
            kind,
            Self.disposition(kind, status, body, effect),
            status: status,
            code: body.code,
            message: body.text
        )
    }

    private static func kind(_ status: Int?, _ body: ErrorBody) -> Kind {
        if let known = body.code.flatMap({ kind(code: $0.lowercased(), body) }) { return known }
        return switch status {
        case 400?, 405?, 413?, 415?, 422?: .badRequest
        case 401?: .unauthenticated
        case 403?: .forbidden
        case 404?: .notFound
        case 409?: .conflict
        case 410?: .gone
        case 429?: .rateLimited
        case 408?: .lostAnswer
        case let status? where status >= 500: .unavailable
        default: .other
        }
    }

    /// Codes in small letters: the venue is known to use both cases of some.
    private static func kind(code: String, _ body: ErrorBody) -> Kind? {
        switch code {
        case "bad_request": .badRequest
        case "invalid_price": .invalidPrice
        case "invalid_order": isPostOnly(body) ? .postOnlyCross : .invalidOrder
        case "insufficient_balance": .insufficientBalance
        case "market_inactive", "market_closed", "market_not_active": .marketInactive
        case "authentication_error":
            switch body.details?.uppercased() {
            case "INCORRECT_API_KEY_SIGNATURE"?: .badSignature
            case "NOT_FOUND"?: .unknownKey
            default: .unauthenticated
            }
        case "header_timestamp_expired": .clockSkew
        case "signature_is_missing_from_headers": .missingSignature
        case "token_authentication_failure": .unauthenticated
        case "not_found", "market_not_found", "order_not_found": .notFound
        case "order_already_exists": .orderAlreadyExists
        case "fill_or_kill_insufficient_resting_volume", "immediate_or_cancel_insufficient_resting_volume": .notFilled
        case "deprecated_v1_order_endpoint": .gone
        case "too_many_requests": .rateLimited
        default: nil
        }
    }

    private static func isPostOnly(_ body: ErrorBody) -> Bool {
        (body.details ?? body.message ?? "").lowercased().contains("post only")
    }

    private static func disposition(_ kind: Kind, _ status: Int?, _ body: ErrorBody, _ effect: RequestEffect)
        -> Disposition
    {
        // The status speaks before the code here: whatever a failing server writes, it may have done its work.
        let isFailing = (status ?? 0) >= 500 || status == 408
        if isFailing { return effect == .once ? .outcomeUnknown : .retryable }
        if kind == .rateLimited { return .retryable }
        if body.isForeign, effect != .read { return effect == .once ? .outcomeUnknown : .retryable }
        return switch kind {
        case .orderAlreadyExists: .conflict
        case .conflict: effect == .once ? .conflict : .notRetryable
        case .gone: .gone
        case .clockSkew: .needsClock
        case .other where status == nil: effect == .once ? .outcomeUnknown : .notRetryable
        default: .notRetryable
        }
    }
}
