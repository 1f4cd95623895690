import Foundation
import KBotEngine
import KBotRuntime
import Testing

@Suite struct EnvFileTests {
    @Test(arguments: [
        "STATE_DIR=/a b", "STATE_DIR = /a b  ", "export STATE_DIR=/a b", "  STATE_DIR=/a b # comment",
        "STATE_DIR=\"/a b\"", "STATE_DIR='/a b'  # comment", "STATE_DIR=\"/a b\"# comment", "STATE_DIR=/a b\r",
        "\u{FEFF}STATE_DIR=/a b", "STATE_DIR=/x\nSTATE_DIR=/a b",
    ])
    func `the usual ways to write a value all give it`(line: String) throws {
        #expect(try load(file: line + "\n").stateDirectory == "/a b")
    }

    @Test(arguments: [
        (#""a#b""#, "a#b"), ("a#b", "a#b"), (#""a\"b\\c""#, #"a"b\c"#), (#"'a\n"b'"#, #"a\n"b"#), ("a=b", "a=b"),
        ("$HOME", "$HOME"), ("\"  x\"", "x"),
    ])
    func `quotation marks, comments and equals signs are told apart`(text: String, value: String) throws {
        #expect(try load(file: "STATE_DIR=\(text)").stateDirectory == value)
    }

    @Test(arguments: [
        ("MAX_POSITIONS 3", "no “=” here; write NAME=value, or # in front of a comment"),
        ("=3", "no name before “=”; a name is made of letters, digits and _, and starts with no digit"),
        ("3MAX=3", "no name before “=”; a name is made of letters, digits and _, and starts with no digit"),
        ("MAX-POSITIONS=3", "no name before “=”; a name is made of letters, digits and _, and starts with no digit"),
        ("STATE_DIR=\"x", "STATE_DIR: the quotation mark is not closed on this line"),
        ("STATE_DIR=\"x\\\"", "STATE_DIR: the quotation mark is not closed on this line"),
        ("STATE_DIR='x' y", "STATE_DIR: text after the closing quotation mark"),
        (#"STATE_DIR="\q""#, #"STATE_DIR: an unknown escape; \" \\ \n and \t are known"#),
    ])
    func `a faulty line is named by its number`(line: String, message: String) throws {
        #expect(try problems(file: "# one\n\n\(line)\n") == [".env:3: \(message)"])
    }

    @Test func `a file that need not be there may be missing`() throws {
        let settings = try RunSettings.load(options: [:], environment: [:], envFile: .ifPresent("/nowhere/.env"))
        #expect(settings.values.allSatisfy { $0.source == .fallback })
    }

    @Test func `a file asked for must be there`() throws {
        let errors = #expect(throws: ConfigurationErrors.self) {
            try RunSettings.load(options: [:], environment: [:], envFile: .required("/nowhere/.env"))
        }
        #expect(errors?.description == "/nowhere/.env: no such file; check --env-file")
    }

    @Test func `a folder and a file of other bytes are no environment files`() throws {
        try withFolder { folder in
            func message(_ path: String) -> String {
                do {
                    _ = try RunSettings.load(options: [:], environment: [:], envFile: .ifPresent(path))
                    return "none"
                } catch {
                    return withoutFolder(error.description)
                }
            }
            #expect(message(folder).hasSuffix(": is a folder, not an environment file"))
            try Data([0x46, 0xFF, 0xFE]).write(to: URL(fileURLWithPath: folder + "/.env"))
            #expect(message(folder + "/.env") == ".env: is not UTF-8 text")
            try Data(repeating: 0x23, count: 1_048_577).write(to: URL(fileURLWithPath: folder + "/.env"))
            #expect(message(folder + "/.env") == ".env: is larger than 1 MiB; this is no environment file")
        }
    }

    @Test func `a misspelt name is a warning with the right one`() throws {
        let settings = try load(
            file: """
                MAX_POSITION=3
                KBOT_MAX_EXPOSURE=10%
                KALSHI_PRIVATE_KEY=x
                KALSHI_COLOUR=red
                max_positions=1
                DATABASE_URL=postgres://x
                PATH=/bin
                """
        )
        #expect(
            settings.warnings.map(withoutFolder) == [
                ".env:1: MAX_POSITION is no setting and is ignored; did you mean MAX_POSITIONS?",
                ".env:2: KBOT_MAX_EXPOSURE is no setting and is ignored; did you mean MAX_EXPOSURE?",
                ".env:3: KALSHI_PRIVATE_KEY is no setting and is ignored; did you mean KALSHI_PRIVATE_KEY_PATH?",
                ".env:4: KALSHI_COLOUR is no setting and is ignored",
                ".env:5: max_positions is no setting and is ignored; did you mean MAX_POSITIONS?",
            ]
        )
        #expect(settings.engine.limits.maxPositions == 2)
    }

    @Test func `a name given twice is a warning, and the last one counts`() throws {
        let settings = try load(file: "MAX_POSITIONS=3\n\nMAX_POSITIONS=4")
        #expect(settings.engine.limits.maxPositions == 4)
        #expect(
            settings.warnings.map(withoutFolder) == [
                ".env: MAX_POSITIONS stands on lines 1 and 3; line 3 counts"
            ]
        )
    }

    @Test func `a private key inside the file is refused without a word of it`() throws {
        let found = try problems(
            file: """
                KALSHI_PRIVATE_KEY="-----BEGIN RSA PRIVATE KEY-----
                MIIEowIBAAKCAQEAsecretsecret
                c2VjcmV0=
                -----END RSA PRIVATE KEY-----"
                MAX_POSITIONS=0
                """
        )
        #expect(
            found == [
                ".env:5: MAX_POSITIONS: “0” is not allowed: give 1 to 100; a bare number means positions",
                ".env:1: a private key does not belong here: keep it in a file and name that in KALSHI_PRIVATE_KEY_PATH",
            ]
        )
    }

    @Test func `the example holds every setting with its default and nothing else`() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appendingPathComponent(".env.example"), encoding: .utf8)
        var comment = ""
        var names: [String] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            #expect(line.isEmpty || line.hasPrefix("#"), "a value is not commented out: \(line)")
            guard let match = line.wholeMatch(of: /#([A-Z][A-Z0-9_]*)=(.*)/) else {
                comment = line.isEmpty ? "" : comment + line.dropFirst(2) + " "
                continue
            }
            let info = try #require(SettingCatalogue.all.first { $0.name == match.1 }, "\(line)")
            names.append(info.name)
            #expect(match.2 == info.defaultText ?? "", "\(info.name)")
            #expect(comment.hasPrefix(info.summary), "\(info.name): \(comment)")
            #expect(comment.contains("Allowed: \(info.allowed)."), "\(info.name): \(comment)")
            let fallback = info.defaultText.map { "Default: \($0)." } ?? "No default."
            #expect(comment.contains(fallback), "\(info.name): \(comment)")
            if let unit = info.unit { #expect(comment.contains("Unit: \(unit).")) }
        }
        #expect(names == SettingCatalogue.all.map(\.name))
    }

    @Test func `the example changes nothing, commented out or not`() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appendingPathComponent(".env.example"), encoding: .utf8)
        let plain = try load()
        #expect(try load(file: text).values == plain.values)
        let active = text.replacing(/(?m)^#(?=[A-Z_]+=)/, with: "")
        let settings = try load(file: active)
        #expect(settings.engine == plain.engine)
        #expect(settings.limits.map(\.value) == plain.limits.map(\.value))
        #expect(settings.credentials == plain.credentials)
        #expect(settings.warnings.isEmpty)
    }
}
