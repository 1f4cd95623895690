import Foundation
import Testing

/// `kbot why` and `kbot simulate-data` as a person runs them.
@Suite struct WhyTests {
    private let folder = TestFolder()

    private func kbot(_ arguments: String...) throws -> Kbot.Result {
        try Kbot.start(arguments, in: folder.url, environment: ["STATE_DIR": "state"]).wait()
    }

    private func document(_ result: Kbot.Result) throws -> [String: Any] {
        #expect(result.status == 0, "\(result.errors)")
        return try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any] ?? [:]
    }

    private func simulate(_ more: String...) throws {
        let options = [
            "run", "--strategy", "bollinger_scalper.lua", "--feed", "sim", "--duration", "1h", "--seed", "7",
        ]
        let result = try Kbot.start(options + more, in: folder.url, environment: ["STATE_DIR": "state"]).wait()
        #expect(result.status == 0, "\(result.errors)")
    }

    @Test func `the journal and the event file give the same answer`() throws {
        try simulate("--param", "stddev=1.2", "--events", "ev.jsonl")
        let journal = try document(kbot("why", "--json"))
        let file = try document(
            kbot(
                "why",
                "--events",
                "ev.jsonl",
                "--strategy",
                "bollinger_scalper.lua",
                "--param",
                "stddev=1.2",
                "--json"
            )
        )
        for name in ["strategies", "markets", "objections", "blocks", "from", "to"] {
            #expect(journal[name] as? NSObject == file[name] as? NSObject, "\(name)")
        }
        #expect((journal["misses"] as? [Any])?.isEmpty == false)
        #expect((journal["limits"] as? [String])?.contains { $0.hasPrefix("max_exposure 20%") } == true)
        let text = try kbot("why").output
        #expect(text.contains("SIMULATED") && text.contains("HOW FAR CANDLES CAME: bollinger_scalper"))
        #expect(text.contains("NEAREST MISSES") && text.contains(" inside the "))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 })
    }

    @Test func `a limit that is off lets trades through, and the run as it was is the run`() throws {
        try simulate(
            "--param",
            "stddev=1.2",
            "--max-exposure",
            "0.03%",
            "--limits",
            "off=circuit_breaker,daily_loss"
        )
        let answer = try document(kbot("why", "--what-if", "all", "--json"))
        let results = try #require(answer["what_if"] as? [[String: Any]])
        let strategies = try #require(answer["strategies"] as? [[String: Any]])
        let funnel = try #require(strategies.first?["funnel"] as? [String: Any])
        let base = try #require(results.first { $0["limit_off"] is NSNull })
        #expect(base["signals"] as? Int == funnel["signals"] as? Int)
        #expect(base["orders"] as? Int == funnel["orders"] as? Int)
        #expect(base["filled"] as? Int == funnel["filled"] as? Int)
        let freed = try #require(results.first { $0["limit_off"] as? String == "max_exposure" })
        #expect((freed["orders"] as? Int ?? 0) > (base["orders"] as? Int ?? 0))
        let one = try kbot("why", "--what-if", "MAX_EXPOSURE")
        #expect(one.output.contains("THE RUN AGAIN WITH A SINGLE LIMIT OFF"), "\(one.errors)")
    }

    @Test func `a run that goes on is read as far as it is written down`() throws {
        let options = [
            "run", "--strategy", "bollinger_scalper.lua", "--feed", "sim", "--duration", "6h", "--speed", "300",
        ]
        let running = try Kbot.start(options, in: folder.url, environment: ["STATE_DIR": "state"])
        var text = ""
        for _ in 0..<200 where !text.contains("HOW FAR CANDLES CAME") {
            usleep(100_000)
            text = try kbot("why").output
        }
        #expect(text.contains("goes on") && text.contains("HOW FAR CANDLES CAME"), "\(running.errors)")
        running.interrupt()
        _ = running.wait()
    }

    @Test func `what is not there is told with what is, and exit code 2`() throws {
        try simulate()
        let cases: [([String], String)] = [
            (["why", "nosuch"], "the latest are "), (["why", "--market", "KXBTC15M-26MAY312015-16"], "did you mean"),
            (["why", "--at", "noon"], "HH:MM"), (["why", "--at", "2020-01-01T00:00:00Z"], "it goes from"),
            (["why", "--what-if", "max_exposur"], "did you mean max_exposure?"),
            (["why", "last", "--events", "x"], "not both"), (["why", "--param", "a=1"], "--events"),
        ]
        for (arguments, wanted) in cases {
            let result = try Kbot.start(arguments, in: folder.url, environment: ["STATE_DIR": "state"]).wait()
            #expect(result.status == 2 && result.errors.contains(wanted), "\(arguments): \(result.errors)")
        }
        try folder.write("empty.jsonl", "nothing\n")
        #expect(try kbot("why", "--events", "empty.jsonl").status == 4)
        #expect(try kbot("why", "--events", "missing.jsonl").status == 4)
    }

    @Test func `simulated data refuse what cannot be before anything is written`() throws {
        let cases = [
            ["--days", "0"], ["--series", "KXFOO"], ["--start", "June"], ["--kind", "books"], ["--out", "file"],
        ]
        try folder.write("file", "mine")
        for arguments in cases {
            let out = arguments[0] == "--out" ? [] : ["--out", "made"]
            let all = ["simulate-data"] + arguments + out
            let result = try Kbot.start(all, in: folder.url, environment: [:]).wait()
            #expect(result.status == 2 && result.output.isEmpty, "\(arguments): \(result.errors)")
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path("made")))
        #expect(folder.read("file") == "mine")
    }
}
