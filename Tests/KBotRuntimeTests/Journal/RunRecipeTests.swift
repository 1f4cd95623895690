import Foundation
import KBotEngine
import KBotModel
import Testing

@testable import KBotRuntime

/// What a run was asked to do, as the journal keeps it.
@Suite struct RunRecipeTests {
    private static let keyID = "11111111-2222-4333-8444-555555555555"
    private static let webhook = "https://discord.com/api/webhooks/1/a-token-nobody-may-see"

    private func settings(_ options: [String: String] = [:], _ environment: [String: String] = [:]) throws
        -> RunSettings
    {
        try RunSettings.load(options: options, environment: environment, envFile: .none)
    }

    private func written(_ plan: RunPlan, _ settings: RunSettings, strategies: [String?] = []) throws -> RunRecipe {
        let text = try JSONEncoder().encode(RunRecipe(plan, settings, strategies: strategies, rules: []))
        return try JSONDecoder().decode(RunRecipe.self, from: text)
    }

    @Test func `what is read back asks for the same run`() throws {
        var plan = RunPlan()
        plan.feed = .replay(paths: ["/data/trades.csv.gz"])
        plan.marketsFile = "/data/markets.csv"
        plan.spot = ["BTC-USD=/data/spot.csv", "/data/other.csv"]
        plan.strict = true
        plan.series = ["KXBTC15M"]
        plan.markets = ["KXBTC15M-26APR271445-45"]
        plan.duration = .minutes(90)
        plan.from = Timestamp(seconds: 1_777_000_000)
        plan.to = Timestamp(microseconds: 1_777_000_100_000_001)
        plan.seed = .max
        plan.strategies = ["bollinger_scalper.lua", "native:bollinger_scalper"]
        plan.parameters = ["period=30"]
        plan.budgets = [("bollinger_scalper", .share(basisPoints: 2_500)), ("other", .dollars(Money(dollars: 250)))]
        plan.fallsBack = true
        let again = try written(plan, settings(["fills": "pessimistic"]), strategies: ["abc", nil]).plan
        #expect(again.feed == plan.feed && again.marketsFile == plan.marketsFile && again.spot == plan.spot)
        #expect(again.strict && again.series == plan.series && again.markets == plan.markets)
        #expect(again.from == plan.from && again.to == plan.to)
        #expect(again.duration == plan.duration && again.seed == plan.seed && again.parameters == plan.parameters)
        #expect(again.strategies == plan.strategies && again.versions == ["bollinger_scalper.lua": "abc"])
        #expect(again.budgets.map(\.name) == plan.budgets.map(\.name))
        #expect(again.budgets.map(\.amount) == plan.budgets.map(\.amount) && again.fallsBack)
        // Done again, it goes as fast as it can, and nobody talks to it.
        #expect(again.speed == .max && again.isQuiet && !again.listens)
    }

    @Test(arguments: [RunPlan.Feed.simulated, .venue, .replay(paths: ["/a", "/b"]), .catalogue(directory: "/c")])
    func `every feed is written down`(feed: RunPlan.Feed) throws {
        var plan = RunPlan()
        plan.feed = feed
        #expect(try written(plan, settings()).plan.feed == feed)
    }

    @Test func `paths hold wherever the replay is started`() throws {
        var plan = RunPlan()
        plan.feed = .replay(paths: ["data/x.csv"])
        plan.spot = ["BTC-USD=spot.csv"]
        let here = FileManager.default.currentDirectoryPath
        let recipe = try written(plan, settings())
        #expect(recipe.recordings == [here + "/data/x.csv"] && recipe.spot == ["BTC-USD=\(here)/spot.csv"])
        plan.feed = .catalogue(directory: ".kbot/data")
        #expect(try written(plan, settings()).plan.feed == .catalogue(directory: here + "/.kbot/data"))
    }

    @Test func `settings are kept as they were given, and the engine's to the last digit`() throws {
        let given = try settings(["sizing": "fixed:10", "limits": "off=max_exposure"], ["PRICE_COLLAR": "7.5"])
        let recipe = try written(RunPlan(), given)
        #expect(recipe.settings == ["sizing": "fixed:10", "limits": "off=max_exposure", "price-collar": "7.5"])
        #expect(recipe.engine == given.engine)
        let again = try settings(recipe.settings)
        #expect(again.engine == given.engine && again.limitsOff == given.limitsOff)
    }

    @Test func `nothing secret is written down`() throws {
        let secret = try settings([:], ["KALSHI_API_KEY_ID": Self.keyID, "NOTIFY_WEBHOOK": Self.webhook])
        let recipe = try JSONEncoder().encode(RunRecipe(RunPlan(), secret, strategies: [], rules: []))
        for text in [String(decoding: recipe, as: UTF8.self), String(decoding: secret.journalText, as: UTF8.self)] {
            #expect(!text.contains(Self.keyID) && !text.contains("a-token-nobody-may-see"), "\(text)")
        }
        // That there was one may be known.
        #expect(String(decoding: secret.journalText, as: UTF8.self).contains(#""name":"NOTIFY_WEBHOOK""#))
    }

    @Test func `files are told by size and hash, folders file by file`() throws {
        let folder = try FeedFolder()
        let one = try folder.write("one.csv", "abc")
        try folder.write("two.csv", "")
        let files = try InputReference.File.all(folder.path)
        #expect(files.map { URL(fileURLWithPath: $0.path).lastPathComponent } == ["one.csv", "two.csv"])
        #expect(files.map(\.bytes) == [3, 0])
        // The hashes of "abc" and of nothing, from FIPS 180-2.
        #expect(files[0].sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(files[1].sha256 == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(try InputReference.File.all(one) == [files[0]])
        #expect(try InputReference.File.all(folder.path + "/nothing") == [])
    }
}
