/// What fees were in force when.
extension FeeSchedule {
    /// Since when a fill's fee is rounded up to 0.0001 dollar; before, it was rounded up to a whole cent.
    ///
    /// Source: `kalshi-api` §6.2 and §6.3, the venue's fee schedule for direct members.
    public static let fineSince = UTCDay(year: 2026, month: 5, day: 28).start

    /// What a fill's fee is rounded up to at a time.
    public static func step(at time: Timestamp) -> Money {
        time < fineSince ? Money(units: 10_000) : Money(units: 100)
    }

    /// What a fill's fee is rounded up to today.
    public static let currentStep = step(at: .distantFuture)

    /// The same schedule as it was rounded at a time.
    ///
    /// A market has one schedule: the one of its close. Of a market that was open when the rule changed, fills before the
    /// change are so charged by the later rule, at most a cent less each.
    public func inForce(at time: Timestamp) -> FeeSchedule {
        FeeSchedule(kind: kind, multiplier: multiplier, step: Self.step(at: time))
    }
}

extension FeeSchedule: Codable {
    private enum CodingKeys: String, CodingKey {
        case kind, multiplier, step
    }

    /// Reads a schedule; one without a step was written when all had that of today.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let step = try container.decodeIfPresent(Money.self, forKey: .step) ?? Self.currentStep
        let multiplier = try container.decode(Int64.self, forKey: .multiplier)
        guard step > .zero, multiplier >= 0 else {
            throw DecodingError.dataCorruptedError(
                forKey: .step,
                in: container,
                debugDescription: "no schedule of fees"
            )
        }
        self.init(kind: try container.decode(Kind.self, forKey: .kind), multiplier: multiplier, step: step)
    }

    /// Writes a schedule, its step only when it is not that of today.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(kind, forKey: .kind)
        try container.encode(multiplier, forKey: .multiplier)
        if step != Self.currentStep { try container.encode(step, forKey: .step) }
    }
}
