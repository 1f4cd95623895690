import KBotModel

/// What stands in a frame's `msg`, collected in one pass whatever the order of its keys.
///
/// A scalar is kept as a range and read when the frame's type is known: a field that a type does not use may hold
/// anything, and the texts a delta does not need are never converted.
struct FrameFields {
    private var ranges = InlineArray<32, Slot>(repeating: Slot())
    private var present: UInt32 = 0
    /// Levels of the two sides, as they stand in the frame.
    var yes: [BookLevel] = []
    var no: [BookLevel] = []
    /// `price_ranges`; nil when absent or no grid.
    var grid: PriceGrid?

    private struct Slot {
        var start: Int32 = 0
        /// Turned around bit by bit, and so negative, when the text holds escapes.
        var end: Int32 = 0
    }

    /// Keeps where a field's value stands.
    @inline(__always) mutating func set(_ key: MessageKey, _ range: TextRange) {
        let index = Int(key.index)
        present |= 1 &<< UInt32(truncatingIfNeeded: index)
        let end = Int32(truncatingIfNeeded: range.end)
        ranges[index] = Slot(start: Int32(truncatingIfNeeded: range.start), end: range.isEscaped ? ~end : end)
    }

    /// Where a field's value stands; nil when the frame does not have it, or has it as null.
    @inline(__always) subscript(key: MessageKey) -> TextRange? {
        let index = Int(key.index)
        guard present & (1 &<< UInt32(truncatingIfNeeded: index)) != 0 else { return nil }
        let slot = ranges[index]
        let isEscaped = slot.end < 0
        return TextRange(start: Int(slot.start), end: Int(isEscaped ? ~slot.end : slot.end), isEscaped: isEscaped)
    }

    /// Where a field's value stands.
    @inline(__always) func required(_ key: MessageKey, at offset: Int) throws(FrameError) -> TextRange {
        guard let range = self[key] else { throw FrameError(.missing(key.rawValue), at: offset) }
        return range
    }
}

extension MessageKey {
    /// A number below 32: a payload-free enum of up to 256 cases is stored as just the number of its case.
    @inline(__always) var index: UInt8 { unsafe unsafeBitCast(self, to: UInt8.self) }
}
