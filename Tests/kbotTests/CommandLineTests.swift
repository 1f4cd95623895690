import Foundation
import Testing

/// The program as a user meets it: the debug binary that was built beside these tests.
@Suite struct CommandLineTests {
    @Test func `the version is printed`() throws {
        let result = try Kbot.run("--version")
        #expect(result.status == 0 && result.output == "0.1.0\n")
    }

    @Test func `the help of a run is what was agreed on`() throws {
        let result = try Kbot.run("run", "--help")
        #expect(result.status == 0 && result.errors.isEmpty)
        let golden = Kbot.root.appendingPathComponent("Tests/kbotTests/Golden/run-help.txt")
        if ProcessInfo.processInfo.environment["KBOT_RECORD"] == "1" {
            try Data(result.output.utf8).write(to: golden)
        }
        let agreed = try String(contentsOf: golden, encoding: .utf8)
        #expect(result.output == agreed, "KBOT_RECORD=1 records it anew")
    }

    @Test func `no line of the help is wider than a terminal`() throws {
        for arguments in [["--help"], ["run", "--help"]] {
            let output = try Kbot.start(arguments).wait().output
            #expect(output.split(separator: "\n").allSatisfy { $0.count <= 80 })
            #expect(output.contains("kbot run --strategy bollinger_scalper.lua\n"))
        }
    }

    @Test(arguments: [
        (["run", "--strategy", "x", "--no-such"], "Unknown option '--no-such'"),
        (["run", "--strategy", "x", "--seed", "-1"], "--seed"),
        (["walk"], "walk"),
        (["run"], "no strategy: give one with --strategy bollinger_scalper.lua"),
        (["run", "--strategy", "bollinger_scalper.lua", "--feed", "kalshi"], "Kalshi's feed needs a key"),
        (["run", "--strategy", "bollinger_scalper.lua", "--feed", "csv:x"], "give sim, replay:PATH, data or kalshi"),
        (["run", "--strategy", "bollinger_scalper.lua", "--feed", "replay:"], "give sim, replay:PATH, data or kalshi"),
        (["run", "--strategy", "bollinger_scalper.lua", "--mode", "live"], "--mode live: needs KALSHI_ENV=live"),
        (["run", "--strategy", "bollinger_scalper.lua", "--mode", "wet"], "--mode wet: paper, demo or live"),
        (
            ["run", "--strategy", "bollinger_scalper.lua", "--spot", "BTC-USD_x.csv"],
            "--spot: prices are for recordings"
        ),
        (["run", "--strategy", "bollinger_scalper.lua", "--speed", "0"], "max or a whole factor"),
        (["run", "--strategy", "bollinger_scalper.lua", "--duration", "0m"], "give a time such as 90m or 24h"),
        (
            ["run", "--strategy", "bollinger_scalper.lua", "--events", "/nowhere/e"],
            "--events: cannot write /nowhere/e"
        ),
        (["run", "--strategy", "bollinger_scalper.lua", "--env-file", "/nowhere/env"], "/nowhere/env"),
    ])
    func `wrong usage leaves with exit code 2, a sentence on standard error, and nothing on standard output`(
        arguments: [String],
        message: String
    ) throws {
        let result = try Kbot.start(arguments).wait()
        #expect(result.status == 2)
        #expect(result.errors.contains(message), "\(result.errors)")
        #expect(result.output.isEmpty)
    }

    @Test func `all errors of the configuration are told at once`() throws {
        let result = try Kbot.run(
            "run",
            "--strategy",
            "bollinger_scalper.lua",
            "--max-positions",
            "0",
            "--fills",
            "lucky",
            environment: ["MAX_EXPOSURE": "lots", "INITIAL_CAPITAL": "-5"]
        )
        #expect(result.status == 2 && result.output.isEmpty)
        for name in ["max-positions", "fills", "MAX_EXPOSURE", "INITIAL_CAPITAL"] {
            #expect(result.errors.contains(name), "\(result.errors)")
        }
    }
}

@Suite struct ScriptErrorTests {
    private let folder = TestFolder()

    private func run(_ arguments: String...) throws -> Kbot.Result {
        try Kbot.start(["run", "--duration", "1m", "--strategy"] + arguments, in: folder.url).wait()
    }

    @Test func `a missing script leaves with exit code 3 and says where was looked`() throws {
        let result = try run("bolinger_scalper.lua")
        #expect(result.status == 3 && result.output.isEmpty)
        #expect(result.errors.contains("did you mean bollinger_scalper.lua?"))
        #expect(result.errors.contains("\n  strategies/bolinger_scalper.lua\n"))
    }

    @Test func `a syntax error is told with file and line`() throws {
        try folder.write("broken.lua", "local s = {}\n\nfunction s.on_candle(ctx, candle\nreturn s\n")
        let result = try run("broken.lua")
        #expect(result.status == 3 && result.errors.contains("broken.lua:4: "), "\(result.errors)")
    }

    @Test func `an unknown key is told with the one that was meant`() throws {
        try folder.write("typo.lua", "return { api = 1, kind = \"strategy\", nmae = \"x\", version = \"1\" }\n")
        let result = try run("typo.lua")
        #expect(
            result.status == 3 && result.errors.contains("nmae") && result.errors.contains("name"),
            "\(result.errors)"
        )
    }

    @Test func `a script here goes before one that ships with kbot`() throws {
        try folder.write("strategies/bollinger_scalper.lua", "error('mine')\n")
        let result = try run("bollinger_scalper.lua")
        #expect(result.status == 3 && result.errors.contains("mine"), "\(result.errors)")
    }

    @Test(arguments: ["bollinger_scalper.lua", "native:bollinger_scalper"])
    func `an unknown parameter leaves with exit code 2 and lists those there are`(strategy: String) throws {
        let result = try run(strategy, "--param", "perriod=3")
        #expect(result.status == 2 && result.errors.contains("did you mean 'period'"), "\(result.errors)")
        #expect(result.errors.contains("target_multiple"), "\(result.errors)")
    }

    @Test(arguments: ["bollinger_scalper.lua", "native:bollinger_scalper"])
    func `a value out of range leaves with exit code 2 and says what is wanted`(strategy: String) throws {
        let result = try run(strategy, "--param", "period=1")
        #expect(result.status == 2 && result.errors.contains("must be an integer from 2 to 500"), "\(result.errors)")
    }

    @Test func `a parameter of a script that does not run leaves with exit code 2`() throws {
        let result = try run("bollinger_scalper.lua", "--param", "max_spread.ticks=1")
        #expect(result.status == 2 && result.errors.contains("no script 'max_spread' runs"), "\(result.errors)")
    }
}
