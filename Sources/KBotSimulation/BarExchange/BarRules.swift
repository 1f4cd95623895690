/// How orders fill on bars; the three names a trader knows, as far as bars can tell them apart.
///
/// A bar says where the price was, not for how long, in which order, or with how much behind it. So `optimistic` and
/// `realistic` are one and the same here, and `pessimistic` takes a step of every taker and wants a step more for
/// everything that rests.
public struct BarRules: Hashable, Sendable {
    /// The name by which a trader picks it.
    public var name: String
    /// Grid steps by which a taker does worse than the price it meets.
    public var takerSteps: Int
    /// Grid steps by which the price must pass a resting order's limit to fill it; with 0 a touch fills.
    public var passSteps: Int
    /// Whether a resting order fills at the open when the bar opens beyond its limit; else at its limit.
    public var gapsImprove: Bool

    /// Makes rules of one's own.
    public init(name: String, takerSteps: Int, passSteps: Int, gapsImprove: Bool) {
        precondition(takerSteps >= 0 && passSteps >= 0, "Condition failed: steps are not negative")
        self.name = name
        self.takerSteps = takerSteps
        self.passSteps = passSteps
        self.gapsImprove = gapsImprove
    }

    /// Takers get the price they meet, a touch fills what rests.
    public static let realistic = BarRules(name: "realistic", takerSteps: 0, passSteps: 0, gapsImprove: true)

    /// The same as ``realistic``: bars hold nothing that a better fill could be read from.
    public static let optimistic = BarRules(name: "optimistic", takerSteps: 0, passSteps: 0, gapsImprove: true)

    /// A step of every taker, a step beyond every limit, nothing gained from a gap.
    public static let pessimistic = BarRules(name: "pessimistic", takerSteps: 1, passSteps: 1, gapsImprove: false)

    /// The rules of a name a trader may type; nil for another word.
    public static func named(_ name: String) -> BarRules? {
        [realistic, optimistic, pessimistic].first { $0.name == name }
    }

    /// The rules in words, for the report.
    public var facts: [Friction.Fact] {
        [
            Friction.Fact(name: "market entries", value: "at the next bar's open"),
            Friction.Fact(name: "stop and target in one bar", value: "the stop counts"),
            Friction.Fact(
                name: "gaps",
                value: gapsImprove ? "fill at the open" : "fill at the open, limits at the limit"
            ),
            Friction.Fact(name: "size", value: "every order fills whole, whatever the volume"),
            Friction.Fact(name: "takers", value: takerSteps == 0 ? "at the price met" : "\(takerSteps) step worse"),
            Friction.Fact(
                name: "resting orders",
                value: passSteps == 0 ? "a touch fills" : "the price must pass by \(passSteps) step"
            ),
        ]
    }
}
