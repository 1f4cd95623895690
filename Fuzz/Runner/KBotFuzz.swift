import Foundation
import KBotFuzz

/// Mutates the inputs of each target for a while: `scripts/fuzz` builds and runs it.
///
/// With libFuzzer linked in (`scripts/fuzz --libfuzzer`) it hands one target to that instead, which sees which code an
/// input reaches.
@main
enum KBotFuzz {
    static func main() throws {
        // Nothing a child or a reader does may take the loop away.
        signal(SIGPIPE, SIG_IGN)
        let options = try Options(CommandLine.arguments.dropFirst())
        let scratch = FileManager.default.temporaryDirectory.appendingPathComponent("kbot-fuzz-\(getpid())")
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: scratch) }
        try FileManager.default.createDirectory(at: options.folder, withIntermediateDirectories: true)
        let all = FuzzTarget.all(in: scratch.path)
        let targets = all.filter { options.targets.isEmpty || options.targets.contains($0.name) }
        guard !targets.isEmpty else {
            throw Usage(description: "there is \(all.map(\.name).joined(separator: ", "))")
        }
        if let file = options.replay {
            for target in targets { try target.check(Array(try Data(contentsOf: URL(fileURLWithPath: file)))) }
            return print("\(file): everything holds")
        }
        #if KBOT_LIBFUZZER
            guard let target = targets.first, targets.count == 1 else {
                throw Usage(description: "libFuzzer takes one target at a time")
            }
            LibFuzzer.run(target, options)
        #else
            for target in targets { try run(target, options) }
        #endif
    }

    private static func run(_ target: FuzzTarget, _ options: Options) throws {
        var loop = FuzzLoop(target, seed: options.seed, folder: options.folder)
        let clock = ContinuousClock()
        let began = clock.now
        try loop.checkSeeds()
        while clock.now - began < .seconds(options.seconds) { try loop.step() }
        let rate = Double(loop.count) / Double(max(options.seconds, 1))
        print("\(target.name): seed \(options.seed), \(loop.count) inputs, \(Int(rate)) a second: everything holds")
    }
}

/// What the command line says.
struct Options {
    /// Seconds for each target.
    var seconds = 30
    /// Where the inputs begin.
    var seed = UInt64.random(in: 1...999_999_999)
    /// Where inputs are saved.
    var folder = URL(fileURLWithPath: ".build/fuzz", isDirectory: true)
    /// A saved input to check again.
    var replay: String?
    /// Targets by name; none means all.
    var targets: [String] = []

    init(_ arguments: some Sequence<String>) throws {
        var arguments = arguments.makeIterator()
        func value(_ name: String) throws -> String {
            guard let value = arguments.next() else { throw Usage(description: "\(name) needs a value") }
            return value
        }
        while let argument = arguments.next() {
            switch argument {
            case "--seconds": seconds = Int(try value(argument)) ?? seconds
            case "--seed": seed = UInt64(try value(argument)) ?? seed
            case "--folder": folder = URL(fileURLWithPath: try value(argument), isDirectory: true)
            case "--replay": replay = try value(argument)
            default:
                guard !argument.hasPrefix("-") else { throw Usage(description: "unknown option \(argument)") }
                targets.append(argument)
            }
        }
    }
}

/// What is wrong with the command line.
struct Usage: Error, CustomStringConvertible {
    /// In one sentence.
    let description: String
}
