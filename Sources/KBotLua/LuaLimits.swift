/// What a script may use.
package struct LuaLimits: Sendable, Hashable {
    /// Instructions for one call from the host.
    package var callInstructions: Int
    /// Instructions for compiling and running a script's top level.
    package var loadInstructions: Int
    /// Bytes of memory for the whole machine.
    package var memoryBytes: Int

    /// Makes limits; the defaults are those of kbot's design: 2,000,000 and 20,000,000 instructions, 32 MiB.
    package init(
        callInstructions: Int = 2_000_000,
        loadInstructions: Int = 20_000_000,
        memoryBytes: Int = 32 << 20
    ) {
        self.callInstructions = callInstructions
        self.loadInstructions = loadInstructions
        self.memoryBytes = memoryBytes
    }
}

/// Counters of one machine since it was made.
package struct LuaStatistics: Sendable, Hashable {
    /// Entries into script code, loads included.
    package var calls: Int
    /// Entries that ended with an error.
    package var errors: Int
    /// Bytes in use now.
    package var memoryBytes: Int
    /// The most bytes ever in use.
    package var peakMemoryBytes: Int
    /// Instructions the last entry used, counted in steps of 1,000 and with the charges for work inside C.
    package var lastInstructions: Int
}
