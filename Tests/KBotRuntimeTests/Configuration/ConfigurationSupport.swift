import Foundation
import KBotRuntime
import Testing

/// Loads settings from texts; the text of an environment file is written to a folder of its own first.
func load(
    _ options: [String: String] = [:],
    environment: [String: String] = [:],
    file: String? = nil
) throws -> RunSettings {
    guard let file else { return try RunSettings.load(options: options, environment: environment, envFile: .none) }
    return try withFolder { folder in
        let path = folder + "/.env"
        try file.write(toFile: path, atomically: true, encoding: .utf8)
        return try RunSettings.load(options: options, environment: environment, envFile: .required(path))
    }
}

/// The problems of a load that must fail, without the folder in front of the file's name.
func problems(
    _ options: [String: String] = [:],
    environment: [String: String] = [:],
    file: String? = nil
) throws -> [String] {
    do {
        _ = try load(options, environment: environment, file: file)
        Issue.record("the load should have failed")
        return []
    } catch let errors as ConfigurationErrors {
        return errors.problems.map { withoutFolder($0.description) }
    }
}

/// A text whose paths begin with the file's name.
func withoutFolder(_ text: String) -> String {
    text.replacing(/\/[^ ]*\/kbot-test-[^\/ ]*\//, with: "")
}

/// Gives a folder that is gone afterwards.
func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kbot-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path)
}

extension RunSettings {
    /// The line of one limit.
    func limit(_ name: LimitName) -> String {
        withoutFolder(limits.first { $0.name == name }?.description ?? "missing")
    }
}
