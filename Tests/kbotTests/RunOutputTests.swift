import Foundation
import Testing

/// What a run prints and writes.
@Suite struct RunOutputTests {
    private let folder = TestFolder()
    private let short = ["run", "--strategy", "bollinger_scalper.lua", "--duration", "20m"]

    @Test func `JSON is one document with the agreed keys, and alone on standard output`() throws {
        let result = try Kbot.start(short + ["--json"], in: folder.url).wait()
        #expect(result.status == 0 && result.errors.contains("SIMULATED"))
        let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
        let document = try #require(object)
        let keys = ["run", "metrics", "trades", "open_positions", "equity_curve", "daily_equity", "funnel", "limits"]
        #expect(Set(document.keys).isSuperset(of: keys))
        let metrics = try #require(document["metrics"] as? [String: Any])
        let names = [
            "total_trades", "winning_trades", "losing_trades", "win_rate", "net_profit", "gross_profit", "gross_loss",
            "average_win", "average_loss", "largest_win", "largest_loss", "profit_factor", "expectancy", "sharpe_ratio",
            "max_drawdown", "max_drawdown_pct", "max_consecutive_wins", "max_consecutive_losses", "total_fees",
        ]
        #expect(names.filter { metrics[$0] == nil }.isEmpty)
        #expect(metrics["net_profit"] is String && metrics["sharpe_ratio"] is NSNull)
    }

    @Test func `the report has its sections, the seed and the hash of the script, and calls the market simulated`()
        throws
    {
        let result = try Kbot.start(short + ["--seed", "3"], in: folder.url).wait()
        #expect(result.status == 0)
        for text in [
            "TRADE STATISTICS", "P&L STATISTICS", "RATIOS", "CONSECUTIVE TRADES", "SIMULATED", "Seed          3",
            "sha256", "realistic", "Try next:", "--speed 60",
        ] { #expect(result.output.contains(text), "\(text) is missing") }
        #expect(result.output.split(separator: "\n").prefix { !$0.hasPrefix("Try next") }.allSatisfy { $0.count <= 80 })
        #expect(result.errors.contains("limits in force:") && result.errors.contains("max_exposure 20%"))
    }

    @Test func `the report's files are written where they were asked for`() throws {
        let result = try Kbot.start(short + ["--report-dir", "out/deep"], in: folder.url).wait()
        #expect(result.status == 0 && folder.read("out/deep/report.txt").contains("TRADE STATISTICS"))
        let json = try JSONSerialization.jsonObject(with: Data(folder.read("out/deep/report.json").utf8))
        #expect((json as? [String: Any])?["metrics"] != nil)
    }

    @Test func `one seed gives the same event stream in any folder, another seed another`() throws {
        let other = TestFolder()
        _ = try Kbot.start(short + ["--events", "e"], in: folder.url).wait()
        _ = try Kbot.start(short + ["--events", "e", "--speed", "max"], in: other.url).wait()
        let events = folder.read("e")
        #expect(events.count > 10_000 && events == other.read("e"))
        _ = try Kbot.start(short + ["--events", "e", "--seed", "2"], in: other.url).wait()
        #expect(events != other.read("e"))
    }

    @Test func `every line of the event stream is an object with a type and a time`() throws {
        _ = try Kbot.start(short + ["--events", "e"], in: folder.url).wait()
        var times: [String: String] = [:]
        for line in folder.read("e").split(separator: "\n") {
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            let type = try #require(object?["type"] as? String)
            let time = try #require(object?["ts"] as? String)
            #expect(times[type].map { $0 <= time } ?? true, "\(line)")
            times[type] = time
        }
        #expect(Set(times.keys).isSuperset(of: ["market", "candle", "trigger", "no_signal", "settlement"]))
    }

    @Test func `nothing secret is printed or written`() throws {
        let id = "0e9f5a8c-1111-4222-8333-abcdefabcdef"
        let body = "MIIEowIBAAKCAQEAsecretsecretsecret"
        try folder.write("key.pem", "-----BEGIN RSA PRIVATE KEY-----\n\(body)\n-----END RSA PRIVATE KEY-----\n")
        try folder.write(".env", "KALSHI_API_KEY_ID=\(id)\nKALSHI_PRIVATE_KEY_PATH=key.pem\n")
        let options = ["--feed", "sim", "--events", "e", "--report-dir", "out", "--log-level", "trace"]
        let result = try Kbot.start(short + options, in: folder.url).wait()
        #expect(result.status == 0, "\(result.errors)")
        let files = ["e", "out/report.json", "out/report.txt"].map { folder.read($0) }
        for text in files + [result.output, result.errors] {
            #expect(!text.isEmpty && !text.contains(id) && !text.contains(body))
        }
    }

    @Test func `a key pasted where its path belongs is refused without being repeated`() throws {
        let body = "MIIEowIBAAKCAQEAsecretsecretsecret"
        try folder.write(".env", "KALSHI_PRIVATE_KEY_PATH=-----BEGIN RSA PRIVATE KEY-----\\n\(body)\n")
        let result = try Kbot.start(short, in: folder.url).wait()
        #expect(!result.errors.contains(body) && !result.output.contains(body))
    }
}

/// Ctrl-C.
@Suite(.serialized) struct InterruptTests {
    private let folder = TestFolder()

    @Test func `an interrupted run reports within seconds and leaves with exit code 130`() throws {
        let run = try Kbot.start(["run", "--strategy", "bollinger_scalper.lua", "--speed", "1"], in: folder.url)
        #expect(run.waits(for: "limits in force:"))
        usleep(500_000)
        let began = Date()
        run.interrupt()
        let result = run.wait()
        #expect(result.status == 130 && Date().timeIntervalSince(began) < 10)
        #expect(result.errors.contains("interrupted: no new entries, resting entries are cancelled"))
        #expect(result.output.contains("TRADE STATISTICS"))
    }

    @Test func `a second one ends it at once`() throws {
        let run = try Kbot.start(["run", "--strategy", "bollinger_scalper.lua", "--speed", "60"], in: folder.url)
        #expect(run.waits(for: "limits in force:"))
        let began = Date()
        run.interrupt()
        usleep(20_000)
        run.interrupt()
        #expect(run.wait().status == 130 && Date().timeIntervalSince(began) < 5)
    }

    @Test(arguments: ["hold", "flatten"])
    func `a position held at the end is named, one sold is a trade`(onExit: String) throws {
        try folder.write("t.csv", Recording.held)
        let options = ["--feed", "replay:t.csv", "--speed", "20", "--on-exit", onExit, "--report-dir", "out"]
        let arguments = ["run", "--strategy", "bollinger_scalper.lua"] + options + Recording.options
        let run = try Kbot.start(arguments, in: folder.url)
        #expect(run.waits(for: "fill o1"), "\(run.errors)")
        run.interrupt()
        let result = run.wait()
        #expect(result.status == 130, "\(result.errors)")
        let json = try JSONSerialization.jsonObject(with: Data(folder.read("out/report.json").utf8)) as? [String: Any]
        let trades = json?["trades"] as? [[String: Any]]
        let positions = json?["open_positions"] as? [[String: Any]]
        if onExit == "hold" {
            #expect(result.errors.contains("NO STOP IS WATCHED") && positions?.count == 1 && trades?.isEmpty == true)
        } else {
            #expect(trades?.map { $0["exit"] as? String } == ["flatten"], "\(result.errors)")
            #expect(positions?.isEmpty == true)
        }
    }
}
