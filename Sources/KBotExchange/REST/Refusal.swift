import KBotKalshi

/// Why a request is not carried out, in one of the venue's three shapes.
struct Refusal: Error, Hashable {
    /// How the body looks.
    enum Shape: Hashable {
        /// `{"error": {code, message, details}}`: most business and auth errors.
        case nested
        /// `{code, message, details}`: bodies that cannot be decoded.
        case flat
        /// `{msg}`: query parameters out of range.
        case bare
    }

    let status: Int
    let code: String
    let message: String
    let details: String?
    var shape = Shape.nested

    /// Makes a refusal of the nested shape; the message is the code in words unless it is given.
    init(_ status: Int, _ code: String, _ details: String? = nil, message: String? = nil) {
        self.status = status
        self.code = code
        self.message = message ?? String(code.lowercased().map { $0 == "_" ? " " : $0 })
        self.details = details
    }

    /// A body that cannot be decoded.
    static func undecodable(_ details: String) -> Refusal {
        var refusal = Refusal(400, "bad_request", details)
        refusal.shape = .flat
        return refusal
    }

    /// A query parameter that is out of range.
    static func parameter(_ operation: String, _ details: String) -> Refusal {
        var refusal = Refusal(400, "", nil, message: "Parameter validation failed for \(operation): \(details)")
        refusal.shape = .bare
        return refusal
    }

    static let notFound = Refusal(404, "not_found")
    static let marketNotFound = Refusal(404, "market_not_found")
    static let alreadyExists = Refusal(409, "order_already_exists")
    static func invalidOrder(_ details: String) -> Refusal { Refusal(400, "invalid_order", details) }
    static func invalidParameters(_ details: String) -> Refusal { Refusal(400, "invalid_parameters", details) }
    static func marketInactive(_ details: String? = nil) -> Refusal {
        Refusal(400, "MARKET_INACTIVE", details, message: "market inactive")
    }

    /// `{code, message, details}`.
    var fields: JSON {
        .members(["code": .string(code), "message": .string(message), "details": details.map { .string($0) }])
    }

    /// The answer.
    var response: HTTPResponse {
        switch shape {
        case .nested: .json(status, .members(["error": fields]))
        case .flat: .json(status, fields)
        case .bare: .json(status, .members(["msg": .string(message)]))
        }
    }
}

extension HTTPResponse {
    /// An answer with a JSON body.
    static func json(_ status: Int, _ body: JSON) -> HTTPResponse {
        HTTPResponse(status: status, headers: [HTTPField("Content-Type", "application/json")], body: body.bytes)
    }
}
