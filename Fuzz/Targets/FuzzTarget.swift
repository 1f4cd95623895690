import KBotTestSupport

/// A reader of foreign bytes, with what must hold of it whatever the bytes are.
package struct FuzzTarget: Sendable {
    /// The name it is chosen by.
    package let name: String
    /// Well-formed inputs to begin from.
    package let seeds: [[UInt8]]
    /// Words of the format, put into inputs whole.
    package let words: [[UInt8]]
    /// Longest input, in bytes.
    package let longest: Int
    /// Reads an input; throws when something that must hold does not. That it traps or hangs is for others to see.
    package let check: @Sendable ([UInt8]) throws -> Void

    init(
        _ name: String,
        seeds: [[UInt8]],
        words: [String],
        longest: Int = 4_096,
        check: @escaping @Sendable ([UInt8]) throws -> Void
    ) {
        self.name = name
        self.seeds = seeds
        self.words = words.map { Array($0.utf8) }
        self.longest = longest
        self.check = check
    }

    /// Every target; what has to be in files for a moment is put into a folder that is there, for this process alone.
    package static func all(in folder: String) -> [FuzzTarget] {
        numbers() + [frames(), answers(), journal()] + recordings(in: folder) + [
            keys(), scripts(), control(in: folder),
        ]
    }
}

extension FuzzTarget {
    /// A target that refuses inputs with an `x`: shows that what fails is found, saved and named.
    package static let picky = FuzzTarget("picky", seeds: inputs(["abc"]), words: ["x"], longest: 16) { input in
        try hold(!input.contains(UInt8(ascii: "x")), "there is an x")
    }
}

/// Texts as inputs.
func inputs(_ texts: [String]) -> [[UInt8]] { texts.map { Array($0.utf8) } }
