package import KBotEngine

/// Turns effects into the lines by which a replay compares two runs: one line each, in the order told.
package protocol EffectFormatter {
    /// Appends the line of one effect, its newline included.
    mutating func append(_ effect: Effect, to bytes: inout [UInt8])
}
