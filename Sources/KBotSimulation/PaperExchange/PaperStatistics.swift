public import KBotModel

/// What the paper exchange counted, for the report.
public struct PaperStatistics: Hashable, Codable, Sendable {
    /// Orders that arrived.
    public internal(set) var orders = 0
    /// Orders refused.
    public internal(set) var rejected = 0
    /// Orders that took, or tried to and were stopped by slippage.
    public internal(set) var takers = 0
    /// Of those, the ones that met a stressed market.
    public internal(set) var stressed = 0
    /// Ticks of slippage over all of those.
    public internal(set) var slippageTicks = 0
    /// What slippage cost: distance from the displayed level × contracts filled.
    public internal(set) var slippageCost = Money.zero
    /// Fills in which ours took.
    public internal(set) var takerFills = 0
    /// Fills in which ours rested.
    public internal(set) var makerFills = 0
    /// Contracts filled.
    public internal(set) var contracts = Quantity.zero
    /// Taker orders and resting fill events that luck made partial.
    public internal(set) var partial = 0
    /// Orders cancelled, for whatever reason, expiries included.
    public internal(set) var cancelled = 0
    /// Changes carried out.
    public internal(set) var amended = 0

    /// Starts at nothing.
    public init() {}

    /// The counts in words.
    public var facts: [Friction.Fact] {
        [
            Friction.Fact(name: "orders", value: "\(orders)"),
            Friction.Fact(name: "rejected", value: "\(rejected)"),
            Friction.Fact(name: "takers", value: "\(takers), \(stressed) of them in a stressed market"),
            Friction.Fact(name: "slippage", value: "\(slippageTicks) ticks, \(slippageCost) dollars"),
            Friction.Fact(name: "fills", value: "\(takerFills) taking, \(makerFills) resting, \(contracts) contracts"),
            Friction.Fact(name: "made partial", value: "\(partial)"),
            Friction.Fact(name: "cancelled or expired", value: "\(cancelled)"),
            Friction.Fact(name: "amended", value: "\(amended)"),
        ]
    }
}
