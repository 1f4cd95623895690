import Foundation
import Testing

/// `kbot init`, and that what it makes works.
@Suite struct InitTests {
    private let folder = TestFolder()
    private let other = TestFolder()

    @Test func `a new folder runs at once`() throws {
        let made = try Kbot.run("init", "my bot", in: folder.url)
        #expect(made.status == 0 && made.errors.isEmpty)
        #expect(made.output.hasPrefix("made      .env.example\nmade      .gitignore\n"), "\(made.output)")
        #expect(made.output.contains("\n  cd 'my bot'\n"))
        let place = folder.url.appendingPathComponent("my bot")
        let run = try Kbot.start(
            ["run", "--strategy", "my_strategy.lua", "--risk-rule", "my_rule.lua", "--duration", "4h"],
            in: place,
            environment: ["KBOT_HOME": "/nowhere"]
        ).wait()
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains("TOO_LATE_FOR_A_DIP") && !run.output.contains("SCRIPT_FAILED"))
        let tests = try Kbot.run("test", in: place)
        #expect(tests.status == 0 && tests.output.contains("7 passed"), "\(tests.output)\(tests.errors)")
        let check = try Kbot.run("check", "my_strategy.lua", "my_rule.lua", in: place)
        #expect(check.status == 0, "\(check.output)\(check.errors)")
        let params = try Kbot.run("params", "my_rule", in: place, environment: ["KBOT_HOME": "/nowhere"])
        #expect(params.status == 0 && params.output.contains("most"))
        #expect(
            folder.read("my bot/.env.example")
                == (try String(contentsOf: Kbot.root.appendingPathComponent(".env.example"), encoding: .utf8))
        )
        #expect(folder.read("my bot/strategies/_meta/kbot.lua") == (try Kbot.run("stubs").output))
    }

    @Test func `what is there is kept and named, and overwritten only on demand`() throws {
        try folder.write("strategies/my_strategy.lua", "-- mine\n")
        let first = try Kbot.run("init", in: folder.url)
        #expect(first.status == 0 && first.output.contains("kept      strategies/my_strategy.lua\n"))
        #expect(first.output.contains("made      README.md\n") && !first.output.contains("  cd "))
        #expect(folder.read("strategies/my_strategy.lua") == "-- mine\n")
        let forced = try Kbot.run("init", "--force", in: folder.url)
        #expect(forced.status == 0 && forced.output.contains("replaced  strategies/my_strategy.lua\n"))
        #expect(folder.read("strategies/my_strategy.lua").contains("kbot.Strategy"))
    }

    @Test func `what cannot be written leaves with a sentence and nothing half done`() throws {
        try folder.write("strategies", "a file")
        let result = try Kbot.run("init", in: folder.url)
        #expect(result.status == 1 && result.output.isEmpty)
        #expect(result.errors.contains("strategies: a file where a folder is wanted; nothing was written"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() == ["strategies"])
        let lost = try Kbot.run("init", in: other.url, environment: ["KBOT_HOME": "/nowhere"])
        #expect(lost.status == 1 && lost.errors.contains("/nowhere/templates/"))
    }
}
