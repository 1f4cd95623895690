import Foundation
import Testing

/// The program as a user meets it: the debug binary that was built beside these tests.
@Suite struct CommandLineTests {
    @Test func `the version is printed`() throws {
        let result = try Kbot.run("--version")
        #expect(result.status == 0)
        #expect(result.output.contains("0.1.0"))
    }
}
