/// A stretch of what the journal kept of a run's effects.
package enum RecordedEffects: Hashable, Sendable {
    /// Lines as ``EffectLines`` made them, each with its line feed; a stretch may end within one.
    case lines([UInt8])
    /// So many effects that were not kept.
    case gap(Int)

    /// A chunk as the journal gives it: so many lines, or so many that are missing when there are no bytes.
    package init(count: Int, bytes: [UInt8]) { self = bytes.isEmpty ? .gap(count) : .lines(bytes) }
}

/// Gives recorded lines one after the other, holding no more of them than is needed.
struct RecordedLines {
    /// What stands at the place reached.
    enum Place { case line, gap, end }

    private let source: () throws -> RecordedEffects?
    private var buffer: [UInt8] = []
    private var start = 0
    private var gap = 0
    private var hasEnded = false

    init(_ source: @escaping () throws -> RecordedEffects?) { self.source = source }

    /// Looks what comes next.
    mutating func place() throws -> Place {
        if start < buffer.count { return .line }
        if gap == 0 { try fill() }
        return start < buffer.count ? .line : gap > 0 ? .gap : .end
    }

    /// Passes over one effect that was not kept.
    mutating func skipOne() { gap -= 1 }

    /// Passes over the next line if it is this one, which ends with a line feed.
    mutating func skip(_ line: [UInt8]) throws -> Bool {
        while buffer.count - start < line.count, gap == 0, !hasEnded { try fill() }
        guard buffer.count - start >= line.count, buffer[start..<start + line.count] == line[...] else { return false }
        start += line.count
        return true
    }

    /// Takes the next line, without its line feed.
    mutating func take() throws -> String? {
        guard try place() == .line else { return nil }
        var searched = 0
        while true {
            if let end = buffer[(start + searched)...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { start = end + 1 }
                return String(decoding: buffer[start..<end], as: UTF8.self)
            }
            searched = buffer.count - start
            if gap > 0 || hasEnded { break }
            try fill()
        }
        // The record was cut off within a line.
        defer { start = buffer.count }
        return String(decoding: buffer[start...], as: UTF8.self)
    }

    /// Takes in the next stretch.
    private mutating func fill() throws {
        guard !hasEnded else { return }
        switch try source() {
        case .lines(let bytes):
            buffer.removeSubrange(..<start)
            start = 0
            buffer += bytes
        case .gap(let count): gap = max(0, count)
        case nil: hasEnded = true
        }
    }
}
