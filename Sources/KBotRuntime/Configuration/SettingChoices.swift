/// Which of the venue's two systems credentials belong to.
package enum KalshiEnvironment: String, Hashable, Sendable, CaseIterable {
    /// Play money.
    case demo
    /// Real money.
    case live
}

/// How much worse than perfect the paper exchange fills.
package enum FillModel: String, Hashable, Sendable, CaseIterable {
    /// Delays, slippage and partial fills as at the venue.
    case realistic
    /// At the touch, without delay.
    case optimistic
    /// The worst of each range, behind everyone.
    case pessimistic
}

/// What becomes of open positions when a run ends.
package enum ExitPolicy: String, Hashable, Sendable, CaseIterable {
    /// Asks on a terminal; elsewhere holds.
    case ask
    /// Leaves positions and their targets; no stop is watched any more.
    case hold
    /// Leaves every position.
    case flatten
}

/// How log lines look.
package enum LogFormat: String, Hashable, Sendable, CaseIterable {
    /// For people.
    case console
    /// One JSON object per line.
    case json
}
