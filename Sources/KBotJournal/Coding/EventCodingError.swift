/// Why bytes are no chunk of events, or events give none.
package enum EventCodingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The chunk was cut off, or a bit of it is not as it was written.
    case damaged
    /// A newer kbot wrote the chunk.
    case version(UInt8)
    /// The chunk is whole, yet what it says makes no event.
    case malformed(String)
    /// The chunk would be, or claims to be, larger than ``EventChunk/largest``; its bytes.
    case tooLarge(Int)
    /// zlib gave up; its code.
    case compression(Int32)

    /// What is wrong, in words.
    package var description: String {
        switch self {
        case .damaged: "the chunk is cut off or damaged"
        case .version(let version): "the chunk has the format \(version), which only a newer kbot reads"
        case .malformed(let what): "the chunk makes no sense: \(what)"
        case .tooLarge(let count): "the chunk has \(count) bytes, more than a chunk may have"
        case .compression(let code): "zlib failed with \(code)"
        }
    }
}
