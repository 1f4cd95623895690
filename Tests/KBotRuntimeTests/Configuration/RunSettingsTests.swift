import KBotEngine
import KBotModel
import KBotRuntime
import Logging
import Testing

@Suite struct RunSettingsTests {
    @Test func `without anything given the engine gets its own defaults`() throws {
        let settings = try load()
        #expect(settings.engine == EngineConfiguration())
        #expect(settings.fills == .realistic)
        #expect(settings.onExit == .ask)
        #expect(settings.stateDirectory == ".kbot")
        #expect(settings.logLevel == .info)
        #expect(settings.logFormat == .console)
        #expect(settings.values.allSatisfy { $0.source == .fallback })
        #expect(settings.warnings.isEmpty)
    }

    @Test func `an option wins over the environment, the environment over the file, the file over the default`() throws
    {
        let option = ["max-positions": "3"]
        let environment = ["MAX_POSITIONS": "4"]
        let file = "# mine\nMAX_POSITIONS=5\n"
        let first = try load(option, environment: environment, file: file)
        #expect(first.engine.limits.maxPositions == 3)
        #expect(first.limit(.maxPositions) == "max_positions 3 (--max-positions)")
        let second = try load(environment: environment, file: file)
        #expect(second.engine.limits.maxPositions == 4)
        #expect(second.limit(.maxPositions) == "max_positions 4 (environment MAX_POSITIONS)")
        let third = try load(file: file)
        #expect(third.engine.limits.maxPositions == 5)
        #expect(third.limit(.maxPositions) == "max_positions 5 (.env MAX_POSITIONS)")
        #expect(try load().limit(.maxPositions) == "max_positions 2 (default)")
    }

    @Test func `each layer fills what the stronger ones leave open`() throws {
        let settings = try load(
            ["max-positions": "3"],
            environment: ["MAX_EXPOSURE": "30%"],
            file: "ENTRY_TTL=7"
        )
        #expect(settings.source(of: "MAX_POSITIONS") == .option("max-positions"))
        #expect(settings.source(of: "MAX_EXPOSURE") == .environment("MAX_EXPOSURE"))
        #expect(withoutFolder("\(settings.source(of: "ENTRY_TTL"))") == ".env ENTRY_TTL")
        #expect(settings.source(of: "FILLS") == .fallback)
        #expect(settings.engine.entryTimeToLive == 7)
    }

    @Test func `a variable with nothing behind it counts as not given`() throws {
        let settings = try load(environment: ["MAX_POSITIONS": " "], file: "MAX_POSITIONS=6\nMAX_EXPOSURE=\n")
        #expect(settings.engine.limits.maxPositions == 6)
        #expect(settings.engine.limits.maxExposure == .share(basisPoints: 2_000))
    }

    @Test func `an option with nothing behind it is an error`() throws {
        let expected = "--max-positions: “” is not allowed: give 1 to 100; a bare number means positions"
        #expect(try problems(["max-positions": ""]) == [expected])
    }

    @Test func `every setting reaches its place`() throws {
        let settings = try load(
            file: """
                INITIAL_CAPITAL=2500.50
                SIZING=fixed:2.5
                RISK_PER_TRADE=0.75%
                DAILY_LOSS_LIMIT=$100
                MAX_EXPOSURE=50
                MAX_POSITIONS=4
                CIRCUIT_BREAKER_LOSSES=5
                CIRCUIT_BREAKER_PAUSE=manual
                MIN_REWARD_RISK=1.25
                MIN_TIME_TO_EXPIRY=90s
                PRICE_COLLAR=2.5
                ORDERS_PER_MINUTE=10
                STOP_TRIGGER=mid
                ENTRY_TTL=9
                EXIT_BEFORE_CLOSE=30s
                CANDLE_GRACE=250ms
                ON_EXIT=flatten
                FILLS=pessimistic
                STATE_DIR=/var/lib/kbot
                LOG_LEVEL=WARN
                LOG_FORMAT=json
                """
        )
        var engine = EngineConfiguration()
        engine.initialCapital = Money(units: 2_500_500_000)
        engine.sizing = .fixed(Quantity(units: 250))
        engine.limits.riskPerTrade = .share(basisPoints: 75)
        engine.limits.dailyLoss = .dollars(Money(dollars: 100))
        engine.limits.maxExposure = .dollars(Money(dollars: 50))
        engine.limits.maxPositions = 4
        engine.limits.circuitBreakerLosses = 5
        engine.limits.circuitBreakerPause = .manual
        engine.limits.minRewardRisk = 12_500
        engine.limits.minTimeToClose = .seconds(90)
        engine.limits.priceCollar = PriceDelta(units: 250)
        engine.limits.ordersPerMinute = 10
        engine.stopTrigger = .mid
        engine.entryTimeToLive = 9
        engine.exitBeforeClose = .seconds(30)
        engine.candleGrace = .milliseconds(250)
        #expect(settings.engine == engine)
        #expect(settings.onExit == .flatten)
        #expect(settings.fills == .pessimistic)
        #expect(settings.stateDirectory == "/var/lib/kbot")
        #expect(settings.logLevel == .warning)
        #expect(settings.logFormat == .json)
    }

