public import KBotModel

/// The reasons for which the whole account opens nothing now.
///
/// Kept in the order in which they are asked; each says until when it lasts, nil for until further notice.
struct EntryBlocks {
    private(set) var blocks: [HaltReason] = [] {
        didSet { nextEnd = blocks.compactMap(\.until).min() }
    }

    /// When the next block ends by itself; kept, because the engine asks at every event.
    private(set) var nextEnd: Timestamp?

    var first: HaltReason? { blocks.first }

    func contains(_ code: ReasonCode) -> Bool { blocks.contains { $0.code == code } }

    /// Takes up the blocks of an earlier run.
    mutating func restore(_ blocks: [HaltReason]) { self.blocks = blocks }

    /// Adds a block; one that is there already keeps the later end. True when it is new.
    mutating func begin(_ code: ReasonCode, until: Timestamp?, _ text: String) -> Bool {
        guard let index = blocks.firstIndex(where: { $0.code == code }) else {
            blocks.append(HaltReason(code: code, text: text, until: until))
            return true
        }
        if isLater(until, than: blocks[index].until) {
            blocks[index] = HaltReason(code: code, text: text, until: until)
        }
        return false
    }

    /// Ends one block; true when it was there.
    mutating func end(_ code: ReasonCode) -> Bool {
        let before = blocks.count
        blocks.removeAll { $0.code == code }
        return blocks.count < before
    }

    /// Takes out the blocks whose time has come.
    mutating func takeEnded(at now: Timestamp) -> [ReasonCode] {
        let ended = blocks.filter { $0.until.map { $0 <= now } ?? false }.map(\.code)
        blocks.removeAll { ended.contains($0.code) }
        return ended
    }
}

/// What the account may do now.
public enum TradingState: String, Hashable, Codable, Sendable, CaseIterable {
    /// Entries and exits.
    case active
    /// No entries for now; what is open stays managed. It ends by itself, or with what brought it about.
    case reduceOnly = "reduce_only"
    /// No entries until the operator resumes; what is open stays managed. It lasts across restarts.
    case halted
}

/// One reason for which the whole account opens nothing.
public struct HaltReason: Hashable, Codable, Sendable {
    /// Stable word, such as `HALTED` or `DAILY_LOSS_LIMIT`.
    public let code: ReasonCode
    /// The sentence.
    public let text: String
    /// When it ends by itself; nil when it does not.
    public let until: Timestamp?

    /// Whether it outlasts the run. What is about this run's connection, journal or end does not.
    var lasts: Bool {
        switch code {
        case .feedStale, .entriesStopped, .journalFailed, .onHold: false
        default: true
        }
    }
}

/// Whether one end comes after another; nil is no end at all.
func isLater(_ end: Timestamp?, than other: Timestamp?) -> Bool {
    guard let other else { return false }
    return end.map { $0 > other } ?? true
}
