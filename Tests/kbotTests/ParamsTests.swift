import Foundation
import Testing

/// `kbot params`.
@Suite struct ParamsTests {
    private let folder = TestFolder()

    @Test func `parameters are a table, with the values in force on demand`() throws {
        let plain = try Kbot.run("params", "max_spread.lua", in: folder.url)
        #expect(plain.status == 0 && plain.errors.isEmpty)
        #expect(plain.output.contains("\n  name   type    range       default  step  optimize  reload\n"))
        #expect(
            plain.output.contains("\n  cents  number  0.01 to 99  3                        live\n"),
            "\(plain.output)"
        )
        let given = try Kbot.run("params", "max_spread.lua", "--param", "max_spread.cents=2", in: folder.url)
        #expect(given.output.contains("default  value  step"))
    }

    @Test func `the same as JSON`() throws {
        let result = try Kbot.run("params", "bollinger_scalper", "--param", "period=30", "--json", in: folder.url)
        let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
        let scripts = try #require(object?["scripts"] as? [[String: Any]])
        let parameters = try #require(scripts.first?["parameters"] as? [[String: Any]])
        let period = try #require(parameters.first { $0["name"] as? String == "period" })
        #expect(period["value"] as? Int == 30 && period["default"] as? Int == 25 && period["max"] as? Int == 500)
    }

    @Test func `a broken script leaves with exit code 3, a value out of range with 2, and nothing on standard output`()
        throws
    {
        try folder.write("broken.lua", "local s = {\n")
        let broken = try Kbot.run("params", "broken.lua", in: folder.url)
        #expect(broken.status == 3 && broken.output.isEmpty && broken.errors.contains("broken.lua:"))
        #expect(try Kbot.run("params", "nowhere", in: folder.url).status == 3)
        let range = try Kbot.run("params", "bollinger_scalper", "--param", "period=1", in: folder.url)
        #expect(range.status == 2 && range.output.isEmpty && range.errors.contains("an integer from 2 to 500"))
        #expect(try Kbot.run("params", in: folder.url).status == 2)
    }

    @Test func `what a script calls itself cannot drive the terminal`() throws {
        try folder.write(
            "odd.lua",
            """
            return { api = 1, kind = "strategy", name = "odd", version = "1\\27[31m", description = "a\\27]0;b\\7",
              needs = function() return { candles = { interval = "5s" } } end, on_candle = function() end }
            """
        )
        let result = try Kbot.run("params", "odd.lua", in: folder.url)
        #expect(
            result.status == 0 && !result.output.contains("\u{1B}") && result.output.contains("It has no parameters.")
        )
    }
}
