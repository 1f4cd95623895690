package import Foundation
import KBotTestSupport

/// Mutates and checks, until something does not hold or enough was tried.
package struct FuzzLoop {
    /// What stands in the way of an input.
    package struct Failure: Error, CustomStringConvertible {
        /// The target.
        package let target: String
        /// The seed of the loop.
        package let seed: UInt64
        /// Which of the seed's inputs it was, from 0 on.
        package let number: Int
        /// Where the input was saved; nil when it could not be.
        package let file: String?
        /// What did not hold.
        package let cause: String

        /// Everything that is needed to see it again.
        package var description: String {
            "\(target): seed \(seed), input \(number)\(file.map { ", saved as \($0)" } ?? ""): \(cause)"
        }
    }

    private let target: FuzzTarget
    private let seed: UInt64
    private let folder: URL
    private var mutator: Mutator
    private var random: SeededGenerator
    /// How many inputs were checked.
    package private(set) var count = 0

    /// Makes the loop of a target.
    ///
    /// Before each input is checked it is written to `folder`/TARGET.input, so that it is there when the check ends
    /// the process.
    package init(_ target: FuzzTarget, seed: UInt64, folder: URL) {
        self.target = target
        self.seed = seed
        self.folder = folder
        mutator = Mutator(target)
        random = SeededGenerator(seed: seed)
    }

    /// Checks the well-formed inputs themselves.
    ///
    /// - Throws: ``Failure`` for the first that fails.
    package mutating func checkSeeds() throws {
        for seed in target.seeds { try check(seed) }
    }

    /// Checks the next input.
    ///
    /// - Throws: ``Failure`` when it fails.
    package mutating func step() throws { try check(mutator.next(using: &random)) }

    private mutating func check(_ input: [UInt8]) throws {
        let file = folder.appendingPathComponent("\(target.name).input")
        let isSaved = (try? Data(input).write(to: file)) != nil
        do {
            try target.check(input)
        } catch {
            let kept = folder.appendingPathComponent("\(target.name)-\(seed)-\(count).failure")
            try? FileManager.default.removeItem(at: kept)
            let isKept = isSaved && (try? FileManager.default.copyItem(at: file, to: kept)) != nil
            throw Failure(
                target: target.name,
                seed: seed,
                number: count,
                file: isKept ? kept.path : nil,
                cause: "\(error)"
            )
        }
        count += 1
    }
}
