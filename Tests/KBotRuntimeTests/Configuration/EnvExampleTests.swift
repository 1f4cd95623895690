import Foundation
import Testing

@testable import KBotRuntime

@Suite struct EnvExampleTests {
    @Test func `the example in the repository is what kbot init writes`() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let file = root.appendingPathComponent(".env.example")
        if ProcessInfo.processInfo.environment["KBOT_RECORD"] == "1" {
            try Data(EnvExample.text.utf8).write(to: file)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == EnvExample.text, "KBOT_RECORD=1 writes it anew")
    }

    @Test func `no line is wider than 120 columns, and every setting stands in it once`() {
        let lines = EnvExample.text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.allSatisfy { $0.count <= 120 && !$0.hasSuffix(" ") })
        for setting in SettingCatalogue.all {
            #expect(lines.count { $0 == "#\(setting.name)=\(setting.defaultText ?? "")" } == 1, "\(setting.name)")
        }
    }
}
