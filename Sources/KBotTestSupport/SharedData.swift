package import Foundation

/// Where the recorded market data that many tests read lies; it is not part of the package.
package enum SharedData {
    /// The shared folder: `$KBOT_SHARED`, or `../shared` beside the package; nil when there is none.
    package static let root: URL? = {
        let environment = ProcessInfo.processInfo.environment["KBOT_SHARED"]
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let root =
            environment.map { URL(fileURLWithPath: $0, isDirectory: true) }
            ?? package.deletingLastPathComponent().appendingPathComponent("shared", isDirectory: true)
        return FileManager.default.fileExists(atPath: root.path) ? root : nil
    }()

    /// Whether the recordings are there.
    package static var isAvailable: Bool { root != nil }

    /// What a skipped test says.
    package static let absence = "needs the recorded data: set KBOT_SHARED, or put it at ../shared"

    /// A file or folder of the shared data by its path, such as `trades/KXBTC15M_2026-04-27_28_trades.csv.gz`.
    package static func data(_ path: String) -> URL {
        (root ?? URL(fileURLWithPath: "/")).appendingPathComponent("data", isDirectory: true)
            .appendingPathComponent(path)
    }

    /// The text of a compressed file of the shared data, by `gzip` itself and so independent of kbot's own reader.
    ///
    /// - Throws: when `gzip` cannot be run or read the file.
    package static func unzipped(_ path: String) throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", data(path).path]
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.fileReadCorruptFile) }
        return String(decoding: data, as: UTF8.self)
    }
}
