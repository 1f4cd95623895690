import Foundation
import KBotFuzz
import KBotTestSupport
import Testing

/// A few thousand mutated inputs for every reader of foreign bytes; `make fuzz` goes on from there.
@Suite struct FuzzTests {
    /// How many inputs each target gets; those of a second or so.
    private static let counts = [
        "decimals": 2_000, "tickers": 2_000, "times": 2_000, "frames": 800, "answers": 150, "journal": 1_000,
        "keys": 400,
        "scripts": 30, "control": 150,
    ]

    @Test(arguments: names)
    func `mutated inputs are read or refused, and what must hold holds`(_ name: String) throws {
        let folder = URL(fileURLWithPath: "/tmp").appendingPathComponent("kbot-fuzz-\(getpid())-\(name)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let target = try #require(FuzzTarget.all(in: folder.path).first { $0.name == name })
        var loop = FuzzLoop(target, seed: 1, folder: folder)
        // A failure names the file with its input, which then stays.
        try loop.checkSeeds()
        for _ in 0..<(Self.counts[name] ?? 120) { try loop.step() }
        try FileManager.default.removeItem(at: folder)
    }

    private static let names = [
        "decimals", "tickers", "times", "frames", "answers", "journal", "keys", "scripts", "control", "trades",
        "recorded-frames", "markets", "spot",
    ]

    @Test func `every target is tested here`() {
        let names = FuzzTarget.all(in: "/tmp").map(\.name)
        #expect(Set(names) == Set(Self.names))
    }

    @Test func `a seed gives the same inputs again`() throws {
        let target = try #require(FuzzTarget.all(in: "/tmp").first { $0.name == "frames" })
        var inputs: [[[UInt8]]] = []
        for _ in 0..<2 {
            var mutator = Mutator(target)
            var random = SeededGenerator(seed: 7)
            inputs.append((0..<200).map { _ in mutator.next(using: &random) })
        }
        #expect(inputs[0] == inputs[1])
        #expect(Set(inputs[0]).count > 150)
        #expect(inputs[0].allSatisfy { $0.count <= target.longest })
    }

    @Test func `an input that fails is saved and named`() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kbot-fuzz-saved-\(getpid())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let target = FuzzTarget.picky
        var loop = FuzzLoop(target, seed: 3, folder: folder)
        do {
            for _ in 0..<10_000 { try loop.step() }
            Issue.record("nothing failed")
        } catch let failure as FuzzLoop.Failure {
            let saved = Array(try Data(contentsOf: URL(fileURLWithPath: try #require(failure.file))))
            #expect(throws: Violation.self) { try target.check(saved) }
            #expect(failure.description.contains("seed 3"))
        }
    }
}
