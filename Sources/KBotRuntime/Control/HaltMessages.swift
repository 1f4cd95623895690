/// What `kbot halt` asks of a run.
package struct HaltOrder: Codable, Hashable, Sendable {
    /// Why, in the operator's words.
    package var reason: String?
    /// Whether targets that rest are cancelled too; entries always are.
    package var cancel: Bool
    /// Whether every position is left now.
    package var flatten: Bool

    private enum CodingKeys: String, CodingKey {
        case reason, cancel, flatten
    }

    /// Makes an order.
    package init(reason: String? = nil, cancel: Bool = false, flatten: Bool = false) {
        self.reason = reason
        self.cancel = cancel
        self.flatten = flatten
    }

    /// Reads an order; what is not given is not wanted.
    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        reason = try fields.decodeIfPresent(String.self, forKey: .reason)
        cancel = try fields.decodeIfPresent(Bool.self, forKey: .cancel) ?? false
        flatten = try fields.decodeIfPresent(Bool.self, forKey: .flatten) ?? false
    }
}

/// What `kbot resume` asks of a run.
package struct ResumeOrder: Codable, Hashable, Sendable {
    /// Whether the operator has seen why it is halted, and wants it to trade again.
    package var confirmed: Bool

    private enum CodingKeys: String, CodingKey {
        case confirmed
    }

    /// Makes an order.
    package init(confirmed: Bool) { self.confirmed = confirmed }

    /// Reads an order; without a word it is not confirmed.
    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        confirmed = try fields.decodeIfPresent(Bool.self, forKey: .confirmed) ?? false
    }
}

/// What a run says to `kbot halt`: it halts in the same moment, after its answer.
package struct HaltAnswer: Codable, Hashable, Sendable {
    /// The account that is halted; nil for a run without one.
    package var account: String?
    /// Whether the halt outlives the run.
    package var isLatched: Bool
    /// Why it could not be kept for the next run; nil when it could, or there is nothing to keep.
    package var problem: String?

    private enum CodingKeys: String, CodingKey {
        case account
        case isLatched = "latched"
        case problem
    }

    /// Makes an answer.
    package init(account: String?, isLatched: Bool, problem: String? = nil) {
        self.account = account
        self.isLatched = isLatched
        self.problem = problem
    }

    /// Writes every field, `null` for what there is not.
    package func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(account, forKey: .account)
        try fields.encode(isLatched, forKey: .isLatched)
        try fields.encode(problem, forKey: .problem)
    }
}

/// What a run says to `kbot resume`.
package struct ResumeAnswer: Codable, Hashable, Sendable {
    /// The account; nil for a run without one.
    package var account: String?
    /// How it stood when it was asked.
    package var state: RunStatus.State
    /// Why it did not trade then.
    package var reasons: [RunStatus.Reason]
    /// Whether it trades again.
    package var isResumed: Bool
    /// Why it cannot trade again yet; nil when nothing stands in the way.
    package var refusal: String?

    /// Whether there was anything that an operator can end.
    package var isResumable: Bool { reasons.contains(where: \.isResumable) }

    private enum CodingKeys: String, CodingKey {
        case account, state, reasons
        case isResumed = "resumed"
        case refusal
    }

    /// Makes an answer.
    package init(
        account: String?,
        state: RunStatus.State,
        reasons: [RunStatus.Reason],
        isResumed: Bool = false,
        refusal: String? = nil
    ) {
        self.account = account
        self.state = state
        self.reasons = reasons
        self.isResumed = isResumed
        self.refusal = refusal
    }

    /// Writes every field, `null` for what there is not.
    package func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(account, forKey: .account)
        try fields.encode(state, forKey: .state)
        try fields.encode(reasons, forKey: .reasons)
        try fields.encode(isResumed, forKey: .isResumed)
        try fields.encode(refusal, forKey: .refusal)
    }
}
