import Foundation
import Testing

@testable import KBotReports

@Suite struct ShellQuotingTests {
    @Test(arguments: [
        ("plain", "plain"), ("period=10:50:5", "period=10:50:5"), ("trades>=5", "'trades>=5'"), ("", "''"),
        ("it's", #"'it'\''s'"#), ("a b", "'a b'"), ("$HOME `id`", "'$HOME `id`'"), ("*", "'*'"), ("~", "'~'"),
        ("é", "'é'"), ("a\nb", "'a\nb'"), ("-x!", "'-x!'"),
    ])
    func `a word is quoted where a shell would read another`(word: String, quoted: String) {
        #expect(shellQuoted(word) == quoted)
    }

    @Test func `a shell reads every word back`() throws {
        var generator = SeededGenerator(seed: 8)
        let signs = Array("ab09 '\"\\$`!*?[]{}()<>|&;#~=%^\t\né")
        let words = (0..<200).map { _ in
            String(
                (0..<Int.random(in: 0...6, using: &generator)).map { _ in signs.randomElement(using: &generator) ?? "a"
                }
            )
        }
        let shell = Process()
        let output = Pipe()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = ["-c", #"printf '%s\0' "# + words.map(shellQuoted).joined(separator: " ")]
        shell.standardOutput = output
        try shell.run()
        let read = output.fileHandleForReading.readDataToEndOfFile()
        shell.waitUntilExit()
        #expect(read == Data(words.map { $0 + "\0" }.joined().utf8))
    }
}
