package import KBotEngine

/// What a run gathers on the engine's thread before it hands it over: filled, handed over, and filled anew.
package struct JournalBatch: Sendable {
    /// Effects, in the order told.
    package var effects: [Effect] = []
    /// Events the engine took in, when the run records its inputs; else empty.
    package var inputs: [Event] = []
    /// Events the engine had taken in before the first of these effects and inputs.
    package var firstEvent: Int

    /// Makes an empty batch.
    package init(firstEvent: Int = 0) { self.firstEvent = firstEvent }
}
