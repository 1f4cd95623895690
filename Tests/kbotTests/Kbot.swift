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

    /// Runs the program with arguments, in the package's folder unless told otherwise.
    static func run(_ arguments: String..., in folder: URL = root, environment: [String: String] = [:]) throws -> Result {
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
        variables.merge(environment) { $1 }
        process.environment = variables
        let output = Pipe()
        let errors = Pipe()
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = FileHandle.nullDevice
        try process.run()
        // Both pipes are read while it runs, so that neither can fill up and stop it.
        let box = Box()
        let reader = Thread { box.set(errors.fileHandleForReading.readDataToEndOfFile()) }
        reader.start()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Result(
            status: process.terminationStatus,
            output: String(decoding: text, as: UTF8.self),
            errors: String(decoding: box.wait(), as: UTF8.self)
        )
    }
}

/// Hands data from one thread to another.
private final class Box: @unchecked Sendable {
    // Guarded by the condition.
    private var data: Data?
    private let condition = NSCondition()

    func set(_ data: Data) {
        condition.lock()
        self.data = data
        condition.signal()
        condition.unlock()
    }

    func wait() -> Data {
        condition.lock()
        defer { condition.unlock() }
        while data == nil { condition.wait() }
        return data ?? Data()
    }
}
