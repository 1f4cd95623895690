import KBotEngine
import KBotRuntime
import Testing

@Suite struct SettingErrors {
    @Test(arguments: [
        ("INITIAL_CAPITAL", ["0", "-5", "1,000", "1e3", "abc", "0.99", "1000000001", "10.001", "٣"]),
        ("RISK_PER_TRADE", ["0%", "101%", "-2%", "2 %", "0.005%", "%", "0.02", "two", "99999999999999999999"]),
        ("DAILY_LOSS_LIMIT", ["0", "0%", "100.01%", "€5", "+5", "1.5.0%"]),
        ("MAX_EXPOSURE", ["0.2", "20%%", "200%", "$", "$-1", "NaN", "inf"]),
        ("MAX_POSITIONS", ["0", "101", "two", "2.5", "-1", "0x2", "99999999999999999999"]),
        ("CIRCUIT_BREAKER_LOSSES", ["0", "101", "three", "1.0001"]),
        ("CIRCUIT_BREAKER_PAUSE", ["60", "0m", "30s", "8d", "week", "-5m", "99999999999999999999d"]),
        ("MIN_REWARD_RISK", ["0", "0.09", "101", "2:1", "1.00001", "-2"]),
        ("MIN_TIME_TO_EXPIRY", ["8", "0s", "8d", "8min", "m"]),
        ("PRICE_COLLAR", ["-1", "99.01", "100", "10%", "1.005", "ten"]),
        ("ORDERS_PER_MINUTE", ["0", "6001", "1/s"]),
        ("STOP_TRIGGER", ["bid", "confirm,touch", "yes"]),
        ("ENTRY_TTL", ["0", "1001", "3c", "3m"]),
        ("EXIT_BEFORE_CLOSE", ["0s", "8d", "no", "30"]),
        ("CANDLE_GRACE", ["61s", "250", "-1s"]),
        ("SIZING", ["fixed", "fixed:", "fixed:0", "fixed:-1", "fixed:0.001", "fixed:1000001", "kelly"]),
        ("KALSHI_ENV", ["prod", "paper"]),
        ("FILLS", ["real", "optimistic,"]),
        ("ON_EXIT", ["keep", "close"]),
        ("LOG_LEVEL", ["verbose", "5"]),
        ("LOG_FORMAT", ["xml", "text"]),
    ])
    func `a value out of range names the place, the value and what is allowed`(name: String, texts: [String]) throws {
        let info = try #require(SettingCatalogue.all.first { $0.name == name })
        for text in texts {
            let found = try problems([info.option: text])
            #expect(found.count == 1, "\(name)=\(text)")
            #expect(found.first?.hasPrefix("--\(info.option): “\(text)” is not allowed: give \(info.allowed)") == true)
        }
    }

    @Test func `an error in a file names file, line and variable`() throws {
        #expect(
            try problems(file: "\n# limits\nMAX_POSITIONS=two\n") == [
                ".env:3: MAX_POSITIONS: “two” is not allowed: give 1 to 100; a bare number means positions"
            ]
        )
    }

    @Test func `an error in the environment names the variable`() throws {
        #expect(
            try problems(environment: ["FILLS": "best"]) == [
                "environment FILLS: “best” is not allowed: give realistic, optimistic or pessimistic"
            ]
        )
    }

    @Test func `a faulty value under a good stronger one is not looked at`() throws {
        #expect(try load(["max-positions": "3"], file: "MAX_POSITIONS=two").engine.limits.maxPositions == 3)
    }

    @Test func `a faulty value is never replaced by a weaker good one`() throws {
        #expect(try problems(["max-positions": "two"], file: "MAX_POSITIONS=3").count == 1)
    }

    @Test func `all errors of all places are told at once`() throws {
        let found = try problems(
            ["max-exposure": "200%", "max-position": "2", "limits": "off=daily_los"],
            environment: ["SIZING": "kelly"],
            file: "ENTRY_TTL=never\nnonsense\nFILLS='open\n"
        )
        #expect(
            found.map { $0.prefix { $0 != "“" } } == [
                "--max-position: no such option; did you mean --max-positions?",
                "environment SIZING: ",
                "--max-exposure: ",
                "--limits: no limit is called ",
                ".env:1: ENTRY_TTL: ",
                ".env:2: no ",
                ".env:3: FILLS: the quotation mark is not closed on this line",
            ]
        )
    }

    @Test func `several errors are listed under their number`() throws {
        let errors = #expect(throws: ConfigurationErrors.self) {
            try load(["max-positions": "0", "entry-ttl": "0"])
        }
        #expect(
            errors?.description == """
                2 errors in the configuration:
                  --max-positions: “0” is not allowed: give 1 to 100; a bare number means positions
                  --entry-ttl: “0” is not allowed: give 1 to 1000; a bare number means candles
                """
        )
    }

    @Test func `a long or wild value is shown short and on one line`() throws {
        let found = try problems(["fills": "a\n\u{1B}[31mb" + String(repeating: "x", count: 500)])
        #expect(found.count == 1)
        #expect(found[0].count < 180)
        #expect(!found[0].contains("\n") && !found[0].contains("\u{1B}"))
    }
}

