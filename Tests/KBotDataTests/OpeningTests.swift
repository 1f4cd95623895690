import Foundation
import KBotModel
import Testing

@testable import KBotData

/// Several processes that open one catalogue.
@Suite struct OpeningTests {
    @Test func `those that make a catalogue at one time make one`() throws {
        for _ in 0..<20 {
            let folder = NSTemporaryDirectory() + "kbot-data-\(UUID().uuidString)"
            defer { try? FileManager.default.removeItem(atPath: folder) }
            DispatchQueue.concurrentPerform(iterations: 8) { number in
                do {
                    let catalogue = try Catalogue(directory: folder, access: .readWrite)
                    try catalogue.importing { transaction in
                        let name = "\(number)"
                        _ = try transaction.add(
                            DataSource(sha256: name, lines: 1, kind: .markets, name: name, path: name),
                            now: Timestamp(seconds: 1)
                        ) { _, _ in }
                    }
                } catch {
                    Issue.record(error)
                }
            }
            let catalogue = try Catalogue(directory: folder, access: .readOnly)
            #expect(try catalogue.sources().map(\.name).sorted() == (0..<8).map { "\($0)" })
        }
    }
}
