import Foundation
import Testing

/// `kbot import`, `kbot data`, `kbot backtest` and `kbot run --feed data` as a person runs them.
@Suite struct DataCommandTests {
    private let folder = TestFolder()

    @discardableResult
    private func kbot(_ arguments: [String]) throws -> Kbot.Result {
        try Kbot.start(arguments, in: folder.url, environment: ["STATE_DIR": "state"]).wait()
    }

    private func kbot(_ arguments: String...) throws -> Kbot.Result { try kbot(arguments) }

    private func document(_ result: Kbot.Result) throws -> [String: Any] {
        try #require(
            try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any],
            "\(result.errors)"
        )
    }

    /// One market with trades and its result, and a text that is no data.
    private func writeRecordings(result: String? = "yes") throws {
        try folder.write("recordings/held_trades.csv", Recording.held)
        try folder.write("recordings/notes.txt", "nothing\n")
        guard let result else { return }
        let times = "1777314600000,1777315500000"
        let facts = "ticker,open_time_ms,close_time_ms,result\n\(Recording.ticker),\(times),\(result)\n"
        try folder.write("recordings/held_markets.csv", facts)
    }

    private func importRecordings(result: String? = "yes") throws {
        try writeRecordings(result: result)
        #expect(try kbot("import", "recordings").status == 0)
    }

    /// The command with the reference script, and with parameters that fit the recording.
    private func trade(_ command: String, _ more: String...) throws -> Kbot.Result {
        try kbot([command, "--strategy", "bollinger_scalper.lua"] + Recording.options + more)
    }

    private var events: String { folder.read("e") }

    // MARK: import

    @Test func `an import tells what it took of each file, and a second one changes nothing`() throws {
        try writeRecordings()
        let first = try kbot("import", "recordings")
        #expect(first.status == 0 && first.errors.isEmpty)
        let wanted = "held_trades.csv: 581 rows\nheld_markets.csv: 1 rows\nnot imported: notes.txt\n"
        #expect(first.output == wanted)
        let held = try kbot("data", "list", "--json").output
        let shown = try kbot("data", "show", Recording.ticker, "--json").output
        let again = try kbot("import", "recordings")
        #expect(again.status == 0)
        let known = "held_trades.csv: known already\nheld_markets.csv: known already\nnot imported: notes.txt\n"
        #expect(again.output == known)
        let told = try document(kbot("import", "recordings", "--json"))
        let files = try #require(told["files"] as? [[String: Any]])
        #expect(files.map { $0["outcome"] as? String } == ["known", "known"])
        #expect(told["passed_over"] as? [String] == ["notes.txt"])
        #expect(try kbot("data", "list", "--json").output == held)
        #expect(try kbot("data", "show", Recording.ticker, "--json").output == shown)
    }

    // MARK: data

    @Test func `list, show and check tell what there is and what is wrong with it`() throws {
        try importRecordings()
        let list = try kbot("data", "list")
        #expect(list.status == 0 && list.output.contains("KXBTC15M  2026-04-27  2026-04-27     1        1         1"))
        #expect(list.output.contains("2 files, "))
        let series = try #require(document(kbot("data", "list", "--json"))["series"] as? [[String: Any]])
        #expect(series.map { $0["trades"] as? Int } == [581] && series.map { $0["outcomes"] as? Int } == [1])
        let show = try kbot("data", "show", "KXBTC15M")
        #expect(show.status == 0 && show.output.contains(Recording.ticker), "\(show.output)")
        let one = try kbot("data", "show", Recording.ticker, "--day", "2026-04-27", "--json")
        #expect(one.status == 0 && one.output.contains(#""581"#) == false && one.output.contains("581"))
        let check = try kbot("data", "check")
        #expect(check.status == 0 && check.output.contains("Nothing is wrong."), "\(check.output)")
        let gappy = (Recording.header + Recording.row(1, 50) + Recording.row(899, 50))
            .replacingOccurrences(of: "KXBTC15M", with: "KXETH15M")
        try folder.write("gappy.csv", gappy)
        #expect(try kbot("import", "gappy.csv").status == 0)
        #expect(try kbot("data", "check").status == 4)
        let found = try kbot("data", "check", "--series", "KXETH15M", "--json")
        #expect(found.status == 4)
        let findings = try #require(document(found)["findings"] as? [[String: Any]])
        #expect(findings.contains { $0["kind"] as? String == "silence" })
        #expect(try kbot("data", "check", "--series", "KXBTC15M").status == 0)
    }

    @Test func `a closed market without a result is named`() throws {
        try importRecordings(result: nil)
        try folder.write(
            "late.csv",
            Recording.header + Recording.row(901, 50).replacingOccurrences(of: "BTC", with: "ETH")
        )
        #expect(try kbot("import", "late.csv").status == 0)
        let check = try kbot("data", "check")
        #expect(check.status == 4 && check.output.contains("outcome"), "\(check.output)")
    }

    // MARK: backtest

    @Test func `a backtest prints its report, as JSON too, with the band of all fill models`() throws {
        try importRecordings()
        let text = try trade("backtest")
        #expect(text.status == 0 && text.output.contains("TRADE STATISTICS"), "\(text.errors)")
        let result = try trade("backtest", "--json", "--report-dir", "out")
        let report = try document(result)
        #expect(result.output == folder.read("out/report.json") + "\n")
        #expect(folder.read("out/report.txt").contains("TRADE STATISTICS"))
        #expect((report["metrics"] as? [String: Any])?["total_trades"] as? Int == 1)
        #expect((report["run"] as? [String: Any])?["feed"] as? String == "catalogue")
        let all = try document(
            kbot(
                ["backtest", "--strategy", "bollinger_scalper.lua"] + Recording.options.dropLast(2) + [
                    "--fills", "all", "--json",
                ]
            )
        )
        let models = try #require(all["fill_models"] as? [[String: Any]])
        #expect(models.map { $0["fills"] as? String } == ["realistic", "optimistic", "pessimistic"])
        let optimistic = models.first { $0["fills"] as? String == "optimistic" }
        let net = (report["metrics"] as? [String: Any])?["net_profit"] as? String
        #expect(net != nil && optimistic?["net_profit"] as? String == net)
    }

    @Test func `a backtest that looks ahead is told from one that does not`() throws {
        try importRecordings()
        let sound = try trade("backtest", "--verify")
        #expect(sound.status == 0 && sound.output.hasPrefix("nothing looks ahead: "), "\(sound.errors)")
        let told = try document(trade("backtest", "--verify", "--cuts", "3", "--json"))
        #expect((told["cuts"] as? [String])?.count == 3 && told["looks_ahead"] as? Bool == false)
    }

    // MARK: run --feed data

    @Test(arguments: [
        [], ["--series", "KXBTC15M"], ["--market", Recording.ticker], ["--from", "2026-04-27T18:30:10Z"],
        ["--to", "2026-04-27T18:35:00Z"], ["--from", "1777314605000", "--to", "2026-04-28"],
    ])
    func `a run on the catalogue, one on the files and a backtest tell the same, byte for byte`(
        options: [String]
    ) throws {
        let other = Recording.held.replacingOccurrences(of: "KXBTC15M", with: "KXETH15M")
        try folder.write("recordings/eth_trades.csv", other.replacingOccurrences(of: "0.4500", with: "0.4400"))
        try importRecordings()
        func stream(_ arguments: [String]) throws -> String {
            let common = ["--strategy", "bollinger_scalper.lua", "--events", "e"]
            let result = try kbot(arguments + common + Recording.options + options)
            #expect(result.status == 0, "\(result.errors)")
            return events
        }
        let stored = try stream(["run", "--feed", "data"])
        #expect(stored.contains(#"{"type":"candle""#))
        #expect(try stream(["run", "--feed", "replay:recordings"]) == stored)
        #expect(try stream(["backtest"]) == stored)
        #expect(try stream(["backtest", "--data", "recordings"]) == stored)
    }

    @Test func `a run on the catalogue names the time it was given, and ends when it was told to`() throws {
        try importRecordings()
        let result = try trade(
            "run",
            "--feed",
            "data",
            "--from",
            "2026-04-27T18:30:10Z",
            "--duration",
            "60s",
            "--json"
        )
        let run = try #require(document(result)["run"] as? [String: Any])
        #expect(run["feed"] as? String == "catalogue")
        let notes = try #require(run["notes"] as? [String])
        #expect(notes.contains { $0.contains("nothing before --from 2026-04-27T18:30:10.000000Z") }, "\(notes)")
        #expect((run["to"] as? String)?.hasPrefix("2026-04-27T18:31:0") == true, "\(run)")
    }

    @Test func `a run on the catalogue can be done again, until the catalogue is another one`() throws {
        try importRecordings()
        #expect(try trade("run", "--feed", "data", "--series", "KXBTC15M").status == 0)
        func expectIdentical() throws {
            let result = try kbot("replay", "last")
            #expect(result.status == 0 && result.output.contains(" (replay): identical: "), "\(result.errors)")
        }
        func expectRefused(_ text: String) throws {
            let result = try kbot("replay", "last")
            #expect(result.status == 4 && result.output.isEmpty && result.errors.contains(text), "\(result.errors)")
        }
        try expectIdentical()
        // What the run did not want makes no difference to it.
        try folder.write("eth_trades.csv", Recording.held.replacingOccurrences(of: "KXBTC15M", with: "KXETH15M"))
        #expect(try kbot("import", "eth_trades.csv").status == 0)
        try expectIdentical()
        let what = try kbot("why", "--what-if", "max_exposure")
        #expect(what.status == 0, "\(what.errors)")
        try folder.write("more_trades.csv", Recording.header + Recording.row(700, 46))
        #expect(try kbot("import", "more_trades.csv").status == 0)
        try expectRefused("more_trades.csv: imported since; the run knew nothing of it")
        #expect(try kbot("why", "--what-if", "max_exposure").status == 4)
        // Made again from the same files it is the same again.
        try FileManager.default.removeItem(atPath: folder.path(".kbot/data"))
        try expectRefused("catalogue.sqlite: not there any more")
        #expect(try kbot("import", "recordings/held_trades.csv").status == 0)
        try expectIdentical()
        try FileManager.default.removeItem(atPath: folder.path(".kbot/data"))
        #expect(try kbot("import", "eth_trades.csv").status == 0)
        try expectRefused("held_trades.csv: not in the catalogue any more: kbot import brings it back")
    }

    @Test func `a result that was learned since is told`() throws {
        try importRecordings(result: nil)
        #expect(try trade("run", "--feed", "data").status == 0)
        try importRecordings(result: "no")
        let result = try kbot("replay", "last")
        #expect(result.status == 4)
        #expect(
            result.errors.contains("the run knew results of 0 of 1 markets, the catalogue knows 1 of 1"),
            "\(result.errors)"
        )
    }

    @Test func `a run on simulated data in the catalogue is called simulated`() throws {
        try folder.write("SIMULATED_trades.csv", Recording.held)
        #expect(try kbot("import", "SIMULATED_trades.csv").status == 0)
        let result = try trade("run", "--feed", "data")
        #expect(result.status == 0 && result.output.contains("SIMULATED"), "\(result.errors)")
        #expect(try kbot("why").output.contains("SIMULATED"))
    }

    // MARK: What is wrong

    private static let importErrors: [([String], Int32, String)] = [
        (["import"], 2, "path"), (["import", "nowhere.csv"], 4, "nowhere.csv: no such file or folder"),
        (["import", "notes.txt"], 4, "notes.txt: none of what can be imported"),
        (["import", "bars.csv", "--price-unit", "euros"], 2, "--price-unit"),
        (["import", "bars.csv", "--ticker", "no ticker"], 2, "--ticker no ticker: no ticker"),
        (["import", "bars.csv", "--data-dir", "other"], 2, "is the database of another program"),
        (["import", "bars.csv", "--data-dir", "torn"], 4, "the data catalogue is damaged"),
        (["import", "bars.csv", "--data-dir", "notes.txt/x"], 1, "cannot be made"),
        (["data", "list", "--data-dir", "nowhere"], 2, "there is no data catalogue at nowhere/catalogue.sqlite"),
        (["data", "list", "--data-dir", "torn"], 4, "the data catalogue is damaged"),
        (["data", "show", "KXNOPE"], 2, "the catalogue has nothing of KXNOPE"),
        (["data", "show", "KXBTC15M", "--day", "tomorrow"], 2, "--day tomorrow: give a day"),
        (["data", "check", "--from", "tomorrow"], 2, "--from tomorrow: give a day"),
        (["data", "check", "--from", "2026-04-28", "--to", "2026-04-28"], 2, "--to must be later than --from"),
        (["data", "check", "--data-dir", "torn"], 4, "the data catalogue is damaged"),
    ]

    private static let backtestErrors: [([String], Int32, String)] = [
        (["--data", "nowhere.csv"], 4, "nowhere.csv"), (["--data", "notes.txt"], 4, "notes.txt"),
        (["--data", "bars.csv", "--price-unit", "euros"], 2, "--price-unit"),
        (["--data", "bars.csv", "--fees", "some"], 2, "--fees some: none or kalshi"),
        (["--from", "tomorrow"], 2, "--from tomorrow: write 2026-04-27"),
        (["--from", "2026-04-28", "--to", "2026-04-27"], 2, "must be later than --from"),
        (["--from", "2027-01-01"], 4, "has no trades, books or candles of this time"),
        (["--series", "KXNOPE"], 4, "--series KXNOPE: not in the catalogue in .kbot/data; it has KXBTC15M"),
        (
            ["--market", "KXNOPE-1"], 4,
            "--market KXNOPE-1: not in the catalogue in .kbot/data; it has \(Recording.ticker)"
        ),
        (["--series", "KXBTC15M", "--markets", "x.csv"], 2, "--spot and --markets go with files"),
        (["--data-dir", "nowhere"], 2, "no data: give files or folders with --data"),
        (["--data", "catalogue", "--data-dir", "nowhere"], 2, "there is no data catalogue at nowhere"),
        (["--data-dir", "empty"], 4, "the catalogue in empty has no trades, books or candles"),
        (["--data-dir", "torn"], 4, "the data catalogue is damaged"),
        (["--cuts", "0"], 2, "--cuts 0: 1 to 1000"),
        (["--verify", "--fills", "all"], 2, "--verify: checks one fill model"),
    ]

    private static let runErrors: [([String], Int32, String)] = [
        (["--feed", "data", "--data-dir", "nowhere"], 2, "there is no data catalogue at nowhere"),
        (["--feed", "data", "--data-dir", "torn"], 4, "the data catalogue is damaged"),
        (["--feed", "data", "--data-dir", "empty"], 4, "the catalogue in empty has no trades, books or candles"),
        (["--feed", "data", "--data-dir", "bars"], 4, "has bars alone of BARS, and a run wants trades or books"),
        (["--feed", "data", "--series", "KXNOPE"], 4, "--series KXNOPE: not in the catalogue"),
        (["--feed", "data", "--market", "KXNOPE-1"], 4, "--market KXNOPE-1: not in the catalogue"),
        (["--feed", "data", "--from", "tomorrow"], 2, "--from tomorrow: write 2026-04-27"),
        (["--feed", "data", "--to", "2026-04-27"], 4, "of this time"),
        (["--feed", "data", "--from", "2026-04-28", "--to", "2026-04-27"], 2, "must be later than --from"),
        (["--feed", "data", "--spot", "x.csv"], 2, "--spot: prices are for recordings in files"),
        (["--feed", "data", "--markets", "x.csv"], 2, "--markets: facts are for recordings in files"),
        (["--feed", "data", "--feed", "replay:x.csv"], 2, "--feed data: the catalogue cannot be mixed"),
        (["--feed", "data", "--mode", "demo"], 2, "leave --feed away"),
        (["--feed", "sim", "--from", "2026-04-27"], 2, "--from: times are for recordings"),
        (
            ["--feed", "replay:recordings", "--from", "2026-04-28", "--to", "2026-04-27"], 2,
            "must be later than --from"
        ),
    ]

    @Test func `import and data say what is wrong, with the documented exit code`() throws {
        try expectWrong(Self.importErrors)
    }

    @Test func `a backtest says what is wrong, with the documented exit code`() throws {
        try expectWrong(Self.backtestErrors, of: ["backtest", "--strategy", "bollinger_scalper.lua"])
    }

    @Test func `a run on the catalogue says what is wrong, with the documented exit code`() throws {
        try expectWrong(Self.runErrors, of: ["run", "--strategy", "bollinger_scalper.lua"])
    }

    @Test func `a strategy that wants prices of an underlying is told when the catalogue has none`() throws {
        try importRecordings()
        let result = try kbot("run", "--strategy", "spot_bands.lua", "--feed", "data")
        #expect(result.status == 4 && result.errors.contains("it holds no price of BTC-USD"), "\(result.errors)")
    }

    /// Gives one command after another, each of which must leave nothing on standard output.
    private func expectWrong(_ cases: [([String], Int32, String)], of command: [String] = []) throws {
        try importRecordings()
        try writeWrongs()
        for (arguments, status, text) in cases {
            let result = try kbot(command + arguments)
            #expect(result.status == status && result.output.isEmpty, "\(arguments): \(result.status) \(result.output)")
            #expect(result.errors.contains(text), "\(arguments): \(result.errors)")
        }
    }

    /// Files and catalogues that something is wrong with, and a catalogue of bars alone.
    private func writeWrongs() throws {
        try folder.write("notes.txt", "nothing\n")
        let rows = (0..<5).map { "\(1_704_067_200_000 + $0 * 60_000),50,51,49,50,100" }.joined(separator: "\n")
        try folder.write("BARS.csv", "ts_ms,open,high,low,close,volume\n\(rows)\n")
        try folder.write("bars.csv", "ts_ms,open,high,low,close,volume\n\(rows)\n")
        #expect(try kbot("import", "BARS.csv", "--data-dir", "bars").status == 0)
        try folder.write("facts.csv", "ticker,close_time_ms\nA-1,1777315500000\n")
        #expect(try kbot("import", "facts.csv", "--data-dir", "empty").status == 0)
        try folder.write("torn/catalogue.sqlite", String(repeating: "no database ", count: 1_000))
        // A database, but one that another program made.
        #expect(try kbot("import", "facts.csv", "--data-dir", "other").status == 0)
        var bytes = try Data(contentsOf: folder.url.appendingPathComponent("other/catalogue.sqlite"))
        bytes.replaceSubrange(68..<72, with: [1, 2, 3, 4])
        try bytes.write(to: folder.url.appendingPathComponent("other/catalogue.sqlite"))
    }
}