@Suite struct LimitsOff {
    @Test func `named limits are off and say so`() throws {
        let settings = try load(["limits": "off=daily_loss, circuit_breaker"])
        #expect(settings.limitsOff == [.dailyLoss, .circuitBreaker])
        #expect(settings.engine.limits.dailyLoss == nil)
        #expect(settings.engine.limits.circuitBreakerLosses == nil)
        #expect(settings.engine.limits.maxExposure != nil)
        #expect(settings.limit(.dailyLoss) == "daily_loss off (--limits)")
        #expect(settings.limit(.circuitBreaker) == "circuit_breaker off (--limits)")
    }

    @Test func `all switches every limit off`() throws {
        let settings = try load(["limits": "off=all", "sizing": "fixed:10"])
        #expect(settings.limitsOff == LimitName.allCases)
        #expect(settings.limits.allSatisfy { $0.value == "off" && $0.source == "--limits" })
        let limits = settings.engine.limits
        #expect(limits.riskPerTrade == nil && limits.dailyLoss == nil && limits.maxExposure == nil)
        #expect(limits.maxPositions == nil && limits.circuitBreakerLosses == nil && limits.minRewardRisk == nil)
        #expect(limits.minTimeToClose == nil && limits.priceCollar == nil && limits.ordersPerMinute == nil)
    }

    @Test(arguments: LimitName.allCases)
    func `each limit can be switched off alone`(name: LimitName) throws {
        let settings = try load(["limits": "off=\(name)", "sizing": "fixed:1"])
        #expect(settings.limits.filter { $0.value == "off" }.map(\.name) == [name])
    }

    @Test(arguments: [
        ("off=daily_los", "no limit is called “daily_los”; did you mean daily_loss?"),
        ("off=daily-loss", "no limit is called “daily-loss”; did you mean daily_loss?"),
        ("off=MAX_EXPOSURE", "no limit is called “MAX_EXPOSURE”; did you mean max_exposure?"),
        ("off=", "a name is missing; the limits are risk_per_trade, daily_loss"),
        ("off=zebra", "no limit is called “zebra”; the limits are risk_per_trade, daily_loss"),
        ("none", "“none” is not allowed: give off=all, or off= and names of risk_per_trade"),
    ])
    func `a wrong word is an error that helps`(text: String, message: String) throws {
        let found = try problems(["limits": text])
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("--limits: \(message)") == true, "\(found)")
    }

    @Test(arguments: ["off=risk_per_trade", "off=all"])
    func `sizing by risk without a risk per trade is refused`(text: String) throws {
        #expect(
            try problems(["limits": text]) == [
                "--limits: sizing by risk needs risk_per_trade: give --sizing fixed:N, or leave risk_per_trade on"
            ]
        )
    }

    @Test func `only the command line can switch limits off`() throws {
        let settings = try load(environment: ["LIMITS": "off=all"], file: "LIMITS=off=all")
        #expect(settings.limitsOff.isEmpty)
        #expect(
            settings.warnings.map(withoutFolder) == [
                ".env:1: LIMITS is ignored; limits are switched off with --limits alone"
            ]
        )
    }

    @Test func `a run that needs all limits refuses missing ones`() throws {
        try load().requireAllLimits()
        let settings = try load(["limits": "off=price_collar"])
        #expect(throws: ConfigurationErrors.self) { try settings.requireAllLimits() }
    }
}
