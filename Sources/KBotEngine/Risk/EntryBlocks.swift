import KBotModel

/// The reasons for which the whole account opens nothing now.
///
/// Kept in the order in which they are asked; each says until when it lasts, nil for until further notice.
struct EntryBlocks {
    struct Block {
        let code: ReasonCode
        let text: String
        let until: Timestamp?
    }

    private(set) var blocks: [Block] = [] {
        didSet { nextEnd = blocks.compactMap(\.until).min() }
    }

    /// When the next block ends by itself; kept, because the engine asks at every event.
    private(set) var nextEnd: Timestamp?

    var first: Block? { blocks.first }

    func contains(_ code: ReasonCode) -> Bool { blocks.contains { $0.code == code } }

    /// Adds a block; one that is there already keeps the later end. True when it is new.
    mutating func begin(_ code: ReasonCode, until: Timestamp?, _ text: String) -> Bool {
        guard let index = blocks.firstIndex(where: { $0.code == code }) else {
            blocks.append(Block(code: code, text: text, until: until))
            return true
        }
        if isLater(until, than: blocks[index].until) { blocks[index] = Block(code: code, text: text, until: until) }
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

/// Whether one end comes after another; nil is no end at all.
func isLater(_ end: Timestamp?, than other: Timestamp?) -> Bool {
    guard let other else { return false }
    return end.map { $0 > other } ?? true
}
