import Foundation

/// Runs the built program.
enum Kbot {
    /// What one run printed.
    struct Result {
        let status: Int32
        let output: String
        let errors: String
    }

    /// The package's root folder.
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Runs the program with arguments to its end, in the package's folder unless told otherwise.
    static func run(_ arguments: String..., in folder: URL = root, environment: [String: String] = [:]) throws -> Result
    {
        try start(arguments, in: folder, environment: environment).wait()
    }

    /// Starts the program.
    static func start(
        _ arguments: [String],
        in folder: URL = root,
        environment: [String: String] = [:]
    ) throws -> Running {
        let binary = Bundle.main.bundleURL.deletingLastPathComponent().appendingPathComponent("kbot")
        let fallback = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appendingPathComponent("kbot")
        let process = Process()
        process.executableURL = FileManager.default.isExecutableFile(atPath: binary.path) ? binary : fallback
        process.arguments = arguments
        process.currentDirectoryURL = folder
        var variables = ProcessInfo.processInfo.environment
        for name in variables.keys where name.hasPrefix("KALSHI_") { variables[name] = nil }
        variables["KBOT_HOME"] = root.path
        variables["COLUMNS"] = "80"
        variables.merge(environment) { $1 }
        process.environment = variables
        return try Running(process)
    }

    /// A run under way; what it prints goes to files, so that no full pipe can stop it.
    final class Running {
        private let process: Process
        private let folder = TestFolder()

        init(_ process: Process) throws {
            self.process = process
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = try FileHandle(forWritingTo: folder.write("output", ""))
            process.standardError = try FileHandle(forWritingTo: folder.write("errors", ""))
            try process.run()
        }

        deinit { if process.isRunning { process.terminate() } }

        /// What stands on standard error so far.
        var errors: String { folder.read("errors") }

        /// Waits until standard error holds a text; false when that takes longer than so many seconds.
        func waits(for text: String, seconds: Double = 20) -> Bool {
            let end = Date(timeIntervalSinceNow: seconds)
            while Date() < end {
                if errors.contains(text) { return true }
                guard process.isRunning else { return errors.contains(text) }
                usleep(10_000)
            }
            return false
        }

        /// Ctrl-C.
        func interrupt() { process.interrupt() }

        /// Sends a signal.
        func signal(_ number: Int32) { kill(process.processIdentifier, number) }

        /// Waits for the end; what has not ended after so many seconds is killed, which its test sees by the status.
        func wait(seconds: Double = 180) -> Result {
            let end = ContinuousClock.now + .seconds(seconds)
            while process.isRunning {
                if ContinuousClock.now > end { signal(SIGKILL) }
                usleep(5_000)
            }
            process.waitUntilExit()
            return Result(status: process.terminationStatus, output: folder.read("output"), errors: errors)
        }
    }
}

/// A folder that goes away with its test.
final class TestFolder {
    let url: URL

    init() {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("kbot-cli-\(UUID().uuidString)")
        try? FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// Writes a file and gives its place.
    @discardableResult
    func write(_ name: String, _ text: String) throws -> URL {
        let file = url.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
        return file
    }

    /// The text of a file; empty when there is none.
    func read(_ name: String) -> String {
        (try? Data(contentsOf: url.appendingPathComponent(name))).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// The path of a file in it.
    func path(_ name: String) -> String { url.appendingPathComponent(name).path }
}

/// Recordings made by hand, of one market of fifteen minutes.
enum Recording {
    static let ticker = "KXBTC15M-26APR271445-45"
    static let header = "ts_ms,ticker,yes_price_dollars,count,taker_side\n"

    /// One row: seconds from the opening, cents, contracts, the outcome its taker bought.
    static func row(_ second: Int, _ cents: Int, _ count: Int = 10, _ taker: String = "yes") -> String {
        "\(1_777_314_600_000 + second * 1_000),\(ticker),0.\(cents)00,\(count).00,\(taker)\n"
    }

    /// With five-second candles and a band of five: a long at 43¢, filled at 27 s, then quiet trading at 45¢.
    static var held: String {
        let candles = (0..<4).map { row($0 * 5 + 1, 50, 10, $0.isMultiple(of: 2) ? "yes" : "no") }.joined()
        let signal = row(20, 46, 5, "no") + row(21, 47, 5) + row(22, 43, 5, "no") + row(23, 45, 5)
        let quiet = (28..<600).map { row($0, 45, 500, $0.isMultiple(of: 2) ? "yes" : "no") }.joined()
        return header + candles + signal + row(27, 42, 500, "no") + quiet
    }

    /// Options that make the rules fit ``held``.
    static let options = [
        "--param", "interval=5s", "--param", "period=5", "--param", "stddev=1.0", "--fills", "optimistic",
    ]
}