    @Test(arguments: SettingCatalogue.all.map(\.name))
    func `every setting can be given in each of the three places`(name: String) throws {
        let info = try #require(SettingCatalogue.all.first { $0.name == name })
        let isAddress = name.hasSuffix("_URL") || name == "NOTIFY_WEBHOOK"
        let text = info.defaultText ?? (isAddress ? "https://127.0.0.1:8443" : "some-text")
        #expect(try load([info.option: text]).source(of: name) == .option(info.option))
        #expect(try load(environment: [name: text]).source(of: name) == .environment(name))
        let inFile = try load(file: "\n\(name)=\(text)").source(of: name)
        guard case .file(_, let line, name) = inFile else {
            Issue.record("\(inFile)")
            return
        }
        #expect(line == 2)
    }

    @Test(arguments: [
        ("10m", RiskLimits.Pause.span(.minutes(10))), ("7d", .span(.hours(168))), ("day", .day), ("manual", .manual),
    ])
    func `the pause is a time, a day or until resumed`(text: String, pause: RiskLimits.Pause) throws {
        #expect(try load(["circuit-breaker-pause": text]).engine.limits.circuitBreakerPause == pause)
    }

    @Test(arguments: ["20%", "20.00%", "0020%"])
    func `a share of capital is exact`(text: String) throws {
        #expect(try load(["max-exposure": text]).engine.limits.maxExposure == .share(basisPoints: 2_000))
    }

    @Test(
        arguments: [("50", 50_000_000), ("$50", 50_000_000), ("1", 1_000_000), ("12.34", 12_340_000)]
            as [(String, Int64)]
    )
    func `a bare number is dollars`(text: String, microdollars: Int64) throws {
        #expect(
            try load(["max-exposure": text]).engine.limits.maxExposure == .dollars(Money(units: microdollars))
        )
    }

    @Test func `dollars given explicitly replace the default share`() throws {
        let settings = try load(["initial-capital": "10000"], file: "MAX_EXPOSURE=50\n")
        #expect(settings.limit(.maxExposure) == "max_exposure $50.00 (.env MAX_EXPOSURE)")
        #expect(settings.limit(.dailyLoss) == "daily_loss 10% = $1,000.00 (default)")
        #expect(settings.limit(.riskPerTrade) == "risk_per_trade 2% = $200.00 (default)")
    }

    @Test func `the limits in force are all named, in one order`() throws {
        #expect(
            try load().limits.map(\.description) == [
                "risk_per_trade 2% = $20.00 (default)",
                "daily_loss 10% = $100.00 (default)",
                "max_exposure 20% = $200.00 (default)",
                "max_positions 2 (default)",
                "circuit_breaker 3 losses in a row, then a pause for 1h (default)",
                "reward_risk 2 (default)",
                "min_time_to_close 8m (default)",
                "price_collar 10¢ (default)",
                "order_rate 60 a minute (default)",
            ]
        )
    }

    @Test func `a limit made of two settings names both sources`() throws {
        let settings = try load(["circuit-breaker-losses": "1"], environment: ["CIRCUIT_BREAKER_PAUSE": "day"])
        #expect(
            settings.limit(.circuitBreaker) == "circuit_breaker 1 loss, then a pause until 00:00 UTC "
                + "(--circuit-breaker-losses, environment CIRCUIT_BREAKER_PAUSE)"
        )
    }

    @Test func `a fixed size says that the risk per trade is not used`() throws {
        #expect(
            try load(["sizing": "fixed:5"]).limit(.riskPerTrade)
                == "risk_per_trade not used with sizing fixed:5 (--sizing)"
        )
    }
}
